package core

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"xinju.dev/services/platform/civil"
)

// told makes the dossier of events recorded one after the other.
func told(list ...Event) Dossier {
	d := Dossier{ID: "A"}
	for i, e := range list {
		ms := int64(i + 1)
		d.Kept = append(d.Kept, Kept{Recorded: Recorded{Event: e, RecordTime: time.UnixMilli(ms)}, Owned: []Owned{{ms, 0, "A"}}})
	}
	return d
}

func TestWhatEachEventChanged(t *testing.T) {
	const second = "990101199006300058"
	stay := "residences[" + EventKey("ga", "1") + "]."
	permit := "permits[" + EventKey("ga", "4") + "]."
	d := told(
		ev("1", Arrive, "2025-03-10", arrived("2025-03-01"), named("王晓红"), phone("1")),
		ev("2", Arrive, "2025-03-10", arrived("2025-03-01"), named("王晓红"), phone("1")), // nothing new
		ev("3", Correct, "2025-04-01", about("1"), arrived("2025-03-05")),
		ev("4", PermitIssue, "2025-09-01", numbered("P1")),
		ev("5", PermitReissue, "2025-10-01", numbered("P2")),
		ev("6", Leave, "2025-11-01", carries(mustDocument(second)), named("王小红")),
	)
	out, next := Changes(d.Steps(), 0, 100)
	if next != 6 {
		t.Errorf("ended at %d", next)
	}
	got := map[string][]FieldChange{}
	for _, c := range out {
		got[c.ID] = c.Fields
	}
	want := map[string][]FieldChange{
		"1": {
			{"name", "", "王晓红"},
			{"sex", "", "2"},
			{"birth_date", "", "1988-11-12"},
			{"phone", "", "1"},
			{"documents[01#1]", "", "2025-03-10…"},
			{stay + "division", "", villageA},
			{stay + "arrived_date", "", "2025-03-01"},
			{stay + "registered_date", "", "2025-03-10"},
		},
		"4": {{permit + "number", "", "#1"}, {permit + "issued_date", "", "2025-09-01"}},
		"5": {{permit + "number", "#1", "#2"}, {permit + "reissued_dates[0]", "", "2025-10-01"}},
	}
	for id, w := range want {
		if diff := cmp.Diff(w, got[id]); diff != "" {
			t.Errorf("event %s: %s", id, diff)
		}
	}
	if _, changed := got["2"]; changed {
		t.Error("an event that changed nothing is told")
	}
	if !slices.Contains(got["6"], FieldChange{stay + "left_date", "", "2025-11-01"}) || !slices.ContainsFunc(got["6"], func(f FieldChange) bool { return strings.HasPrefix(f.Field, "documents[01#2]") }) {
		t.Errorf("the departure with a second document: %v", got["6"])
	}
}

func TestTheChangesAddUpToTheState(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDossier(t)
		steps := d.Steps()
		all, end := Changes(steps, 0, len(steps)+1)
		if end != len(steps) {
			t.Fatalf("ended at %d of %d", end, len(steps))
		}
		sum := map[string]string{}
		for _, c := range all {
			for _, f := range c.Fields {
				if sum[f.Field] != f.Before {
					t.Fatalf("%s: before %q, was %q", f.Field, f.Before, sum[f.Field])
				}
				sum[f.Field] = f.After
				if f.After == "" {
					delete(sum, f.Field)
				}
			}
		}
		h := newHistorian(steps)
		for _, s := range steps {
			h.take(s)
		}
		want := map[string]string{}
		for _, v := range h.fields() {
			want[v.field] = v.text
		}
		if diff := cmp.Diff(want, sum); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestPagesOfChangesAreTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDossier(t)
		steps := d.Steps()
		all, _ := Changes(steps, 0, len(steps)+1)
		limit := rapid.IntRange(1, 4).Draw(t, "limit")
		var pages []Change
		for from := 0; from < len(steps); {
			page, next := Changes(steps, from, limit)
			if next <= from || len(page) > limit {
				t.Fatalf("a page of %d from %d to %d", len(page), from, next)
			}
			pages, from = append(pages, page...), next
		}
		same := func(a, b Change) bool { return a.ID == b.ID && a.AtMS == b.AtMS && slices.Equal(a.Fields, b.Fields) }
		if !slices.EqualFunc(all, pages, same) {
			t.Fatalf("%d changes, %d in pages", len(all), len(pages))
		}
	})
}

func TestNoNumberIsTold(t *testing.T) {
	second := mustDocument("990101199006300058")
	d := told(
		ev("1", Arrive, "2025-03-10"), ev("2", Correct, "2025-04-01", about("1"), carries(second)), ev("3", PermitIssue, "2025-09-01", numbered("PERMIT-77")),
		ev("4", PermitReissue, "2025-10-01", numbered("PERMIT-78")),
	)
	out, _ := Changes(d.Steps(), 0, 100)
	for _, c := range out {
		for _, f := range c.Fields {
			for _, number := range []string{woman.Number.Reveal(), second.Number.Reveal(), "PERMIT-77", "PERMIT-78"} {
				if strings.Contains(f.Field+f.Before+f.After, number) {
					t.Errorf("%s tells a number", f.Field)
				}
			}
		}
	}
}

// A person with very many events is told in pages whose cost is bounded.
func TestAnEndlessHistoryIsToldInBoundedPages(t *testing.T) {
	var list []Event
	for i := range 1300 {
		day := civil.Must("2015-01-01").AddDays(i)
		list = append(list, Event{Sender: "ga", ID: string(rune('A'+i%26)) + day.String(), Type: Move, Effective: day, Document: woman, Division: villageA, Address: day.String()})
	}
	list[0].Type = Arrive
	d := told(list...)
	steps := d.Steps()
	pages, changes := 0, 0
	for from := 1100; from < len(steps); pages++ {
		h, next := Changes(steps, from, 1000)
		changes, from = changes+len(h), next
	}
	if pages < 2 || changes != 200 {
		t.Errorf("%d pages, %d changes", pages, changes)
	}
}
