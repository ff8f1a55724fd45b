package store

import (
	"bytes"
	"slices"
	"sync"

	"github.com/klauspost/compress/s2"
)

// What a resident counts for repeats itself: every pack and unit names the same
// events and days. So most rows lie in the database compressed, behind two bytes
// with which no other begins: a length of 0 written longer than it needs to be.
// The others lie there as they are, as all rows of before do.
const denseFirst, denseSecond = 0x80, 0x00

// Bounds of what is compressed, in bytes: less gains nothing, and of more a
// damaged row could claim to hold what no memory does.
const (
	denseLeast = 64
	denseMost  = 1 << 20
)

// packRoom is what rows are written into; what is kept is as long as it is.
type packRoom struct{ raw, dense []byte }

var packRooms = sync.Pool{New: func() any { return new(packRoom) }}

// stored returns the shorter of two forms of what is in raw.
func (r *packRoom) stored() []byte {
	if n := len(r.raw); n >= denseLeast && n <= denseMost {
		r.dense = append(r.dense[:0], denseFirst, denseSecond)
		r.dense = slices.Grow(r.dense, s2.MaxEncodedLen(n)) // it encodes where there is room for that
		if m := len(s2.Encode(r.dense[2:], r.raw)); 2+m <= n-n/8 {
			return bytes.Clone(r.dense[:2+m])
		}
	}
	return bytes.Clone(r.raw)
}

// loose returns what was in raw: stored itself, or in room where there is enough of it.
func loose(stored, room []byte) ([]byte, error) {
	if len(stored) < 2 || stored[0] != denseFirst || stored[1] != denseSecond {
		return stored, nil
	}
	n, err := s2.DecodedLen(stored[2:])
	if err != nil || n > denseMost {
		return nil, errMembers
	}
	raw, err := s2.Decode(slices.Grow(room[:0], n), stored[2:])
	if err != nil {
		return nil, errMembers
	}
	return raw, nil
}
