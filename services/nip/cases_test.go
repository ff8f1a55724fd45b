package nip

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/civil"
)

// The worked cases of the domain notes, computed by an independent program.
// want is one line per series:
//
//	series STATUS [product xN|product dose N] [earliest day] [before day] [REASON]
//	series invalid product day REASON
var workedCases = []struct {
	name, birth string
	sex         int
	given, asOf string
	edition     string
	want        []string
}{
	{
		"C02 hepatitis B dose 2 is overdue a month after its earliest day", "2026-09-01", Female,
		"HepB 2026-09-01; BCG 2026-09-01", "2026-11-01", "CN-NIP-2026",
		[]string{
			"HepB OVERDUE HepB dose 2 earliest 2026-10-01", "BCG COMPLETE",
			"Polio DUE IPV dose 1 earliest 2026-11-01", "DTP DUE DTaP dose 1 earliest 2026-11-01",
		},
	},
	{
		"C04 a child born on 31 August is six months old on 28 February", "2025-08-31", Female,
		"HepB 2025-08-31; BCG 2025-08-31; HepB 2025-09-30; IPV 2025-10-31; DTaP 2025-10-31; IPV 2025-11-30; bOPV 2025-12-31; DTaP 2025-12-31",
		"2026-02-28", "CN-NIP-2025B",
		[]string{
			"HepB DUE HepB dose 3 earliest 2026-02-28 before 2026-08-31", "Polio NOT_DUE bOPV dose 4 earliest 2029-08-31 before 2030-08-31",
			"DTP DUE DTaP dose 3 earliest 2026-02-28 before 2026-08-31", "MMR NOT_DUE MMR dose 1 earliest 2026-04-30 before 2026-08-31",
			"JE NOT_DUE JE-L dose 1 earliest 2026-04-30 before 2026-08-31", "MenA DUE MPSV-A dose 1 earliest 2026-02-28",
		},
	},
	{
		"C06 doses of the old edition keep their number in the new", "2024-06-01", Female,
		"HepB 2024-06-01; BCG 2024-06-01; HepB 2024-07-01; IPV 2024-08-01; IPV 2024-09-01; DTaP 2024-09-01; bOPV 2024-10-01; DTaP 2024-10-01; DTaP 2024-11-01",
		"2025-01-10", "CN-NIP-2025A",
		[]string{
			"HepB DUE HepB dose 3 earliest 2024-12-01 before 2025-06-01", "DTP NOT_DUE DTaP dose 4 earliest 2025-12-01 before 2026-06-01",
			"MMR NOT_DUE MMR dose 1 earliest 2025-02-01 before 2025-06-01", "MenA OVERDUE MPSV-A dose 1 earliest 2024-12-01",
		},
	},
	{
		"C08 four DTaP and a DT of the old edition are complete", "2018-10-01", Male,
		"DTaP 2019-01-01; DTaP 2019-02-01; DTaP 2019-03-01; DTaP 2020-04-01; DT 2024-10-05", "2025-02-01", "CN-NIP-2025A",
		[]string{"DTP COMPLETE"},
	},
	{
		"C10 from seven years on DT only, with the missed deadline", "2018-05-20", Female,
		"DTaP 2018-08-20; DTaP 2018-09-20; DTaP 2018-10-20; DTaP 2019-11-20", "2025-05-20", "CN-NIP-2025A",
		[]string{"DTP OVERDUE DT x1 earliest 2025-05-20 before 2025-05-20"},
	},
	{
		"C12 at twelve years the DTP series is closed", "2014-11-22", Male,
		"DTaP 2015-02-22; DTaP 2015-03-22", "2026-11-22", "CN-NIP-2026",
		[]string{"DTP CLOSED AGED_OUT"},
	},
	{
		"C14 BCG from three months on needs a negative PPD", "2025-12-20", Male,
		"HepB 2025-12-20", "2026-03-20", "CN-NIP-2025B",
		[]string{"BCG CONDITIONAL BCG dose 1 earliest 2025-12-20 before 2026-03-20 NEEDS_NEGATIVE_PPD"},
	},
	{
		"C16 28 days between injected live vaccines", "2025-03-21", Female,
		"HepB 2025-03-21; BCG 2025-03-21; MMR 2025-11-21", "2025-12-10", "CN-NIP-2025B",
		[]string{
			"MMR NOT_DUE MMR dose 2 earliest 2026-09-21 before 2027-03-21", "JE NOT_DUE JE-L dose 1 earliest 2025-12-19 before 2026-03-21",
		},
	},
	{
		"C18 group A is closed at 24 months and AC follows its one dose by three months", "2024-11-21", Male,
		"MPSV-A 2026-10-01", "2026-11-21", "CN-NIP-2026",
		[]string{
			"MenA CLOSED AGED_OUT", "MenAC NOT_DUE MPSV-AC dose 1 earliest 2027-01-01 before 2028-11-21",
		},
	},
	{
		"C20 a dose past its deadline is not due until its earliest day", "2020-02-29", Male,
		"MPSV-A 2020-08-29; MPSV-A 2020-11-29; MPSV-AC 2024-06-30", "2026-02-28", "CN-NIP-2025B",
		[]string{
			"MenAC NOT_DUE MPSV-AC dose 2 earliest 2027-06-30 before 2027-02-28",
		},
	},
	{
		"C22 inactivated JE dose 2 five days after dose 1 does not count", "2025-02-10", Male,
		"JE-I 2025-10-10; JE-I 2025-10-15", "2026-02-20", "CN-NIP-2025B",
		[]string{
			"JE OVERDUE JE-I dose 2 earliest 2025-10-17 before 2026-02-10", "JE invalid JE-I 2025-10-15 MIN_INTERVAL",
		},
	},
	{
		"C24 a girl of 13 is due for HPV and too old for DTP", "2013-11-10", Female,
		"", "2026-11-21", "CN-NIP-2026",
		[]string{"DTP CLOSED AGED_OUT", "HPV DUE 2vHPV dose 1 earliest 2026-11-10 before 2027-11-10"},
	},
	{
		"C26 HPV dose 2 less than five months after dose 1 does not count", "2012-11-20", Female,
		"2vHPV 2025-12-01; 2vHPV 2026-04-15", "2026-11-21", "CN-NIP-2026",
		[]string{
			"HPV DUE 2vHPV dose 2 earliest 2026-06-01 before 2026-12-01", "HPV invalid 2vHPV 2026-04-15 MIN_INTERVAL",
		},
	},
	{
		"C28 without any group A dose AC may be given from 24 months", "2022-06-30", Male,
		"IPV 2022-08-30; IPV 2022-09-30", "2026-06-29", "CN-NIP-2026",
		[]string{
			"Polio OVERDUE bOPV dose 3 earliest 2022-10-30 before 2023-06-30", "MenAC DUE MPSV-AC dose 1 earliest 2024-06-30 before 2026-06-30",
		},
	},
	{
		"C30 hepatitis B before one month does not count", "2025-05-15", Male,
		"HepB 2025-05-15; HepB 2025-06-10", "2025-11-20", "CN-NIP-2025B",
		[]string{
			"HepB OVERDUE HepB dose 2 earliest 2025-06-15", "HepB invalid HepB 2025-06-10 MIN_AGE",
		},
	},
	{
		"C32 on its last day the 2021 edition asks for DT at six years", "2018-07-04", Male,
		"DTaP 2018-10-04; DTaP 2018-11-04; DTaP 2018-12-04; DTaP 2020-01-04", "2024-12-31", "CN-NIP-2021",
		[]string{"DTP DUE DT x1 earliest 2024-07-04 before 2025-07-04"},
	},
	{
		"C34 DTaP before two months does not count", "2025-06-01", Male,
		"DTaP 2025-07-20", "2025-09-01", "CN-NIP-2025A",
		[]string{
			"DTP OVERDUE DTaP dose 1 earliest 2025-08-01", "DTP invalid DTaP 2025-07-20 MIN_AGE",
		},
	},
	{
		"C36 hepatitis B on the very days of the table", "2026-01-05", Male,
		"HepB 2026-01-05; HepB 2026-02-05; HepB 2026-07-05", "2026-08-01", "CN-NIP-2026",
		[]string{"HepB COMPLETE"},
	},
}

func TestWorkedCases(t *testing.T) {
	s := schedule(t)
	for _, c := range workedCases {
		t.Run(c.name, func(t *testing.T) {
			got := s.Forecast(Child{Birth: civil.Must(c.birth), Sex: c.sex}, parseDoses(t, c.given), civil.Must(c.asOf))
			want := map[string]bool{}
			for _, w := range c.want {
				want[strings.Fields(w)[0]] = true
			}
			var lines []string
			for _, st := range got {
				if !want[st.Series] {
					continue
				}
				if st.Edition != c.edition {
					t.Errorf("%s: edition %s, want %s", st.Series, st.Edition, c.edition)
				}
				lines = append(lines, render(st)...)
			}
			if diff := cmp.Diff(c.want, lines); diff != "" {
				t.Errorf("forecast (-want +got):\n%s", diff)
			}
		})
	}
}
