package store

import (
	"errors"
	"slices"
	"testing"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/review"
)

func TestMergeAndUnmergeGoThroughTheLog(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		v := reviewsOf(t, s)
		a, b, names := oneTwice(t, s)
		comeToRest(t, v)
		before, err := s.Residents(t.Context(), []string{a, b})
		if err != nil {
			t.Fatal(err)
		}
		merged := decide(t, v, openItems(t, v, "", "")[0], review.Merge, 0)
		if merged.State != review.Merged || merged.MergeEvent == "" {
			t.Fatalf("%+v", merged)
		}
		comeToRest(t, v)
		if got := openItems(t, v, "", review.Duplicate); len(got) != 0 {
			t.Errorf("still open: %s", shownAs(got, names))
		}
		list, err := s.Residents(t.Context(), []string{a, b})
		if err != nil || len(list) != 1 || list[0].ID != min(a, b) {
			t.Fatalf("not one person: %v", err)
		}
		var events []core.Recorded
		for _, id := range []string{a} {
			page, _, err := s.Events(t.Context(), id, page.Query{})
			if err != nil {
				t.Fatal(err)
			}
			events = append(events, page...)
		}
		if !slices.ContainsFunc(events, func(e core.Recorded) bool {
			return e.ID == merged.MergeEvent && e.Sender == core.Desk && e.Type == core.Merge && e.ResidentID == min(a, b) && e.OtherResidentID == max(a, b)
		}) {
			t.Error("the desk's event is not in the log")
		}
		apart := decide(t, v, merged, review.UndoMerge, 0)
		if apart.State != review.Open || apart.MergeEvent != "" {
			t.Errorf("%+v", apart)
		}
		comeToRest(t, v)
		after, err := s.Residents(t.Context(), []string{a, b})
		if err != nil || len(after) != 2 || after[0].State.Digest() != before[0].State.Digest() || after[1].State.Digest() != before[1].State.Digest() {
			t.Errorf("they are not as they were: %v", err)
		}
		if got := shownAs(openItems(t, v, "", review.Duplicate), names); got != "DUPLICATE a/b" {
			t.Errorf("open: %q", got)
		}
		_, _, decisions, err := v.Item(t.Context(), apart.ID)
		if err != nil || len(decisions) != 2 || decisions[1].Verdict != review.Merge || decisions[0].Verdict != review.UndoMerge || decisions[0].By != "县卫健局01" || decisions[0].Note == "" || decisions[0].EventID == "" {
			t.Errorf("%+v %v", decisions, err)
		}
	})
}

func TestAMergeThatIsVoidedElsewhereOpensTheItem(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		v := reviewsOf(t, s)
		_, _, names := oneTwice(t, s)
		comeToRest(t, v)
		merged := decide(t, v, openItems(t, v, "", "")[0], review.Merge, 0)
		comeToRest(t, v)
		out := feed(t, s, core.Event{Sender: core.Desk, ID: "void", Type: core.Void, Effective: today, Replaces: merged.MergeEvent})
		comeToRest(t, v)
		if got := shownAs(openItems(t, v, "", review.Duplicate), names); got != "DUPLICATE a/b" {
			t.Errorf("open: %q after %s", got, codes(out))
		}
	})
}

func TestTwoPersonsAreNotProposedAgainUntilADocumentSpeaks(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		v := reviewsOf(t, s)
		number := citizen(civil.Must("1990-03-05"), 1)
		first, second := arrivalOf("1", "王浩然", "1990-03-05", number, villageA), arrivalOf("2", "王浩然", "1990-03-05", otherPaper(t, "NB-12345678"), villageB)
		out := feed(t, s, first, second)
		names := map[string]string{out[0].ResidentID: "a", out[1].ResidentID: "b"}
		comeToRest(t, v)
		decide(t, v, openItems(t, v, "", review.Duplicate)[0], review.AreTwo, 0)
		update := func(id string, change func(*core.Event)) {
			r, err := s.Resident(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			e := core.Event{Type: core.Correct, Effective: today}
			change(&e)
			if _, err := s.Amend(t.Context(), id, r.Version, []core.Event{e}, onDay(today)); err != nil {
				t.Fatal(err)
			}
			comeToRest(t, v)
		}
		update(out[1].ResidentID, func(e *core.Event) { e.Employer = "某某电子厂" })
		if got := openItems(t, v, "", review.Duplicate); len(got) != 0 {
			t.Errorf("proposed again: %s", shownAs(got, names))
		}
		update(out[1].ResidentID, func(e *core.Event) { e.Document = otherPaper(t, number.Number.Reveal()) })
		if got := shownAs(openItems(t, v, "", review.Duplicate), names); got != "DUPLICATE a/b" {
			t.Errorf("a document says so, and open is %q", got)
		}
	})
}

func TestDecisionsNeedTheVersionThatWasReadAndCountOnce(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		v := reviewsOf(t, s)
		oneTwice(t, s)
		comeToRest(t, v)
		item := openItems(t, v, "", "")[0]
		c := review.Choice{ItemID: item.ID, Version: item.Version + 1, Decision: review.Decision{Verdict: review.AreTwo, By: "x"}}
		if _, err := v.Decide(t.Context(), record.Request{}, c, onDay(today)); !errors.Is(err, review.ErrChanged) {
			t.Error(err)
		}
		c.Version = item.Version
		req := record.NewRequest("r-1", []byte("payload"))
		first, err := v.Decide(t.Context(), req, c, onDay(today))
		if err != nil {
			t.Fatal(err)
		}
		again, err := v.Decide(t.Context(), req, c, onDay(today))
		if err != nil || again.ID != first.ID || again.Version != first.Version {
			t.Errorf("%+v %v", again, err)
		}
		if _, _, decisions, err := v.Item(t.Context(), item.ID); err != nil || len(decisions) != 1 {
			t.Errorf("%d decisions, %v", len(decisions), err)
		}
		c.ItemID = "01JZ0000000000000000000000"
		if _, err := v.Decide(t.Context(), record.Request{}, c, onDay(today)); !errors.Is(err, review.ErrNotFound) {
			t.Error(err)
		}
	})
}
