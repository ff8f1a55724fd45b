// Package seal keeps names, numbers, telephones and addresses from being read
// in a database file or a backup, and still lets a number be looked up exactly.
//
// A value is sealed to its place: table, row and field. The index of a value is
// a keyed hash, equal for equal values of one field and without a way back.
// The package holds no key longer than the Sealer lives and prints none.
package seal

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// IndexSize is the length of an index in bytes.
const IndexSize = 32

// Errors of sealing. None quotes a value.
var (
	ErrSealed = errors.New("seal: the value is damaged, belongs to another place, or its key is not here")
	ErrKey    = errors.New("seal: a key has 32 bytes, and each version is given once")
)

// Sealer seals values for one database. It is safe for concurrent use. An empty
// value stays empty.
type Sealer interface {
	// Seal protects plain for one place. row is the row's id.
	Seal(table, row, field string, plain []byte) ([]byte, error)
	// Open returns what was sealed for the same place. It fails with ErrSealed.
	Open(table, row, field string, sealed []byte) ([]byte, error)
	// Index returns the blind index of plain, IndexSize bytes, for look-up by
	// equality within one field.
	Index(field string, plain []byte) []byte
}

// The first byte of a sealed value names its suite, so that a database can be
// taken from one to the other while it is served.
const (
	suitePlain byte = 0
	suiteAES   byte = 1
)

// Plain is the suite that protects nothing: values are stored as they are, the
// index is HMAC-SHA-256. It serves demonstrations and tests.
type Plain struct{ index *indexer }

// NewPlain returns the plain suite; indexKey has 32 bytes. It fails with ErrKey.
func NewPlain(indexKey []byte) (*Plain, error) {
	if len(indexKey) != 32 {
		return nil, ErrKey
	}
	return &Plain{newIndexer(indexKey)}, nil
}

// Seal implements Sealer.
func (*Plain) Seal(_, _, _ string, plain []byte) ([]byte, error) {
	if len(plain) == 0 {
		return nil, nil
	}
	return append([]byte{suitePlain}, plain...), nil
}

// Open implements Sealer.
func (*Plain) Open(_, _, _ string, sealed []byte) ([]byte, error) {
	if len(sealed) == 0 {
		return nil, nil
	}
	if sealed[0] != suitePlain {
		return nil, ErrSealed
	}
	return bytes.Clone(sealed[1:]), nil
}

// Index implements Sealer.
func (p *Plain) Index(field string, plain []byte) []byte { return p.index.index(field, plain) }

// String keeps the key out of whatever prints the suite.
func (*Plain) String() string { return "seal: plain suite" }

// GoString does the same for %#v.
func (p *Plain) GoString() string { return p.String() }

// place joins names so that no two lists of names give the same bytes.
func place(names ...string) []byte {
	var out []byte
	for _, n := range names {
		out = binary.BigEndian.AppendUint32(out, uint32(len(n)))
		out = append(out, n...)
	}
	return out
}
