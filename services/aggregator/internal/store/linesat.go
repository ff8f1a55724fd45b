package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"xinju.dev/services/platform/sqlstore"
)

// lineVillages is how many villages the prepared statement reads at once.
const lineVillages = 8

// lineStatements are the reading of lines outside of a transaction: what is
// served and its lines in one statement, so that both are of one moment.
type lineStatements struct{ one, many *sqlstore.Statement }

func newLineStatements(db *sqlstore.DB) lineStatements {
	const begin = "SELECT g.current, g.revision, l.village, l.sort_key, l.resident_id, l.event_id, l.from_day, l.until_day, l.on_day, l.weight" +
		" FROM generation g LEFT JOIN uncovered l ON l.generation = g.current AND l.indicator = ? AND l.village "
	const end = " AND l.from_day <= ? AND l.until_day > ? WHERE g.id = 1 ORDER BY l.village, l.sort_key, l.resident_id, l.event_id LIMIT ?"
	return lineStatements{
		one:  db.Statement(begin + "= ? AND l.sort_key >= ? AND (l.sort_key > ? OR l.resident_id > ? OR l.resident_id = ? AND l.event_id > ?)" + end),
		many: db.Statement(begin + "IN (?" + strings.Repeat(",?", lineVillages-1) + ")" + end),
	}
}

// LinesAt reads one page of what is served, of the first villages that it can
// read at once: read is how many these were. head says what is served at that
// moment, without its derivation.
func (s *Store) LinesAt(ctx context.Context, p LinePage) (out []LineRow, read int, head Head, err error) {
	args := []any{p.Indicator}
	statement := s.lines.many
	if a := p.After; a != nil {
		key := []byte(a.SortKey)
		statement, read = s.lines.one, 1
		args = append(args, p.Villages[0], key, key, a.ResidentID, a.ResidentID, a.EventID)
	} else {
		read = min(len(p.Villages), lineVillages)
		for i := range lineVillages {
			args = append(args, p.Villages[min(i, read-1)])
		}
	}
	args = append(args, p.Day, p.Day, p.Limit)
	err = statement.Each(ctx, func(rows *sql.Rows) error {
		var village, resident, event sql.NullString
		var key sql.RawBytes
		var from, until, on, weight sql.NullInt32
		if err := rows.Scan(&head.Generation, &head.Revision, &village, &key, &resident, &event, &from, &until, &on, &weight); err != nil {
			return err
		}
		if village.Valid {
			out = append(out, LineRow{
				Indicator: p.Indicator, Village: village.String, SortKey: string(key), ResidentID: resident.String, EventID: event.String,
				FromDay: from.Int32, UntilDay: until.Int32, OnDay: on.Int32, Weight: weight.Int32,
			})
		}
		return nil
	}, args...)
	return slices.Clip(out), read, head, err
}
