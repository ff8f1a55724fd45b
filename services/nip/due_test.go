package nip

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/civil"
)

func TestDosesDueInAMonth(t *testing.T) {
	s := schedule(t)
	c := Child{Birth: civil.Must("2026-01-05"), Sex: Male}
	doses := parseDoses(t, "HepB 2026-01-05; BCG 2026-01-05; HepB 2026-02-10; HepB 2026-07-20; IPV 2026-03-05; DTaP 2026-03-05")
	got := s.DosesDue(c, doses, civil.Must("2026-07-01"), civil.Must("2026-08-01"))
	want := []DueDose{
		{Series: "HepB", Number: 3, Product: "HepB", Due: civil.Must("2026-07-05"), Given: civil.Must("2026-07-20")},
		{Series: "MenA", Number: 1, Product: "MPSV-A", Due: civil.Must("2026-07-05")},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("due in July (-want +got):\n%s", diff)
	}
}

func TestADoseGivenEarlyButCountedFallsDueOnItsDay(t *testing.T) {
	s := schedule(t)
	c := Child{Birth: civil.Must("2013-11-20"), Sex: Female}
	got := s.DosesDue(c, parseDoses(t, "2vHPV 2026-01-10"), civil.Must("2026-01-01"), civil.Must("2026-02-01"))
	want := []DueDose{{Series: "HPV", Number: 1, Product: "2vHPV", Due: civil.Must("2026-01-10"), Given: civil.Must("2026-01-10")}}
	got = slices.DeleteFunc(got, func(d DueDose) bool { return d.Series != "HPV" })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("due in January (-want +got):\n%s", diff)
	}
}

// A dose is due from its due day on in every forecast until it is given, and in none before.
func TestADueDayIsTheFirstDayThatAForecastCallsDue(t *testing.T) {
	s := schedule(t)
	for seed := range 300 {
		c, doses := randomHistory(s, rand.New(rand.NewPCG(uint64(seed), 5)))
		for _, d := range s.DosesDue(c, doses, civil.None, civil.Forever) {
			if d.Due > c.Birth.AddMonths(240) {
				t.Fatalf("seed %d: %v falls due after childhood", seed, d)
			}
			if !reached(s, c, doses, d, d.Due) || reached(s, c, doses, d, d.Due-1) {
				t.Fatalf("seed %d: born %s %v: due day is not the first (doses %v)", seed, c.Birth, d, doses)
			}
			if d.Given != civil.None && d.Given < d.Due {
				t.Fatalf("seed %d: %v given before it was due", seed, d)
			}
		}
	}
}

func reached(s *Schedule, c Child, doses []Dose, d DueDose, day civil.Date) bool {
	return slices.ContainsFunc(s.Forecast(c, doses, day), func(st SeriesStatus) bool {
		return st.Series == d.Series && (st.Doses >= d.Number || st.Number == d.Number && (st.Status == Due || st.Status == Overdue))
	})
}
