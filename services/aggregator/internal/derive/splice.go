package derive

import (
	"bytes"
	"encoding/binary"

	"xinju.dev/services/aggregator/internal/ledger"
)

// Splice replaces in what Encode wrote the pieces of some items by others, in
// canonical order: what RowsOf derived of the same village. It calls changed for
// every piece that goes (n is −1) or comes (1). What is left is raw itself where
// nothing changes, and empty when the village has none.
func Splice(raw []byte, items *Items, pieces []Piece, changed func(p Piece, n int)) ([]byte, error) {
	s := splicing{raw: raw, pieces: pieces, changed: changed}
	for s.end < len(raw) {
		s.begin = s.end
		head, _ := binary.Uvarint(raw[s.begin:])
		n, event := sizeOf(raw[s.begin:])
		if n == 0 || head>>flagBits >= uint64(len(items.has)) {
			return nil, errDamaged
		}
		s.end += n
		key := ledger.Key(head >> flagBits)
		if items.takes(key, event) {
			if err := s.replace(); err != nil {
				return nil, err
			}
			continue
		}
		for len(s.pieces) > 0 && (s.pieces[0].Key < key || s.pieces[0].Key == key && s.pieces[0].EventID < string(event)) {
			s.put()
		}
	}
	s.begin = s.end
	for len(s.pieces) > 0 {
		s.put()
	}
	if s.out == nil {
		return raw, nil
	}
	return append(s.out, raw[s.copied:]...), nil
}

// splicing goes through the old pieces and the new ones side by side.
type splicing struct {
	raw        []byte
	begin, end int     // of the old piece at hand
	pieces     []Piece // new ones that are still to come
	changed    func(p Piece, n int)
	out        []byte // nil as long as nothing differs
	copied     int    // how much of raw is in it, or left out
}

// replace goes past the old piece, which stays only if it is among the new ones.
func (s *splicing) replace() error {
	var room [128]byte
	var old Piece // decoded when it is first needed
	for len(s.pieces) > 0 {
		p := &s.pieces[0]
		if bytes.Equal(p.append(room[:0]), s.raw[s.begin:s.end]) {
			s.pieces = s.pieces[1:]
			return nil
		}
		if old.Weight == 0 && old.decode(s.raw[s.begin:s.end]) == 0 {
			return errDamaged
		}
		if order(*p, old) >= 0 {
			break
		}
		s.put()
	}
	if old.Weight == 0 && old.decode(s.raw[s.begin:s.end]) == 0 {
		return errDamaged
	}
	s.carry()
	s.copied = s.end
	s.changed(old, -1)
	return nil
}

// put writes the next new piece before the old one.
func (s *splicing) put() {
	s.carry()
	s.out = s.pieces[0].append(s.out)
	s.changed(s.pieces[0], 1)
	s.pieces = s.pieces[1:]
}

// carry takes over what lies before the old piece.
func (s *splicing) carry() {
	if s.out == nil {
		s.out = make([]byte, 0, len(s.raw)+16*len(s.pieces))
	}
	s.out = append(s.out, s.raw[s.copied:s.begin]...)
	s.copied = s.begin
}
