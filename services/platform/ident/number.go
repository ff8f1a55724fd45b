// Package ident holds the numbers of people's documents: reading them,
// checking them, and keeping them from printing themselves.
//
// Whether a division exists, and so whether a number of an invented province is
// acceptable, is not decided here: the registry asks its division table.
package ident

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"unique"
)

// Number is the number of a document in its one normal form. The zero value
// means "none". Numbers compare with ==.
//
// No formatting verb, encoder or logger shows it; Reveal is the only way out,
// so that a review can find every place where a number leaves. It holds a handle
// and not the text, because fmt prints the fields of a value past its methods
// when a verb does not fit (%w).
type Number struct{ h unique.Handle[string] }

func number(s string) Number {
	if s == "" {
		return Number{}
	}
	return Number{unique.Make(s)}
}

// Reveal returns the number itself: for sealed storage, exact look-up and the
// screens of those who may see it.
func (n Number) Reveal() string {
	if n.IsZero() {
		return ""
	}
	return n.h.Value()
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
