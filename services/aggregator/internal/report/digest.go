package report

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
)

// Digester computes the digest of a report: add every part of the lists in the
// order of village, indicator and part, then every part of the persons in order,
// and end with the content.
type Digester struct{ parts hash.Hash }

// NewDigester begins a digest.
func NewDigester() *Digester { return &Digester{sha256.New()} }

// List adds a part of a list.
func (d *Digester) List(village string, indicator, part, lines int, body []byte) {
	d.frame([]byte("list"), []byte(village), number(indicator), number(part), number(lines), body)
}

// Persons adds a part of the persons.
func (d *Digester) Persons(first string, body []byte) {
	d.frame([]byte("persons"), []byte(first), body)
}

// Sum returns the digest with the canonical bytes of the content, hex.
func (d *Digester) Sum(content []byte) string {
	whole := &Digester{sha256.New()}
	whole.frame([]byte("xinju report 1"), content, d.parts.Sum(nil))
	return hex.EncodeToString(whole.parts.Sum(nil))
}

// frame writes fields so that no two different runs of fields have the same bytes.
func (d *Digester) frame(fields ...[]byte) {
	for _, f := range fields {
		d.parts.Write(binary.BigEndian.AppendUint64(nil, uint64(len(f))))
		d.parts.Write(f)
	}
}

func number(n int) []byte { return binary.AppendVarint(nil, int64(n)) }
