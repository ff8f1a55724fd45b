package policy

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/testkit"
)

const doseThree = `indicators:
  - id: DTP3
    name: {zh: 百白破第3剂接种率, en: DTaP dose 3}
    kind: dose
    period: month
    attribution: event
    alternative: manager
    dose: {vaccine: DTaP, number: 3, expected: {before: 73m}, counted_before: 216m}
`

// twoClinics is a township with the villages A and B, each managed by a clinic.
func twoClinics() *facts.World {
	return facts.NewWorld([]facts.Division{
		{Code: "990000000000", Level: facts.Province},
		{Code: "990102000000", Level: facts.County, Parent: "990000000000"},
		{Code: "990102100000", Level: facts.Township, Parent: "990102000000"},
		{Code: "990102100201", Level: facts.Village, Parent: "990102100000"},
		{Code: "990102100202", Level: facts.Village, Parent: "990102100000"},
	}, []facts.Unit{
		{Key: key("A"), Name: "甲卫生院", Division: "990102100201", Manages: []facts.Managed{{Division: "990102100201", From: day("2020-01-01")}}},
		{Key: key("B"), Name: "乙卫生院", Division: "990102100000", Manages: []facts.Managed{{Division: "990102100202", From: day("2020-01-01")}}},
	})
}

// infant lives in a village of twoClinics since birth and has these doses of DTaP.
func infant(id, village, birth string, doses ...facts.Dose) *facts.Resident {
	r := &facts.Resident{
		ID: id, Person: facts.Person{Key: key("p-" + id), Birth: day(birth), Sex: facts.Male, Hukou: []facts.HukouSpan{{Division: "520102"}}},
		Residences: []facts.Residence{{Key: key("s-" + id), Division: village, Arrived: day(birth)}},
	}
	for i, d := range doses {
		d.Key, d.Product = key(fmt.Sprintf("d%d-%s", i, id)), "DTaP"
		r.Doses = append(r.Doses, d)
	}
	return r
}

func doseOn(on, unit string) facts.Dose { return facts.Dose{On: day(on), UnitID: unit} }

// tally sums what counts on a day at or below each place, by indicator.
func tally(p *Pack, w *facts.World, people []*facts.Resident, on civil.Date) map[string][2]int {
	out := map[string][2]int{}
	for _, r := range people {
		for _, x := range p.Pieces(r, w, nil) {
			if x.From > on || on >= x.To {
				continue
			}
			chain, _ := w.Chain(x.Village, on)
			seen := []string{}
			for _, place := range chain {
				if place == "" || slices.Contains(seen, place) {
					continue
				}
				seen = append(seen, place)
				k := p.Indicators[x.Indicator].ID + " " + place
				n := out[k]
				n[0]++
				if x.Covered {
					n[1]++
				}
				out[k] = n
			}
		}
	}
	return out
}

// The example of the domain notes, 1.2: DTaP dose 3, village A, October 2026.
func TestTheWorkedExampleOfDoseCoverage(t *testing.T) {
	p, w := onNational(t, head(doseThree)), twoClinics()
	const a, b = "990102100201", "990102100202"
	var people []*facts.Resident
	for i := range 45 { // received it in October at clinic A; the last one is managed by B
		village := a
		if i == 44 {
			village = b
		}
		given := day("2026-10-01").AddDays(i % 31)
		people = append(people, infant(fmt.Sprintf("given%d", i), village, "2026-03-15", doseOn("2026-05-15", "A"), doseOn("2026-07-15", "A"), facts.Dose{On: given, UnitID: "A"}))
	}
	for i, c := range []struct{ birth, first, second string }{
		{"2025-03-01", "2025-05-10", "2025-09-03"}, // recommended 2025-10-01: the first day of the month a year ago
		{"2026-04-30", "2026-06-30", "2026-08-30"}, // recommended 2026-10-30
		{"2026-03-15", "2026-05-15", "2026-10-03"}, // recommended 2026-10-31: the last day of the month
		{"2026-01-01", "2026-03-01", "2026-05-01"}, // recommended 2026-07-01
		{"2025-08-31", "2025-10-31", "2025-12-31"}, // recommended 2026-02-28
	} {
		people = append(people, infant(fmt.Sprintf("lacks%d", i), a, c.birth, doseOn(c.first, "A"), doseOn(c.second, "A")))
	}
	people = append(people, infant("sixth", a, "2025-03-01", doseOn("2025-05-10", "A"), doseOn("2025-09-02", "A"))) // recommended 2025-09-30

	got := tally(p, w, people, day("2026-10-31"))
	check := func(what string, n [2]int, eligible, covered int, rate string) {
		t.Helper()
		if n != [2]int{eligible, covered} || fmt.Sprintf("%.2f", 100*float64(n[1])/float64(n[0])) != rate {
			t.Errorf("%s: %d of %d, want %d of %d = %s", what, n[1], n[0], covered, eligible, rate)
		}
	}
	check("by vaccinating unit", got["DTP3 unit:A"], 50, 45, "90.00")
	var managed [2]int
	for _, village := range w.Managed("A", day("2026-10-31")) {
		n := got["DTP3@manager "+village]
		managed[0], managed[1] = managed[0]+n[0], managed[1]+n[1]
	}
	check("by managing unit", managed, 49, 44, "89.80")
	check("the village of the vaccinating unit", got["DTP3 "+a], 50, 45, "90.00")
	check("the township, either way", got["DTP3 990102100000"], 50, 45, "90.00")
	check("the township, either way", got["DTP3@manager 990102100000"], 50, 45, "90.00")
	if n := tally(p, w, people[50:], day("2026-09-30")); n["DTP3 unit:A"] != [2]int{1, 0} {
		t.Errorf("the sixth child counts until the month a year after: %v", n)
	}
}

func TestWhenADoseIsExpectedAndGiven(t *testing.T) {
	two := []facts.Dose{doseOn("2026-03-01", "A"), doseOn("2026-05-01", "A")}
	for _, c := range []struct {
		name, more, birth string
		doses             []facts.Dose
		want              []string
	}{
		{"from the recommended day until the end of the month a year later", "", "2026-01-01", two, []string{"2026-07-01 2027-07-31 lacks"}},
		{"until it is given, and then to the end of the month", "", "2026-01-01", append(two[:2:2], doseOn("2026-08-20", "A")), []string{"2026-07-01 2026-08-19 lacks", "2026-08-20 2026-08-31 given"}},
		{"given on the recommended day", "", "2026-01-01", append(two[:2:2], doseOn("2026-07-01", "A")), []string{"2026-07-01 2026-07-31 given"}},
		{"given too early it is not the third dose", "", "2026-01-01", append(two[:2:2], doseOn("2026-06-30", "A")), []string{"2026-07-01 2027-07-31 lacks"}},
		{"the second is not there", "", "2026-01-01", two[:1], nil},
		{"the window of age begins later", "expected: {from: 8m, before: 9m}", "2026-01-01", two, []string{"2026-09-01 2026-09-30 lacks"}},
		{"born on 31 August, to the end of February", "", "2025-08-31", []facts.Dose{doseOn("2025-10-31", ""), doseOn("2025-12-31", "")}, []string{"2026-02-28 2027-02-28 lacks"}},
		{"given too old it does not count", "counted_before: 7m", "2026-01-01", append(two[:2:2], doseOn("2026-08-01", "A")), []string{"2026-07-01 2026-07-31 lacks"}},
		{"six months looked back on", "look_back: 6", "2026-01-01", two, []string{"2026-07-01 2027-01-31 lacks"}},
		{"of a condition", "} \n    eligible: {age: {before: 8m}", "2026-01-01", two, []string{"2026-07-01 2026-08-31 lacks"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			more := c.more
			if more != "" && more[0] != '}' {
				more = ", " + more
			}
			p := onNational(t, head("indicators:\n  - id: X\n    name: {zh: 甲, en: x}\n    kind: dose\n    period: month\n    dose: {vaccine: DTP, number: 3"+more+"}\n"))
			checkLife(t, p, infant("x", "990102100201", c.birth, c.doses...), c.want)
		})
	}
}

func TestADoseOfProductsThatTheProgrammeDoesNotHave(t *testing.T) {
	p := onNational(t, head("indicators:\n  - {id: X, name: {zh: 甲, en: x}, kind: dose, period: month, dose: {products: [EV71], number: 2, age: 6m, interval: 1m}}\n"))
	r := infant("x", "990102100201", "2026-01-31", doseOn("2026-08-31", ""), doseOn("2026-08-31", ""), doseOn("2026-10-05", ""))
	for i := range r.Doses {
		r.Doses[i].Product = "EV71"
	}
	checkLife(t, p, r, []string{"2026-09-30 2026-10-04 lacks", "2026-10-05 2026-10-31 given"})
	r.Doses = r.Doses[:1]
	checkLife(t, p, r, []string{"2026-09-30 2027-09-30 lacks"})
}

// checkLife compares the pieces of indicator X, and its explanation on every day.
func checkLife(t *testing.T, p *Pack, r *facts.Resident, want []string) {
	t.Helper()
	w := twoClinics()
	var got []string
	var pieces []Piece
	for _, x := range p.Pieces(r, w, nil) {
		if p.Indicators[x.Indicator].ID == "X" {
			pieces = append(pieces, x)
			got = append(got, fmt.Sprintf("%s %s %s", x.From, x.To-1, map[bool]string{true: "given", false: "lacks"}[x.Covered]))
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for d := r.Person.Birth; d < r.Person.Birth.AddMonths(26); d++ {
		for _, x := range p.explainItem(r, w, d, "X") {
			if x.ID == "X" {
				checkExplanation(t, p, x, counted{"test X": pieces}, d, 0)
				if x.Eligible == (x.Why.lacks != Text{}) && !x.Eligible && x.Reason.Chinese == "" {
					t.Fatalf("%s: nothing said", d)
				}
			}
		}
	}
}

func TestADoseGivenNobodyKnowsWhereIsTheManagersOwn(t *testing.T) {
	p, w := onNational(t, head(doseThree)), twoClinics()
	r := infant("x", "990102100202", "2026-01-01", doseOn("2026-03-01", ""), doseOn("2026-05-01", ""), doseOn("2026-07-10", "999999999999"))
	n := tally(p, w, []*facts.Resident{r}, day("2026-07-31"))
	if n["DTP3 unit:B"] != [2]int{1, 1} || n["DTP3@manager 990102100202"] != [2]int{1, 1} {
		t.Error(n)
	}
}

func TestWrongDosesAreRefused(t *testing.T) {
	for wrong, english := range map[string]string{
		"{number: 3}":                                                  "vaccine and products",
		"{vaccine: DTaP}":                                              "1–8",
		"{vaccine: Rabies, number: 1}":                                 "no such vaccine",
		"{vaccine: DTaP-IPV/Hib, number: 1}":                           "several series",
		"{vaccine: DTaP, number: 1, age: 3m}":                          "for products only",
		"{products: [X], number: 1}":                                   "need age",
		"{products: [X], number: 2, age: 3m}":                          "interval",
		"{vaccine: DTaP, number: 1, look_back: -1}":                    "look_back",
		"{vaccine: DTaP, number: 1, counted_before: 3}":                "such as 28d",
		"{vaccine: DTaP, number: 1, expected: {from: 9m, before: 9m}}": "greater than from",
	} {
		_, err := with(t, head("indicators:\n  - {id: X, name: {zh: 甲, en: x}, kind: dose, period: month, dose: "+wrong+"}\n"))
		if err == nil || !strings.Contains(err.Error(), english) {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}

// A dose is given on at most one day, and nobody lacks what was given; told day
// by day from the text of the rule, without editions.
func TestDosesEqualBruteForce(t *testing.T) {
	p, w := onNational(t, head("indicators:\n  - {id: X, name: {zh: 甲, en: x}, kind: dose, period: month, dose: {products: [V], number: 2, age: 6m, interval: 28d, expected: {before: 20m}, counted_before: 24m}}\n")), twoClinics()
	testkit.Fewer(t)
	rapid.Check(t, func(t *rapid.T) {
		birth := day("2024-01-31").AddDays(rapid.IntRange(0, 60).Draw(t, "birth"))
		r := infant("x", "990102100201", birth.String())
		for range rapid.IntRange(0, 4).Draw(t, "doses") {
			on := birth.AddDays(rapid.IntRange(-5, 900).Draw(t, "on"))
			r.Doses = append(r.Doses, facts.Dose{Key: key(fmt.Sprint("d", len(r.Doses))), Product: "V", On: on})
		}
		days := map[civil.Date]bool{}
		for _, d := range r.Doses {
			if d.On >= birth {
				days[d.On] = true
			}
		}
		for d := birth; d < birth.AddMonths(34); d++ {
			var before []civil.Date
			for x := range days {
				if x <= d {
					before = append(before, x)
				}
			}
			slices.Sort(before)
			want := ""
			switch {
			case len(before) >= 2:
				second := before[1]
				sy, sm, _ := second.YMD()
				dy, dm, _ := d.YMD()
				if sy == dy && sm == dm && second < birth.AddMonths(24) {
					want = "given"
				}
			case len(before) == 1:
				due := max(birth.AddMonths(6), before[0].AddDays(28))
				y, m, _ := d.YMD()
				if d >= due && d < birth.AddMonths(20) && due >= civil.Of(y-1, m, 1) {
					want = "lacks"
				}
			}
			got := ""
			for _, x := range p.Pieces(r, w, nil) {
				if p.Indicators[x.Indicator].ID == "X" && x.From <= d && d < x.To {
					got += map[bool]string{true: "given", false: "lacks"}[x.Covered]
				}
			}
			if got != want {
				t.Fatalf("%s: %q, want %q; doses %v", d, got, want, before)
			}
		}
	})
}
