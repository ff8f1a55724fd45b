// Package ident holds the numbers of people's documents: reading them,
// checking them, and keeping them from printing themselves.
//
// Whether a division exists, and so whether a number of an invented province is
// acceptable, is not decided here: the registry asks its division table.
package ident

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/subtle"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"unique"
)

// Number is the number of a document in its one normal form. The zero value
// means "none". Numbers compare with == and are good as keys of maps within the
// process that made them.
//
// No formatting verb, encoder or logger shows it; Reveal is the only way out,
// so that a review can find every place where a number leaves. It holds the
// number enciphered, with a key that lives as long as the process, because fmt
// prints the fields of a value past its methods when a verb does not fit (%w).
// To keep each number once and hold a handle to it (package unique) hides it as
// well, and took 5 µs a number, a tenth of all CPU of an import of new people.
type Number struct {
	hidden [numberSize]byte
	long   unique.Handle[string] // of a number that does not fit into hidden, which none of people's documents does
}

// numberSize is two blocks of the cipher: the number, and its length at the end.
const numberSize = 2 * aes.BlockSize

var hiding = newHiding()

func newHiding() cipher.Block {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails: the process ends instead
	block, err := aes.NewCipher(key)
	if err != nil { // keys of 32 bytes are keys
		return nil
	}
	return block
}

func number(s string) Number {
	if s == "" {
		return Number{}
	}
	if len(s) >= numberSize {
		return Number{long: unique.Make(s)}
	}
	var b [numberSize]byte
	copy(b[:], s)
	b[numberSize-1] = byte(len(s))
	first, second := b[:aes.BlockSize], b[aes.BlockSize:]
	// The end first, so that the blocks of two numbers are alike only where the
	// end is.
	hiding.Encrypt(second, second)
	subtle.XORBytes(first, first, second)
	hiding.Encrypt(first, first)
	return Number{hidden: b}
}

// Reveal returns the number itself: for sealed storage, exact look-up and the
// screens of those who may see it.
func (n Number) Reveal() string {
	if n.IsZero() {
		return ""
	}
	if n.hidden == [numberSize]byte{} {
		return n.long.Value()
	}
	b := n.hidden
	first, second := b[:aes.BlockSize], b[aes.BlockSize:]
	hiding.Decrypt(first, first)
	subtle.XORBytes(first, first, second)
	hiding.Decrypt(second, second)
	return string(b[:b[numberSize-1]])
}

// IsZero reports whether there is no number.
func (n Number) IsZero() bool { return n == Number{} }

// Equal is ==, for those who ask by method.
func (n Number) Equal(other Number) bool { return n == other }

// Format implements fmt.Formatter for every verb.
func (n Number) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(n.String())) }

// String says only whether there is a number.
func (n Number) String() string {
	if n.IsZero() {
		return "none"
	}
	return "hidden"
}

// LogValue implements slog.LogValuer.
func (n Number) LogValue() slog.Value { return slog.StringValue(n.String()) }

// MarshalJSON keeps the number out of JSON, and so out of zap.Any.
func (n Number) MarshalJSON() ([]byte, error) { return []byte(`"` + n.String() + `"`), nil }

// MarshalText keeps the number out of XML, YAML and map keys.
func (n Number) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

var errStored = errors.New("a document number is stored sealed, not as a column")

// Value implements driver.Valuer by refusing: a store must seal what Reveal returns.
func (n Number) Value() (driver.Value, error) { return nil, errStored }
