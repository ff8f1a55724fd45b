package store

import (
	"database/sql"
	"math"
	"math/rand/v2"

	"xinju.dev/services/platform/sqlstore"
)

// foldOnce is of how many changed lines one has the changes around it folded. A
// folding takes in foldLines at once, so that of the lines of one block some sixty lie
// in rows of their own, however many were written.
const foldOnce = 1024

var foldLines = linesBound{blocks: 16, rows: 4096}

// foldAround brings changes back into blocks, here and there around lines that were
// just written.
func (t Tx) foldAround(generation int64, list []LineRow) error {
	for i := range list {
		if rand.IntN(t.foldOnce) != 0 {
			continue
		}
		if err := t.fold(generation, list[i].Indicator, list[i].place()); err != nil {
			return err
		}
	}
	return nil
}

// fold writes the blocks from a place on anew, with the rows that stand for their
// lines, as far as these are not too many for one transaction. Rows behind the last
// block become blocks.
func (t Tx) fold(generation int64, indicator int32, place []byte) error {
	begin, err := t.blockBefore(generation, indicator, place)
	if err != nil {
		return err
	}
	r := t.reading(generation, indicator)
	s, err := r.stretch(foldLines, begin, behindAll, math.MaxInt32)
	if err != nil || len(s.rows) == 0 {
		return err
	}
	blocks, err := s.folded()
	if err != nil {
		return err
	}
	if n := len(s.blocks); n > 0 {
		err = sqlstore.Exec(t.tx, "DELETE FROM uncovered_block WHERE generation = ? AND indicator = ? AND place > ? AND place <= ?", generation, indicator, begin, s.blocks[n-1].place)
	}
	if err == nil {
		err = t.addBlocks(generation, indicator, blocks)
	}
	if err != nil {
		return err
	}
	return sqlstore.Exec(t.tx, "DELETE FROM uncovered WHERE generation = ? AND indicator = ? AND place > ? AND place <= ?", generation, indicator, begin, s.upTo)
}

// behindAll is behind every place: text has no such byte.
var behindAll = []byte{0xFF}

// blockBefore is the place of the block before the one that a place belongs to.
func (t Tx) blockBefore(generation int64, indicator int32, place []byte) (before []byte, err error) {
	before = []byte{}
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error { return rows.Scan(&before) },
		"SELECT place FROM uncovered_block WHERE generation = ? AND indicator = ? AND place < ? ORDER BY place DESC LIMIT 1", generation, indicator, place)
	return before, err
}

// folded is the blocks of a stretch with its rows in them.
func (s *lineStretch) folded() ([]lineBlock, error) {
	for i := range s.rows {
		l := &s.rows[i]
		at, err := placeOf(l.place)
		if err != nil {
			return nil, err
		}
		l.event = len(l.place) - len(at.EventID)
	}
	var w blockWriter
	err := s.merge(func(l *storedLine) bool { w.add(l); return true })
	return w.end(), err
}

func (t Tx) addBlocks(generation int64, indicator int32, blocks []lineBlock) error {
	rows := make([][]any, len(blocks))
	for i, b := range blocks {
		rows[i] = []any{generation, int64(indicator), b.place, b.records}
	}
	return t.add("uncovered_block", blockColumns, rows)
}
