package nip

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheTableOfAnEdition(t *testing.T) {
	for _, tc := range []struct{ edition, series, want string }{
		{"CN-NIP-2021", "DTP", "[1 DTaP 3m 0d 2 DTaP 4m 0d 3 DTaP 5m 12m 4 DTaP 18m 24m 5 DT 6y 7y]"},
		{"CN-NIP-2025A", "DTP", "[1 DTaP 2m 0d 2 DTaP 4m 0d 3 DTaP 6m 12m 4 DTaP 18m 24m 5 DTaP 6y 7y]"},
		{"CN-NIP-2025A", "HPV", "[]"},
		{"CN-NIP-2026", "HPV", "[1 2vHPV 13y 14y 2 2vHPV 13y 0d]"},
		{"CN-NIP-2026", "HepB", "[1 HepB 0d 1d 2 HepB 1m 0d 3 HepB 6m 12m]"},
		{"CN-NIP-1978", "HepB", "[]"},
	} {
		t.Run(tc.edition+" "+tc.series, func(t *testing.T) {
			var got []string
			for _, d := range schedule(t).Routine(tc.edition) {
				if d.Series == tc.series {
					got = append(got, fmt.Sprint(d.Number, " ", d.Products[0], " ", d.Age, " ", d.Before))
				}
			}
			if diff := cmp.Diff(tc.want, fmt.Sprint(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCombinationsAreAmongTheProductsOfADose(t *testing.T) {
	got := schedule(t).Routine("CN-NIP-2026")
	for _, d := range got {
		if d.Series == "DTP" && d.Number == 1 {
			if diff := cmp.Diff([]string{"DTaP", "DTaP-Hib", "DTaP-IPV/Hib"}, d.Products); diff != "" {
				t.Error(diff)
			}
			return
		}
	}
	t.Fatal("no first dose of DTP")
}
