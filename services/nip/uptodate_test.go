package nip

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/civil"
)

func overdueOn(s *Schedule, c Child, doses []Dose, day civil.Date) bool {
	return slices.ContainsFunc(s.Forecast(c, doses, day), func(st SeriesStatus) bool { return st.Status == Overdue })
}

// dayByDay is UpToDate over [from, to) the long way.
func dayByDay(s *Schedule, c Child, doses []Dose, from, to civil.Date) []Span {
	var out []Span
	for d := from; d < to; d++ {
		if overdueOn(s, c, doses, d) {
			continue
		}
		if n := len(out); n > 0 && out[n-1].To == d {
			out[n-1].To = d + 1
		} else {
			out = append(out, Span{From: d, To: d + 1})
		}
	}
	return out
}

// stretches is what sweep visits, by series.
type stretch struct {
	from, to civil.Date
	plan     plan
}

func stretches(s *Schedule, c Child, doses []Dose) map[string][]stretch {
	var h history
	s.read(&h, c, doses, civil.Forever)
	out := map[string][]stretch{}
	for li := range s.lines {
		s.sweep(&h, li, func(from, to civil.Date, p plan) {
			out[s.lines[li].id] = append(out[s.lines[li].id], stretch{from, to, p})
		})
	}
	return out
}

// differs compares series by series what the sweep and a forecast say of one
// day: at the level of the person one late series would hide the others.
func differs(s *Schedule, c Child, doses []Dose, swept map[string][]stretch, day civil.Date) string {
	type line struct {
		status           Status
		doses, number    int
		earliest, before civil.Date
	}
	want := map[string]line{}
	for _, st := range s.Forecast(c, doses, day) {
		want[st.Series] = line{st.Status, st.Doses, st.Number, st.Earliest, st.Before}
	}
	got := map[string]line{}
	for id, list := range swept {
		for _, x := range list {
			if day >= x.from && day < x.to {
				st, number := x.plan.on(day), x.plan.course.n+1
				if st == Complete || st == Closed {
					number = 0
				}
				got[id] = line{st, x.plan.course.n, number, x.plan.earliest, x.plan.before}
			}
		}
	}
	if maps.Equal(want, got) {
		return ""
	}
	return cmp.Diff(want, got, cmp.AllowUnexported(line{}))
}

func clip(spans []Span, from, to civil.Date) []Span {
	var out []Span
	for _, sp := range spans {
		if sp = (Span{From: max(sp.From, from), To: min(sp.To, to)}); sp.From < sp.To {
			out = append(out, sp)
		}
	}
	return out
}

func TestUpToDateEqualsForecastOnEveryDay(t *testing.T) {
	histories, years := 1200, 20
	if testing.Short() {
		histories = 100
	}
	base := schedule(t)
	strict := base.Settings()
	strict.GraceDays, strict.LiveSpacingInvalidates, strict.BCGInLiveGroup = 4, true, false
	shortest := base.Settings()
	shortest.ReachesBack = false
	views := []*Schedule{base, base.In("11"), base.With(strict), base.With(shortest)}
	for seed := range histories {
		s := views[0]
		if seed%4 == 0 {
			s = views[seed/4%len(views)]
		}
		r := rand.New(rand.NewPCG(uint64(seed), 7))
		c, doses := randomHistory(s, r)
		got := s.UpToDate(c, doses)
		// Every day of some childhoods; of the others three months in full, days
		// in between, and the days around every bound of the answer.
		from := c.Birth + civil.Date(r.IntN((years-1)*365))
		to := from + 90
		if seed%150 == 0 {
			from, to = c.Birth, c.Birth.AddMonths(12*years)
		}
		if diff := cmp.Diff(dayByDay(s, c, doses, from, to), clip(got, from, to)); diff != "" {
			t.Fatalf("seed %d: born %s sex %d doses %v (-day by day +sweep):\n%s", seed, c.Birth, c.Sex, doses, diff)
		}
		swept := stretches(s, c, doses)
		for d := c.Birth; d < c.Birth.AddMonths(12*years); d += civil.Date(1 + r.IntN(240)) {
			if diff := differs(s, c, doses, swept, d); diff != "" {
				t.Fatalf("seed %d: born %s sex %d doses %v on %s (-forecast +sweep):\n%s", seed, c.Birth, c.Sex, doses, d, diff)
			}
		}
		checkBounds(t, s, c, doses, got, fmt.Sprintf("seed %d", seed))
	}
}

// checkBounds requires sorted, disjoint spans that change exactly where the forecast does.
func checkBounds(t *testing.T, s *Schedule, c Child, doses []Dose, spans []Span, name string) {
	t.Helper()
	for i, sp := range spans {
		if sp.From >= sp.To || i > 0 && sp.From <= spans[i-1].To {
			t.Fatalf("%s: spans not disjoint and ascending: %v", name, spans)
		}
		if overdueOn(s, c, doses, sp.From) || sp.From > c.Birth && !overdueOn(s, c, doses, sp.From-1) {
			t.Fatalf("%s: %s does not begin a span", name, sp.From)
		}
		if sp.To < civil.Forever && (overdueOn(s, c, doses, sp.To-1) || !overdueOn(s, c, doses, sp.To)) {
			t.Fatalf("%s: %s does not end a span", name, sp.To)
		}
	}
}

// Histories that chance seldom invents, over the whole of childhood.
func TestUpToDateEqualsForecastOnHardHistories(t *testing.T) {
	s := schedule(t)
	for name, c := range map[string]struct {
		birth, given string
		sex          int
	}{
		"a late group A dose puts AC off past its deadline":   {"2022-01-01", "MPSV-A 2022-07-01; MPSV-A 2025-06-30", Male},
		"an injected live dose puts an overdue one off":       {"2022-01-01", "MMR 2023-03-01; HepA-L 2023-08-01; VarV 2023-08-20", Male},
		"DT in the year the editions change":                  {"2018-01-01", "DTaP 2018-04-01; DTaP 2018-05-01; DTaP 2018-06-01; DT 2024-12-31", Male},
		"five-in-one only, and IPV for dose 4":                {"2024-02-29", "DTaP-IPV/Hib 2024-04-29; DTaP-IPV/Hib 2024-05-29; DTaP-IPV/Hib 2024-06-29; IPV 2025-08-29", Female},
		"private HPV, the second too soon, the third in time": {"2012-02-29", "2vHPV 2023-01-01; 2vHPV 2023-05-31; 2vHPV 2026-06-30", Female},
	} {
		t.Run(name, func(t *testing.T) {
			child, doses := Child{Birth: civil.Must(c.birth), Sex: c.sex}, parseDoses(t, c.given)
			from, to := child.Birth, child.Birth.AddMonths(19*12)
			checkBounds(t, s, child, doses, s.UpToDate(child, doses), name)
			swept := stretches(s, child, doses)
			for d := from; d < to; d++ {
				if diff := differs(s, child, doses, swept, d); diff != "" {
					t.Fatalf("on %s (-forecast +sweep):\n%s", d, diff)
				}
			}
		})
	}
}

func TestAChildWithoutAnyDoseIsUpToDateOnTheDayOfBirthOnly(t *testing.T) {
	c := Child{Birth: civil.Must("2024-05-05"), Sex: Male}
	got := schedule(t).UpToDate(c, nil)
	// HepB 1 is due within 24 hours; at 18 years every series is closed.
	want := []Span{{c.Birth, c.Birth + 1}, {civil.Must("2042-05-05"), civil.Forever}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
}

func TestAChildVaccinatedOnTimeIsUpToDateThroughout(t *testing.T) {
	c := Child{Birth: civil.Must("2019-11-05"), Sex: Male}
	got := schedule(t).UpToDate(c, parseDoses(t, onTime))
	if len(got) == 0 || got[0] != (Span{c.Birth, civil.Forever}) {
		t.Errorf("spans %v, want one without end", got)
	}
}

// onTime is the whole 2021 table, and DTaP 5 under the edition of 2025.
const onTime = `HepB 2019-11-05; BCG 2019-11-05; HepB 2019-12-05; IPV 2020-01-05; IPV 2020-02-05; DTaP 2020-02-05; bOPV 2020-03-05;
DTaP 2020-03-05; DTaP 2020-04-05; HepB 2020-05-05; MPSV-A 2020-05-05; MMR 2020-07-05; JE-L 2020-07-05; MPSV-A 2020-08-05;
DTaP 2021-05-05; MMR 2021-05-05; HepA-L 2021-05-05; JE-L 2021-11-05; MPSV-AC 2022-11-05; bOPV 2023-11-05; DTaP 2025-11-05; MPSV-AC 2025-11-05`

func TestWithoutABirthDateThereIsNoAnswer(t *testing.T) {
	s, doses := schedule(t), []Dose{{Product: "BCG", On: civil.Must("2024-05-05")}}
	if got := s.UpToDate(Child{}, doses); got != nil {
		t.Errorf("UpToDate = %v, want nil", got)
	}
	if got := s.Forecast(Child{}, doses, civil.Must("2024-06-05")); got != nil {
		t.Errorf("Forecast = %v, want nil", got)
	}
}

func TestTheOrderOfTheRecordDoesNotMatter(t *testing.T) {
	s := schedule(t)
	for seed := range 200 {
		r := rand.New(rand.NewPCG(uint64(seed), 11))
		c, doses := randomHistory(s, r)
		doses = slices.CompactFunc(slices.SortedFunc(slices.Values(doses), func(a, b Dose) int { return int(a.On - b.On) }),
			func(a, b Dose) bool { return a.On == b.On })
		want := s.UpToDate(c, doses)
		r.Shuffle(len(doses), func(i, j int) { doses[i], doses[j] = doses[j], doses[i] })
		if diff := cmp.Diff(want, s.UpToDate(c, doses)); diff != "" {
			t.Fatalf("seed %d: shuffled record (-want +got):\n%s", seed, diff)
		}
	}
}
