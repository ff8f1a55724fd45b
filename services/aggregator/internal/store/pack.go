package store

import (
	"encoding/binary"
	"errors"
)

// PackMembers writes the rows of one resident, in the order of their villages, as
// they lie in the resident's own row: village, sort key and pieces, each with its
// length as an unsigned varint before it.
func PackMembers(list []MemberRow) []byte {
	size := 0
	for i := range list {
		size += len(list[i].Village) + len(list[i].SortKey) + len(list[i].Pieces) + 6
	}
	out := make([]byte, 0, size)
	for i := range list {
		m := &list[i]
		out = append(binary.AppendUvarint(out, uint64(len(m.Village))), m.Village...)
		out = append(binary.AppendUvarint(out, uint64(len(m.SortKey))), m.SortKey...)
		out = append(binary.AppendUvarint(out, uint64(len(m.Pieces))), m.Pieces...)
	}
	return out
}

// usualMembers is in how many villages most residents count at most.
const usualMembers = 3

var errMembers = errors.New("stored members are damaged")

// EachMember calls each for the rows that PackMembers wrote of a resident. Pieces
// point into raw.
func EachMember(resident string, raw []byte, each func(MemberRow) error) error {
	for len(raw) > 0 {
		var parts [3][]byte
		for i := range parts {
			n, size := binary.Uvarint(raw)
			if size <= 0 || n > uint64(len(raw)-size) {
				return errMembers
			}
			raw = raw[size:]
			parts[i], raw = raw[:n:n], raw[n:]
		}
		err := each(MemberRow{Village: string(parts[0]), SortKey: string(parts[1]), ResidentID: resident, Pieces: parts[2]})
		if err != nil {
			return err
		}
	}
	return nil
}

// UnpackMembers reads what PackMembers wrote. Pieces point into raw.
func UnpackMembers(resident string, raw []byte) (out []MemberRow, err error) {
	if len(raw) > 0 {
		out = make([]MemberRow, 0, usualMembers)
	}
	err = EachMember(resident, raw, func(m MemberRow) error {
		out = append(out, m)
		return nil
	})
	return out, err
}

// piecesIn finds the pieces of a village.
func piecesIn(raw []byte, village string) (pieces []byte, err error) {
	err = EachMember("", raw, func(m MemberRow) error {
		if m.Village == village {
			pieces = m.Pieces
		}
		return nil
	})
	return pieces, err
}
