package store

import (
	"encoding/binary"
	"errors"
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
func takeLine(raw []byte) (l storedLine, rest []byte, err error) {
	if l.place, raw, err = cut(raw); err != nil {
		return l, nil, err
	}
	var numbers [3]int64
	for i := range numbers {
		v, n := binary.Varint(raw)
		if n <= 0 {
			return l, nil, errRun
		}
		numbers[i], raw = v, raw[n:]
	}
	weight, n := binary.Uvarint(raw)
	if n <= 0 {
		return l, nil, errRun
	}
	l.from, l.until, l.on, l.weight = int32(numbers[0]), int32(numbers[0]+numbers[1]), int32(numbers[0]+numbers[2]), int32(weight)
	return l, raw[n:], nil
}

// cut reads bytes behind their length.
func cut(raw []byte) (part, rest []byte, err error) {
	v, n := binary.Uvarint(raw)
	if n <= 0 || v > uint64(len(raw)-n) {
		return nil, nil, errRun
	}
	raw = raw[n:]
	return raw[:v], raw[v:], nil
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
type placed struct{ rest, place, of []byte }

// next goes to the next place, whose bytes are valid until the one after.
func (r *placed) next() error {
	same, n := binary.Uvarint(r.rest)
	if n <= 0 || same > uint64(len(r.place)) {
		return errRun
	}
	more, rest, err := cut(r.rest[n:])
	if err != nil {
		return err
	}
	r.place = append(r.place[:same], more...)
	r.of, r.rest, err = cut(rest)
	return err
}
