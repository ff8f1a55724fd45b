package store

import (
	"context"
	"database/sql"
	"slices"

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

// PutLines writes lines; one with the same key but its end is overwritten.
func (t Tx) PutLines(generation int64, list []LineRow) error {
	rows := make([][]any, len(list))
	for i := range list {
		l := &list[i]
		rows[i] = []any{generation, int64(l.Indicator), l.place(), int64(l.FromDay), int64(l.UntilDay), int64(l.OnDay), int64(l.Weight)}
	}
	if err := t.replace("uncovered", lineColumns, rows); err != nil {
		return err
	}
	return t.foldAround(generation, list)
}

// DeleteLines takes lines away by their keys.
func (t Tx) DeleteLines(generation int64, list []LineRow) error {
	gone := slices.Clone(list)
	for i := range gone {
		gone[i] = gone[i].Key() // of weight 0
	}
	return t.PutLines(generation, gone)
}

// Tables of lines, and how many rows of each one transaction deletes.
var lineTables = [...]struct {
	name string
	step int
}{{"uncovered", 20_000}, {"uncovered_block", 1_000}}

// DropLines deletes the lines of a generation, some of an indicator at a time. Each
// time it goes on behind what it has deleted, which a server reads as long as
// somebody may still see it.
func (s *Store) DropLines(ctx context.Context, generation int64) error {
	for _, table := range lineTables {
		at := droppedLines{place: []byte{}}
		for more := true; more; {
			var next droppedLines
			err := s.Write(ctx, func(t Tx) (err error) {
				next, more, err = t.dropSomeLines(table.name, table.step, generation, at)
				return err
			})
			if err != nil {
				return err
			}
			at = next
		}
	}
	return nil
}

// droppedLines is up to where lines are deleted: those of the indicators before, and
// of this one up to the place.
type droppedLines struct {
	indicator int32
	place     []byte
}

func (t Tx) dropSomeLines(table string, step int, generation int64, at droppedLines) (next droppedLines, more bool, err error) {
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		more = true
		return rows.Scan(&next.indicator)
	}, "SELECT indicator FROM "+table+" WHERE generation = ? AND indicator >= ? ORDER BY indicator LIMIT 1", generation, at.indicator)
	if err != nil || !more {
		return next, false, err
	}
	after := []byte{}
	if next.indicator == at.indicator {
		after = at.place
	}
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error { return rows.Scan(&next.place) },
		"SELECT place FROM "+table+" WHERE generation = ? AND indicator = ? AND place > ? ORDER BY place LIMIT 1 OFFSET ?", generation, next.indicator, after, step)
	if err != nil {
		return next, false, err
	}
	if next.place != nil {
		err = sqlstore.Exec(t.tx, "DELETE FROM "+table+" WHERE generation = ? AND indicator = ? AND place > ? AND place <= ?", generation, next.indicator, after, next.place)
		return next, true, err
	}
	err = sqlstore.Exec(t.tx, "DELETE FROM "+table+" WHERE generation = ? AND indicator = ? AND place > ?", generation, next.indicator, after)
	return droppedLines{next.indicator + 1, []byte{}}, true, err
}
