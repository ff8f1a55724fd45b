package store

import (
	"context"
	"database/sql"

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

// Key is the line without what may differ under one key.
func (l LineRow) Key() LineRow {
	l.UntilDay, l.OnDay, l.Weight = 0, 0, 0
	return l
}

func (l *LineRow) place() []byte {
	return (&LinePlace{l.Village, l.SortKey, l.ResidentID, l.EventID}).bytes()
}

// lineColumns begin with the key.
var lineColumns = []string{"generation", "indicator", "place", "from_day", "until_day", "on_day", "weight"}

const lineKey = 4

// PutLines writes lines; one with the same key but its end is overwritten.
func (t Tx) PutLines(generation int64, list []LineRow) error {
	return t.replace("uncovered", lineColumns, lineRows(generation, list))
}

func lineRows(generation int64, list []LineRow) [][]any {
	rows := make([][]any, len(list))
	for i := range list {
		l := &list[i]
		rows[i] = []any{generation, int64(l.Indicator), l.place(), int64(l.FromDay), int64(l.UntilDay), int64(l.OnDay), int64(l.Weight)}
	}
	return rows
}

// DeleteLines deletes lines by their keys.
func (t Tx) DeleteLines(generation int64, list []LineRow) error {
	keys := make([][]any, len(list))
	for i := range list {
		l := &list[i]
		keys[i] = []any{generation, l.Indicator, l.place(), l.FromDay}
	}
	return sqlstore.DeleteMany(t.tx, "uncovered", lineColumns[:lineKey], keys)
}

// dropLines bounds the lines that one transaction deletes.
const dropLines = 20_000

// DropLines deletes the lines of a generation, some of an indicator at a time.
func (s *Store) DropLines(ctx context.Context, generation int64) error {
	for {
		found := false
		err := s.Write(ctx, func(t Tx) (err error) {
			found, err = t.dropSomeLines(generation)
			return err
		})
		if err != nil || !found {
			return err
		}
	}
}

func (t Tx) dropSomeLines(generation int64) (found bool, err error) {
	var indicator int32
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(&indicator)
	}, "SELECT indicator FROM uncovered WHERE generation = ? ORDER BY indicator LIMIT 1", generation)
	if err != nil || !found {
		return false, err
	}
	var place []byte
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error { return rows.Scan(&place) },
		"SELECT place FROM uncovered WHERE generation = ? AND indicator = ? ORDER BY place LIMIT 1 OFFSET ?", generation, indicator, dropLines)
	if err != nil {
		return false, err
	}
	if place == nil {
		return true, sqlstore.Exec(t.tx, "DELETE FROM uncovered WHERE generation = ? AND indicator = ?", generation, indicator)
	}
	return true, sqlstore.Exec(t.tx, "DELETE FROM uncovered WHERE generation = ? AND indicator = ? AND place <= ?", generation, indicator, place)
}
