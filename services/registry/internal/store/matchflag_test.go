package store

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/review"
)

// doubted lists the residents whom the change feed says to be in an open pair. It
// reads the changes in any order, takes the highest version of each person, and
// fails when that is not what the list of current facts says.
func doubted(t testing.TB, s *SQL, shuffle *rand.Rand) (out []string) {
	t.Helper()
	page, err := changefeed.Read(t.Context(), s.db, "", 0, 100_000)
	if err != nil {
		t.Fatal(err)
	}
	changes := slices.Clone(page.Changes)
	shuffle.Shuffle(len(changes), func(i, j int) { changes[i], changes[j] = changes[j], changes[i] })
	latest := map[string]changefeed.Fact{}
	for _, c := range changes {
		was, there := latest[c.Fact.ID]
		if c.Fact.Kind != s.kinds.person {
			continue
		}
		if there && was.Version == c.Fact.Version {
			t.Errorf("%s is told of twice at version %d", c.Fact.ID, was.Version)
		}
		if !there || was.Version < c.Fact.Version {
			latest[c.Fact.ID] = c.Fact
		}
	}
	var told, listed []string
	for id, f := range latest {
		if !f.Deleted {
			told = append(told, fmt.Sprintf("%s %d %x", id, f.Version, f.Body))
		}
		if slices.Contains(flagsIn(t, f), core.FlagDoubled.Reason) {
			out = append(out, id)
		}
	}
	for _, f := range all(t, s.Listers()["person"]) {
		listed = append(listed, fmt.Sprintf("%s %d %x", f.ID, f.Version, f.Body))
	}
	slices.Sort(told)
	if diff := gocmp.Diff(listed, told); diff != "" {
		t.Errorf("the feed tells something else than the list:\n%s", diff)
	}
	slices.Sort(out)
	return out
}

func flagsIn(t testing.TB, f changefeed.Fact) []string {
	t.Helper()
	body := &feedv1.PersonFact{}
	if err := proto.Unmarshal(f.Body, body); err != nil {
		t.Fatal(err)
	}
	return body.GetFlags()
}

// inPairs lists the residents of open pairs, as the queue has them.
func inPairs(t testing.TB, v *Reviews) (out []string) {
	t.Helper()
	for _, i := range everyItem(t, v, review.Duplicate) {
		out = append(out, i.ResidentID, i.OtherID)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// everyItem lists the open items of a kind, also those that are put off.
func everyItem(t testing.TB, v *Reviews, kind string) (out []review.Item) {
	t.Helper()
	for token := ""; ; {
		list, next, err := v.Items(t.Context(), review.Filter{Kind: kind, Today: today.AddDays(1000)}, page.Query{Size: 100, Token: token})
		if err != nil {
			t.Fatal(err)
		}
		if out, token = append(out, list...), next; next == "" {
			return out
		}
	}
}

func TestAnOpenPairIsAFlagOfBothInTheFeedUntilItIsDecided(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		v, any := reviewsOf(t, s), rand.New(rand.NewPCG(1, 1))
		a, b, _ := oneTwice(t, s)
		both := []string{min(a, b), max(a, b)}
		is := func(when string, want ...string) {
			t.Helper()
			if diff := gocmp.Diff(want, doubted(t, s, any)); diff != "" {
				t.Errorf("%s: %s", when, diff)
			}
		}
		pair := func() review.Item { t.Helper(); return everyItem(t, v, review.Duplicate)[0] }
		is("before the search")
		comeToRest(t, v)
		is("found", both...)
		decide(t, v, pair(), review.AskLater, today.AddDays(5))
		is("put off", both...)
		merged := decide(t, v, pair(), review.Merge, 0)
		is("merged")
		comeToRest(t, v)
		is("merged and looked at again")
		decide(t, v, merged, review.UndoMerge, 0)
		is("parted", both...)
		comeToRest(t, v)
		is("parted and looked at again", both...)
		feed(t, s, core.Event{Sender: "ga-990101", ID: "m", Type: core.Move, Effective: civil.Must("2025-09-01"), ResidentID: a, Division: villageC, Address: "和平路2号"})
		feed(t, s, core.Event{Sender: "ga-990101", ID: "n", Type: core.Correct, Effective: today, Replaces: "1", HukouDivision: "340101"})
		is("moved, and another hukou", both...)
		if err := s.Refold(t.Context(), both, onDay(today)); err != nil {
			t.Fatal(err)
		}
		is("folded again", both...)
		comeToRest(t, v)
		decide(t, v, pair(), review.AreTwo, 0)
		is("two persons")
		comeToRest(t, v)
		is("two persons for good")
	})
}

func TestAPairThatIsGoneIsNoFlagAnyMore(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		v := reviewsOf(t, s)
		oneTwice(t, s)
		comeToRest(t, v)
		feed(t, s, core.Event{Sender: "ga-990101", ID: "void", Type: core.Void, Effective: today, Replaces: "2"})
		comeToRest(t, v)
		if got := doubted(t, s, rand.New(rand.NewPCG(2, 2))); len(got) != 0 {
			t.Errorf("still doubted: %v", got)
		}
	})
}

// A store from before the flag was kept has open pairs and no flags; the search
// begins anew then.
func TestTheFlagsOfPairsThatWereOpenBeforeAreRaisedByANewSearch(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		v := reviewsOf(t, s)
		oneTwice(t, s)
		comeToRest(t, v)
		if _, err := s.db.SQL().ExecContext(t.Context(), "UPDATE resident SET doubled = 0"); err != nil {
			t.Fatal(err)
		}
		if err := s.RefoldAll(t.Context(), onDay(today), func(int) {}); err != nil {
			t.Fatal(err)
		}
		if got := doubted(t, s, rand.New(rand.NewPCG(3, 3))); len(got) != 0 {
			t.Fatal("the flag cannot be taken away")
		}
		if err := v.Rebuild(t.Context(), onDay(today)); err != nil {
			t.Fatal(err)
		}
		comeToRest(t, v)
		if got := doubted(t, s, rand.New(rand.NewPCG(3, 3))); len(got) != 2 {
			t.Errorf("raised of %v", got)
		}
	})
}

// Whatever happens to a few persons in whatever order, the feed says of exactly
// those in open pairs that they are.
func TestTheFlagIsTrueOfExactlyThoseInOpenPairs(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		v, r := reviewsOf(t, s), rand.New(rand.NewPCG(11, 7))
		for n := range 60 {
			number := citizen(civil.Must("1990-03-05").AddDays(r.IntN(3)*37), r.IntN(3)+1)
			e := arrivalOf(fmt.Sprint("e", n), []string{"王浩然", "王浩燃", "李建国"}[r.IntN(3)], number.Birth().String(), number, []string{villageA, villageB}[r.IntN(2)])
			switch r.IntN(4) {
			case 0:
				e.Document = otherPaper(t, number.Number.Reveal())
			case 1:
				e = core.Event{Sender: "ga-990101", ID: e.ID, Type: core.Void, Effective: today, Replaces: fmt.Sprint("e", r.IntN(n+1))}
			}
			feed(t, s, e)
			if r.IntN(3) > 0 {
				comeToRest(t, v)
			}
			if list := everyItem(t, v, review.Duplicate); len(list) > 0 && r.IntN(2) == 0 {
				// What is refused, such as an item of somebody who is gone, changes nothing.
				i := list[r.IntN(len(list))]
				_, _ = v.Decide(t.Context(), record.Request{}, review.Choice{ItemID: i.ID, Version: i.Version, Decision: review.Decision{
					Verdict: []review.Verdict{review.Merge, review.AreTwo}[r.IntN(2)], By: "县卫健局01",
				}}, onDay(today))
			}
			if diff := gocmp.Diff(known(t, s, inPairs(t, v)), doubted(t, s, r)); diff != "" {
				t.Fatalf("after %d events: %s", n+1, diff)
			}
		}
	})
}

// known leaves those whom the registry knows.
func known(t testing.TB, s *SQL, ids []string) (out []string) {
	t.Helper()
	list := all(t, s.Listers()["person"])
	for _, id := range ids {
		if _, there := slices.BinarySearchFunc(list, id, func(f changefeed.Fact, id string) int { return cmp.Compare(f.ID, id) }); there {
			out = append(out, id)
		}
	}
	return out
}

// TestADecisionLeavesTheDaysBeforeAsTheyWere: of a pair that was found on one day
// and decided on a later one, both were doubted in between, and on no other day.
func TestADecisionLeavesTheDaysBeforeAsTheyWere(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		v := reviewsOf(t, s)
		a, b, _ := oneTwice(t, s)
		comeToRest(t, v)
		pair, later := everyItem(t, v, review.Duplicate)[0], today.AddDays(40)
		if _, err := v.Decide(t.Context(), record.Request{}, review.Choice{ItemID: pair.ID, Version: pair.Version, Decision: review.Decision{
			Verdict: review.AreTwo, By: "县卫健局01",
		}}, onDay(later)); err != nil {
			t.Fatal(err)
		}
		if err := s.RefoldAll(t.Context(), onDay(later.AddDays(1)), func(int) {}); err != nil {
			t.Fatal(err)
		}
		seen := 0
		for _, f := range all(t, s.Listers()["person"]) {
			if f.ID != a && f.ID != b {
				continue
			}
			seen++
			body := &feedv1.PersonFact{}
			if err := proto.Unmarshal(f.Body, body); err != nil {
				t.Fatal(err)
			}
			want := []*feedv1.FlagSpan{{Flag: core.FlagDoubled.Reason, FromYmd: int32(today.YYYYMMDD()), UntilYmd: int32(later.YYYYMMDD())}}
			if diff := gocmp.Diff(want, body.GetFlagSpans(), protocmp.Transform()); diff != "" || slices.Contains(body.GetFlags(), core.FlagDoubled.Reason) {
				t.Errorf("%s: %v %s", f.ID, body.GetFlags(), diff)
			}
		}
		if seen != 2 {
			t.Errorf("%d of the two", seen)
		}
	})
}
