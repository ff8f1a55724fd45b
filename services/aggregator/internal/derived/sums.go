package derived

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math/bits"
	"sync"

	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/store"
)

// sum is a digest of a set of rows that can be kept up to date row by row: the
// SHA-256 of each row, added up modulo 2^256. Any order of the same rows gives
// the same sum, so it equals that of the rows in key order. It proves agreement
// of two honest copies; it is no defence against somebody who forges rows.
type sum struct {
	limbs [4]uint64
	n     int64
}

func (s *sum) add(row [sha256.Size]byte) {
	var carry uint64
	for i := range s.limbs {
		s.limbs[i], carry = bits.Add64(s.limbs[i], binary.LittleEndian.Uint64(row[8*i:]), carry)
	}
	s.n++
}

func (s *sum) remove(row [sha256.Size]byte) {
	var borrow uint64
	for i := range s.limbs {
		s.limbs[i], borrow = bits.Sub64(s.limbs[i], binary.LittleEndian.Uint64(row[8*i:]), borrow)
	}
	s.n--
}

// plus adds the rows that were added to another sum and takes away those that were
// removed from it.
func (s *sum) plus(more sum) {
	var carry uint64
	for i := range s.limbs {
		s.limbs[i], carry = bits.Add64(s.limbs[i], more.limbs[i], carry)
	}
	s.n += more.n
}

// minus undoes plus.
func (s *sum) minus(less sum) {
	var borrow uint64
	for i := range s.limbs {
		s.limbs[i], borrow = bits.Sub64(s.limbs[i], less.limbs[i], borrow)
	}
	s.n -= less.n
}

// sums is the digest of a whole generation.
type sums struct{ facts, world, members sum }

func (s sums) hex() string {
	var raw []byte
	for _, part := range []sum{s.facts, s.world, s.members} {
		raw = binary.BigEndian.AppendUint64(raw, uint64(part.n))
		for _, l := range part.limbs {
			raw = binary.BigEndian.AppendUint64(raw, l)
		}
	}
	h := sha256.Sum256(raw)
	return hex.EncodeToString(h[:])
}

// hashing hashes rows, in room that it keeps.
type hashing struct{ room []byte }

// row hashes fields so that no two different rows have the same bytes.
func (h *hashing) row(fields ...[]byte) [sha256.Size]byte {
	h.room = h.room[:0]
	for _, f := range fields {
		h.room = binary.BigEndian.AppendUint32(h.room, uint32(len(f)))
		h.room = append(h.room, f...)
	}
	return sha256.Sum256(h.room)
}

// rooms keeps where rows are put together.
var rooms = sync.Pool{New: func() any { return new(hashing) }}

func row(fields ...[]byte) [sha256.Size]byte {
	h := rooms.Get().(*hashing)
	defer rooms.Put(h)
	return h.row(fields...)
}

// putFacts and takeFacts count the facts that hold; tombstones are left out,
// because a source does not list what it deleted. raw is the encoding of set.
func (s *sums) putFacts(resident string, set feedfacts.Set, raw []byte) {
	if held := heldBytes(set, raw); len(held) > 0 {
		s.facts.add(row([]byte(resident), held))
	}
}

func (s *sums) takeFacts(resident string, set feedfacts.Set, raw []byte) {
	if held := heldBytes(set, raw); len(held) > 0 {
		s.facts.remove(row([]byte(resident), held))
	}
}

func heldBytes(set feedfacts.Set, raw []byte) []byte {
	if set.Live() == len(set) {
		return raw
	}
	return set.WithoutTombstones().Encode()
}

func memberHash(m *store.MemberRow) [sha256.Size]byte {
	return row([]byte(m.Village), []byte(m.SortKey), []byte(m.ResidentID), m.Pieces)
}

func worldSum(set feedfacts.Set) (s sum) {
	for i := range set {
		if !set[i].Deleted {
			s.add(row(set[i : i+1].Encode()))
		}
	}
	return s
}
