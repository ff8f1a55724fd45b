package facts

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// endings is one township beside another in two counties, and villages that end
// in every way.
func endings() *World {
	const a, b = "990101100000", "990102100000"
	village := func(code, parent, from, until string, successors ...string) Division {
		d := Division{Key: Key{ID: code + from}, Code: code, Name: "村", Level: Village, Parent: parent, Successors: successors}
		if from != "" {
			d.From = day(from)
		}
		if until != "" {
			d.Until = day(until)
		}
		return d
	}
	return NewWorld([]Division{
		{Code: "990000000000", Name: "演示省", Level: Province},
		{Code: "990100000000", Name: "演示市", Level: Prefecture, Parent: "990000000000"},
		{Code: "990101000000", Name: "甲区", Level: County, Parent: "990100000000"},
		{Code: "990102000000", Name: "乙区", Level: County, Parent: "990100000000"},
		{Code: a, Name: "一镇", Level: Township, Parent: "990101000000"},
		{Code: b, Name: "三镇", Level: Township, Parent: "990102000000"},
		{Code: "990102200000", Name: "四镇", Level: Township, Parent: "990102000000", Until: day("2021-12-31")},
		village(east, a, "", ""),
		village(north, b, "", ""),
		village("990101100211", a, "", "2020-02-29", north),
		village("990101100212", a, "", "2020-06-30", east, north),
		village("990101100213", a, "", "2020-06-30"),
		village("990101100214", a, "2019-03-01", ""),
		village("990101100215", a, "", "2019-12-31", "990101100211"),
		village("990101100216", a, "", "2019-12-31", "990101199999"),
		village("990101100217", a, "", "2019-12-31", "990101100218"),
		village("990101100218", a, "", "2019-12-31", "990101100217"),
		village("990101100219", a, "", "2019-12-31", "990101100219"),
		village("990101100219", a, "2020-07-01", ""),
		village("990102200201", "990102200000", "", ""),
	}, nil)
}

func TestWhereARecordedPlaceCounts(t *testing.T) {
	const none, here, successor, above = "nowhere", "here", "successor", "above"
	names := map[How]string{Nowhere: none, Here: here, Successor: successor, Above: above}
	w := endings()
	for _, c := range []struct{ name, code, on, place, how string }{
		{"in force", east, "2020-01-01", east, here},
		{"on the last day of an ended one", "990101100211", "2020-02-29", "990101100211", here},
		{"the day after, in the one successor", "990101100211", "2020-03-01", north, successor},
		{"with several successors, above", "990101100212", "2020-07-01", "990101100000", above},
		{"without a successor, above", "990101100213", "2020-07-01", "990101100000", above},
		{"before it begins, above", "990101100214", "2019-02-28", "990101100000", above},
		{"on its first day", "990101100214", "2019-03-01", "990101100214", here},
		{"a chain of successors, the second in force", "990101100215", "2020-02-29", "990101100211", successor},
		{"and the third", "990101100215", "2020-03-01", north, successor},
		{"a successor that the tree does not have, above", "990101100216", "2020-07-01", "990101100000", above},
		{"two that name each other, above", "990101100217", "2020-07-01", "990101100000", above},
		{"one that names itself, between its two lives", "990101100219", "2020-06-30", "990101100000", above},
		{"and in its second", "990101100219", "2020-07-01", "990101100219", here},
		{"a township that ended over a village, above both", "990102200201", "2022-01-01", "990102000000", above},
		{"a code that nobody has", "990101100299", "2020-07-01", "990101100299", none},
		{"no code", "", "2020-07-01", "", none},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := w.Standing(c.code, day(c.on))
			if got := s.At.Place(); got != c.place || names[s.How] != c.how {
				t.Errorf("got %s %s, want %s %s", got, names[s.How], c.place, c.how)
			}
		})
	}
}

func TestStandingsCoverAllDaysWithoutGaps(t *testing.T) {
	w := endings()
	for _, code := range []string{east, "990101100211", "990101100215", "990101100219", "990102200201", "990101100299"} {
		list := w.Standings(code)
		if list[0].From != 1 || list[len(list)-1].To != day("9999-12-31")+1 {
			t.Errorf("%s: %v", code, list)
		}
		for i := range list {
			if i > 0 && list[i].From != list[i-1].To || list[i].From >= list[i].To {
				t.Errorf("%s: %v", code, list)
			}
		}
	}
}

// TestTheClockGoesOnWhereTheVillageIsMergedAway: nobody moved.
func TestTheClockGoesOnWhereTheVillageIsMergedAway(t *testing.T) {
	r := &Resident{Residences: []Residence{stay("1", "990101100211", "2020-01-15", "2020-05-31"), stay("2", north, "2020-06-10", "")}}
	stays := r.Stays(endings(), ByArrival, nil)
	starts := Spells(stays, County, 30, nil)
	var got []string
	for i, s := range stays {
		got = append(got, fmt.Sprint(s.Village(), " ", s.From, " since ", starts[i]))
	}
	want := []string{
		"990101100211 2020-01-15 since 2020-01-15",
		north + " 2020-03-01 since 2020-01-15", // the county changed over the person
		north + " 2020-06-10 since 2020-01-15", // and it is the one moved within
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestAStayAboveTheLevelJoinsNoSpell: two villages are gone without a trace; that
// both count in the township makes them no one village.
func TestAStayAboveTheLevelJoinsNoSpell(t *testing.T) {
	r := &Resident{Residences: []Residence{stay("1", "990101100212", "2020-08-01", "2020-09-30"), stay("2", "990101100213", "2020-10-01", "")}}
	stays := r.Stays(endings(), ByArrival, nil)
	if starts := Spells(stays, Village, 30, nil); starts[1] != day("2020-10-01") {
		t.Errorf("at the village %v", starts)
	}
	if starts := Spells(stays, Township, 30, nil); starts[1] != day("2020-08-01") {
		t.Errorf("at the township %v", starts)
	}
}
