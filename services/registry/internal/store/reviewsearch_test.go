package store

import (
	"fmt"
	"strings"
	"testing"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/match"
	"xinju.dev/services/registry/internal/review"
)

func TestARebuildFindsTheSameAndKeepsDecisions(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		v := reviewsOf(t, s)
		_, _, names := oneTwice(t, s)
		number := citizen(civil.Must("1985-07-09"), 3)
		out := feed(t, s, arrivalOf("5", "李秀英", "1985-07-09", number, villageA), arrivalOf("6", "李秀英", "1985-07-09", otherPaper(t, number.Number.Reveal()), villageA))
		names[out[0].ResidentID], names[out[1].ResidentID] = "c", "d"
		comeToRest(t, v)
		before := openItems(t, v, "", "")
		for _, i := range before {
			if names[i.ResidentID] == "c" || names[i.ResidentID] == "d" {
				decide(t, v, i, review.AreTwo, 0)
			}
		}
		comeToRest(t, v) // a decision is a change of the feed
		p, err := v.Progress(t.Context())
		if err != nil || p.Stage != stageFollow || p.Position != p.Head || p.Done != p.Total || p.Compared == 0 {
			t.Errorf("%+v %v", p, err)
		}
		if err := v.Rebuild(t.Context(), onDay(today)); err != nil {
			t.Fatal(err)
		}
		comeToRest(t, v)
		after := openItems(t, v, "", "")
		if shownAs(after, names) != "DUPLICATE a/b" || after[0].Version != before[0].Version && after[0].Version != before[1].Version {
			t.Errorf("%s, version %d", shownAs(after, names), after[0].Version)
		}
	})
}

// Other weights compare everybody again, and close what they no longer propose.
func TestOtherWeightsCompareEverybodyAgain(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		v := reviewsOf(t, s)
		feed(t, s, arrivalOf("1", "王浩然", "1990-03-05", citizen(civil.Must("1990-03-05"), 1), villageA), func() core.Event {
			e := arrivalOf("2", "王浩然", "1990-03-05", otherPaper(t, "NB-12345678"), villageB)
			e.Phone = ""
			return e
		}())
		comeToRest(t, v)
		if got := openItems(t, v, "", ""); len(got) != 1 {
			t.Fatalf("%d items", len(got))
		}
		strict := *v.weights
		strict.Threshold = 1000
		other := NewReviews(s, &strict)
		comeToRest(t, other)
		if got := openItems(t, other, "", ""); len(got) != 1 {
			t.Error("the digest is that of the same file, nothing is done")
		}
		if err := other.Rebuild(t.Context(), onDay(today)); err != nil {
			t.Fatal(err)
		}
		comeToRest(t, other)
		if got := openItems(t, other, "", ""); len(got) != 0 {
			t.Errorf("%d items", len(got))
		}
	})
}

// A full block takes nobody more: who comes later is compared with those who are
// in it, and not with others who came too late.
func TestAFullBlockBoundsTheWorkAndSaysWhatIsLeftOut(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		var events []core.Event
		for i := range 5 {
			events = append(events, arrivalOf(fmt.Sprint(i), "王浩然", "1990-03-05", otherPaper(t, fmt.Sprintf("NB-1234567%d", i)), villageA))
		}
		feed(t, s, events...)
		v := reviewsOf(t, s)
		small := *v.weights
		small.Block = 2
		v.weights = &small
		comeToRest(t, v)
		if got := len(openItems(t, v, "", review.Duplicate)); got != 7 {
			t.Errorf("%d pairs of 10", got)
		}
		if p, err := v.Progress(t.Context()); err != nil || p.Compared != 7 || p.Capped == 0 {
			t.Errorf("%+v %v", p, err)
		}
	})
}

// Killed between any two steps, and with two processes at it, the search ends
// where it would have ended.
func TestTheSearchMayBeCutAndDoubled(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		a, b := reviewsOf(t, s), reviewsOf(t, s)
		_, _, names := oneTwice(t, s)
		done := make(chan error, 2)
		for _, v := range []*Reviews{a, b} {
			go func() {
				for range 40 {
					if _, err := v.Step(t.Context(), onDay(today)); err != nil {
						done <- err
						return
					}
				}
				done <- nil
			}()
		}
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		comeToRest(t, reviewsOf(t, s))
		if got := shownAs(openItems(t, a, "", ""), names); got != "DUPLICATE a/b" {
			t.Errorf("open: %q", got)
		}
	})
}

// What is personal in the index is sealed, and names cannot be tried against it
// without the key.
func TestTheIndexShowsNoNames(t *testing.T) {
	s := open(t, testkitSQLite(t))
	plain, err := encodeFeatures(recordOf(&core.Resident{State: core.State{Person: core.Person{Name: "王浩然"}}}, ""))
	if err != nil || !strings.Contains(string(plain), "王浩然") {
		t.Fatal(err)
	}
	f := match.FormsOf(match.Record{Name: "王浩然", Birth: civil.Must("1990-03-05")})
	for i, k := range s.blockKeys(&f) {
		if strings.Contains(string(k[:]), "wang") {
			t.Errorf("key %d", i)
		}
	}
}
