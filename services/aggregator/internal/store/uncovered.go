package store

import (
	"context"
	"database/sql"
	"strings"

	"xinju.dev/services/platform/sqlstore"
)

// LineRow is one line of an uncovered list and the days on which it is there:
// from FromDay, before UntilDay. Days are numbers of the civil calendar.
type LineRow struct {
	Indicator         int32
	Village           string
	SortKey           string
	ResidentID        string
	EventID           string
	FromDay, UntilDay int32
	OnDay, Weight     int32
}

var lineColumns = []string{"generation", "indicator", "village", "sort_key", "resident_id", "event_id", "from_day", "until_day", "on_day", "weight"}

// PutLines writes lines; one with the same key but its end is overwritten.
func (t Tx) PutLines(generation int64, list []LineRow) error {
	rows := make([][]any, len(list))
	for i := range list {
		l := &list[i]
		rows[i] = []any{generation, l.Indicator, l.Village, []byte(l.SortKey), l.ResidentID, l.EventID, l.FromDay, l.UntilDay, l.OnDay, l.Weight}
	}
	return t.replaceFew("uncovered", lineColumns, rows)
}

// sqliteParams is how many parameters SQLite's driver binds well at once: it
// looks each up in a list.
const sqliteParams = 200

// replaceFew is replace with as many rows at once as the engine takes best.
func (t Tx) replaceFew(table string, columns []string, rows [][]any) error {
	if sqlstore.EngineOf(t.tx) != sqlstore.SQLite {
		return t.replace(table, columns, rows)
	}
	step := max(1, sqliteParams/len(columns))
	for start := 0; start < len(rows); start += step {
		if err := t.replace(table, columns, rows[start:min(start+step, len(rows))]); err != nil {
			return err
		}
	}
	return nil
}

// lineDeletes bounds the lines of one DELETE on MySQL, where each statement is a
// round trip.
const lineDeletes = 100

// DeleteLines deletes lines by their keys.
func (t Tx) DeleteLines(generation int64, list []LineRow) error {
	const one = "(generation = ? AND indicator = ? AND village = ? AND sort_key = ? AND resident_id = ? AND event_id = ? AND from_day = ?)"
	step := lineDeletes
	if sqlstore.EngineOf(t.tx) == sqlstore.SQLite {
		step = 1
	}
	for start := 0; start < len(list); start += step {
		part := list[start:min(start+step, len(list))]
		args := make([]any, 0, 7*len(part))
		for i := range part {
			l := &part[i]
			args = append(args, generation, l.Indicator, l.Village, []byte(l.SortKey), l.ResidentID, l.EventID, l.FromDay)
		}
		if err := sqlstore.Exec(t.tx, "DELETE FROM uncovered WHERE "+one+strings.Repeat(" OR "+one, len(part)-1), args...); err != nil {
			return err
		}
	}
	return nil
}

// LinePage asks for the lines of villages that are there on a day, in the order
// of village, sort key, resident and event. With After it is one village, and
// only what comes after that line.
type LinePage struct {
	Indicator int32
	Villages  []string // ascending, not empty
	Day       int32
	After     *LineRow // its sort key, resident and event
	Limit     int
}

// Lines reads one page.
func (t Tx) Lines(generation int64, p LinePage) (out []LineRow, err error) {
	query := "SELECT village, sort_key, resident_id, event_id, from_day, until_day, on_day, weight FROM uncovered WHERE generation = ? AND indicator = ? AND village "
	args := []any{generation, p.Indicator}
	if len(p.Villages) == 1 {
		query += "= ?"
		args = append(args, p.Villages[0])
	} else {
		query += "IN (?" + strings.Repeat(",?", len(p.Villages)-1) + ")"
		for _, v := range p.Villages {
			args = append(args, v)
		}
	}
	if a := p.After; a != nil {
		key := []byte(a.SortKey)
		query += " AND sort_key >= ? AND (sort_key > ? OR resident_id > ? OR resident_id = ? AND event_id > ?)"
		args = append(args, key, key, a.ResidentID, a.ResidentID, a.EventID)
	}
	query += " AND from_day <= ? AND until_day > ? ORDER BY village, sort_key, resident_id, event_id LIMIT ?"
	args = append(args, p.Day, p.Day, p.Limit)
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		l := LineRow{Indicator: p.Indicator}
		var key sql.RawBytes
		if err := rows.Scan(&l.Village, &key, &l.ResidentID, &l.EventID, &l.FromDay, &l.UntilDay, &l.OnDay, &l.Weight); err != nil {
			return err
		}
		l.SortKey = string(key)
		out = append(out, l)
		return nil
	}, query, args...)
	return out, err
}

// DropLines deletes the lines of a generation, a village of an indicator at a time.
func (s *Store) DropLines(ctx context.Context, generation int64) error {
	for {
		found := false
		err := s.Write(ctx, func(t Tx) error {
			var indicator int32
			village := ""
			found = false
			err := sqlstore.Query(t.tx, func(rows *sql.Rows) error {
				found = true
				return rows.Scan(&indicator, &village)
			}, "SELECT indicator, village FROM uncovered WHERE generation = ? ORDER BY indicator, village LIMIT 1", generation)
			if err != nil || !found {
				return err
			}
			return sqlstore.Exec(t.tx, "DELETE FROM uncovered WHERE generation = ? AND indicator = ? AND village = ?", generation, indicator, village)
		})
		if err != nil || !found {
			return err
		}
	}
}
