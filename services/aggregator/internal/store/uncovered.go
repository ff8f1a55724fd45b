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

func (l *LineRow) place() []byte {
	return (&LinePlace{l.Village, l.SortKey, l.ResidentID, l.EventID}).bytes()
}

// lineColumns begin with the key.
var lineColumns = []string{"generation", "indicator", "place", "from_day", "until_day", "on_day", "weight"}

const lineKey = 4

// PutLines writes lines; one with the same key but its end is overwritten.
func (t Tx) PutLines(generation int64, list []LineRow) error {
	rows := make([][]any, len(list))
	for i := range list {
		l := &list[i]
		rows[i] = []any{generation, l.Indicator, l.place(), l.FromDay, l.UntilDay, l.OnDay, l.Weight}
	}
	return t.replace("uncovered", lineColumns, rows)
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

// DropLines deletes the lines of a generation, a village of an indicator at a time.
func (s *Store) DropLines(ctx context.Context, generation int64) error {
	for {
		found := false
		err := s.Write(ctx, func(t Tx) error {
			var indicator int32
			var place sql.RawBytes
			var village string
			found = false
			err := sqlstore.Query(t.tx, func(rows *sql.Rows) error {
				found = true
				if err := rows.Scan(&indicator, &place); err != nil {
					return err
				}
				at, err := placeOf(place)
				village = at.Village
				return err
			}, "SELECT indicator, place FROM uncovered WHERE generation = ? ORDER BY indicator, place LIMIT 1", generation)
			if err != nil || !found {
				return err
			}
			return sqlstore.Exec(t.tx, "DELETE FROM uncovered WHERE generation = ? AND indicator = ? AND place > ? AND place < ?",
				generation, indicator, villageBegin(village), villageEnd(village))
		})
		if err != nil || !found {
			return err
		}
	}
}
