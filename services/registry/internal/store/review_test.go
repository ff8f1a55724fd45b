package store

import (
	"slices"
	"strings"
	"testing"

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

func testkitSQLite(t testing.TB) *sqlstore.DB { return testkit.SQLite(t, sets...) }
