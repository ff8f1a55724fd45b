// Package feedfacts translates between the facts of the change feeds and the
// plain structs that rules read, and keeps one resident's facts as one compact,
// canonical run of bytes.
//
// It decides which version of a fact holds and nothing else: no rule, no
// storage, no feed position.
package feedfacts

import (
	"cmp"
	"slices"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
)

// Entry is one fact as it is kept: the body is the deterministic encoding of its
// feedv1 message. A deleted one has no body; it stays as a tombstone, so that an
// older version that arrives again cannot bring the fact back.
type Entry struct {
	Kind    feedv1.FactKind
	ID      string
	Version int64
	Deleted bool
	// Recorded is the day on which the record was first entered (yyyymmdd, 0 unknown).
	Recorded int32
	Body     []byte
}

// Set is the facts of one resident, or of the world, in the order of kind and id.
type Set []Entry

func order(a, b Entry) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID)) }

// Put takes e in unless the set has this version or a later one, and reports
// whether it did.
func (s *Set) Put(e Entry) bool {
	i, found := slices.BinarySearchFunc(*s, e, order)
	switch {
	case !found:
		*s = slices.Insert(*s, i, e)
	case e.Version <= (*s)[i].Version:
		return false
	default:
		(*s)[i] = e
	}
	return true
}

// Find returns the one fact of the kind and id.
func (s Set) Find(kind int32, id string) (Set, bool) {
	i, found := slices.BinarySearchFunc(s, Entry{Kind: feedv1.FactKind(kind), ID: id}, order)
	if !found {
		return nil, false
	}
	return s[i : i+1], true
}

// Live returns the number of facts that hold.
func (s Set) Live() int {
	n := 0
	for i := range s {
		if !s[i].Deleted {
			n++
		}
	}
	return n
}

// Known says whether the registry's fact about the person is among them.
func (s Set) Known() bool {
	for i := range s { // persons are the first kind
		if s[i].Kind != feedv1.FactKind_FACT_KIND_PERSON {
			return false
		}
		if !s[i].Deleted {
			return true
		}
	}
	return false
}

// WithoutTombstones returns the facts that hold: what a source lists, and so
// what two aggregators must agree on.
func (s Set) WithoutTombstones() Set {
	if s.Live() == len(s) {
		return s
	}
	return slices.DeleteFunc(slices.Clone(s), func(e Entry) bool { return e.Deleted })
}

// Fact is an entry with the resident it is about, "" for divisions and units.
type Fact struct {
	ResidentID string
	Entry
}
