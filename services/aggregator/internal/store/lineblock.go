package store

import (
	"slices"

	"xinju.dev/services/platform/varint"
)

// Lines lie in blocks, some of one list in each, and what has changed since in rows of
// their own, which hold where both speak of the same line. So a generation is filled
// with a hundredth of the rows and half of the bytes, and a page that changes one line
// still writes one row. Now and then a page folds changes into their blocks, so that
// they stay few: foldAround.

// blockSize is how many bytes of lines make a block, some sixty residents: four fit a
// page of a server, one and its key the two of SQLite.
const blockSize = 3600

// blockColumns begin with the key.
var blockColumns = []string{"generation", "indicator", "place", "records"}

// lineBlock is lines of residents in order. Its place is behind them all.
type lineBlock struct{ place, records []byte }

// behind is a place behind all lines of a resident and before those of the next one.
// place has no event.
func behind(place []byte) []byte {
	out := slices.Clone(place)
	out[len(out)-1] = partAfter
	return out
}

// storedLine is a line as it lies in the tables.
type storedLine struct {
	place                   []byte // its event is the last part
	event                   int    // where in the place that begins
	from, until, on, weight int32  // a weight of 0: there is no such line any more
}

// blockLines reads the lines of a block.
type blockLines struct {
	people placed
	lines  varint.Reader // of the resident at work, that are left
	line   storedLine
}

// next goes to the next line, valid until the one after; more is false behind the last.
func (b *blockLines) next() (more bool, err error) {
	for len(b.lines.Rest) == 0 {
		if len(b.people.Rest) == 0 {
			return false, nil
		}
		if err := b.people.next(); err != nil {
			return false, err
		}
		b.lines.Rest = b.people.of
	}
	l := takeLine(&b.lines)
	if b.lines.Bad {
		return false, errRun
	}
	own, event := b.line.place[:0], l.place
	l.event = len(b.people.place)
	l.place = append(append(own, b.people.place...), event...)
	b.line = l
	return true, nil
}

// blockWriter makes blocks of lines that come in order.
type blockWriter struct {
	out   []lineBlock
	at    places
	place []byte // of the resident at work
	lines []byte
}

func (w *blockWriter) add(l *storedLine) {
	if place := l.place[:l.event]; string(place) != string(w.place) {
		w.endResident()
		w.place = append(w.place[:0], place...)
	}
	w.lines = appendLine(w.lines, l.place[l.event:], l.from, l.until, l.on, l.weight)
}

func (w *blockWriter) endResident() {
	if len(w.lines) == 0 {
		return
	}
	w.at.add(w.place, w.lines)
	w.lines = w.lines[:0]
	if len(w.at.bytes) >= blockSize {
		w.endBlock()
	}
}

func (w *blockWriter) endBlock() {
	if len(w.at.bytes) > 0 {
		w.out = append(w.out, lineBlock{place: behind(w.at.last), records: w.at.take()})
	}
}

// end returns the blocks.
func (w *blockWriter) end() []lineBlock {
	w.endResident()
	w.endBlock()
	return w.out
}
