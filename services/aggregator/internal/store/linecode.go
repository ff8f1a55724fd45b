package store

import (
	"encoding/binary"
	"errors"

	"xinju.dev/services/platform/varint"
)

var errRun = errors.New("stored lines are damaged")

// appendLine writes a line without its place; event identifiers are its last part.
func appendLine(out []byte, event []byte, from, until, on, weight int32) []byte {
	out = binary.AppendUvarint(out, uint64(len(event)))
	out = append(out, event...)
	out = binary.AppendVarint(out, int64(from))
	out = binary.AppendVarint(out, int64(until)-int64(from))
	out = binary.AppendVarint(out, int64(on)-int64(from))
	return binary.AppendUvarint(out, uint64(weight))
}

// takeLine reads what appendLine wrote: a line whose place is its event alone.
func takeLine(r *varint.Reader) storedLine {
	l := storedLine{place: r.Bytes(r.Number())}
	l.from = int32(r.Signed())
	l.until, l.on = l.from+int32(r.Signed()), l.from+int32(r.Signed())
	l.weight = int32(r.Number())
	return l
}

// places writes places with what belongs to them, in order: how many bytes of a place
// are those of the place before, the others, and what belongs to it. The first place
// is written whole.
type places struct{ bytes, last []byte }

func (w *places) add(place, of []byte) {
	same := 0
	for same < min(len(w.last), len(place)) && w.last[same] == place[same] {
		same++
	}
	w.last = append(w.last[:same], place[same:]...)
	w.bytes = binary.AppendUvarint(w.bytes, uint64(same))
	w.bytes = binary.AppendUvarint(w.bytes, uint64(len(place)-same))
	w.bytes = append(w.bytes, place[same:]...)
	w.bytes = binary.AppendUvarint(w.bytes, uint64(len(of)))
	w.bytes = append(w.bytes, of...)
}

// take returns what was written and begins anew.
func (w *places) take() []byte {
	out := w.bytes
	w.bytes, w.last = make([]byte, 0, len(out)), w.last[:0]
	return out
}

// placed reads what places wrote.
type placed struct {
	varint.Reader
	place, of []byte
}

// next goes to the next place, whose bytes are valid until the one after.
func (r *placed) next() error {
	same := r.Number()
	if same > uint64(len(r.place)) {
		return errRun
	}
	r.place = append(r.place[:same], r.Bytes(r.Number())...)
	if r.of = r.Bytes(r.Number()); r.Bad {
		return errRun
	}
	return nil
}
