package store

import (
	"bytes"
	"cmp"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/platform/varint"
)

// linesBound is how many blocks and how many rows are read at a time.
type linesBound struct{ blocks, rows int }

// lineBounds are how much is read at first, and then: most pages are content with
// little, one of a list with next to nobody on its day is not.
var lineBounds = [...]linesBound{{4, 256}, {8, 512}, {32, 1024}, {128, 2048}}

// served is one row without a place as long as a head is what is served.
const served = "SELECT '', NULL, 0, 0, 0, 0 FROM generation WHERE id = 1 AND current = ? AND revision = ?"

// lineQuery reads the first blocks and rows of a list behind a place, in one statement
// and so of one state. Both are runs of their primary keys.
func lineQuery(e sqlstore.Engine, b linesBound, more string) string {
	parts := []string{
		"SELECT place, records, 0 AS from_day, 0 AS until_day, 0 AS on_day, 0 AS weight FROM uncovered_block" +
			" WHERE generation = ? AND indicator = ? AND place > ? ORDER BY place LIMIT " + strconv.Itoa(b.blocks),
		"SELECT place, NULL AS records, from_day, until_day, on_day, weight FROM uncovered" +
			" WHERE generation = ? AND indicator = ? AND place > ? AND place < ? AND from_day <= ? ORDER BY place, from_day LIMIT " + strconv.Itoa(b.rows),
	}
	if more != "" {
		parts = append(parts, more)
	}
	begin := "("
	if e == sqlstore.SQLite { // knows no brackets; a server would write what is selected again to its disk
		begin = "SELECT * FROM ("
	}
	return begin + strings.Join(parts, ") UNION ALL "+begin) + ")"
}

// lineReading reads what there is of a list.
type lineReading struct {
	generation int64
	indicator  int32
	ofHead     bool                                                              // and nothing of any other state
	ask        func(b linesBound, each func(*sql.Rows) error, args ...any) error // lineQuery
}

// lineStretch is a stretch of a list: the blocks, and the rows that stand for lines of
// theirs or lie between them.
type lineStretch struct {
	blocks []lineBlock
	rows   []storedLine
	upTo   []byte // all lines up to here
	whole  bool   // and there is nothing behind
	served bool   // of the head that was asked for
}

// stretch reads on behind a place: the blocks there, and the rows before end that have
// begun on a day. Those that have ended since are among them, for they may stand for a
// line of a block.
func (r *lineReading) stretch(b linesBound, after, end []byte, day int32) (s lineStretch, err error) {
	for ; ; b.rows *= 2 {
		s = lineStretch{upTo: end, whole: true}
		if err := r.ask(b, s.take, r.generation, r.indicator, after, r.generation, r.indicator, after, end, day); err != nil {
			return s, err
		}
		if r.ofHead && !s.served {
			return s, errNotServed
		}
		s.sort()
		if s.bound(b) {
			return s, nil
		}
	}
}

func (s *lineStretch) take(rows *sql.Rows) error {
	var b lineBlock
	var l storedLine
	err := rows.Scan(&b.place, &b.records, (*whole)(&l.from), (*whole)(&l.until), (*whole)(&l.on), (*whole)(&l.weight))
	switch {
	case err != nil:
		return err
	case b.records != nil:
		s.blocks = append(s.blocks, b)
	case len(b.place) > 0:
		l.place = b.place
		s.rows = append(s.rows, l)
	default:
		s.served = true
	}
	return nil
}

// sort: a UNION promises no order.
func (s *lineStretch) sort() {
	slices.SortFunc(s.blocks, func(a, b lineBlock) int { return bytes.Compare(a.place, b.place) })
	slices.SortFunc(s.rows, func(a, b storedLine) int { return a.compare(&b) })
}

// bound says up to where the stretch has everything. It fails when as many rows were
// read as may be, and all are of one place.
func (s *lineStretch) bound(b linesBound) bool {
	if n := len(s.rows); n == b.rows {
		last := s.rows[n-1].place // it may have more
		for n > 0 && bytes.Equal(s.rows[n-1].place, last) {
			n--
		}
		if n == 0 {
			return false
		}
		s.upTo, s.whole = s.rows[n-1].place, false
	}
	if n := len(s.blocks); n == b.blocks && bytes.Compare(s.blocks[n-1].place, s.upTo) < 0 {
		s.upTo, s.whole = s.blocks[n-1].place, false
	}
	n := len(s.rows)
	for n > 0 && bytes.Compare(s.rows[n-1].place, s.upTo) > 0 {
		n--
	}
	s.rows = s.rows[:n]
	return true
}

// each calls each for all lines of the stretch in order, until it says that it has
// enough. A row holds against a line of a block.
func (s *lineStretch) each(each func(*storedLine) (more bool)) error {
	return s.merge(func(l *storedLine) bool { return bytes.Compare(l.place, s.upTo) <= 0 && each(l) })
}

// merge is each, with the lines of the last block that lie behind the stretch.
func (s *lineStretch) merge(each func(*storedLine) (more bool)) error {
	in := blocksLines{left: s.blocks}
	row := 0
	is, err := in.next()
	for err == nil && (is || row < len(s.rows)) {
		l, order := &in.at.line, 1
		switch {
		case is && row < len(s.rows):
			order = l.compare(&s.rows[row])
		case is:
			order = -1
		}
		if order >= 0 {
			l = &s.rows[row]
			row++
		}
		if l.weight > 0 && !each(l) {
			return nil
		}
		if order <= 0 {
			is, err = in.next()
		}
	}
	return err
}

func (l *storedLine) compare(other *storedLine) int {
	return cmp.Or(bytes.Compare(l.place, other.place), cmp.Compare(l.from, other.from))
}

// blocksLines reads the lines of blocks.
type blocksLines struct {
	left []lineBlock
	at   blockLines
}

func (b *blocksLines) next() (more bool, err error) {
	for {
		if more, err := b.at.next(); more || err != nil || len(b.left) == 0 {
			return more, err
		}
		b.at.people, b.left = placed{Reader: varint.Reader{Rest: b.left[0].records}}, b.left[1:]
	}
}
