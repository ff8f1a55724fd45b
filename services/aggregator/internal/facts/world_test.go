package facts

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/civil"
)

func TestAncestors(t *testing.T) {
	w := NewWorld([]Division{
		{Code: "440000000000", Name: "广东省", Level: Province},
		{Code: "441900000000", Name: "东莞市", Level: Prefecture, Parent: "440000000000"},
		{Code: "441900101000", Name: "某镇", Level: Township, Parent: "441900000000"},
		{Code: "441900101001", Name: "某村", Level: Village, Parent: "441900101000"},
	}, nil)
	on := day("2026-01-01")
	for _, c := range []struct {
		name, code string
		level      Level
		want       string
	}{
		{"the province", "441900101001", Province, "440000000000"},
		{"a skipped level is the nearest one above", "441900101001", County, "441900000000"},
		{"itself", "441900101001", Village, "441900101001"},
		{"an unknown code has none", "441901101001", County, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := w.AncestorAt(c.code, c.level, on); got != c.want {
				t.Errorf("got %q", got)
			}
			if chain, known := w.Chain(c.code, on); known && chain[c.level] != c.want {
				t.Errorf("chain has %q", chain[c.level])
			}
		})
	}
}

func merged() *World {
	return NewWorld([]Division{
		{Code: "310000000000", Name: "上海市", Level: Province},
		{Code: "310100000000", Name: "市辖区", Level: Prefecture, Parent: "310000000000"},
		{Code: "310108000000", Name: "闸北区", Level: County, Parent: "310100000000", Until: day("2015-11-03"), Successors: []string{"310106000000"}},
		{Code: "310106000000", Name: "静安区", Level: County, Parent: "310100000000"},
		{Key: Key{ID: "1"}, Code: "310108001000", Name: "某街道", Level: Township, Parent: "310108000000", Until: day("2015-11-03")},
		{Key: Key{ID: "2"}, Code: "310108001000", Name: "某街道", Level: Township, Parent: "310106000000", From: day("2015-11-04")},
		{Code: "310108001001", Name: "某居委会", Level: Village, Parent: "310108001000"},
	}, nil)
}

func TestTheTreeOfTheDayDecides(t *testing.T) {
	w := merged()
	if got := w.AncestorAt("310108001001", County, day("2015-11-03")); got != "310108000000" {
		t.Errorf("before the merger: %s", got)
	}
	if got := w.AncestorAt("310108001001", County, day("2015-11-04")); got != "310106000000" {
		t.Errorf("after it: %s", got)
	}
	if d := cmp.Diff([]string{"310106000000"}, w.Children("310100000000", day("2016-01-01"))); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"310106000000", "310108000000"}, w.Children("310100000000", day("2015-01-01"))); d != "" {
		t.Error(d)
	}
}

func homeOf(w *World, code, on string) Chain {
	at, _ := w.Home(code, day(on))
	return at
}

func TestAHukouInADivisionThatHasGoneIsOneInItsSuccessor(t *testing.T) {
	w := merged()
	if got := homeOf(w, "310108", "2020-01-01")[County]; got != "310106000000" {
		t.Errorf("got %s", got)
	}
	if got := homeOf(w, "310108", "2015-01-01")[County]; got != "310108000000" {
		t.Errorf("before: %s", got)
	}
}

func TestAHukouOutsideTheTreeIsReadByItsDigits(t *testing.T) {
	w := demoWorld()
	got := homeOf(w, "520102", "2026-01-01")
	want := Chain{Province: "520000000000", Prefecture: "520100000000", County: "520102000000"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestAChangeOfTheTreeOverSomebodyWhoStaysPutSplitsTheStayAndEndsNoSpell(t *testing.T) {
	r := &Resident{Residences: []Residence{stay("1", "310108001001", "2015-10-01", "")}}
	stays := r.Stays(merged(), ByArrival, nil)
	if len(stays) != 2 || stays[0].To != day("2015-11-04") || stays[1].At[County] != "310106000000" {
		t.Fatalf("stays: %+v", stays)
	}
	starts := Spells(stays, County, 0, nil)
	if d := cmp.Diff([]civil.Date{day("2015-10-01"), day("2015-10-01")}, starts); d != "" {
		t.Error(d)
	}
}

func TestAStayInAVillageThatTheTreeDoesNotHaveIsNotKnown(t *testing.T) {
	r := &Resident{Residences: []Residence{stay("1", "990101100299", "2025-01-01", "")}}
	if s := r.Stays(demoWorld(), ByArrival, nil); len(s) != 1 || s[0].Known() || s[0].Village() != "990101100299" {
		t.Errorf("stays: %+v", s)
	}
}

func TestTheManagingUnitOfTheDay(t *testing.T) {
	w := NewWorld(nil, []Unit{
		{Key: Key{ID: "a"}, Manages: []Managed{{Division: east, Until: day("2025-06-30")}}},
		{Key: Key{ID: "b"}, Manages: []Managed{{Division: east, From: day("2025-06-01")}}},
	})
	for on, want := range map[string]string{"2025-05-31": "a", "2025-06-01": "b", "2026-01-01": "b"} {
		if got := w.Manager(east, day(on)); got != want {
			t.Errorf("on %s: %q", on, got)
		}
	}
	if got := w.Manager(south, day("2025-01-01")); got != "" {
		t.Errorf("unmanaged village: %q", got)
	}
}

func TestCityDistricts(t *testing.T) {
	w := demoWorld()
	for code, want := range map[string]bool{"990101000000": true, "990221000000": false, "110105000000": true, "330681000000": false} {
		if got, _ := w.CityDistrict(code, day("2026-01-01")); got != want {
			t.Errorf("%s: %t", code, got)
		}
	}
}

func TestNormalizeMakesTheOrderOfArrivalIrrelevant(t *testing.T) {
	a := Resident{Doses: []Dose{{Key: Key{ID: "2"}}, {Key: Key{ID: "1"}}}, Residences: []Residence{{Key: Key{ID: "b"}}, {Key: Key{ID: "a"}}}}
	b := Resident{Doses: []Dose{{Key: Key{ID: "1"}}, {Key: Key{ID: "2"}}}, Residences: []Residence{{Key: Key{ID: "a"}}, {Key: Key{ID: "b"}}}}
	a.Normalize()
	b.Normalize()
	if d := cmp.Diff(a, b); d != "" {
		t.Error(d)
	}
}

// TestTheTreeIsTheSameSinceItsLastChange: what lies below a division does not differ
// between that day and the given one.
func TestTheTreeIsTheSameSinceItsLastChange(t *testing.T) {
	w := NewWorld([]Division{
		{Key: Key{ID: "A"}, Code: "990000000000", Level: Province},
		{Key: Key{ID: "B"}, Code: "990101000000", Level: County, Parent: "990000000000", From: civil.Must("2000-02-29"), Until: civil.Must("2020-12-31")},
		{Key: Key{ID: "C"}, Code: "990101000000", Level: County, Parent: "990000000000", From: civil.Must("2020-06-01")}, // wrongly both
	}, nil)
	for day, want := range map[string]civil.Date{
		"0001-01-01": 1, "2000-02-28": 1, "2000-02-29": civil.Must("2000-02-29"), "2020-05-31": civil.Must("2000-02-29"),
		"2020-06-01": civil.Must("2020-06-01"), "2020-12-31": civil.Must("2020-06-01"), "2021-01-01": civil.Must("2021-01-01"), "9999-12-31": civil.Must("2021-01-01"),
	} {
		on := civil.Must(day)
		if got := w.Since(on); got != want {
			t.Errorf("on %s since %s, want %s", day, got, want)
		}
		is, was := w.Children("990000000000", on), w.Children("990000000000", w.Since(on))
		if !slices.Equal(is, was) || len(is) > 1 {
			t.Errorf("on %s %v, since then %v", day, is, was)
		}
	}
}
