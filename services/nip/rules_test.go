package nip

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/civil"
)

// Rules of the text that no worked case shows, one sentence each. want nil: the
// series does not apply.
var ruleCases = []struct {
	name, birth string
	sex         int
	given, asOf string
	series      string
	want        []string
}{
	{
		"the birth dose is due on the day of birth", "2026-03-01", Male, "", "2026-03-01", "HepB",
		[]string{"HepB DUE HepB dose 1 earliest 2026-03-01 before 2026-03-02"},
	},
	{
		"the birth dose is overdue the day after", "2026-03-01", Male, "", "2026-03-02", "HepB",
		[]string{"HepB OVERDUE HepB dose 1 earliest 2026-03-01 before 2026-03-02"},
	},
	{
		"hepatitis B dose 3 keeps four months from dose 1", "2025-01-10", Male, "HepB 2025-05-01; HepB 2025-06-01", "2025-08-15", "HepB",
		[]string{"HepB NOT_DUE HepB dose 3 earliest 2025-09-01 before 2026-01-10"},
	},
	{
		"BCG is due until three months", "2025-12-20", Male, "", "2026-03-19", "BCG",
		[]string{"BCG DUE BCG dose 1 earliest 2025-12-20 before 2026-03-20"},
	},
	{"BCG is closed at four years", "2020-12-20", Male, "", "2024-12-20", "BCG", []string{"BCG CLOSED AGED_OUT"}},
	{"a BCG given at four years still completes", "2020-12-20", Male, "BCG 2024-12-21", "2024-12-22", "BCG", []string{"BCG COMPLETE"}},
	{
		"a second BCG is extra", "2026-01-01", Male, "BCG 2026-01-02; BCG 2026-03-02", "2026-04-01", "BCG",
		[]string{"BCG COMPLETE", "BCG invalid BCG 2026-03-02 EXTRA"},
	},
	{
		"four doses of IPV need no bOPV", "2023-01-01", Male, "IPV 2023-03-01; IPV 2023-04-01; IPV 2023-05-01; IPV 2024-07-01", "2026-11-01", "Polio",
		[]string{"Polio COMPLETE"},
	},
	{
		"the five-in-one completes polio by its label", "2024-01-01", Male,
		"DTaP-IPV/Hib 2024-03-01; DTaP-IPV/Hib 2024-04-01; DTaP-IPV/Hib 2024-05-01; DTaP-IPV/Hib 2025-07-01", "2025-08-01", "Polio",
		[]string{"Polio COMPLETE"},
	},
	{
		"the five-in-one counts for DTP at two months under the 2021 table", "2024-01-01", Male,
		"DTaP-IPV/Hib 2024-03-01; DTaP-IPV/Hib 2024-04-01; DTaP-IPV/Hib 2024-05-01; DTaP-IPV/Hib 2025-07-01", "2025-08-01", "DTP",
		[]string{"DTP NOT_DUE DTaP dose 5 earliest 2030-01-01 before 2031-01-01"},
	},
	{
		"plain DTaP at two months is too early under the 2021 table", "2024-01-01", Male, "DTaP 2024-03-01", "2024-03-02", "DTP",
		[]string{"DTP NOT_DUE DTaP dose 1 earliest 2024-04-01", "DTP invalid DTaP 2024-03-01 MIN_AGE"},
	},
	{
		"the four-in-one at five months is a third dose under the 2025 table", "2025-02-01", Male,
		"DTaP-Hib 2025-05-01; DTaP-Hib 2025-06-01; DTaP-Hib 2025-07-01", "2025-07-02", "DTP",
		[]string{"DTP NOT_DUE DTaP dose 4 earliest 2026-08-01 before 2027-02-01"},
	},
	{
		"2021 edition, two DTaP at six years: DT to a total of three", "2017-05-05", Male, "DTaP 2017-08-05; DTaP 2017-09-05", "2023-06-05", "DTP",
		[]string{"DTP OVERDUE DT x1 earliest 2023-05-05 before 2018-05-05"},
	},
	{
		"three DTaP and any DT are done", "2017-05-05", Male, "DTaP 2017-08-05; DTaP 2017-09-05; DTaP 2017-10-05; DT 2023-06-05", "2025-06-05", "DTP",
		[]string{"DTP COMPLETE"},
	},
	{
		"DT keeps twelve months from DTaP 4", "2017-05-05", Male, "DTaP 2017-08-05; DTaP 2017-09-05; DTaP 2017-10-05; DTaP 2023-01-10", "2023-06-05", "DTP",
		[]string{"DTP NOT_DUE DT x1 earliest 2024-01-10 before 2024-05-05"},
	},
	{
		"2025 edition, DT before seven years is the wrong product", "2018-12-01", Male,
		"DTaP 2019-03-01; DTaP 2019-04-01; DTaP 2019-05-01; DTaP 2020-06-01; DT 2025-01-15", "2025-02-01", "DTP",
		[]string{"DTP DUE DTaP dose 5 earliest 2024-12-01 before 2025-12-01", "DTP invalid DT 2025-01-15 WRONG_PRODUCT"},
	},
	{
		"an unvaccinated child of eight needs DT three times", "2018-02-01", Male, "", "2026-02-01", "DTP",
		[]string{"DTP OVERDUE DT x3 earliest 2025-02-01 before 2019-02-01"},
	},
	{
		"the outbreak dose of MMR at six months does not count and spaces the next", "2025-10-01", Male, "MMR 2026-05-20", "2026-06-10", "MMR",
		[]string{"MMR NOT_DUE MMR dose 1 earliest 2026-06-17 before 2026-10-01", "MMR invalid MMR 2026-05-20 MIN_AGE"},
	},
	{
		"born before 2019-10-01, MR and MMR complete the measles series", "2018-09-01", Male, "MR 2019-05-01; MMR 2020-03-01", "2021-06-01", "MMR",
		[]string{"MMR COMPLETE"},
	},
	{
		"born before 2019-10-01, MMR and MR complete it too", "2018-09-01", Male, "MMR 2019-05-01; MR 2020-03-01", "2021-06-01", "MMR",
		[]string{"MMR COMPLETE"},
	},
	{
		"born before 2019-10-01, two MR leave an MMR to give", "2018-09-01", Male, "MR 2019-05-01; MR 2020-03-01", "2021-06-01", "MMR",
		[]string{"MMR OVERDUE MMR dose 2 earliest 2020-03-29 before 2020-09-01", "MMR invalid MR 2020-03-01 WRONG_PRODUCT"},
	},
	{
		"born from 2019-10-01 MR does not count", "2019-10-01", Male, "MR 2020-06-01; MMR 2021-04-01", "2021-06-01", "MMR",
		[]string{"MMR DUE MMR dose 2 earliest 2021-04-29 before 2021-10-01", "MMR invalid MR 2020-06-01 WRONG_PRODUCT"},
	},
	{
		"four inactivated JE doses complete", "2018-01-10", Male, "JE-I 2018-09-10; JE-I 2018-09-17; JE-I 2020-01-10; JE-I 2024-01-10", "2024-02-01", "JE",
		[]string{"JE COMPLETE"},
	},
	{
		"live JE dose 2 waits twelve months", "2023-01-10", Male, "JE-L 2024-06-30", "2025-06-01", "JE",
		[]string{"JE NOT_DUE JE-L dose 2 earliest 2025-06-30 before 2026-01-10"},
	},
	{
		"MPSV-A 2 is overdue at 18 months before the 2026 edition", "2024-11-21", Male, "MPSV-A 2025-05-21", "2026-06-16", "MenA",
		[]string{"MenA OVERDUE MPSV-A dose 2 earliest 2025-08-21 before 2026-05-21"},
	},
	{
		"and due until 24 months from its first day on", "2024-11-21", Male, "MPSV-A 2025-05-21", "2026-06-17", "MenA",
		[]string{"MenA DUE MPSV-A dose 2 earliest 2025-08-21 before 2026-11-21"},
	},
	{
		"two conjugate doses from six months count for group A", "2025-01-01", Male, "MPCV-AC 2025-07-01; MPCV-AC 2025-08-01", "2026-01-01", "MenA",
		[]string{"MenA COMPLETE"},
	},
	{
		"begun before six months it takes three", "2025-01-01", Male, "MPCV-AC 2025-04-01; MPCV-AC 2025-05-01", "2025-05-02", "MenA",
		[]string{"MenA NOT_DUE MPCV-AC dose 3 earliest 2025-05-29 before 2026-07-01"},
	},
	{
		"a conjugate dose at three years counts for group AC", "2022-01-01", Male, "MPSV-A 2022-07-01; MPSV-A 2022-10-01; MPCV-ACYW 2025-01-01", "2026-01-01", "MenAC",
		[]string{"MenAC NOT_DUE MPSV-AC dose 2 earliest 2028-01-01 before 2029-01-01"},
	},
	{
		"AC dose 1 keeps twelve months from MPSV-A 2", "2022-01-01", Male, "MPSV-A 2022-07-01; MPSV-A 2023-12-20; MPSV-AC 2024-10-01", "2024-10-02", "MenAC",
		[]string{"MenAC NOT_DUE MPSV-AC dose 1 earliest 2025-01-01 before 2026-01-01", "MenAC invalid MPSV-AC 2024-10-01 MIN_INTERVAL"},
	},
	{
		"two inactivated hepatitis A doses complete", "2023-01-01", Male, "HepA-I 2024-07-01; HepA-I 2025-01-01", "2025-02-01", "HepA",
		[]string{"HepA COMPLETE"},
	},
	{
		"one inactivated leaves the second", "2023-01-01", Male, "HepA-I 2024-07-01", "2025-02-01", "HepA",
		[]string{"HepA DUE HepA-I dose 2 earliest 2025-01-01 before 2026-01-01"},
	},
	{
		"a live dose after an inactivated one completes", "2023-01-01", Male, "HepA-I 2024-07-01; HepA-L 2025-01-05", "2025-02-01", "HepA",
		[]string{"HepA COMPLETE"},
	},
	{"boys get no HPV forecast", "2012-11-20", Male, "", "2026-11-21", "HPV", nil},
	{"a girl born on 2011-11-10 is outside the programme", "2011-11-10", Female, "", "2026-11-21", "HPV", nil},
	{
		"a girl born on 2011-11-11 is inside", "2011-11-11", Female, "", "2026-11-21", "HPV",
		[]string{"HPV OVERDUE 2vHPV dose 1 earliest 2024-11-11 before 2025-11-11"},
	},
	{"HPV did not exist in the programme before 2025-11-10", "2012-01-01", Female, "", "2025-11-09", "HPV", nil},
	{
		"a private HPV dose at nine years counts", "2012-01-01", Female, "2vHPV 2021-01-01", "2025-11-10", "HPV",
		[]string{"HPV OVERDUE 2vHPV dose 2 earliest 2025-01-01"},
	},
	{
		"one day before nine years it does not", "2012-01-01", Female, "2vHPV 2020-12-31", "2026-11-10", "HPV",
		[]string{"HPV OVERDUE 2vHPV dose 1 earliest 2025-01-01 before 2026-01-01", "HPV invalid 2vHPV 2020-12-31 MIN_AGE"},
	},
	{"HPV doses five months apart count", "2012-01-01", Female, "2vHPV 2025-12-01; 2vHPV 2026-05-01", "2026-11-10", "HPV", []string{"HPV COMPLETE"}},
	{
		"two live vaccines on one day are both valid and due", "2025-03-21", Male, "MMR 2025-11-21; JE-L 2025-11-21", "2025-12-10", "JE",
		[]string{"JE NOT_DUE JE-L dose 2 earliest 2027-03-21 before 2028-03-21"},
	},
	{
		"a live vaccine outside the programme spaces too", "2025-03-21", Male, "VarV 2025-11-21", "2025-12-10", "JE",
		[]string{"JE NOT_DUE JE-L dose 1 earliest 2025-12-19 before 2026-03-21"},
	},
	{
		"an oral live vaccine does not space", "2025-03-21", Male, "bOPV 2025-11-21", "2025-12-10", "JE",
		[]string{"JE DUE JE-L dose 1 earliest 2025-11-21 before 2026-03-21"},
	},
	{
		"a live dose too soon after another counts by default", "2025-03-21", Male, "MMR 2025-11-21; JE-L 2025-12-01", "2026-02-10", "JE",
		[]string{"JE NOT_DUE JE-L dose 2 earliest 2027-03-21 before 2028-03-21"},
	},
	{
		"a dose dated after the as-of date is not known yet", "2026-03-01", Male, "HepB 2026-03-01; HepB 2026-04-01", "2026-03-31", "HepB",
		[]string{"HepB NOT_DUE HepB dose 2 earliest 2026-04-01"},
	},
	{
		"a dose dated before birth does not count", "2026-03-01", Male, "HepB 2026-02-28", "2026-03-01", "HepB",
		[]string{"HepB DUE HepB dose 1 earliest 2026-03-01 before 2026-03-02", "HepB invalid HepB 2026-02-28 BEFORE_BIRTH"},
	},
	{
		"the same dose recorded twice counts once", "2026-03-01", Male, "HepB 2026-03-01; HepB 2026-03-01", "2026-03-05", "HepB",
		[]string{"HepB NOT_DUE HepB dose 2 earliest 2026-04-01", "HepB invalid HepB 2026-03-01 MIN_AGE"},
	},
	{"at 18 years what is missing is closed", "2008-01-01", Male, "HepB 2008-01-01", "2026-01-01", "HepB", []string{"HepB CLOSED AGED_OUT"}},
}

func TestRules(t *testing.T) {
	for _, c := range ruleCases {
		t.Run(c.name, func(t *testing.T) {
			got := one(t, schedule(t), Child{Birth: civil.Must(c.birth), Sex: c.sex}, c.given, c.asOf, c.series)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("forecast (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSettings(t *testing.T) {
	base := schedule(t)
	change := func(f func(*Settings)) *Schedule { set := base.Settings(); f(&set); return base.With(set) }
	child := Child{Birth: civil.Must("2025-03-21"), Sex: Male}
	for _, c := range []struct {
		name                string
		s                   *Schedule
		given, asOf, series string
		want                []string
	}{
		{
			"a grace of four days saves a dose four days early", change(func(s *Settings) { s.GraceDays = 4 }),
			"DTaP 2025-05-17", "2025-05-18", "DTP",
			[]string{"DTP NOT_DUE DTaP dose 2 earliest 2025-07-21"},
		},
		{
			"but not one five days early", change(func(s *Settings) { s.GraceDays = 4 }),
			"DTaP 2025-05-16", "2025-05-18", "DTP",
			[]string{"DTP NOT_DUE DTaP dose 1 earliest 2025-05-21", "DTP invalid DTaP 2025-05-16 MIN_AGE"},
		},
		{
			"live spacing may void a dose", change(func(s *Settings) { s.LiveSpacingInvalidates = true }),
			"MMR 2025-11-21; JE-L 2025-12-01", "2026-02-10", "JE",
			[]string{"JE DUE JE-L dose 1 earliest 2025-12-29 before 2026-03-21", "JE invalid JE-L 2025-12-01 LIVE_TOO_SOON"},
		},
		{
			"BCG may be left out of the live group", change(func(s *Settings) { s.BCGInLiveGroup = false }),
			"BCG 2025-11-20", "2025-11-21", "MMR",
			[]string{"MMR DUE MMR dose 1 earliest 2025-11-21 before 2026-03-21"},
		},
		{
			"and is in it by default", base,
			"BCG 2025-11-20", "2025-11-21", "MMR",
			[]string{"MMR NOT_DUE MMR dose 1 earliest 2025-12-18 before 2026-03-21"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, one(t, c.s, child, c.given, c.asOf, c.series)); diff != "" {
				t.Errorf("forecast (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAProvinceMayBeginAnEditionLater(t *testing.T) {
	s := schedule(t)
	girl := Child{Birth: civil.Must("2012-06-01"), Sex: Female}
	want := []string{"HPV OVERDUE 2vHPV dose 1 earliest 2025-06-01"}
	for _, c := range []struct {
		name, province, asOf string
		want                 []string
	}{
		{"the country on the first day", "", "2025-11-10", want},
		{"a province without a date of its own", "35", "2025-11-10", want},
		{"Beijing the day before its start", "11", "2026-01-08", nil},
		{"Beijing on its start", "11", "2026-01-09", want},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, one(t, s.In(c.province), girl, "", c.asOf, "HPV")); diff != "" {
				t.Errorf("forecast (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDaysBeforeTheFirstEditionAreMarked(t *testing.T) {
	s := schedule(t)
	c := Child{Birth: civil.Must("2020-01-01"), Sex: Male}
	before, after := s.Forecast(c, nil, civil.Must("2021-02-28")), s.Forecast(c, nil, civil.Must("2021-03-01"))
	if len(before) == 0 || !before[0].Extrapolated || after[0].Extrapolated {
		t.Error("want the day before 2021-03-01 marked as extrapolated and the day itself not")
	}
	set := s.Settings()
	set.ReachesBack = false
	if got := s.With(set).Forecast(c, nil, civil.Must("2021-02-28")); len(got) != 0 {
		t.Errorf("an edition that does not reach back answers %v", got)
	}
}

func TestACombinationIsJudgedInEachOfItsSeries(t *testing.T) {
	s := schedule(t)
	doses := parseDoses(t, "DTaP-IPV/Hib 2025-04-01")
	var series []string
	for _, st := range s.Forecast(Child{Birth: civil.Must("2025-02-01"), Sex: Male}, doses, civil.Must("2025-04-02")) {
		for _, g := range st.Given {
			if g.Valid() && g.Number == 1 && g.Edition == "CN-NIP-2025A" && g.Index == 0 {
				series = append(series, st.Series)
			}
		}
	}
	slices.Sort(series)
	if diff := cmp.Diff([]string{"DTP", "Polio"}, series); diff != "" {
		t.Errorf("series that count the dose (-want +got):\n%s", diff)
	}
}
