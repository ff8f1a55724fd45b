package policy

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"xinju.dev/services/aggregator/internal/brute"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/testkit"
)

const fifthByEra = `expected: {from: 72m, before: 133m}, changes: [{since: 2025-01-01, expected: {from: 72m, before: 85m}, citations: [{document: 通知}]}]`

// fourDoses of DTaP, the fourth on a day.
func fourDoses(birth, fourth string) []facts.Dose {
	b := day(birth)
	return []facts.Dose{{On: b.AddMonths(6)}, {On: b.AddMonths(8)}, {On: b.AddMonths(10)}, doseOn(fourth, "A")}
}

// The window of a dose on the days before and of a change.
func TestTheAgesOfADoseChangeOnADay(t *testing.T) {
	for _, c := range []struct {
		name, more, birth, fourth string
		want                      []string
	}{
		{"beyond the new window on the day of the change", fifthByEra, "2016-05-20", "2023-01-20", []string{"2024-01-20 2024-12-31 lacks"}},
		{"within both windows", fifthByEra, "2018-06-15", "2023-06-20", []string{"2024-06-20 2025-06-30 lacks"}},
		{"the old window only, to the day before the change", fifthByEra, "2015-01-10", "2023-05-01", []string{"2024-05-01 2024-12-31 lacks"}},
		{"85 months old on the day of the change", fifthByEra, "2017-12-01", "2023-06-01", []string{"2024-06-01 2024-12-31 lacks"}},
		{"85 months old the day after it", fifthByEra, "2017-12-02", "2023-06-01", []string{"2024-06-01 2025-01-01 lacks"}},
		{"72 months old the day before the change", fifthByEra, "2018-12-31", "2020-07-01", []string{"2024-12-31 2025-12-31 lacks"}},
		{"72 months old on the day of the change", fifthByEra, "2019-01-01", "2020-07-01", []string{"2025-01-01 2026-01-31 lacks"}},
		{"133 months old before the change", fifthByEra, "2013-11-15", "2023-10-01", []string{"2024-10-01 2024-12-14 lacks"}},
		{"born on 29 February: 85 months on 29 March", fifthByEra, "2020-02-29", "2026-01-31", []string{"2027-01-31 2027-03-28 lacks"}},
		{"born on 29 February: 72 months on the 28th", fifthByEra, "2020-02-29", "2021-09-15", []string{"2026-02-28 2027-02-28 lacks"}},
		{"born on 29 February: 133 months on 29 March", fifthByEra, "2012-02-29", "2022-02-01", []string{"2023-02-01 2023-03-28 lacks"}},
		{"a window that opens again", `expected: {before: 73m}, changes: [{since: 2025-01-01, expected: {before: 80m}, citations: [{document: 通知}]}]`, "2018-06-15", "2023-06-20", []string{"2024-06-20 2024-07-14 lacks", "2025-01-01 2025-02-14 lacks"}},
		{"what a change leaves out stays", `expected: {from: 72m, before: 133m}, changes: [{since: 2024-01-01, counted_before: 90m, citations: [{document: 通知}]}]`, "2018-06-15", "2023-06-20", []string{"2024-06-20 2025-06-30 lacks"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := onNational(t, head("indicators:\n  - id: X\n    name: {zh: 甲, en: x}\n    kind: dose\n    period: month\n    dose: {vaccine: DTP, number: 5, "+c.more+"}\n"))
			r := infant("x", "990102100201", c.birth, fourDoses(c.birth, c.fourth)...)
			checkLife(t, p, r, c.want)
			w := twoClinics()
			for d := day("2024-12-25"); d < day("2025-01-06"); d++ {
				for _, x := range p.explainItem(r, w, d, "X") {
					if holds := x.Eligible; x.Reason.Chinese == "" || holds != onDay(p, r, w, d) {
						t.Errorf("%s: eligible %t, %s", d, holds, x.Reason.Chinese)
					}
				}
			}
		})
	}
}

// onDay says whether X counts anything of the resident.
func onDay(p *Pack, r *facts.Resident, w *facts.World, d civil.Date) bool {
	return slices.ContainsFunc(p.Pieces(r, w, nil), func(x Piece) bool { return p.Indicators[x.Indicator].ID == "X" && x.From <= d && d < x.To })
}

func TestADoseGivenCountsByTheAgeOfItsDay(t *testing.T) {
	p := onNational(t, head("indicators:\n  - {id: X, name: {zh: 甲, en: x}, kind: dose, period: month, dose: {vaccine: DTP, number: 4, expected: {before: 1m}, counted_before: 216m, changes: [{since: 2025-01-01, counted_before: 60m, citations: [{document: 通知}]}]}}\n"))
	for fourth, want := range map[string][]string{"2024-12-31": {"2024-12-31 2024-12-31 given"}, "2025-01-01": nil} {
		checkLife(t, p, infant("x", "990102100201", "2019-06-15", fourDoses("2019-06-15", fourth)...), want)
	}
}

func TestWrongChangesOfADoseAreRefused(t *testing.T) {
	const cited = ", citations: [{document: 通知}]"
	for wrong, english := range map[string]string{
		"{expected: {before: 9m}" + cited + "}":                                                                                    "needs since",
		"{since: 2025-01-01, expected: {before: 9m}}":                                                                              "needs citations",
		"{since: 2025-01-01" + cited + "}":                                                                                         "changes expected or counted_before",
		"{since: 2025-01-01, expected: {from: 9m, before: 9m}" + cited + "}":                                                       "greater than from",
		"{since: 2025-01-01, counted_before: 9m" + cited + "}, {since: 2025-01-01, counted_before: 8m" + cited + "}":               "later than the one before",
		"{since: 2025-01-01, expect: {before: 9m}" + cited + "}":                                                                   "unknown key",
		"{since: 2025-02-29, expected: {before: 9m}" + cited + "}":                                                                 "date of the calendar",
		"{since: 2025-01-01, expected: {before: 9m}, citations: [{clause: 二}]}":                                                    "names no document",
		strings.TrimSuffix(strings.Repeat("{since: 2025-01-01, expected: {before: 9m}, citations: [{document: 通知}]}, ", 21), ", "): "at most 20",
	} {
		file := head("indicators:\n  - {id: X, name: {zh: 甲, en: x}, kind: dose, period: month, dose: {vaccine: DTaP, number: 1, changes: [" + wrong + "]}}\n")
		problems, _ := builtIn(t).Validate([]byte(file))
		if !strings.Contains(problems.Error(), english) {
			t.Errorf("%s: %v", wrong, problems)
		}
	}
}

// The built-in pack says it as the text of the rules does, on every day around the
// change, for children of all ages who were given a fourth dose early, late or never.
func TestTheFifthDoseEqualsBruteForceAroundTheChange(t *testing.T) {
	c, w := builtIn(t), brute.World()
	seen := map[string]int{}
	for seed := range uint64(testkit.Histories(300, 20)) {
		rng := rand.New(rand.NewPCG(seed, 5))
		birth := day("2013-09-01").AddDays(rng.IntN(2200))
		if rng.IntN(6) == 0 {
			birth = day("2016-02-29")
		}
		r := brute.InventAt("350213", seed)
		r.Person.Birth, r.Person.Death, r.Doses = birth, civil.None, fourDoses(birth.String(), birth.AddMonths(18+rng.IntN(115)).AddDays(rng.IntN(31)).String())
		if rng.IntN(3) == 0 {
			r.Doses = append(r.Doses, facts.Dose{On: birth.AddMonths(72 + rng.IntN(60)).AddDays(rng.IntN(31))})
		}
		for i := range r.Doses {
			r.Doses[i].Key, r.Doses[i].Product = key("dtp"+string(rune('a'+i))), "DTaP"
			if i == 4 && rng.IntN(2) == 0 {
				r.Doses[i].Product = "DT"
			}
		}
		d, all := brute.Open(r, w), piecesOf(c, r, w)
		for _, id := range []string{"IMM02-DTP-5", "IMM02-DTP-5@manager"} {
			for on := day("2024-11-20"); on < day("2025-02-10"); on++ {
				got := 0
				for _, p := range c.Packs() {
					got += len(all.on(p.ID, id, on))
				}
				want := d.Counts(id, on)
				if got != len(want) {
					t.Fatalf("seed %d, born %s: %s on %s: %d pieces, want %v; %v", seed, birth, id, on, got, want, r.Doses)
				}
				if got > 0 {
					seen[on.String()[:4]]++
				}
			}
		}
	}
	if !testkit.Racing && (seen["2024"] == 0 || seen["2025"] == 0 || seen["2024"] < seen["2025"]) {
		t.Errorf("hardly exercised: %v", seen)
	}
}

func TestTheAgesOfADoseAreSaidAndCompared(t *testing.T) {
	const file = "indicators:\n  - {id: X, name: {zh: 甲, en: x}, kind: dose, period: month, dose: {vaccine: DTP, number: 5, counted_before: 216m, look_back: 6, expected: {before: 133m}, changes: [{since: 2025-01-01, expected: {from: 72m, before: 85m}, citations: [{document: 通知}]}]}}\n"
	a, b := onNational(t, head(file)), onNational(t, head(strings.Replace(file, "before: 85m", "before: 86m", 1)))
	said := func(p *Pack) (out Description) {
		for _, d := range p.Describe() {
			if d.ID == "X" {
				out = d
			}
		}
		return out
	}
	d := said(a)
	want := "dose 5 of DTP (lacking: under 133 months; given: under 18 years; from 2025-01-01 lacking: aged 6 years or more and under 85 months; 6 months looked back on) in the month, by residence"
	if d.Counts.English != want || len(d.Citations) != 1 || d.Citations[0].Document != "通知" {
		t.Errorf("%q, %v", d.Counts.English, d.Citations)
	}
	list := Diff(a, b)
	if len(list) != 1 || list[0].ID != "X" || list[0].Changes[0].Field != "counts" || list[0].Changes[0].New != said(b).Counts {
		t.Errorf("%+v", list)
	}
}
