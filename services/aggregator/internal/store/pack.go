package store

import (
	"encoding/binary"
	"errors"
)

// PackMembers writes the rows of one resident, in the order of their villages, as
// they lie in the resident's own row: village, sort key and pieces, each with its
// length as an unsigned varint before it, compressed where that is shorter. Equal
// bytes mean equal rows; equal rows may have been written otherwise by another
// version.
func PackMembers(list []MemberRow) []byte {
	if len(list) == 0 {
		return nil
	}
	room := packRooms.Get().(*packRoom)
	defer packRooms.Put(room)
	out := room.raw[:0]
	for i := range list {
		m := &list[i]
		out = append(binary.AppendUvarint(out, uint64(len(m.Village))), m.Village...)
		out = append(binary.AppendUvarint(out, uint64(len(m.SortKey))), m.SortKey...)
		out = append(binary.AppendUvarint(out, uint64(len(m.Pieces))), m.Pieces...)
	}
	room.raw = out
	return room.stored()
}

// usualMembers is in how many villages most residents count at most.
const usualMembers = 3

var errMembers = errors.New("stored members are damaged")

// Unpacking reads what PackMembers wrote, resident by resident, in memory that it
// keeps.
type Unpacking struct {
	room []byte
	rows []PackedMember
}

// PackedMember is a MemberRow of a resident who is known.
type PackedMember struct{ Village, SortKey, Pieces []byte }

// Rows returns the rows of one resident. They are valid until the next call, and as
// long as stored is.
func (u *Unpacking) Rows(stored []byte) ([]PackedMember, error) {
	raw, err := loose(stored, u.room)
	if err != nil {
		return nil, err
	}
	if len(raw) > len(stored) { // it is not stored itself
		u.room = raw
	}
	u.rows = u.rows[:0]
	for len(raw) > 0 {
		var m PackedMember
		for _, part := range []*[]byte{&m.Village, &m.SortKey, &m.Pieces} {
			n, size := binary.Uvarint(raw)
			if size <= 0 || n > uint64(len(raw)-size) {
				return nil, errMembers
			}
			raw = raw[size:]
			*part, raw = raw[:n:n], raw[n:]
		}
		u.rows = append(u.rows, m)
	}
	return u.rows, nil
}

// UnpackMembers reads what PackMembers wrote. Pieces may point into stored.
func UnpackMembers(resident string, stored []byte) ([]MemberRow, error) {
	u := Unpacking{rows: make([]PackedMember, 0, usualMembers)}
	rows, err := u.Rows(stored)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	out := make([]MemberRow, len(rows))
	for i, m := range rows {
		out[i] = MemberRow{Village: string(m.Village), SortKey: string(m.SortKey), ResidentID: resident, Pieces: m.Pieces}
	}
	return out, nil
}

// piecesIn finds the pieces of a village.
func piecesIn(stored []byte, village string) ([]byte, error) {
	u := Unpacking{rows: make([]PackedMember, 0, usualMembers)}
	rows, err := u.Rows(stored)
	for i := range rows {
		if string(rows[i].Village) == village {
			return rows[i].Pieces, err
		}
	}
	return nil, err
}
