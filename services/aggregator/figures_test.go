package aggregator_test

import (
	"fmt"
	"math"
	"testing"
	"testing/fstest"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/type/date"
)

// ratioPack counts what a statistics office asks for, with two figures from outside.
const ratioPack = `
id: ratios
version: 1
name: {zh: 比率测试, en: Ratios}
figures:
  - {id: registered_population, name: {zh: 户籍人口, en: registered population}, unit: {zh: 人, en: people}, at: year}
  - {id: staff, name: {zh: 工作人员, en: staff}, unit: {zh: 人, en: people}, at: day}
groups:
  - {id: pilot, name: {zh: 试点, en: pilots}, divisions: ["990101002000", "990101001000"]}
warnings: {minimum: 1}
indicators:
  - {id: POP, name: {zh: 在住人口, en: people present}, kind: stock, eligible: {present: {}}}
  - {id: FLOAT, name: {zh: 流动人口, en: floating}, kind: stock, eligible: {hukou_elsewhere: {level: county}}}
  - {id: BIRTHS, name: {zh: 出生, en: births}, kind: flow, period: calendar_year, events: {births: {}}, eligible: {present: {}}}
  - {id: BOYS, name: {zh: 男婴, en: boys}, kind: flow, period: calendar_year, events: {births: {}}, eligible: {all: [{present: {}}, {sex: {is: male}}]}}
  - {id: GIRLS, name: {zh: 女婴, en: girls}, kind: flow, period: calendar_year, events: {births: {}}, eligible: {all: [{present: {}}, {sex: {is: female}}]}}
  - {id: MATERNAL, name: {zh: 孕产妇死亡, en: maternal deaths}, kind: flow, period: calendar_year, events: {deaths: {maternal: true}}, eligible: {present: {}}}
  - id: BASE
    name: {zh: 考核人口基数, en: assessment base}
    kind: ratio
    unit: count
    numerator: {text: {zh: 户籍人口加流动人口五分之一, en: registered and a fifth of the floating}, sum: [{figure: registered_population}, {indicator: FLOAT, times: 1/5}]}
    denominator: {text: {zh: 每名工作人员, en: per member of staff}, sum: [{figure: staff}]}
  - id: BIRTHRATE
    name: {zh: 出生率, en: birth rate}
    kind: ratio
    unit: permille
    period: calendar_year
    numerator: {text: {zh: 出生, en: births}, sum: [{indicator: BIRTHS}]}
    denominator: {text: {zh: 年平均人口, en: average population}, sum: [{indicator: POP, average: start_end}]}
  - id: SEXRATIO
    name: {zh: 出生性别比, en: sex ratio at birth}
    kind: ratio
    unit: per_100
    numerator: {text: {zh: 男婴, en: boys}, sum: [{indicator: BOYS}]}
    denominator: {text: {zh: 女婴, en: girls}, sum: [{indicator: GIRLS}]}
  - id: MMR
    name: {zh: 孕产妇死亡率, en: maternal mortality}
    kind: ratio
    unit: per_100k
    numerator: {text: {zh: 孕产妇死亡, en: maternal deaths}, sum: [{indicator: MATERNAL}]}
    denominator: {text: {zh: 出生, en: births}, sum: [{indicator: BIRTHS}]}
targets:
  - {indicator: SEXRATIO, op: "<=", value: 103/100, by: 2021-12-31}
  - {indicator: BIRTHS, op: ">=", value: "9", by: 2021-12-31}
`

func ratioPacks(t testing.TB) *aggregator.Packs {
	t.Helper()
	packs, err := policy.Load(fstest.MapFS{"ratios.yaml": {Data: []byte(ratioPack)}})
	if err != nil {
		t.Fatal(err)
	}
	return packs
}

// aBirthYear is 8 who came before 2020, 5 children born in 2020 (3 boys), and a
// mother of one who died of it.
func aBirthYear(sources map[string]*source) {
	registry := sources[aggregator.Registry]
	registry.write(theTree()...)
	for i := range 8 {
		registry.write(adult(fmt.Sprintf("A%d", i), []string{village1, village3}[i%2], "k", 20190101)...)
	}
	for i := range 5 {
		id, sex := fmt.Sprintf("C%d", i), int32(1+i/3)
		registry.write(
			of(feedv1.FactKind_FACT_KIND_PERSON, "person "+id, id, &feedv1.PersonFact{BirthYmd: 20200310, Sex: sex, Hukou: []*feedv1.HukouSpan{{Division: county}}}),
			of(feedv1.FactKind_FACT_KIND_RESIDENCE, "stay "+id, id, &feedv1.ResidenceFact{Division: village1, ArrivedYmd: 20200310}))
	}
	registry.write(of(feedv1.FactKind_FACT_KIND_PERSON, "person A0", "A0", &feedv1.PersonFact{BirthYmd: 19900630, Sex: 2, DeathYmd: 20200320, Hukou: []*feedv1.HukouSpan{{Division: "340101"}}}))
	sources[aggregator.Maternal].write(of(feedv1.FactKind_FACT_KIND_PREGNANCY, "P1", "A0", &feedv1.PregnancyFact{EndedYmd: 20200310, Outcome: 1, RegisteredYmd: 20190901}))
	for _, name := range []string{aggregator.Archive, aggregator.Immunization, aggregator.FamilyPlanning} {
		sources[name].write(education("E "+name, "A1", 20200101))
	}
}

func figure(id, code, value string, year int32, on *date.Date) *aggregatorv1.Figure {
	return &aggregatorv1.Figure{FigureId: id, Division: code, Value: value, Year: year, AsOfDate: on, Source: "统计年报"}
}

func TestRatiosComputeEndToEnd(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		sources := newSources(t)
		aBirthYear(sources)
		s := startWith(t, db, sources, ratioPacks(t))
		s.follow()
		figures := aggregatorv1.NewFigureServiceClient(s.conn)
		if r := s.ratio("BASE", county); r.GetHasRate() || r.GetRatio().GetNumeratorTerms()[0].GetMissing() == "" {
			t.Errorf("without figures there is no base, and it is said why; got %v", r)
		}
		_, err := figures.LoadFigures(t.Context(), &aggregatorv1.LoadFiguresRequest{Figures: []*aggregatorv1.Figure{
			figure("registered_population", town1, "100", 2020, nil), figure("registered_population", town2, "60.5", 2020, nil),
			figure("registered_population", county, "999", 2019, nil), figure("staff", county, "3", 0, dateOf("2020-01-01")),
		}})
		if err != nil {
			t.Fatal(err)
		}
		for id, want := range map[string]float64{
			"BASE":      (160.5 + 7.0/5) / 3, // 7 of the 8 who came live, and the children's hukou is here
			"BIRTHRATE": 5 / ((8.0 + 12.0) / 2) * 1000,
			"SEXRATIO":  150,
			"MMR":       20_000,
		} {
			r := s.ratio(id, county)
			if !r.GetHasRate() || math.Abs(r.GetValue()-want) > 1e-9 {
				t.Errorf("%s is %v, want %v: %v", id, r.GetValue(), want, r.GetRatio())
			}
		}
		sex := s.ratio("SEXRATIO", county)
		if sex.GetGap() != 1 || sex.GetOver() { // 3 boys of 2 girls; 103 per 100 allows 2
			t.Errorf("gap %d, over %v; want 1, false", sex.GetGap(), sex.GetOver())
		}
		if r := s.ratio("SEXRATIO", town2); r.GetHasRate() || r.GetRatio().GetDenominator() != "0" {
			t.Errorf("a town without births has no sex ratio, got %v", r)
		}
		births := s.ratio("BIRTHS", county)
		if !births.GetPlain() || births.GetHasRate() || births.GetValue() != 5 || births.GetGap() != 4 {
			t.Errorf("5 births of 9 that were hoped for, got %v", births)
		}
		for _, term := range append(sex.GetRatio().GetNumeratorTerms(), s.ratio("BIRTHRATE", county).GetRatio().GetDenominatorTerms()...) {
			list, err := s.client.ListMembers(t.Context(), &aggregatorv1.ListMembersRequest{
				Division: term.GetDivision(), IndicatorId: term.GetIndicatorId(), AsOfDate: term.GetAsOfDate(), Set: term.GetSet(),
			})
			if err != nil || fmt.Sprint(list.GetTotalSize()) != term.GetValue() {
				t.Errorf("%s of %v opens into %d: %v", term.GetIndicatorId(), term.GetAsOfDate(), list.GetTotalSize(), err)
			}
		}
	})
}

// ratio asks for one indicator of one division at the end of 2020.
func (s *suite) ratio(id, code string) *aggregatorv1.CoverageRow {
	s.t.Helper()
	resp, err := s.client.GetCoverage(s.t.Context(), &aggregatorv1.GetCoverageRequest{Divisions: []string{code}, IndicatorIds: []string{id}, AsOfDate: dateOf("2020-12-31")})
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.GetRows()[0]
}

func TestFiguresKeepTheirHistory(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		sources := newSources(t)
		aBirthYear(sources)
		s := startWith(t, db, sources, ratioPacks(t))
		s.follow()
		c, ctx := aggregatorv1.NewFigureServiceClient(s.conn), t.Context()
		load := func(request string, f ...*aggregatorv1.Figure) (*aggregatorv1.LoadFiguresResponse, error) {
			return c.LoadFigures(ctx, &aggregatorv1.LoadFiguresRequest{Figures: f, RequestId: request, RecordedBy: "王统计"})
		}
		first := figure("registered_population", county, "0100.50", 2020, nil)
		for i, want := range [][3]int32{{1, 0, 0}, {1, 0, 0}} { // the retry gets the first answer
			got, err := load("r1", first)
			if err != nil || got.GetCreated() != want[0] || got.GetReplaced() != want[1] || got.GetUnchanged() != want[2] {
				t.Errorf("load %d: %v %v", i, got, err)
			}
		}
		if _, err := load("r1", figure("registered_population", county, "7", 2020, nil)); reason(err) != "REQUEST_ID_REUSED" {
			t.Errorf("another content under the same request: %v", err)
		}
		if got, err := load("", figure("registered_population", county, "7", 2020, nil), figure("staff", county, "2", 0, dateOf("2020-05-01"))); err != nil || got.GetReplaced() != 1 || got.GetCreated() != 1 {
			t.Errorf("replaced: %v %v", got, err)
		}
		if got, err := load("", figure("registered_population", county, "7", 2020, nil)); err != nil || got.GetUnchanged() != 1 {
			t.Errorf("the same again: %v %v", got, err)
		}
		del := &aggregatorv1.DeleteFigureRequest{FigureId: "registered_population", Division: county, Year: 2020, Etag: "1"}
		if _, err := c.DeleteFigure(ctx, del); reason(err) != "FIGURE_CHANGED" {
			t.Errorf("a stale etag: %v", err)
		}
		del.Etag = "2"
		if _, err := c.DeleteFigure(ctx, del); err != nil {
			t.Error(err)
		}
		if _, err := c.DeleteFigure(ctx, del); reason(err) != "FIGURE_NOT_FOUND" {
			t.Errorf("deleted twice: %v", err)
		}
		var got []string
		token := ""
		for {
			list, err := c.ListFigures(ctx, &aggregatorv1.ListFiguresRequest{History: true, PageSize: 1, PageToken: token})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range list.GetFigures() {
				got = append(got, fmt.Sprintf("%s v%s %q %v %s", f.GetFigureId(), f.GetEtag(), f.GetValue(), f.GetDeleted(), f.GetRecordedBy()))
			}
			if token = list.GetNextPageToken(); token == "" {
				break
			}
		}
		want := []string{
			`registered_population v3 "" true token`, `registered_population v2 "7" false 王统计`, `registered_population v1 "100.5" false 王统计`,
			`staff v1 "2" false 王统计`,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		read, err := c.ReadFigure(ctx, &aggregatorv1.ReadFigureRequest{FigureId: "registered_population", Division: county, AsOfDate: dateOf("2020-06-30")})
		if err != nil || read.GetHasValue() || !cmp.Equal(read.GetMissingDivisions(), []string{county}) {
			t.Errorf("read after the deletion: %v %v", read, err)
		}
		read, err = c.ReadFigure(ctx, &aggregatorv1.ReadFigureRequest{FigureId: "staff", Division: county, AsOfDate: dateOf("2020-06-30")})
		if err != nil || read.GetValue() != "2" {
			t.Errorf("staff as of the latest day before: %v %v", read, err)
		}
		for name, c := range map[string]struct {
			reason string
			figure *aggregatorv1.Figure
		}{
			"not declared":    {"FIGURE_NOT_DECLARED", figure("beds", county, "1", 2020, nil)},
			"no such place":   {"FIELD_INVALID", figure("staff", "990199000000", "1", 0, dateOf("2020-05-01"))},
			"year and day":    {"FIELD_INVALID", figure("staff", county, "1", 2020, dateOf("2020-05-01"))},
			"of the wrong at": {"FIELD_INVALID", figure("staff", county, "1", 2020, nil)},
			"negative":        {"FIELD_INVALID", figure("staff", county, "-1", 0, dateOf("2020-05-01"))},
			"no number":       {"FIELD_INVALID", figure("staff", county, "1e3", 0, dateOf("2020-05-01"))},
		} {
			if _, err := load("", c.figure); reason(err) != c.reason {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestUnitsAddUpToTheDivision(t *testing.T) {
	sources := newSources(t)
	aBirthYear(sources)
	s := startWith(t, testkit.SQLite(t, aggregator.Migrations()...), sources, ratioPacks(t))
	s.follow()
	ctx := t.Context()
	whole, err := s.client.GetCoverage(ctx, &aggregatorv1.GetCoverageRequest{Divisions: []string{county}, AsOfDate: dateOf("2020-12-31")})
	if err != nil {
		t.Fatal(err)
	}
	parts, err := s.client.GetCoverage(ctx, &aggregatorv1.GetCoverageRequest{Divisions: []string{county}, UnitRole: aggregatorv1.UnitRole_UNIT_ROLE_MANAGER, AsOfDate: dateOf("2020-12-31")})
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]int32{}
	for _, r := range parts.GetRows() {
		sums[r.GetIndicatorId()] += r.GetEligible()
		if r.GetKind() == aggregatorv1.IndicatorKind_INDICATOR_KIND_RATIO {
			continue
		}
		list, err := aggregatorv1.NewLeagueServiceClient(s.conn).ListUnitMembers(ctx, &aggregatorv1.ListUnitMembersRequest{
			UnitId: r.GetUnitId(), UnitRole: r.GetUnitRole(), Division: r.GetDivision(), IndicatorId: r.GetIndicatorId(), AsOfDate: r.GetAsOfDate(),
			Set: aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE,
		})
		if err != nil || list.GetTotalSize() != r.GetEligible() || len(list.GetMembers()) != int(r.GetEligible()) {
			t.Errorf("%s of %s: %d, its list has %d of %d: %v", r.GetIndicatorId(), r.GetUnitId(), r.GetEligible(), len(list.GetMembers()), list.GetTotalSize(), err)
		}
	}
	for _, r := range whole.GetRows() {
		if sums[r.GetIndicatorId()] != r.GetEligible() {
			t.Errorf("%s: the units have %d, the county %d", r.GetIndicatorId(), sums[r.GetIndicatorId()], r.GetEligible())
		}
	}
	unit, err := s.client.GetCoverage(ctx, &aggregatorv1.GetCoverageRequest{UnitIds: []string{clinic}, IndicatorIds: []string{"POP", "BIRTHRATE"}, AsOfDate: dateOf("2020-12-31")})
	if err != nil || unit.GetRows()[0].GetEligible() != 8 || math.Abs(unit.GetRows()[1].GetValue()-5/6.0*1000) > 1e-9 { // 4 at first, 3 and 5 children later
		t.Errorf("the clinic's villages: %v %v", unit.GetRows(), err)
	}
	if _, err := s.client.GetCoverage(ctx, &aggregatorv1.GetCoverageRequest{UnitIds: []string{"01NOBODY"}}); reason(err) != "COVERAGE_UNIT_UNKNOWN" {
		t.Errorf("an unknown unit: %v", err)
	}
}

func TestALeagueOfAGroup(t *testing.T) {
	sources := newSources(t)
	aBirthYear(sources)
	s := startWith(t, testkit.SQLite(t, aggregator.Migrations()...), sources, ratioPacks(t))
	s.follow()
	c := aggregatorv1.NewLeagueServiceClient(s.conn)
	league, err := c.GetLeague(t.Context(), &aggregatorv1.GetLeagueRequest{Division: county, GroupId: "pilot", IndicatorId: "BIRTHS", AsOfDate: dateOf("2020-12-31")})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, x := range league.GetStandings() {
		got = append(got, fmt.Sprintf("%s %d (%d) %s %s", x.GetRow().GetDivisionName(), x.GetRank(), x.GetRankBefore(), x.GetWarning(), x.GetProjectionText()))
	}
	if diff := cmp.Diff([]string{
		"东镇 1 (1) WARNING_LEVEL_NONE 未见改善，无法推算 / it does not improve",
		"西镇 2 (2) WARNING_LEVEL_RED 未见改善，无法推算 / it does not improve",
	}, got); diff != "" {
		t.Error(diff)
	}
	if league.GetGroupName() != "试点" || league.GetTotal().GetEligible() != 5 {
		t.Errorf("%v", league)
	}
	if _, err := c.GetLeague(t.Context(), &aggregatorv1.GetLeagueRequest{Division: county, GroupId: "none", IndicatorId: "BIRTHS"}); reason(err) != "GROUP_NOT_FOUND" {
		t.Errorf("an unknown group: %v", err)
	}
	part, err := c.GetLeague(t.Context(), &aggregatorv1.GetLeagueRequest{Division: town2, GroupId: "pilot", IndicatorId: "BIRTHS", AsOfDate: dateOf("2020-12-31")})
	if err != nil || len(part.GetStandings()) != 1 || len(part.GetUnranked()) != 0 || part.GetStandings()[0].GetRow().GetDivision() != town2 {
		t.Errorf("the group as seen from one of its townships shows others too: %v %v", part, err)
	}
	if _, err := c.GetLeague(t.Context(), &aggregatorv1.GetLeagueRequest{Division: village1, GroupId: "pilot", IndicatorId: "BIRTHS"}); reason(err) != "LEAGUE_GROUP_OUTSIDE" {
		t.Errorf("a group that lies outside of the division: %v", err)
	}
	w, err := c.GetWarnings(t.Context(), &aggregatorv1.GetWarningsRequest{Division: county, AsOfDate: dateOf("2020-12-31"), IndicatorIds: []string{"BIRTHS"}})
	if err != nil || len(w.GetWarnings()) != 1 || w.GetLookedAt() != 2 {
		t.Errorf("warnings: %v %v", w, err)
	}
}

func TestANumberWhoseSourceWasNeverReached(t *testing.T) {
	sources := newSources(t)
	threeAdults(sources)
	delete(sources, aggregator.Archive)
	s := start(t, testkit.SQLite(t, aggregator.Migrations()...), sources)
	s.follow()
	resp, err := s.client.GetCoverage(t.Context(), &aggregatorv1.GetCoverageRequest{Divisions: []string{county}, IndicatorIds: []string{"HED01", "CHD01"}, AsOfDate: dateOf("2020-12-31")})
	if err != nil {
		t.Fatal(err)
	}
	hed, chd := resp.GetRows()[0], resp.GetRows()[1]
	if hed.GetHasRate() || len(hed.GetLacking()) != 1 || hed.GetLacking()[0].GetSource() != aggregator.Archive || hed.GetEligible() != 2 {
		t.Errorf("education needs the archive, which is not followed: %v", hed)
	}
	if len(chd.GetLacking()) != 0 {
		t.Errorf("child checks do not need it: %v", chd)
	}
}
