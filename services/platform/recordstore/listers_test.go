package recordstore_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/recordstore"

	"pgregory.net/rapid"
)

// shelf lists one kind, and counts what is read of it.
type shelf struct {
	facts         []recordstore.Listed // in the order of their keys
	read, changes int
}

// ListOrdered implements recordstore.Ordered.
func (s *shelf) ListOrdered(_ context.Context, after string, limit int) (out []recordstore.Listed, _ error) {
	for _, f := range s.facts {
		if f.Key > after && len(out) < limit {
			out = append(out, f)
		}
	}
	s.read += len(out)
	return out, nil
}

func (s *shelf) sort() {
	slices.SortFunc(s.facts, func(a, b recordstore.Listed) int { return strings.Compare(a.Key, b.Key) })
}

// shelvesOf makes up kinds; ordered says that all of them are in the order of residents.
func shelvesOf(rt *rapid.T) (all map[string]*shelf, kinds map[string]recordstore.Ordered, ordered bool) {
	all, kinds, ordered = map[string]*shelf{}, map[string]recordstore.Ordered{}, rapid.IntRange(0, 3).Draw(rt, "ordered") > 0
	for k := range rapid.IntRange(1, 7).Draw(rt, "kinds") {
		s := &shelf{}
		for n := range rapid.SampledFrom([]int{0, 1, 5, 60}).Draw(rt, "facts") {
			s.facts = append(s.facts, someFact(rt, int32(k+1), n, ordered))
		}
		s.sort()
		name := fmt.Sprint("kind", k)
		all[name], kinds[name] = s, s
	}
	return all, kinds, ordered
}

func someFact(rt *rapid.T, kind int32, n int, ordered bool) recordstore.Listed {
	f := changefeed.Fact{Kind: kind, ID: fmt.Sprintf("%03d", n), Version: 1}
	if r := rapid.IntRange(0, 12).Draw(rt, "resident"); r > 0 {
		f.ResidentID = fmt.Sprint("R", r) // "R1" begins "R10"
	}
	if ordered {
		return recordstore.Listed{Fact: f, Key: f.ResidentID + "/" + f.ID}
	}
	return recordstore.Listed{Fact: f, Key: f.ID + "/" + f.ResidentID}
}

// TestMergedKindsLoseNothingAtAnyPageSize: whatever the kinds hold, in whatever order,
// and whatever comes and goes between two pages, what stays is listed once. Kinds in the
// order of residents give a list in that order, and little more is read than is listed.
func TestMergedKindsLoseNothingAtAnyPageSize(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		all, kinds, ordered := shelvesOf(rt)
		limit, changing := rapid.IntRange(1, 40).Draw(rt, "limit"), rapid.Bool().Draw(rt, "changing")
		there := map[string]bool{} // from the beginning
		for _, s := range all {
			for _, f := range s.facts {
				there[nameOf(f.Fact)] = true
			}
		}
		seen, after, last := map[string]bool{}, "", ""
		for {
			before := reads(all)
			facts, next, err := recordstore.Listers(kinds).ListFacts(rt.Context(), after, limit)
			if err != nil || len(facts) > limit || len(next) > 1000 {
				rt.Fatalf("%d facts of %d, a key of %d bytes, %v", len(facts), limit, len(next), err)
			}
			if n := reads(all) - before; n > limit+limit/2+len(kinds) {
				rt.Fatalf("%d facts are read for a page of %d of %d kinds", n, limit, len(kinds))
			}
			for _, f := range facts {
				id := nameOf(f)
				if seen[id] {
					rt.Fatalf("%s is listed twice", id)
				}
				if ordered && f.ResidentID < last && there[id] { // what came meanwhile may come late
					rt.Fatalf("resident %q comes after %q", f.ResidentID, last)
				}
				seen[id], last = true, f.ResidentID
			}
			if after = next; after == "" {
				break
			}
			if changing {
				change(rt, all, ordered)
			}
		}
		for _, s := range all {
			for _, f := range s.facts {
				if there[nameOf(f.Fact)] && !seen[nameOf(f.Fact)] {
					rt.Fatalf("%s is not listed", nameOf(f.Fact))
				}
			}
		}
	})
}

func nameOf(f changefeed.Fact) string { return fmt.Sprint(f.Kind, " ", f.ID, " ", f.ResidentID) }

func reads(all map[string]*shelf) (n int) {
	for _, s := range all {
		n += s.read
	}
	return n
}

// change takes a fact off a shelf and puts another one there.
func change(rt *rapid.T, all map[string]*shelf, ordered bool) {
	s := all[fmt.Sprint("kind", rapid.IntRange(0, len(all)-1).Draw(rt, "shelf"))]
	if len(s.facts) == 0 {
		return
	}
	gone := rapid.IntRange(0, len(s.facts)-1).Draw(rt, "gone")
	kind := s.facts[gone].Kind
	s.changes++
	s.facts = append(slices.Delete(s.facts, gone, gone+1), someFact(rt, kind, 100+s.changes, ordered))
	s.sort()
}

func TestListersRefuseAKeyThatIsNotTheirs(t *testing.T) {
	l := recordstore.Listers(map[string]recordstore.Ordered{"a": &shelf{}})
	for _, key := range []string{`{"b":"1"}`, "a:1", "null", "[]", "{"} {
		if _, _, err := l.ListFacts(t.Context(), key, 10); !errors.Is(err, page.ErrToken) {
			t.Errorf("%s: got %v, want ErrToken", key, err)
		}
	}
}
