package policy

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/aggregator/internal/brute"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// lines writes what a resident counts for: village, first and last day.
func lines(t *testing.T, r *facts.Resident, indicator string) []string {
	t.Helper()
	var out []string
	for key, pieces := range piecesOf(builtIn(t), r, brute.World()) {
		if key != "demo-990101 "+indicator && key != "national "+indicator {
			continue
		}
		for _, p := range pieces {
			until := "…"
			if p.To < civil.Forever {
				until = (p.To - 1).String()
			}
			out = append(out, fmt.Sprintf("%s %s %s", p.Village[6:], p.From, until))
		}
	}
	slices.Sort(out)
	return out
}

const (
	firstVillage  = "990101100200"
	secondVillage = "990101100201"
)

// adultOf lives in the places given as village, arrived, left.
func adultOf(stays ...string) *facts.Resident {
	r := simpleAdult()
	r.Residences, r.Educations = nil, nil
	for i := 0; i < len(stays); i += 3 {
		s := facts.Residence{Key: key(fmt.Sprint("stay", i)), Division: stays[i], Arrived: day(stays[i+1])}
		if stays[i+2] != "" {
			s.Left = day(stays[i+2])
		}
		r.Residences = append(r.Residences, s)
	}
	return r
}

func TestEdgesOfSixMonths(t *testing.T) {
	with := func(r *facts.Resident, f func(*facts.Resident)) *facts.Resident { f(r); return r }
	local := func(from string) func(*facts.Resident) {
		return func(r *facts.Resident) {
			r.Person.Hukou = append(r.Person.Hukou, facts.HukouSpan{From: day(from), Division: "990101"})
		}
	}
	dead := func(on string) func(*facts.Resident) { return func(r *facts.Resident) { r.Person.Death = day(on) } }
	for _, c := range []struct {
		name string
		r    *facts.Resident
		want []string
	}{
		{"the corresponding day", adultOf(firstVillage, "2025-01-15", ""), []string{"100200 2025-07-15 …"}},
		{"a leap day", adultOf(firstVillage, "2024-02-29", ""), []string{"100200 2024-08-29 …"}},
		{"a month end without its day", adultOf(firstVillage, "2025-08-31", ""), []string{"100200 2026-02-28 …"}},
		{"the hukou comes in on the day of maturity", with(adultOf(firstVillage, "2025-01-15", ""), local("2025-07-15")), nil},
		{"the hukou comes in the day after", with(adultOf(firstVillage, "2025-01-15", ""), local("2025-07-16")), []string{"100200 2025-07-15 2025-07-15"}},
		{"death and departure on the day of maturity", with(adultOf(firstVillage, "2025-01-15", "2025-07-15"), dead("2025-07-15")), []string{"100200 2025-07-15 2025-07-15"}},
		{"death the day before it", with(adultOf(firstVillage, "2025-01-15", "2025-07-15"), dead("2025-07-14")), nil},
		{"arrived and left on one day", adultOf(firstVillage, "2025-01-15", "2025-01-15"), nil},
		{
			"arrived again the next day", adultOf(firstVillage, "2025-01-15", "2025-03-31", secondVillage, "2025-04-01", ""),
			[]string{"100201 2025-07-15 …"},
		},
		{
			"a departure on the day of the next arrival", adultOf(firstVillage, "2025-01-15", "2025-08-01", secondVillage, "2025-08-01", ""),
			[]string{"100200 2025-07-15 2025-07-31", "100201 2025-08-01 …"},
		},
		{
			"away for exactly thirty days", adultOf(firstVillage, "2025-01-15", "2025-03-31", firstVillage, "2025-05-01", ""),
			[]string{"100200 2025-07-15 …"},
		},
		{
			"away for thirty-one", adultOf(firstVillage, "2025-01-15", "2025-03-30", firstVillage, "2025-05-01", ""),
			[]string{"100200 2025-11-01 …"},
		},
		{
			"matured while away, counted from the return", adultOf(firstVillage, "2025-01-15", "2025-07-10", firstVillage, "2025-08-01", ""),
			[]string{"100200 2025-08-01 …"},
		},
		{"before 1900", adultOf(firstVillage, "1899-12-31", ""), []string{"100200 1900-06-30 2018-06-19", "100200 2018-06-20 …"}},
		{"after 2100", adultOf(firstVillage, "2100-12-31", ""), []string{"100200 2101-06-30 …"}},
		{
			"over the first day of the county's own pack", adultOf(firstVillage, "2017-12-20", "2018-06-20"),
			[]string{"100200 2018-06-20 2018-06-20"},
		},
		{
			"the village is merged into another county's", adultOf(brute.Ended[0], "2020-01-15", ""),
			[]string{"100200 2020-07-15 …"},
		},
		{
			"the village is divided", adultOf(brute.Ended[1], "2019-01-15", ""),
			[]string{"100000 2019-12-01 …", "100204 2019-07-15 2019-11-30"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, lines(t, c.r, "HED01")); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestAChildBornOnALeapDay(t *testing.T) {
	r := adultOf(firstVillage, "2024-02-29", "")
	r.Person.Birth = day("2024-02-29")
	got := lines(t, r, "IMM03")
	if len(got) == 0 || got[0][:17] != "100200 2024-05-29" || got[len(got)-1][18:] != "2031-02-27" {
		t.Errorf("three months on 29 May, seven years on 28 February: %v", got)
	}
}

func TestEdgesOfEvents(t *testing.T) {
	for _, c := range []struct {
		name, ended string
		stays       []string
		want        []string
	}{
		{"on 31 December it counts one day", "2024-12-31", []string{firstVillage, "2024-01-01", ""}, []string{"100200 2024-12-31 2024-12-31"}},
		{"on 1 January it counts the year", "2025-01-01", []string{firstVillage, "2024-01-01", ""}, []string{"100200 2025-01-01 2025-12-31"}},
		{
			"moved that day: where she arrived", "2025-03-01",
			[]string{firstVillage, "2024-01-01", "2025-03-01", secondVillage, "2025-03-01", ""},
			[]string{"100201 2025-03-01 2025-12-31"},
		},
		{
			"moved the next day: where she was", "2025-03-01",
			[]string{firstVillage, "2024-01-01", "2025-03-01", secondVillage, "2025-03-02", ""},
			[]string{"100200 2025-03-01 2025-12-31"},
		},
		{"the day after she left: nowhere", "2025-03-02", []string{firstVillage, "2024-01-01", "2025-03-01"}, nil},
		{
			"on 29 February in a village that ends that day", "2020-02-29",
			[]string{brute.Ended[2], "2019-01-01", ""},
			[]string{"100000 2020-03-01 2020-12-31", "100205 2020-02-29 2020-02-29"},
		},
		{
			"in a village that is merged away in the year", "2020-03-05",
			[]string{brute.Ended[0], "2019-01-01", ""},
			[]string{"100200 2020-07-01 2020-12-31", "100203 2020-03-05 2020-06-30"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := adultOf(c.stays...)
			r.Person.Sex = facts.Female
			r.Pregnancies = []facts.Pregnancy{{Key: key("g"), LMP: day(c.ended) - 270, Ended: day(c.ended), Outcome: facts.LiveBirth}}
			if d := cmp.Diff(c.want, lines(t, r, "MAT01")); d != "" {
				t.Error(d)
			}
		})
	}
}
