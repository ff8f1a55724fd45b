package store

import (
	"errors"
	"fmt"
	"testing"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/review"
)

func TestFlagsAreItemsUntilTheyAreGoneOrLookedAt(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		v := reviewsOf(t, s)
		doc := citizen(civil.Must("1990-03-05"), 1)
		first := arrivalOf("1", "王浩然", "1990-03-05", doc, villageA)
		second := arrivalOf("2", "王浩然", "1990-03-05", doc, villageB)
		second.Arrived, second.Effective = civil.Must("2025-04-01"), civil.Must("2025-04-01")
		out := feed(t, s, first, second)
		comeToRest(t, v)
		list := openItems(t, v, "", "OVERLAPPING_STAYS")
		if len(list) != 1 || list[0].ResidentID != out[0].ResidentID || list[0].Division != villageB {
			t.Fatalf("%+v", list)
		}
		looked := decide(t, v, list[0], review.LookedAt, 0)
		feed(t, s, core.Event{Sender: "ga-990101", ID: "phone", Type: core.Correct, Effective: today, Replaces: "1", Phone: "13900000009"})
		comeToRest(t, v)
		if got := openItems(t, v, "", "OVERLAPPING_STAYS"); len(got) != 0 {
			t.Error("asked again although nothing overlaps otherwise")
		}
		feed(t, s, core.Event{Sender: "ga-990101", ID: "earlier", Type: core.Correct, Effective: today, Replaces: "2", Arrived: civil.Must("2025-03-20")})
		comeToRest(t, v)
		if got := openItems(t, v, "", "OVERLAPPING_STAYS"); len(got) != 1 || got[0].ID != looked.ID {
			t.Errorf("another overlap is not asked about: %d", len(got))
		}
		feed(t, s, core.Event{Sender: "ga-990101", ID: "void", Type: core.Void, Effective: today, Replaces: "2"})
		comeToRest(t, v)
		if got := openItems(t, v, "", ""); len(got) != 0 {
			t.Errorf("the cause is gone, and %d items are open", len(got))
		}
		item, _, _, err := v.Item(t.Context(), looked.ID)
		if err != nil || item.State != review.Gone {
			t.Errorf("state %d, %v", item.State, err)
		}
	})
}

func TestWhatIsPutOffShowsOnItsDay(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		v := reviewsOf(t, s)
		oneTwice(t, s)
		comeToRest(t, v)
		decide(t, v, openItems(t, v, "", "")[0], review.AskLater, today.AddDays(3))
		for day, want := range map[civil.Date]int{today: 0, today.AddDays(2): 0, today.AddDays(3): 1} {
			list, _, err := v.Items(t.Context(), review.Filter{Today: day}, page.Query{})
			if err != nil || len(list) != want {
				t.Errorf("%s: %d items, %v", day, len(list), err)
			}
			counts, err := v.Counts(t.Context(), "", false, day)
			if err != nil || len(counts) != want {
				t.Errorf("%s: %v, %v", day, counts, err)
			}
		}
	})
}

// A number is the length of its list, for every division and kind, also where a
// pair lives in two places.
func TestANumberIsTheLengthOfItsList(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		v := reviewsOf(t, s)
		villages := []string{villageA, villageB, villageC}
		for i := range 12 {
			number := citizen(civil.Must("1990-03-05").AddDays(i*37), i+1)
			birth := number.Birth().String()
			e, o := arrivalOf(fmt.Sprintf("a%d", i), "王浩然", birth, number, villages[i%3]), arrivalOf(fmt.Sprintf("b%d", i), "王浩然", birth, otherPaper(t, number.Number.Reveal()), villages[(i/3)%3])
			e.Phone, o.Phone = fmt.Sprintf("139%08d", i), fmt.Sprintf("138%08d", i)
			twice := arrivalOf(fmt.Sprintf("c%d", i), "王浩然", birth, number, villages[(i+1)%3])
			twice.Effective, twice.Arrived = civil.Must("2025-03-05"), civil.Must("2025-03-05")
			feed(t, s, e, o)
			if i%2 == 0 {
				feed(t, s, twice)
			}
		}
		comeToRest(t, v)
		for _, where := range []string{"", "990000000000", "990100000000", "990101000000", "990101001000"} {
			counts, err := v.Counts(t.Context(), where, true, today)
			if err != nil || len(counts) < 2 {
				t.Fatal(counts, err)
			}
			for _, c := range counts {
				list := openItems(t, v, c.Division, c.Kind)
				seen := map[string]bool{}
				for _, i := range list {
					seen[i.ID] = true
				}
				if len(list) != c.Items || len(seen) != c.Items {
					t.Errorf("%q %s: counted %d, listed %d, different %d", c.Division, c.Kind, c.Items, len(list), len(seen))
				}
			}
		}
		if _, err := v.Counts(t.Context(), "990199000000", false, today); !errors.Is(err, core.ErrDivisionNotFound) {
			t.Error(err)
		}
	})
}
