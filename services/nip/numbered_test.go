package nip_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/nip"
	"xinju.dev/services/platform/civil"
)

func TestADoseByItsNumber(t *testing.T) {
	s, err := nip.Default()
	if err != nil {
		t.Fatal(err)
	}
	day := civil.Must
	two := []nip.Dose{{Product: "DTaP", On: day("2026-03-10")}, {Product: "DTaP", On: day("2026-05-20")}}
	for _, c := range []struct {
		name   string
		birth  string
		doses  []nip.Dose
		number int
		given  string
		index  int
		first  string // recommended under the edition of 2026, in the last run
	}{
		{"the third waits for its age", "2026-01-01", two, 3, "", -1, "2026-07-01"},
		{"the third waits for 28 days after the second", "2025-11-01", two, 3, "", -1, "2026-06-17"},
		{"the third is given", "2026-01-01", append(two[:2:2], nip.Dose{Product: "DTaP-IPV/Hib", On: day("2026-07-02")}), 3, "2026-07-02", 2, "2026-07-01"},
		{"a dose too early has no number", "2026-01-01", append(two[:2:2], nip.Dose{Product: "DTaP", On: day("2026-06-01")}), 3, "", -1, "2026-07-01"},
		{"without the second the third is not awaited", "2026-01-01", two[:1], 3, "", -1, ""},
		{"the first is awaited from birth", "2026-01-01", nil, 1, "", -1, "2026-03-01"},
		{"born on 31 August, at six months", "2025-08-31", []nip.Dose{{Product: "DTaP", On: day("2025-10-31")}, {Product: "DTaP", On: day("2025-12-31")}}, 3, "", -1, "2026-02-28"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := s.Numbered(nip.Child{Birth: day(c.birth), Sex: nip.Male}, c.doses, "DTP", c.number)
			if got.Given.String() != c.given || got.Index != c.index {
				t.Errorf("given %s, index %d", got.Given, got.Index)
			}
			first := ""
			if n := len(got.Awaited); n > 0 {
				first = got.Awaited[n-1].Recommended.String()
			}
			if diff := cmp.Diff(c.first, first); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestACompleteSeriesAwaitsNothing(t *testing.T) {
	s, err := nip.Default()
	if err != nil {
		t.Fatal(err)
	}
	day := civil.Must
	doses := []nip.Dose{{Product: "DT", On: day("2023-03-01")}, {Product: "DT", On: day("2023-05-01")}, {Product: "DT", On: day("2024-01-01")}}
	got := s.Numbered(nip.Child{Birth: day("2015-01-01"), Sex: nip.Male}, doses, "DTP", 4)
	for _, a := range got.Awaited {
		if a.To > doses[2].On {
			t.Errorf("three DT complete the series, and a fourth dose is awaited: %+v", a)
		}
	}
}

func TestTheGroupOfAVaccine(t *testing.T) {
	s, err := nip.Default()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"DTP": "DTP", "DTaP": "DTP", "MPSV-A": "MenA", "DTaP-IPV/Hib": "", "nothing": ""} {
		if got, _ := s.SeriesOf(name); got != want {
			t.Errorf("%s is of %q, want %q", name, got, want)
		}
	}
}

// On every day the dose that Numbered awaits is the one that Forecast names.
func TestNumberedAgreesWithForecast(t *testing.T) {
	s, err := nip.Default()
	if err != nil {
		t.Fatal(err)
	}
	birth := civil.Must("2024-08-31")
	child := nip.Child{Birth: birth, Sex: nip.Female}
	doses := []nip.Dose{{Product: "DTaP", On: civil.Must("2024-11-30")}, {Product: "DTaP", On: civil.Must("2025-02-01")}, {Product: "DTaP-Hib", On: civil.Must("2025-06-06")}}
	for number := 1; number <= 5; number++ {
		n := s.Numbered(child, doses, "DTP", number)
		for d := birth; d < birth.AddMonths(70); d++ {
			next := 0
			for _, st := range s.Forecast(child, doses, d) {
				if st.Series == "DTP" {
					next = st.Number
				}
			}
			awaited := false
			for _, a := range n.Awaited {
				awaited = awaited || a.From <= d && d < a.To
			}
			if awaited != (next == number) {
				t.Fatalf("dose %d on %s: awaited %t, forecast names %d", number, d, awaited, next)
			}
		}
	}
}
