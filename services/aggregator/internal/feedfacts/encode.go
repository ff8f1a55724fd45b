package feedfacts

import (
	"encoding/binary"
	"errors"
	"strings"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	"xinju.dev/services/platform/ids"
	"xinju.dev/services/platform/varint"
)

// errDamaged says that stored facts cannot be read.
var errDamaged = errors.New("stored facts are damaged")

// Encode returns the canonical bytes of the set: equal sets give equal bytes.
//
// Per fact: kind × 2 + deleted, identifier, version, and unless deleted the day
// it was recorded and the body with its length; all numbers as unsigned varints. An identifier made by
// package ids takes 17 bytes instead of 27.
func (s Set) Encode() []byte {
	size := 0
	for i := range s {
		size += 32 + len(s[i].Body)
	}
	out := make([]byte, 0, size)
	for i := range s {
		e := &s[i]
		head := uint64(e.Kind) << 1
		if e.Deleted {
			head |= 1
		}
		out = binary.AppendUvarint(out, head)
		out = appendID(out, e.ID)
		out = binary.AppendUvarint(out, uint64(e.Version))
		if !e.Deleted {
			out = binary.AppendUvarint(out, uint64(e.Recorded))
			out = binary.AppendUvarint(out, uint64(len(e.Body)))
			out = append(out, e.Body...)
		}
	}
	return out
}

// Decode reads what Encode wrote. The bodies point into raw.
func Decode(raw []byte) (Set, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	r := reader{Reader: varint.Reader{Rest: raw}}
	guess := len(raw)/usualSize + 1
	s := make(Set, 0, guess)
	r.ids.Grow(guess * ids.Len)
	for len(r.Rest) > 0 {
		head := r.Number()
		e := Entry{Kind: feedv1.FactKind(head >> 1), Deleted: head&1 == 1}
		e.ID = r.id()
		e.Version = int64(r.Number())
		if !e.Deleted {
			e.Recorded = int32(r.Number())
			e.Body = r.Bytes(r.Number())
		}
		if r.Bad {
			return nil, errDamaged
		}
		s = append(s, e)
	}
	return s, nil
}

// usualSize is what most facts take at least.
const usualSize = 40

type reader struct {
	varint.Reader
	ids strings.Builder // all of them, one behind the other
}

func (r *reader) id() string {
	n, begin := r.Number(), r.ids.Len()
	if n != 0 {
		r.ids.Write(r.Bytes(n))
	} else if raw := r.Bytes(packedID); !r.Bad {
		unpack(&r.ids, raw)
	}
	return r.ids.String()[begin:]
}

// packedID is how many bytes pack writes.
const packedID = 16

func appendID(out []byte, id string) []byte {
	if ids.Valid(id) {
		return pack(append(out, 0), id)
	}
	out = binary.AppendUvarint(out, uint64(len(id)))
	return append(out, id...)
}

const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

var valueOf = func() (v [256]byte) {
	for i := range len(digits) {
		v[digits[i]] = byte(i)
	}
	return v
}()

// pack writes the 128 bits of an identifier.
func pack(out []byte, id string) []byte {
	var hi, lo uint64
	for i := range len(id) {
		hi = hi<<5 | lo>>59
		lo = lo<<5 | uint64(valueOf[id[i]])
	}
	out = binary.BigEndian.AppendUint64(out, hi)
	return binary.BigEndian.AppendUint64(out, lo)
}

func unpack(b *strings.Builder, raw []byte) {
	hi, lo := binary.BigEndian.Uint64(raw), binary.BigEndian.Uint64(raw[8:])
	for i := ids.Len - 1; i >= 0; i-- {
		shift := uint(5 * i)
		var v uint64
		switch {
		case shift >= 64:
			v = hi >> (shift - 64)
		case shift > 59:
			v = lo>>shift | hi<<(64-shift)
		default:
			v = lo >> shift
		}
		b.WriteByte(digits[v&31])
	}
}
