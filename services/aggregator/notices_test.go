package aggregator_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/fstest"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
)

// county6 is a county with one village, and what lies above it.
func county6(code string) []changefeed.Fact {
	p, f := code[:2]+"0000000000", code[:4]+"00000000"
	return []changefeed.Fact{
		division(p, "省"+code[:2], "", 1), division(f, "市"+code[:4], p, 2), division(code+"000000", "县"+code, f, 3),
		division(code+"001000", "镇"+code, code+"000000", 4), division(code+"001201", "村"+code, code+"001000", 5),
	}
}

// someone is a person whose hukou is elsewhere, from one day on in a village.
func someone(id, village string, birth, sex, arrived int32, more func(p *feedv1.PersonFact)) []changefeed.Fact {
	p := &feedv1.PersonFact{BirthYmd: birth, Sex: sex, Hukou: []*feedv1.HukouSpan{{Division: "520102"}}}
	if more != nil {
		more(p)
	}
	return []changefeed.Fact{
		of(feedv1.FactKind_FACT_KIND_PERSON, "person "+id, id, p),
		of(feedv1.FactKind_FACT_KIND_RESIDENCE, "stay "+id, id, &feedv1.ResidenceFact{Division: village, ArrivedYmd: arrived}),
	}
}

func recordOf(id, who, code string, on int32, value int64) changefeed.Fact {
	return of(feedv1.FactKind_FACT_KIND_RECORD, "record "+id, who, &feedv1.RecordFact{Code: code, OnYmd: on, Value: value})
}

// allFollowed gives every source something to follow.
func allFollowed(sources map[string]*source) {
	for _, name := range []string{aggregator.Archive, aggregator.Immunization, aggregator.Maternal, aggregator.FamilyPlanning} {
		sources[name].write(education("of "+name, "nobody", 20170101))
	}
}

// shows asks for one number after another: "FP06A 2017-12-31" is its value, "-"
// for none, and the gap behind it where there is a target.
func (s *suite) shows(division string, want map[string]string) {
	s.t.Helper()
	for asked, value := range want {
		id, on, _ := strings.Cut(asked, " ")
		resp, err := s.client.GetCoverage(s.t.Context(), &aggregatorv1.GetCoverageRequest{Divisions: []string{division}, IndicatorIds: []string{id}, AsOfDate: dateOf(on)})
		if err != nil {
			s.t.Fatal(err)
		}
		r := resp.GetRows()[0]
		got := "-"
		if r.GetHasRate() || r.GetPlain() && r.GetAwaits() == "" {
			got = fmt.Sprint(math.Round(r.GetValue()*1000) / 1000)
		}
		if r.GetTargetText() != "" && got != "-" {
			got += fmt.Sprintf(" gap %d", r.GetGap())
		}
		if got != value {
			s.t.Errorf("%s of %s on %s: %s, want %s: %v", id, division, on, got, value, r)
		}
	}
}

// load loads figures of one division, each "id value day" or "id value year".
func (s *suite) load(division string, list ...string) {
	s.t.Helper()
	var out []*aggregatorv1.Figure
	for _, x := range list {
		f := strings.Fields(x)
		var year int32
		if len(f[2]) == 4 {
			if _, err := fmt.Sscan(f[2], &year); err != nil {
				s.t.Fatal(err)
			}
			out = append(out, figure(f[0], division, f[1], year, nil))
			continue
		}
		out = append(out, figure(f[0], division, f[1], 0, dateOf(f[2])))
	}
	if _, err := aggregatorv1.NewFigureServiceClient(s.conn).LoadFigures(s.t.Context(), &aggregatorv1.LoadFiguresRequest{Figures: out}); err != nil {
		s.t.Fatal(err)
	}
}

// TestTheNumbersOfXihu: 4 children of two pairs of twins, one of whom and one
// mother die; one patient; one woman of the age of screening.
func TestTheNumbersOfXihu(t *testing.T) {
	const xihu, village = "360103000000", "360103001201"
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		sources := newSources(t)
		allFollowed(sources)
		reg := sources[aggregator.Registry]
		reg.write(county6("360103")...)
		for i := range 4 {
			reg.write(someone(fmt.Sprintf("C%d", i), village, 20170310, int32(1+i/3), 20170310, func(p *feedv1.PersonFact) {
				if i == 0 {
					p.DeathYmd = 20170501
				}
			})...)
		}
		reg.write(someone("M0", village, 19900101, 2, 20160101, func(p *feedv1.PersonFact) { p.DeathYmd = 20170420 })...)
		reg.write(someone("M1", village, 19900101, 2, 20160101, nil)...)
		reg.write(someone("W", village, 19750301, 2, 20160101, nil)...)
		for i, hospital := range []bool{true, false} {
			g := fmt.Sprintf("G%d", i)
			sources[aggregator.Maternal].write(
				of(feedv1.FactKind_FACT_KIND_PREGNANCY, g, fmt.Sprintf("M%d", i), &feedv1.PregnancyFact{LmpYmd: 20160610, EndedYmd: 20170310, Outcome: 1}),
				of(feedv1.FactKind_FACT_KIND_DELIVERY, "d"+g, fmt.Sprintf("M%d", i), &feedv1.DeliveryFact{PregnancyId: g, OnYmd: 20170310, LiveBirths: 2, InHospital: hospital}))
		}
		sources[aggregator.FamilyPlanning].write(of(feedv1.FactKind_FACT_KIND_PLANNING_SERVICE, "pre", "M1", &feedv1.PlanningServiceFact{OnYmd: 20170601, Kind: 6, Free: true}))
		sources[aggregator.Archive].write(recordOf("reg", "W", "MEN-REG", 20170501, 0))
		s := start(t, db, sources)
		s.follow()
		s.shows(xihu, map[string]string{
			"FP06A 2017-12-31": "-", "FP06B 2017-12-31": "-", "MEN01 2017-12-31": "-", "PHR01 2017-12-31": "-", "FND02 2017-12-31": "-", // no figures
			"SCR01 2017-12-31": "-", "MEN02 2017-12-31": "-", "CRD01 2017-12-31": "-", "AID01 2017-12-31": "-", // no records
			"BTH01 2017-12-31": "4", "DTH01 2017-12-31": "2", "MEN00 2017-12-31": "1",
			"FP06D 2017-12-31": "300 gap 2",                                                                     // 3 boys of 1 girl; 103.09 per 100 allows one
			"MOR01 2017-09-30": "25000 gap 1", "MOR02 2017-09-30": "250 gap 1", "MOR03 2017-09-30": "250 gap 1", // of 4 live births
			"MAT05 2017-09-30": "50 gap 2", "MAT05 2017-12-31": "-", // another statistical year
			"PRE01 2017-12-31": "1 gap 1099",
		})
		s.load(xihu, "resident_population 1000 2016-12-31", "resident_population 1200 2017-12-01", "registered_population 800 2017-01-01",
			"phr_built 9 2017", "tcm_added 3 2017", "bph_funds 62400 2017", "served_population 1200 2017", "insurance_subsidy 25 2017", "insurance_premiums 100 2017",
			"star_clinics 8 2017-06-01", "vaccination_clinics 10 2017-06-01")
		sources[aggregator.Archive].write(recordOf("cerv", "W", "SCR-CERV", 20170910, 0), recordOf("breast", "W", "SCR-BREAST", 20170911, 0), recordOf("mgt", "W", "MEN-MGT", 20170601, 0),
			recordOf("info", "W", "CARD-INFO", 20170901, 0), recordOf("aid", "W", "AID-RESCUER", 20170602, 0))
		s.follow()
		s.shows(xihu, map[string]string{
			"FP06A 2017-12-31": "3.636 gap 0", // 4 of (1000 + 1200) ÷ 2
			"FP06B 2017-12-31": "1.818 gap 0", // 4 − 2
			"MEN01 2017-12-31": "0.833 gap 4", "MEN01H 2017-12-31": "1.25",
			"PHR01 2017-12-31": "9 gap 1", "TCM01 2017-12-31": "3 gap 0", "FND02 2017-12-31": "52 gap 0", "FND04 2017-12-31": "25 gap 5", "IMM05 2017-12-31": "80 gap 1",
			"SCR01 2017-09-10": "0", "SCR01 2017-09-11": "100", "SCR02 2017-09-10": "100", "MEN02 2017-12-31": "100 gap 0",
			"CRD01 2017-08-31": "0 gap 1", "CRD01 2017-09-01": "50 gap 0", "CRD01 2017-09-02": "50 gap 1", // of M1 and W: 50 %, then 80 %
			"AID01 2017-12-31": "1 gap 799",
		})
	})
}

// TestTheNumbersOfYongkang: five floating people, three attendances of two.
func TestTheNumbersOfYongkang(t *testing.T) {
	const yongkang, village = "330784000000", "330784001201"
	sources := newSources(t)
	allFollowed(sources)
	sources[aggregator.Registry].write(county6("330784")...)
	for i := range 5 {
		sources[aggregator.Registry].write(someone(fmt.Sprintf("F%d", i), village, 19900101, 1, 20170101, nil)...)
	}
	sources[aggregator.Registry].write(someone("L", village, 19900101, 1, 20170101, func(p *feedv1.PersonFact) { p.Hukou[0].Division = "330784" })...)
	sources[aggregator.Archive].write(education("1", "F0", 20170901), education("2", "F0", 20170902), education("3", "F1", 20170903))
	s := start(t, testkit.SQLite(t, aggregator.Migrations()...), sources)
	s.follow()
	s.shows(yongkang, map[string]string{"ASB01 2017-12-31": "-", "EDU01 2017-12-31": "-", "FP05 2017-12-31": "-", "POP03 2017-12-31": "5"})
	s.load(yongkang, "registered_population 1000 2017-06-01", "village_workers_engaged 895 2017-04-30", "village_workers_on_duty 895 2017-07-01", "special_fund 1000000 2017",
		"lectures_held 256 2017", "lecture_attendances 25000 2017", "activity_kinds 5 2017", "villages 728 2017-07-01", "villages_with_point 728 2017-07-01")
	s.shows(yongkang, map[string]string{
		"ASB01 2017-12-31": "1001", "ASB02 2017-12-31": "99.602", "STF02 2017-12-31": "1.118", "STF01 2017-12-31": "100", "FND01 2017-12-31": "200000",
		"EDU01 2017-12-31": "97.656", "EDU05 2017-12-31": "256", "EDU06 2017-12-31": "25000", "EDU02 2017-12-31": "5", "FPP01 2017-12-31": "100",
		"HED01 2017-12-31": "40", "HED02 2017-12-31": "3",
	})
	resp, err := s.client.GetCoverage(t.Context(), &aggregatorv1.GetCoverageRequest{Divisions: []string{yongkang}, IndicatorIds: []string{"HED01"}, AsOfDate: dateOf("2017-12-31")})
	if err != nil {
		t.Fatal(err)
	}
	var beside []string
	for _, b := range resp.GetRows()[0].GetBeside() {
		beside = append(beside, fmt.Sprint(b.GetIndicatorId(), " ", b.GetValue()))
	}
	if got := strings.Join(beside, ", "); got != "HED02 3, EDU06 25000" {
		t.Errorf("attendances beside people: %s", got)
	}
}

// TestTheTiersOfShanghai: a holder with points, her child and her mother, and a
// holder in a district that is no pilot.
func TestTheTiersOfShanghai(t *testing.T) {
	sources := newSources(t)
	allFollowed(sources)
	reg := sources[aggregator.Registry]
	for _, code := range []string{"310110", "310112", "310115"} {
		reg.write(county6(code)...)
	}
	permit := func(id, place string, points int32) changefeed.Fact {
		return of(feedv1.FactKind_FACT_KIND_PERMIT, "permit "+id, id, &feedv1.PermitFact{Division: place, IssuedYmd: 20160901, Points: []*feedv1.PointsEntry{{FromYmd: 20161001, Points: points}}})
	}
	reg.write(someone("H", "310110001201", 19880101, 2, 20160110, nil)...)
	reg.write(someone("C", "310110001201", 20150301, 1, 20160110, func(p *feedv1.PersonFact) { p.MotherId = "H" })...)
	reg.write(someone("G", "310110001201", 19600101, 2, 20160110, nil)...)
	reg.write(someone("O", "310115001201", 19880101, 1, 20160110, nil)...)
	reg.write(permit("H", "310110", 120), permit("O", "310115", 119), of(feedv1.FactKind_FACT_KIND_RELATION, "HG", "H", &feedv1.RelationFact{Kind: 3, OtherId: "G"}))
	sick := func(id, who string, reported int64) changefeed.Fact {
		day := int64(1462060800) // 2016-05-01, 08:00 in China
		f := &feedv1.CaseFact{Disease: "x", Class: "B", DiagnosedSeconds: day, RegisteredYmd: 20160501, DeadlineHours: 24}
		if reported > 0 {
			f.ReportedSeconds = day + reported*3600
		}
		return of(feedv1.FactKind_FACT_KIND_CASE, id, who, f)
	}
	sources[aggregator.Archive].write(sick("1", "H", 24), sick("2", "G", 25), sick("3", "C", 0), sick("4", "O", 1))
	s := start(t, testkit.SQLite(t, aggregator.Migrations()...), sources)
	s.follow()
	s.shows("310000000000", map[string]string{
		"TIER-ALL 2016-12-31": "4", "TIER-FLOAT 2016-12-31": "4", "TIER-PERMIT 2016-08-31": "0", "TIER-PERMIT 2016-09-01": "2",
		"TIER-FAMILY 2016-09-30": "0", "TIER-FAMILY 2016-10-01": "1", // the child, once the points are there; neither grandmother nor O's
		"INF01 2016-12-31": "75 gap 1", "INF02 2016-12-31": "66.667 gap 1", "IMP01 2016-12-31": "-", "KNW01 2016-12-31": "-",
	})
	league, err := aggregatorv1.NewLeagueServiceClient(s.conn).GetLeague(t.Context(), &aggregatorv1.GetLeagueRequest{Division: "310000000000", GroupId: "pilots", IndicatorId: "TIER-ALL", AsOfDate: dateOf("2016-12-31")})
	if err != nil {
		t.Fatal(err)
	}
	var places []string
	for _, x := range league.GetStandings() {
		places = append(places, fmt.Sprint(x.GetRow().GetDivision(), " ", x.GetRow().GetEligible()))
	}
	if got := strings.Join(places, ", "); got != "310110000000 3, 310112000000 0, 310113000000 0, 310117000000 0" {
		t.Errorf("the pilots are %s", got)
	}
}

func TestAMeanWhoseStartLiesBeforeThePackHasNoValue(t *testing.T) {
	packs, err := policy.Load(fstest.MapFS{"ratios.yaml": {Data: []byte(strings.Replace(ratioPack, "version: 1\n", "version: 1\nvalid_from: 2020-03-01\n", 1))}})
	if err != nil {
		t.Fatal(err)
	}
	sources := newSources(t)
	aBirthYear(sources)
	s := startWith(t, testkit.SQLite(t, aggregator.Migrations()...), sources, packs)
	s.follow()
	r := s.ratio("BIRTHRATE", county)
	if terms := r.GetRatio().GetDenominatorTerms(); r.GetHasRate() || len(terms) != 2 || terms[0].GetMissing() == "" || terms[1].GetMissing() != "" {
		t.Errorf("nobody was counted at the end of 2019, yet the mean is taken: %v", r)
	}
	if r := s.ratio("SEXRATIO", county); !r.GetHasRate() {
		t.Errorf("a ratio without a mean has its value: %v", r)
	}
}
