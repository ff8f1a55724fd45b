package core_test

import (
	"errors"
	"testing"

	"xinju.dev/services/immunization/internal/core"
	"xinju.dev/services/nip"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/record"
)

func dose(resident, product, on string) core.Dose {
	return core.Dose{Base: record.Base{ResidentID: resident}, Product: product, On: civil.Must(on)}
}

func TestADoseIsTheSameByResidentProductAndDay(t *testing.T) {
	first := dose("a", "HepB", "2026-01-01")
	for _, tc := range []struct {
		name  string
		other core.Dose
		want  int
	}{
		{"all three are the same", dose("a", "HepB", "2026-01-01"), 1},
		{"another resident", dose("b", "HepB", "2026-01-01"), -1},
		{"another product", dose("a", "BCG", "2026-01-01"), -1},
		{"another day", dose("a", "HepB", "2026-01-02"), -1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := core.Same([]core.Dose{first, tc.other}); got != tc.want {
				t.Errorf("got %d, want %d", got, tc.want)
			}
		})
	}
}

func TestForecastOfADay(t *testing.T) {
	schedule, err := nip.Default()
	if err != nil {
		t.Fatal(err)
	}
	child := nip.Child{Birth: civil.Must("2026-01-10"), Sex: nip.Female}
	newborn := []core.Dose{dose("a", "HepB", "2026-01-10"), dose("a", "BCG", "2026-01-10")}
	for _, tc := range []struct {
		name, asOf, edition string
		doses               []core.Dose
		upToDate            bool
	}{
		{"a newborn with both doses is up to date", "2026-01-11", "CN-NIP-2025B", newborn, true},
		{"without the dose of the first day it is not", "2026-01-11", "CN-NIP-2025B", newborn[1:], false},
		{"doses of later days are not known yet", "2026-02-10", "CN-NIP-2025B", append([]core.Dose{dose("a", "HepB", "2026-03-15")}, newborn...), true},
		{"a month without the second dose of HepB is late", "2026-03-10", "CN-NIP-2025B", newborn, false},
		{"the same dose recorded twice counts once", "2026-03-10", "CN-NIP-2025B", append([]core.Dose{dose("b", "HepB", "2026-01-10"), dose("b", "HepB", "2026-02-10")}, newborn...), true},
		{"the edition is the one in force on the day", "2026-06-17", "CN-NIP-2026", newborn, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := core.Foretell(schedule, child, tc.doses, civil.Must(tc.asOf))
			if err != nil || got.UpToDate != tc.upToDate || got.Edition != tc.edition || len(got.Series) == 0 {
				t.Errorf("got %s, up to date %v, %d series, %v", got.Edition, got.UpToDate, len(got.Series), err)
			}
		})
	}
	t.Run("before the first edition on file the first one is named", func(t *testing.T) {
		got, err := core.Foretell(schedule, nip.Child{Birth: civil.Must("2019-01-01")}, nil, civil.Must("2019-02-01"))
		if err != nil || got.Edition != "CN-NIP-2021" {
			t.Errorf("got %s, %v", got.Edition, err)
		}
	})
	t.Run("before birth there is none", func(t *testing.T) {
		if _, err := core.Foretell(schedule, child, nil, civil.Must("2026-01-09")); !errors.Is(err, core.ErrDate) {
			t.Errorf("got %v", err)
		}
	})
}
