package store

import (
	"context"
	"database/sql"

	"xinju.dev/services/platform/sqlstore"
)

// Held is how many bytes a filling holds.
func (f *Filling) Held() int { return f.held.size() }

// Order lists what End would write, in its order: the section and the place of each
// record.
func (f *Filling) Order(ctx context.Context) (sections []uint32, places []string, err error) {
	from, err := f.merging(ctx)
	for err == nil && len(from) > 0 {
		r := from[0].at()
		sections, places = append(sections, r.section), append(places, string(r.place))
		err = from.next(ctx)
	}
	return sections, places, err
}

// Parts is how many parts of runs a generation has.
func (t Tx) Parts(generation int64) (n int, err error) {
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error { return rows.Scan(&n) }, "SELECT COUNT(*) FROM filling_part WHERE generation = ?", generation)
	return n, err
}

// MemberKeys lists who counts in the villages of a generation.
func (t Tx) MemberKeys(generation int64) (out []MemberRow, err error) {
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		var m MemberRow
		var key []byte
		err := rows.Scan(&m.Village, &key, &m.ResidentID)
		m.SortKey = string(key)
		out = append(out, m)
		return err
	}, "SELECT village, sort_key, resident_id FROM member WHERE generation = ? ORDER BY village, sort_key, resident_id", generation)
	return out, err
}
