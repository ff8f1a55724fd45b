package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ident"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/match"
	"xinju.dev/services/registry/internal/review"
	"xinju.dev/services/testkit"
)

func reviewsOf(t testing.TB, s *SQL) *Reviews {
	t.Helper()
	w, err := match.Default()
	if err != nil {
		t.Fatal(err)
	}
	return NewReviews(s, w)
}

// comeToRest lets the search run until there is nothing to do.
func comeToRest(t testing.TB, v *Reviews) {
	t.Helper()
	for range 10_000 {
		worked, err := v.Step(t.Context(), onDay(today))
		if err != nil {
			t.Fatal(err)
		}
		if !worked {
			return
		}
	}
	t.Fatal("the search does not come to rest")
}

func openItems(t testing.TB, v *Reviews, division, kind string) []review.Item {
	t.Helper()
	var out []review.Item
	token := ""
	for {
		list, next, err := v.Items(t.Context(), review.Filter{Division: division, Kind: kind, Today: today}, page.Query{Size: 2, Token: token})
		if err != nil {
			t.Fatal(err)
		}
		if out, token = append(out, list...), next; next == "" {
			return out
		}
	}
}

// shownAs writes a list as "KIND resident/other" with short names for residents.
func shownAs(list []review.Item, names map[string]string) string {
	var out []string
	for _, i := range list {
		s := i.Kind + " " + names[i.ResidentID]
		if i.OtherID != "" {
			pair := []string{names[i.ResidentID], names[i.OtherID]}
			slices.Sort(pair)
			s = i.Kind + " " + strings.Join(pair, "/")
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

// arrivalOf is an arrival of an invented person with everything that is compared.
func arrivalOf(id, name, birth string, number ident.Document, division string) core.Event {
	return core.Event{
		Sender: "ga-990101", ID: id, Type: core.Arrive, Effective: civil.Must("2025-03-01"), Document: number, Name: name, Sex: 1, Birth: civil.Must(birth),
		Phone: "13900000001", HukouDivision: "360103", Division: division, Address: "幸福路1号",
	}
}

func otherPaper(t testing.TB, number string) ident.Document {
	t.Helper()
	d, err := ident.Parse(ident.OtherDocument, number, "")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// oneTwice records one person twice, in two villages, and returns both identifiers.
func oneTwice(t testing.TB, s *SQL) (a, b string, names map[string]string) {
	t.Helper()
	number := citizen(civil.Must("1990-03-05"), 1)
	out := feed(t, s, arrivalOf("1", "王浩然", "1990-03-05", number, villageA), arrivalOf("2", "王浩燃", "1990-03-05", otherPaper(t, number.Number.Reveal()), villageB))
	a, b = out[0].ResidentID, out[1].ResidentID
	if a == "" || b == "" || a == b {
		t.Fatal(codes(out))
	}
	return a, b, map[string]string{a: "a", b: "b"}
}

func decide(t testing.TB, v *Reviews, i review.Item, verdict review.Verdict, until civil.Date) review.Item {
	t.Helper()
	out, err := v.Decide(t.Context(), record.Request{}, review.Choice{ItemID: i.ID, Version: i.Version, Decision: review.Decision{Verdict: verdict, By: "县卫健局01", Note: "已电话核实", Until: until}}, onDay(today))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestOnePersonTwiceIsProposedToBothVillages(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		v := reviewsOf(t, s)
		a, b, names := oneTwice(t, s)
		comeToRest(t, v)
		for _, where := range []string{"", "990101000000", "990101001000", villageA, villageB} {
			if got := shownAs(openItems(t, v, where, review.Duplicate), names); got != "DUPLICATE a/b" {
				t.Errorf("%q lists %q", where, got)
			}
		}
		if got := openItems(t, v, "990101002000", ""); len(got) != 0 {
			t.Errorf("another township lists %d", len(got))
		}
		item, residents, decisions, err := v.Item(t.Context(), openItems(t, v, "", "")[0].ID)
		if err != nil || len(residents) != 2 || len(decisions) != 0 {
			t.Fatal(err, len(residents))
		}
		if residents[0].ID != min(a, b) || residents[1].ID != max(a, b) || residents[0].Name == "" {
			t.Error("the records do not stand side by side")
		}
		levels := map[match.Field]match.Level{}
		sum := 0.0
		for _, f := range item.Fields {
			levels[f.Field] = f.Level
			sum += f.Weight
		}
		if !slices.Equal(item.Rules, []match.Rule{match.SameNumber}) || levels[match.FieldName] != match.Pinyin || levels[match.FieldBirth] != match.Equal || item.Priority != review.High {
			t.Errorf("%v %v", item.Rules, levels)
		}
		if d := sum - item.Score; d > 0.01 || d < -0.01 {
			t.Errorf("the fields sum up to %.2f and the score is %.2f", sum, item.Score)
		}
	})
}

func TestNobodyIsMergedByItself(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		a, b, _ := oneTwice(t, s)
		comeToRest(t, reviewsOf(t, s))
		list, err := s.Residents(t.Context(), []string{a, b})
		if err != nil || len(list) != 2 || list[0].ID == list[1].ID {
			t.Errorf("%d residents, %v", len(list), err)
		}
	})
}

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

func TestAPairIsFoundHoweverItsPersonsMoveAndOnlyOnce(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		v := reviewsOf(t, s)
		_, b, names := oneTwice(t, s)
		comeToRest(t, v)
		feed(t, s, core.Event{Sender: "ga-990101", ID: "3", Type: core.Move, Effective: civil.Must("2025-09-01"), ResidentID: b, Division: villageC, Address: "和平路2号"})
		if worked, err := v.Step(t.Context(), onDay(today)); err != nil || !worked { // the feed tells at once
			t.Fatal(worked, err)
		}
		if got := openItems(t, v, villageB, ""); len(got) != 0 {
			t.Error("the village that was left still has the item")
		}
		if got := shownAs(openItems(t, v, "990101002000", ""), names); got != "DUPLICATE a/b" {
			t.Errorf("the new village lists %q", got)
		}
		if got := len(openItems(t, v, "", "")); got != 1 {
			t.Errorf("%d items", got)
		}
	})
}

// A name is no fact of the feed: the search must find its change all the same.
func TestAChangedNameIsFoundAlthoughTheFeedDoesNotTell(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		v := reviewsOf(t, s)
		out := feed(t, s, arrivalOf("1", "王浩然", "1990-03-05", citizen(civil.Must("1990-03-05"), 1), villageA),
			arrivalOf("2", "李建国", "1990-03-05", otherPaper(t, "NB-12345678"), villageB))
		comeToRest(t, v)
		if got := openItems(t, v, "", ""); len(got) != 0 {
			t.Fatalf("%d items", len(got))
		}
		r, err := s.Resident(t.Context(), out[1].ResidentID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Amend(t.Context(), r.ID, r.Version, []core.Event{{Type: core.Correct, Effective: today, Name: "王浩然"}}, onDay(today)); err != nil {
			t.Fatal(err)
		}
		comeToRest(t, v)
		if got := openItems(t, v, "", review.Duplicate); len(got) != 1 {
			t.Errorf("%d items", len(got))
		}
		// And it closes by itself when the name was wrong.
		r, err = s.Resident(t.Context(), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Amend(t.Context(), r.ID, r.Version, []core.Event{{Type: core.Correct, Effective: today, Name: "李建国"}}, onDay(today.AddDays(1))); err != nil {
			t.Fatal(err)
		}
		comeToRest(t, v)
		if got := openItems(t, v, "", review.Duplicate); len(got) != 1 { // 王浩然 is a former name now
			t.Errorf("%d items", len(got))
		}
	})
}

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

func BenchmarkSearch(b *testing.B) {
	s := open(b, testkitSQLite(b))
	const people = 5000
	for n := 0; n < people; n += 500 {
		events := make([]core.Event, 500)
		for i := range events {
			birth := civil.Must("1960-01-01").AddDays((n + i) * 7 % 20000)
			events[i] = arrivalOf(fmt.Sprint(n+i), "王浩"+string(rune('一'+(n+i)%3000)), birth.String(), citizen(birth, (n+i)%499*2+1), villageA)
			events[i].Phone = fmt.Sprintf("139%08d", (n+i)/2)
		}
		feed(b, s, events...)
	}
	v := reviewsOf(b, s)
	began := time.Now()
	for b.Loop() {
		if err := v.Rebuild(b.Context(), onDay(today)); err != nil {
			b.Fatal(err)
		}
		comeToRest(b, v)
	}
	p, err := v.Progress(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(people*b.N)/time.Since(began).Seconds(), "residents/s")
	b.ReportMetric(float64(p.Compared)/people, "pairs/resident")
}

func testkitSQLite(t testing.TB) *sqlstore.DB { return testkit.SQLite(t, sets...) }

// Recording in bulk, alone and with the search running beside it.
func BenchmarkRecordBesideSearch(b *testing.B) {
	for name, beside := range map[string]bool{"alone": false, "beside": true} {
		b.Run(name, func(b *testing.B) {
			const people = 20_000
			for b.Loop() {
				b.StopTimer()
				s := open(b, testkitSQLite(b))
				ctx, stop := context.WithCancel(context.WithoutCancel(b.Context()))
				ended := make(chan error, 1)
				if beside {
					w := review.Worker{Search: reviewsOf(b, s), Now: func() time.Time { return onDay(today) }, Log: zap.NewNop()}
					go func() { ended <- w.Run(ctx, func() {}) }()
				} else {
					ended <- nil
				}
				b.StartTimer()
				for n := 0; n < people; n += 500 {
					events := make([]core.Event, 500)
					for i := range events {
						birth := civil.Must("1960-01-01").AddDays((n + i) * 7 % 20000)
						events[i] = arrivalOf(fmt.Sprint(n+i), "王浩"+string(rune('一'+(n+i)%3000)), birth.String(), citizen(birth, (n+i)%499*2+1), villageA)
					}
					feed(b, s, events...)
				}
				b.StopTimer()
				stop()
				if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
					b.Fatal(err)
				}
				b.StartTimer()
			}
			b.ReportMetric(float64(people*b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
