package answers_test

import (
	"fmt"
	"testing"
	"testing/fstest"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
)

// TestADeathRateRanksTheLowestFirst in the pack of a county without a target: more
// deaths per birth are worse, more births or people are neither.
func TestADeathRateRanksTheLowestFirst(t *testing.T) {
	packs, err := policy.Default()
	if err != nil {
		t.Fatal(err)
	}
	d := derive.New(packs)
	day := civil.Must("2020-09-30")
	for _, c := range []struct {
		item, part string // whose number differs from town to town
		better     policy.Better
		first      int // index of the town that stands first
		warned     []int
	}{
		{"MOR02", "MOR02N", policy.Lower, 0, []int{5}},
		{"MOR03", "MOR03N", policy.Lower, 0, []int{5}},
		{"MOR01", "MOR01N", policy.Lower, 0, []int{5}},
		{"MOR02N", "MOR02N", policy.Lower, 0, nil},
		{"DQR02", "DQR02", policy.Lower, 0, nil},
		{"POP01", "POP01", policy.Neither, 5, nil},
		{"LB02", "LB02", policy.Neither, 5, nil},
		{"EHR03", "EHR03", policy.Higher, 5, []int{0}},
	} {
		t.Run(c.item, func(t *testing.T) {
			key, _ := d.Key(c.part)
			n := &numbers{world: world(), deriver: d, following: followed()}
			n.counts = func(k ledger.Key, code string, _ civil.Date) ledger.Count {
				out := ledger.Count{Eligible: 1000}
				for i, town := range towns {
					if k != key || town != code {
						continue
					}
					if out.Eligible, out.Covered = int32(10+i), 0; c.better == policy.Higher {
						out = ledger.Count{Eligible: 1000, Covered: int32(10 + i)}
					}
				}
				return out
			}
			p, col := column(t, n, c.item)
			l := asker(n, nil).League(answers.LeagueQuery{Pack: p, Codes: towns, Column: col, Day: day, Before: answers.MonthBefore(day)})
			if l.Better != c.better || l.Ranked[0].Row.Place.Code != towns[c.first] || l.Ranked[0].Row.Better != c.better {
				t.Fatalf("%s: %s stands first", l.Better.Text().English, l.Ranked[0].Row.Place.Code)
			}
			want := map[string]bool{}
			for _, i := range c.warned {
				want[towns[i]] = true
			}
			for _, s := range l.Ranked {
				if warned := s.Warning > answers.NoWarning; warned != want[s.Row.Place.Code] {
					t.Errorf("%s is warned: %t %s", s.Row.Place.Code, warned, s.Warned.English)
				}
			}
		})
	}
}

// TestAMonthsNumberIsProjectedFromThoseOfTheMonthsBefore: each month is a period of
// its own, and the day is the end of the first month that reaches the target.
func TestAMonthsNumberIsProjectedFromThoseOfTheMonthsBefore(t *testing.T) {
	const file = "id: m\nversion: 1\nname: {zh: 月, en: m}\nindicators:\n" +
		"  - {id: M, name: {zh: 甲, en: m}, kind: flow, period: %s, events: {services: {kind: any}}, eligible: {present: {}}, covered: {in_hospital: {}}}\n" +
		"  - {id: S, name: {zh: 分, en: s}, kind: ratio, period: %s, score: [{indicator: M}]}\n" +
		"targets: [{indicator: M, op: \">=\", value: 80%%, by: 2030-12-31}, {indicator: S, op: \">=\", value: 80%%, by: 2030-12-31}]\n"
	for _, c := range []struct {
		name, period, day string
		rates             map[string]int32 // of a hundred, by month
		want              string
	}{
		{"at the end of a month", "month", "2020-06-30", map[string]int32{"2020-04": 40, "2020-05": 50, "2020-06": 60}, "2020-08-31"},
		{"within a month, whose number is not whole yet", "month", "2020-07-10", map[string]int32{"2020-04": 40, "2020-05": 50, "2020-06": 60, "2020-07": 10}, "2020-08-31"},
		{"this month reaches it", "month", "2020-07-10", map[string]int32{"2020-04": 59, "2020-05": 69, "2020-06": 79, "2020-07": 10}, "2020-07-31"},
		{"it falls", "month", "2020-06-30", map[string]int32{"2020-04": 60, "2020-05": 50, "2020-06": 40}, ""},
		{"a month without a number", "month", "2020-06-30", map[string]int32{"2020-05": 50, "2020-06": 60}, ""},
		{"within the year", "calendar_year", "2020-09-30", map[string]int32{"2020-07": 40, "2020-08": 50, "2020-09": 60}, "2020-12-01"},
		{"not before the year ends", "calendar_year", "2020-09-30", map[string]int32{"2020-07": 40, "2020-08": 44, "2020-09": 48}, ""},
		{"a quarter is over when it has three months", "quarter", "2020-09-30", map[string]int32{"2020-07": 40, "2020-08": 50, "2020-09": 79}, ""},
		{"a year begins anew", "calendar_year", "2020-02-29", map[string]int32{"2019-12": 40, "2020-01": 50, "2020-02": 60}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			packs, err := policy.Load(fstest.MapFS{"m.yaml": {Data: fmt.Appendf(nil, file, c.period, c.period)}})
			if err != nil {
				t.Fatal(err)
			}
			n := &numbers{world: world(), deriver: derive.New(packs), following: followed()}
			n.counts = func(_ ledger.Key, _ string, day civil.Date) ledger.Count {
				if rate, ok := c.rates[day.String()[:7]]; ok {
					return ledger.Count{Eligible: 100, Covered: rate}
				}
				return ledger.Count{}
			}
			for _, id := range []string{"M", "S"} {
				p, col := column(t, n, id)
				day := civil.Must(c.day)
				l := asker(n, nil).League(answers.LeagueQuery{Pack: p, Codes: towns[:1], Column: col, Day: day, Before: answers.MonthBefore(day)})
				got := ""
				if s := l.Ranked[0]; s.Projected != civil.None {
					got = s.Projected.String()
				} else if s.Projection == (policy.Text{}) {
					t.Error("no date and no reason")
				}
				if got != c.want {
					t.Errorf("%s: %q, want %q (%s)", id, got, c.want, l.Ranked[0].Projection.English)
				}
			}
		})
	}
}
