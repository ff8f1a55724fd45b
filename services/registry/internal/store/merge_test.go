package store

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ident"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/registry/internal/core"
)

// numberOf is the document of the n-th invented person.
func numberOf(n int) ident.Document { return arrive("", n, "2025-01-01").Document }

// merge says that two persons are one, by their documents.
func merge(id string, first, second int) core.Event {
	return about(id, first, core.Merge, "2026-05-01", func(e *core.Event) {
		e.Name, e.HukouDivision, e.OtherDocument = "", "", numberOf(second)
	})
}

func void(id, of string) core.Event {
	return about(id, 0, core.Void, "2026-05-02", func(e *core.Event) {
		e.Document, e.Name, e.HukouDivision, e.Replaces = core.Document{}, "", "", of
	})
}

// bodies are all facts as the tables list them, without versions.
func bodies(t *testing.T, s *SQL) (out []string) {
	t.Helper()
	for name, l := range s.Listers() {
		for _, f := range all(t, l) {
			out = append(out, strings.Join([]string{name, f.ID, f.ResidentID, string(f.Body)}, " "))
		}
	}
	slices.Sort(out)
	return out
}

func get(t *testing.T, s *SQL, id string) core.Resident {
	t.Helper()
	r, err := s.Resident(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAMergeJoinsTwoResidentsAndAVoidPartsThemExactly(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		a := feed(t, s, arrive("1", 1, "2025-03-01"), about("2", 1, core.PermitIssue, "2025-09-01"))[0].ResidentID
		other := arrive("3", 2, "2026-02-01")
		other.Division = villageB
		b := feed(t, s, other, about("4", 2, core.PermitIssue, "2026-03-01"))[0].ResidentID
		before, stateA, stateB := bodies(t, s), get(t, s, a), get(t, s, b)
		low, high := min(a, b), max(a, b)

		out := feed(t, s, merge("m", 2, 1))
		if got := codes(out); got != "review:DOCUMENT_CONTRADICTS" && got != "updated" && got != "review:OVERLAPPING_STAYS" {
			t.Errorf("the merge is %s", got)
		}
		if out[0].ResidentID != low {
			t.Error("the merge names another than the one who stands for both")
		}
		for _, id := range []string{a, b} {
			got := get(t, s, id)
			if got.ID != low || len(got.Stays) != 2 || len(got.Permits) != 2 || len(got.Documents) != 2 || cmp.Diff([]string{high}, got.Merged) != "" {
				t.Errorf("merged: %d stays, %d permits, %v", len(got.Stays), len(got.Permits), got.Merged)
			}
		}
		if both, err := s.Residents(t.Context(), []string{high, low, high}); err != nil || len(both) != 1 {
			t.Errorf("one person is listed %d times", len(both))
		}
		if ids, err := s.Lookup(t.Context(), []core.Document{numberOf(1), numberOf(2)}); err != nil || ids[0] != low || ids[1] != low {
			t.Error("both documents should find the one who stands for both")
		}
		if log, _, err := s.Events(t.Context(), high, page.Query{}); err != nil || len(log) != 5 {
			t.Errorf("%d events in the log of both", len(log))
		}
		list, _, err := s.ListResidents(t.Context(), core.ResidentFilter{Division: "990101000000", Day: civil.Must("2026-06-01")}, page.Query{})
		if err != nil || len(list) != 1 || list[0].ID != low {
			t.Errorf("%d lines, want one person once", len(list))
		}
		links := all(t, s.Listers()["link"])
		if len(links) != 1 || links[0].ID != high || !strings.Contains(string(links[0].Body), low) {
			t.Errorf("%d links", len(links))
		}
		replayed(t, s)

		if got := codes(feed(t, s, void("v", "m"))); got != "updated" {
			t.Errorf("the void is %s", got)
		}
		if d := cmp.Diff(before, bodies(t, s)); d != "" {
			t.Errorf("parted, the facts differ: %s", d)
		}
		for id, was := range map[string]core.Resident{a: stateA, b: stateB} {
			got := get(t, s, id)
			if got.ID != id || got.State.Digest() != was.State.Digest() || len(got.Merged) != 0 || got.Version <= was.Version {
				t.Error("parted, a resident is not as before")
			}
		}
		replayed(t, s)

		feed(t, s, void("w", "v")) // the void was an error itself
		if got := get(t, s, high); got.ID != low {
			t.Error("a voided void merges again")
		}
		replayed(t, s)
	})
}

func TestAMergeWaitsUntilBothAreKnown(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		if got := codes(feed(t, s, merge("m", 1, 2))); got != "pending:PERSON_NOT_ARRIVED" && got != "pending:MERGE_PERSON_NOT_ARRIVED" {
			t.Errorf("of two unknown persons: %s", got)
		}
		a := feed(t, s, arrive("1", 1, "2025-03-01"))[0].ResidentID
		if got := codes(feed(t, s, merge("m2", 1, 2))); got != "pending:MERGE_PERSON_NOT_ARRIVED" {
			t.Errorf("of one unknown person: %s", got)
		}
		feed(t, s, about("l", 2, core.Leave, "2026-04-01")) // of the second, who has not arrived
		if len(all(t, s.Listers()["link"])) != 0 {
			t.Error("nobody is linked to somebody unknown")
		}
		feed(t, s, arrive("2", 2, "2025-03-01"))
		if got := lookup(t, s, numberOf(2)); got.ID != a || len(got.Merged) != 1 {
			t.Error("both known, they are not one")
		}
		feed(t, s, void("v", "2"))
		if ids, err := s.Lookup(t.Context(), []core.Document{numberOf(2)}); err != nil || ids[0] != "" {
			t.Error("the second never arrived, but is found")
		}
		replayed(t, s)
		feed(t, s, void("v1", "m"), void("v2", "m2"), void("v3", "v"))
		if got := lookup(t, s, numberOf(2)); got.ID == a {
			t.Error("without a merge they are two")
		}
		replayed(t, s)
	})
}

func TestAMergeByIdentifierWaitsForAResidentWhoIsKnownAgain(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		a, b := feed(t, s, arrive("1", 1, "2025-03-01"))[0].ResidentID, feed(t, s, arrive("2", 2, "2025-03-01"))[0].ResidentID
		feed(t, s, void("v", "2"))
		out := feed(t, s, about("m", 1, core.Merge, "2026-05-01", func(e *core.Event) { e.OtherResidentID = b }))
		if got := codes(out); got != "pending:MERGE_PERSON_NOT_ARRIVED" {
			t.Errorf("of somebody who never came: %s", got)
		}
		feed(t, s, void("w", "v"))
		if got := lookup(t, s, numberOf(2)); got.ID != min(a, b) || len(got.Merged) != 1 {
			t.Error("both known, they are two")
		}
		replayed(t, s)
	})
}

func TestAMergeNamesTwoPersons(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		a := feed(t, s, arrive("1", 1, "2025-03-01"))[0].ResidentID
		for name, c := range map[string]struct {
			event core.Event
			want  string
		}{
			"the same document twice": {merge("m1", 1, 1), "refused:MERGE_INVALID"},
			"nobody else":             {about("m2", 1, core.Merge, "2026-05-01"), "refused:MERGE_INVALID"},
			"a resident who is not there": {about("m3", 1, core.Merge, "2026-05-01", func(e *core.Event) {
				e.OtherResidentID = "01JQZZZZZZZZZZZZZZZZZZZZZZ"
			}), "refused:RESIDENT_NOT_FOUND"},
			"the same resident twice": {about("m4", 1, core.Merge, "2026-05-01", func(e *core.Event) {
				e.Document, e.ResidentID, e.OtherResidentID = core.Document{}, a, a
			}), "refused:MERGE_INVALID"},
			"another event as well": {about("m5", 1, core.Merge, "2026-05-01", func(e *core.Event) {
				e.OtherDocument, e.Replaces = numberOf(2), "1"
			}), "refused:MERGE_INVALID"},
		} {
			if got := codes(feed(t, s, c.event)); got != c.want {
				t.Errorf("%s: %s", name, got)
			}
		}
		b := feed(t, s, arrive("2", 2, "2025-03-01"))[0].ResidentID
		feed(t, s, about("m6", 1, core.Merge, "2026-05-01", func(e *core.Event) {
			e.Document, e.ResidentID, e.OtherResidentID = core.Document{}, b, a
		}))
		if got := get(t, s, max(a, b)); got.ID != min(a, b) {
			t.Error("merged by resident identifiers, they are two")
		}
	})
}

func TestThreeMergedInAChainArePartedOneByOne(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		var ids []string
		for i := range 3 {
			ids = append(ids, feed(t, s, arrive(string(rune('1'+i)), i, "2025-03-01"))[0].ResidentID)
		}
		before := bodies(t, s)
		feed(t, s, merge("m1", 0, 1))
		feed(t, s, merge("m2", 2, 1))
		least := slices.Min(ids)
		for _, id := range ids {
			if got := get(t, s, id); got.ID != least || len(got.Stays) != 3 {
				t.Errorf("three in one: %d stays", len(got.Stays))
			}
		}
		feed(t, s, void("v1", "m1"))
		if got := get(t, s, ids[0]); got.ID != ids[0] || len(got.Stays) != 1 {
			t.Error("the first stands alone")
		}
		if got := get(t, s, ids[2]); got.ID != min(ids[1], ids[2]) || len(got.Stays) != 2 {
			t.Error("the others are one")
		}
		replayed(t, s)
		feed(t, s, void("v2", "m2"))
		if d := cmp.Diff(before, bodies(t, s)); d != "" {
			t.Error(d)
		}
		replayed(t, s)
	})
}

func TestADeskUpdatesAMergedResidentAndTheyCanStillBeParted(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		a := feed(t, s, arrive("1", 1, "2025-03-01"))[0].ResidentID
		b := feed(t, s, arrive("2", 2, "2025-03-01"))[0].ResidentID
		low, high := min(a, b), max(a, b)
		feed(t, s, merge("m", 1, 2))
		_, err := s.CreateResident(t.Context(), record.Request{}, core.Event{
			Type: core.Arrive, Effective: today, Document: numberOf(2), Division: villageA, Arrived: today,
		}, nil, onDay(today))
		if err == nil {
			t.Error("a document of a merged resident was given to somebody new")
		}
		version := get(t, s, low).Version
		got, err := s.Amend(t.Context(), high, version, []core.Event{
			{Type: core.Correct, Effective: today, Phone: "13900000000"},
			{Type: core.Correct, Effective: today, Document: numberOf(1)},
			{Type: core.Correct, Effective: today, Document: numberOf(2)},
		}, onDay(today))
		if err != nil || got.ID != low || got.Phone != "13900000000" || len(got.Merged) != 1 {
			t.Fatalf("%v", err)
		}
		feed(t, s, void("v", "m"))
		if lookup(t, s, numberOf(1)).ID != a || lookup(t, s, numberOf(2)).ID != b {
			t.Error("parted, a document is with the wrong one")
		}
		if _, err := s.Amend(t.Context(), high, version, nil, onDay(today)); err == nil {
			t.Error("an old version was taken")
		}
		replayed(t, s)
	})
}

func TestACorrectionThatGivesAResidentAwayLinksThem(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		a := feed(t, s, arrive("1", 1, "2025-03-01"), about("2", 1, core.Leave, "2026-03-01"))[0].ResidentID
		b := feed(t, s, arrive("3", 2, "2025-04-01"))[0].ResidentID
		before := bodies(t, s)
		// both events of the first were about the second
		feed(t, s, about("c1", 1, core.Correct, "2026-04-01", func(e *core.Event) { e.Replaces, e.Document = "1", numberOf(2) }))
		feed(t, s, about("c2", 1, core.Correct, "2026-03-01", func(e *core.Event) { e.Replaces, e.Document = "2", numberOf(2) }))
		if got := get(t, s, a); got.ID != b || cmp.Diff([]string{a}, got.Merged) != "" {
			t.Errorf("the old identifier finds %v", got.Merged)
		}
		if links := all(t, s.Listers()["link"]); len(links) != 1 || links[0].ID != a {
			t.Errorf("%d links", len(links))
		}
		replayed(t, s)
		// whoever has that number now is somebody else
		c := feed(t, s, about("4", 1, core.Arrive, "2026-05-01", func(e *core.Event) { e.Sender = "gb" }))[0].ResidentID
		if c == a || c == b || get(t, s, a).ID != b {
			t.Error("the true holder of the number is taken for somebody else")
		}
		feed(t, s, void("v4", "4"), about("v5", 1, core.Void, "2026-05-05", func(e *core.Event) { e.Sender, e.Replaces = "gb", "4" }))
		feed(t, s, void("v1", "c1"))
		feed(t, s, void("v2", "c2"))
		if d := cmp.Diff(before, bodies(t, s)); d != "" && lookup(t, s, numberOf(1)).ID != c {
			t.Errorf("taken back: %s", d)
		}
		replayed(t, s)
	})
}

func TestAResidentGetsTheOldIdentifierBackWhenTheCorrectionIsVoided(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		a := feed(t, s, arrive("1", 1, "2025-03-01"), about("2", 1, core.Move, "2025-06-01", func(e *core.Event) { e.Division = villageB }))[0].ResidentID
		b := feed(t, s, arrive("3", 2, "2025-04-01"))[0].ResidentID
		before := bodies(t, s)
		give := func(id, of string) core.Event {
			return about(id, 1, core.Correct, "2026-04-01", func(e *core.Event) { e.Replaces, e.Document, e.Name, e.HukouDivision = of, numberOf(2), "", "" })
		}
		feed(t, s, give("c1", "1"), give("c2", "2"))
		if get(t, s, a).ID != b {
			t.Fatal("not linked")
		}
		feed(t, s, void("v2", "c2"))
		feed(t, s, void("v1", "c1"))
		if got := lookup(t, s, numberOf(1)).ID; got != a {
			t.Error("the person came back under another identifier")
		}
		if d := cmp.Diff(before, bodies(t, s)); d != "" {
			t.Errorf("taken back: %s", d)
		}
		replayed(t, s)
	})
}

func TestAStayThatChangesHandsHasAHigherVersion(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		a := feed(t, s, arrive("1", 1, "2025-03-01"))[0].ResidentID
		for i := range 5 { // the first resident has been changed often
			feed(t, s, about("p"+string(rune('0'+i)), 1, core.PermitIssue, civil.Must("2025-05-01").AddDays(i).String()))
		}
		feed(t, s, arrive("2", 2, "2025-03-01"))
		feed(t, s, about("x", 1, core.Arrive, "2025-08-01", func(e *core.Event) { e.Division = villageB }))
		feed(t, s, about("c", 1, core.Correct, "2026-04-01", func(e *core.Event) { e.Replaces, e.Document = "x", numberOf(2) }))
		version := map[string]int64{}
		for _, f := range all(t, s.Listers()["residence"]) {
			version[f.ID] = f.Version
		}
		if v := version[core.EventKey("ga-990101", "x")]; v <= get(t, s, a).Version-2 {
			t.Errorf("version %d", v)
		}
		replayed(t, s)
	})
}
