// Package varint reads what is kept in few bytes: numbers as varints, and texts and
// bytes behind their length. What is damaged reads as zero and is told of once, at the
// end: no caller looks at each number.
package varint

import "encoding/binary"

// Reader takes bytes apart from the front.
type Reader struct {
	Rest []byte // what is left
	Bad  bool   // something was missing; set for good, and nothing is left then
}

// Number reads an unsigned varint.
func (r *Reader) Number() uint64 {
	v, n := binary.Uvarint(r.Rest)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.Rest = r.Rest[n:]
	return v
}

// Signed reads a signed varint.
func (r *Reader) Signed() int64 {
	v, n := binary.Varint(r.Rest)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.Rest = r.Rest[n:]
	return v
}

// Byte reads one byte.
func (r *Reader) Byte() byte {
	b := r.Bytes(1)
	if r.Bad {
		return 0
	}
	return b[0]
}

// Bytes reads n bytes. They share the memory of what is read, and cannot grow into it.
func (r *Reader) Bytes(n uint64) []byte {
	if n > uint64(len(r.Rest)) {
		r.fail()
		return nil
	}
	out := r.Rest[:n:n]
	r.Rest = r.Rest[n:]
	return out
}

// Text reads a text behind its length.
func (r *Reader) Text() string { return string(r.Bytes(r.Number())) }

func (r *Reader) fail() { r.Rest, r.Bad = nil, true }
