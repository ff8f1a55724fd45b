package store

import (
	"context"
	"database/sql"
	"errors"

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

// LinesStored is how many rows and how many blocks a generation has.
func (t Tx) LinesStored(generation int64) (n [2]int, err error) {
	for i, table := range lineTables {
		err = errors.Join(err, sqlstore.Query(t.tx, func(rows *sql.Rows) error { return rows.Scan(&n[i]) }, "SELECT COUNT(*) FROM "+table.name+" WHERE generation = ?", generation))
	}
	return n, err
}

// AddBlock writes a block.
func (t Tx) AddBlock(generation int64, indicator int32, place, records []byte) error {
	return t.addBlocks(generation, indicator, []lineBlock{{place, records}})
}

// LastBlock is the place of the last block of a list.
func (t Tx) LastBlock(generation int64, indicator int32) ([]byte, error) {
	return t.blockBefore(generation, indicator, behindAll)
}
