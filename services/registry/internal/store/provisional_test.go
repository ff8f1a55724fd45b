package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/registry/internal/core"
)

// unnamed is an arrival of somebody without any document.
func unnamed(id string) core.Event {
	return about(id, 1, core.Arrive, "2025-03-01", func(e *core.Event) { e.Document, e.Name, e.BirthPartial = core.Document{}, "无名氏", "1990" })
}

func TestAPersonWithoutADocumentIsKeptAndFoundAgain(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		out := feed(t, s, unnamed("1"), unnamed("2"))
		if got := codes(out); got != "review:NO_DOCUMENT review:NO_DOCUMENT" || out[0].ResidentID == out[1].ResidentID {
			t.Fatalf("%s", got)
		}
		id := out[0].ResidentID
		r := get(t, s, id)
		if len(r.Documents) != 0 || r.BirthPartial != "1990" || len(r.Stays) != 1 || cmp.Diff([]string{"BIRTH_PARTIAL", "NO_DOCUMENT"}, r.Flags) != "" {
			t.Errorf("%d documents, %v", len(r.Documents), r.Flags)
		}
		if got := codes(feed(t, s, unnamed("1"))); got != "duplicate" {
			t.Errorf("the same again: %s", got)
		}
		if got := codes(feed(t, s, about("l", 1, core.Leave, "2025-04-01", func(e *core.Event) { e.Document = core.Document{} }))); got != "refused:EVENT_WITHOUT_PERSON" {
			t.Errorf("a departure of nobody: %s", got)
		}
		feed(t, s, about("l2", 1, core.Leave, "2025-04-01", func(e *core.Event) { e.Document, e.ResidentID = core.Document{}, id }))
		feed(t, s, about("c", 1, core.Correct, "2025-05-01", func(e *core.Event) { e.Replaces, e.Name = "1", "" }))
		if got := lookup(t, s, numberOf(1)); got.ID != id || slices.Contains(got.Flags, "NO_DOCUMENT") || got.Stays[0].Left != civil.Must("2025-04-01") {
			t.Errorf("with a document: %v", got.Flags)
		}
		replayed(t, s)
	})
}

func TestADocumentOfSomebodyKnownMakesOneOfTwo(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		id := feed(t, s, unnamed("1"))[0].ResidentID
		known := feed(t, s, arrive("2", 1, "2025-06-01"))[0].ResidentID
		before := bodies(t, s)
		feed(t, s, about("c", 1, core.Correct, "2025-05-01", func(e *core.Event) { e.Replaces, e.Name = "1", "" }))
		if a, b := get(t, s, id), get(t, s, known); a.ID != b.ID || len(a.Merged) != 1 {
			t.Error("they are two")
		}
		replayed(t, s)
		feed(t, s, void("v", "c"))
		if d := cmp.Diff(before, bodies(t, s)); d != "" {
			t.Errorf("taken back: %s", d)
		}
		feed(t, s, about("m", 1, core.Merge, "2026-05-01", func(e *core.Event) { e.OtherResidentID = id }))
		if got := lookup(t, s, numberOf(1)); got.ID != min(id, known) || len(got.Stays) != 2 {
			t.Error("merged by hand, they are two")
		}
		feed(t, s, void("v2", "m"))
		if d := cmp.Diff(before, bodies(t, s)); d != "" {
			t.Errorf("parted: %s", d)
		}
		replayed(t, s)
	})
}

func TestWhoHasMoreEventsDoesNotTakeTheIdentifierOfTheOther(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		for n := range 6 { // which of the two identifiers is less is left to chance
			id := feed(t, s, unnamed(fmt.Sprint("u", n)))[0].ResidentID
			known := feed(t, s, arrive(fmt.Sprint("a", n), 10+n, "2025-06-01"), about(fmt.Sprint("p", n), 10+n, core.PermitIssue, "2025-12-01"),
				about(fmt.Sprint("l", n), 10+n, core.Leave, "2026-02-01"))[0].ResidentID
			before := bodies(t, s)
			feed(t, s, about(fmt.Sprint("c", n), 10+n, core.Correct, "2025-05-01", func(e *core.Event) { e.Replaces, e.Name = fmt.Sprint("u", n), "" }))
			if get(t, s, id).ID != get(t, s, known).ID {
				t.Error("they are two")
			}
			feed(t, s, void(fmt.Sprint("v", n), fmt.Sprint("c", n)))
			if d := cmp.Diff(before, bodies(t, s)); d != "" {
				t.Fatalf("taken back: %s", d)
			}
		}
		replayed(t, s)
	})
}

func TestTwoPeopleUnderOneNumberArePartedByACorrection(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		woman := arrive("1", 1, "2025-03-01")
		woman.Name, woman.Sex = "王小红", 2
		id := feed(t, s, woman)[0].ResidentID
		before := bodies(t, s)
		man := about("2", 1, core.Arrive, "2025-04-01", func(e *core.Event) { e.Name, e.Sex, e.Division = "李强", 1, villageB })
		out := feed(t, s, man, about("3", 1, core.PermitIssue, "2025-10-01", func(e *core.Event) { e.Name, e.Sex = "李强", 1 }))
		if got := codes(out[:1]); got != "review:NUMBER_SHARED" || out[0].ResidentID != id {
			t.Errorf("%s", got)
		}
		give := func(id, of string) core.Event {
			return about(id, 1, core.Correct, "2025-10-01", func(e *core.Event) {
				e.Replaces, e.Document, e.Name, e.HukouDivision = of, numberOf(2), "", ""
			})
		}
		feed(t, s, give("c1", "2"), give("c2", "3"))
		now := lookup(t, s, numberOf(2))
		if now.ID == id || now.Name != "李强" || len(now.Permits) != 1 || len(now.Stays) != 1 {
			t.Error("he should be somebody else now")
		}
		if r := get(t, s, id); len(r.Flags) != 0 || r.Name != "王小红" || len(r.FormerNames) != 0 {
			t.Errorf("she should be as before: %v", r.Flags)
		}
		for _, f := range before {
			if !slices.Contains(bodies(t, s), f) {
				t.Error("a fact of hers is another one")
			}
		}
		replayed(t, s)
	})
}

func TestRevokedHukouAndDeathAreAsIfTheyHadNotBeen(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		feed(t, s, arrive("1", 1, "2025-03-01"))
		before := bodies(t, s)
		for i, e := range []core.Event{
			about("h", 1, core.HukouIn, "2025-06-01", func(e *core.Event) { e.HukouDivision, e.HukouKind = "990101", 3 }),
			about("d", 1, core.Death, "2025-07-01"),
		} {
			feed(t, s, e)
			if cmp.Diff(before, bodies(t, s)) == "" {
				t.Errorf("event %s changes no fact", e.ID)
			}
			feed(t, s, void(fmt.Sprint("v", i), e.ID))
			if d := cmp.Diff(before, bodies(t, s)); d != "" {
				t.Errorf("event %s revoked: %s", e.ID, d)
			}
		}
		feed(t, s, about("b", 2, core.Birth, "2026-01-05", func(e *core.Event) { e.Document, e.Division, e.Name = certificate(2), villageA, "王某" }), void("vb", "b"))
		if d := cmp.Diff(before, bodies(t, s)); d != "" {
			t.Errorf("a birth revoked: %s", d)
		}
		replayed(t, s)
	})
}

func TestAMergeMeetsAnArrivalThatComesAtTheSameMoment(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		for round := range 6 {
			first, second := 10+2*round, 11+2*round
			feed(t, s, arrive(fmt.Sprint("a", round), first, "2025-03-01"))
			late := arrive(fmt.Sprint("b", round), second, "2025-04-01")
			late.Sender = "ga-990102"
			done := make(chan error, 2)
			for _, e := range []core.Event{merge(fmt.Sprint("m", round), first, second), late} {
				go func() {
					_, err := s.Record(context.WithoutCancel(t.Context()), []core.Event{e}, false, onDay(today))
					done <- err
				}()
			}
			for range 2 {
				if err := <-done; err != nil {
					t.Fatal(err)
				}
			}
			if a, b := lookup(t, s, numberOf(first)), lookup(t, s, numberOf(second)); a.ID != b.ID || len(a.Stays) != 2 {
				t.Errorf("round %d: they are two", round)
			}
		}
		replayed(t, s)
	})
}

func TestTheMotherOfAChildIsWhoeverStandsForHer(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		a := feed(t, s, arrive("1", 1, "2025-03-01"))[0].ResidentID
		b := feed(t, s, arrive("2", 3, "2025-03-01"))[0].ResidentID
		high := max(a, b)
		document := numberOf(1)
		if high == b {
			document = numberOf(3)
		}
		feed(t, s, born("b1", 1, document))
		if got := motherOf(t, s, certificate(1)); got != high {
			t.Fatalf("mother %q", got)
		}
		feed(t, s, merge("m", 1, 3))
		if got := motherOf(t, s, certificate(1)); got != min(a, b) {
			t.Errorf("merged: mother %q", got)
		}
		feed(t, s, void("v", "m"))
		if got := motherOf(t, s, certificate(1)); got != high {
			t.Errorf("parted: mother %q", got)
		}
	})
}

func TestProvisionalIdentitiesLeaveTheRegistryNowhere(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		feed(t, s, unnamed("1"))
		key := core.EventKey("ga-990101", "1")
		stays := strings.Join(bodies(t, s), "\n")
		if strings.Count(stays, key) != 1 { // the stay that the event began has it
			t.Errorf("%d facts show the key", strings.Count(stays, key))
		}
	})
}
