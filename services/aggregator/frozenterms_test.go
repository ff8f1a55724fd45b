package aggregator_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/proto"
	"gorm.io/gorm"
)

// gradedPack adds a score of a rate and of a ratio to those of ratioPack.
var gradedPack = strings.Replace(ratioPack, "targets:\n", `  - {id: HERE, name: {zh: 户籍在外, en: hukou elsewhere}, kind: stock, eligible: {present: {}}, covered: {hukou_elsewhere: {level: county}}}
  - id: SHARE
    name: {zh: 流动比, en: share that floats}
    kind: ratio
    numerator: {text: {zh: 流动人口, en: floating}, sum: [{indicator: FLOAT}]}
    denominator: {text: {zh: 在住, en: present}, sum: [{indicator: POP}]}
  - id: GRADE
    name: {zh: 评分, en: score}
    kind: ratio
    beside: [BIRTHS]
    score: [{indicator: HERE, weight: "60"}, {indicator: SHARE, weight: "40"}]
targets:
`, 1)

// frozenRatios is a year with births, figures, and a report of ratios alone, whose
// terms are no numbers of the report. A village is known since June alone.
func frozenRatios(t *testing.T, db *sqlstore.DB, lists bool) (*reports, map[string]*source, *aggregatorv1.Report) {
	t.Helper()
	packs, err := policy.Load(fstest.MapFS{"ratios.yaml": {Data: []byte(gradedPack)}})
	if err != nil {
		t.Fatal(err)
	}
	sources := newSources(t)
	aBirthYear(sources)
	sources[aggregator.Registry].write(
		of(feedv1.FactKind_FACT_KIND_DIVISION, village3, "", &feedv1.DivisionFact{Code: village3, Name: "三村", Level: 5, Parent: town2, ValidFromYmd: 20200601}))
	s := startWith(t, db, sources, packs)
	s.follow()
	_, err = aggregatorv1.NewFigureServiceClient(s.conn).LoadFigures(t.Context(), &aggregatorv1.LoadFiguresRequest{Figures: []*aggregatorv1.Figure{
		figure("registered_population", town1, "100", 2020, nil), figure("registered_population", town2, "60.5", 2020, nil),
		figure("staff", county, "3", 0, dateOf("2020-01-01")),
	}})
	if err != nil {
		t.Fatal(err)
	}
	r := &reports{s, db, aggregatorv1.NewReportServiceClient(s.conn)}
	resp, err := r.c.FreezeReport(t.Context(), &aggregatorv1.FreezeReportRequest{
		Division: county, AsOfDate: dateOf("2020-12-31"), GroupLevel: 4, IndicatorIds: []string{"BASE", "BIRTHRATE", "SEXRATIO", "GRADE"}, WithLists: lists,
	})
	if err != nil {
		t.Fatal(err)
	}
	return r, sources, r.ready(resp.GetReport().GetReportId())
}

func (r *reports) number(id, division, indicator string, on *date.Date) *aggregatorv1.GetReportNumberResponse {
	r.t.Helper()
	resp, err := r.c.GetReportNumber(r.t.Context(), &aggregatorv1.GetReportNumberRequest{ReportId: id, Division: division, IndicatorId: indicator, AsOfDate: on})
	if err != nil {
		r.t.Fatalf("%s of %s on %v: %v", indicator, division, on, err)
	}
	return resp
}

func termsIn(n *aggregatorv1.GetReportNumberResponse) []*aggregatorv1.CoverageTerm {
	x := n.GetNumber().GetRow().GetRatio()
	return append(append([]*aggregatorv1.CoverageTerm(nil), x.GetNumeratorTerms()...), x.GetDenominatorTerms()...)
}

// opensAll opens each term of a ratio: counts into frozen lists of that length,
// ratios into their own terms. It returns how many lists it read.
func (r *reports) opensAll(n *aggregatorv1.GetReportNumberResponse) (lists int) {
	r.t.Helper()
	for _, x := range termsIn(n) {
		switch {
		case x.GetFigureId() != "":
			if x.GetHasValue() == (x.GetMissing() != "") || x.GetHasValue() && x.GetSource() != "统计年报" {
				r.t.Errorf("a figure says neither what nor why: %v", x)
			}
		case !x.GetHasValue():
			if x.GetMissing() == "" {
				r.t.Errorf("a term without a value says not why: %v", x)
			}
		case x.GetSet() == aggregatorv1.MemberSet_MEMBER_SET_UNSPECIFIED:
			lists += r.opensAll(r.number(n.GetReportId(), x.GetDivision(), x.GetIndicatorId(), x.GetAsOfDate()))
		default:
			lists += r.opensTerm(n.GetReportId(), x)
		}
	}
	return lists
}

// opensTerm reads the frozen list of a term; of a rate it is the uncovered one.
func (r *reports) opensTerm(id string, x *aggregatorv1.CoverageTerm) int {
	r.t.Helper()
	resp, err := r.c.ListReportMembers(r.t.Context(), &aggregatorv1.ListReportMembersRequest{
		ReportId: id, Division: x.GetDivision(), IndicatorId: x.GetIndicatorId(), AsOfDate: x.GetAsOfDate(), Set: x.GetSet(), PageSize: 1000,
	})
	if err != nil {
		r.t.Fatalf("%v: %v", x, err)
	}
	sum := int64(0)
	for _, m := range resp.GetMembers() {
		sum += int64(m.GetWeight())
	}
	if sum != resp.GetTotalSize() {
		r.t.Errorf("%s on %v: %d lines of %d", x.GetIndicatorId(), x.GetAsOfDate(), sum, resp.GetTotalSize())
	}
	of := r.number(id, x.GetDivision(), x.GetIndicatorId(), x.GetAsOfDate()).GetNumber().GetRow()
	want := map[aggregatorv1.MemberSet]int64{1: int64(of.GetEligible() - of.GetCovered()), 2: int64(of.GetCovered()), 3: int64(of.GetEligible())}[x.GetSet()]
	value, _ := json.Marshal(want)
	if sum != want || x.GetSet() != aggregatorv1.MemberSet_MEMBER_SET_UNCOVERED && string(value) != x.GetValue() {
		r.t.Errorf("%s of %s on %v is %s and opens into %d of %d", x.GetIndicatorId(), x.GetDivision(), x.GetAsOfDate(), x.GetValue(), sum, want)
	}
	return 1
}

func TestARatioOfAReportOpensAsFrozen(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		r, sources, before := frozenRatios(t, db, true)
		r.checkLists(before)
		var kept []*aggregatorv1.GetReportNumberResponse
		lists := 0
		for _, n := range before.GetNumbers() {
			row := n.GetRow()
			one := r.number(before.GetReportId(), row.GetDivision(), row.GetIndicatorId(), nil)
			kept = append(kept, one)
			lists += r.opensAll(one)
			if isRatio := row.GetKind() == aggregatorv1.IndicatorKind_INDICATOR_KIND_RATIO; isRatio != strings.Contains(n.GetListCommand(), "xinju report terms") || isRatio != (len(termsIn(one)) > 0) {
				t.Errorf("%s opens by %q into %d terms", row.GetIndicatorId(), n.GetListCommand(), len(termsIn(one)))
			}
		}
		if lists < 15 {
			t.Errorf("only %d lists were opened", lists)
		}
		start := r.number(before.GetReportId(), county, "POP", dateOf("2019-12-31")).GetNumber().GetRow()
		if start.GetEligible() != 8 {
			t.Errorf("8 were there at the start of the year: %v", start)
		}
		if raw := r.render(aggregatorv1.ReportForm_REPORT_FORM_LEDGER, aggregatorv1.ReportFormat_REPORT_FORMAT_CSV, before.GetReportId(), ""); strings.Contains(string(raw), "POP") || !strings.Contains(string(raw), "BIRTHS") {
			t.Errorf("the ledger is that of the numbers of the report: %s", raw)
		}

		// Somebody leaves who had been there all year, another comes late, a figure is corrected.
		gone := adult("A1", village3, "k", 20190101)[1]
		gone.Body = nil
		sources[aggregator.Registry].write(gone)
		sources[aggregator.Registry].write(adult("A9", village1, "k", 20190101)...)
		sources[aggregator.Registry].write(of(feedv1.FactKind_FACT_KIND_RESIDENCE, "stay C0", "C0", &feedv1.ResidenceFact{Division: village3, ArrivedYmd: 20200910}))
		r.follow()
		_, err := aggregatorv1.NewFigureServiceClient(r.conn).LoadFigures(t.Context(), &aggregatorv1.LoadFiguresRequest{Figures: []*aggregatorv1.Figure{
			figure("staff", county, "4", 0, dateOf("2020-06-01")),
		}})
		if err != nil {
			t.Fatal(err)
		}
		if now := r.ratio("BASE", county).GetRatio().GetDenominator(); now != "4" {
			t.Fatalf("today it is of 4: %s", now)
		}
		for _, was := range kept {
			row := was.GetNumber().GetRow()
			if is := r.number(before.GetReportId(), row.GetDivision(), row.GetIndicatorId(), nil); !proto.Equal(was, is) {
				t.Errorf("a number of the report changed: %v", is)
			}
			r.opensAll(was)
		}
		if v := r.verified(before.GetReportId()); !v.GetIntact() {
			t.Errorf("not intact: %v", v)
		}
		r.comparesRatios(before.GetReportId())
	})
}

// comparesRatios restates the report: both sides of a ratio open, each into its own.
func (r *reports) comparesRatios(id string) {
	r.t.Helper()
	resp, err := r.c.CompareReport(r.t.Context(), &aggregatorv1.CompareReportRequest{ReportId: id, Division: county, IndicatorId: "BASE"})
	if err != nil || len(resp.GetNumbers()) != 1 {
		r.t.Fatal(resp, err)
	}
	for side, want := range map[string]string{id: "3", resp.GetOtherReportId(): "4"} {
		n := r.number(side, county, "BASE", nil)
		if got := n.GetNumber().GetRow().GetRatio().GetDenominatorTerms()[0].GetValue(); got != want {
			r.t.Errorf("staff of %s: %s, want %s", side, got, want)
		}
		r.opensAll(n)
	}
}

func TestARatioOfAReportWithoutListsHasItsTerms(t *testing.T) {
	r, _, rep := frozenRatios(t, testkit.SQLite(t, aggregator.Migrations()...), false)
	n := r.number(rep.GetReportId(), county, "BIRTHRATE", nil)
	if n.GetWithLists() || !n.GetWithTerms() || len(termsIn(n)) != 3 {
		t.Errorf("three terms and no lists: %v", n)
	}
	_, err := r.c.ListReportMembers(t.Context(), &aggregatorv1.ListReportMembersRequest{ReportId: rep.GetReportId(), Division: county, IndicatorId: "POP", AsOfDate: dateOf("2019-12-31"), Set: 3})
	if reason(err) != "REPORT_WITHOUT_LISTS" {
		t.Error(err)
	}
	_, err = r.c.GetReportNumber(t.Context(), &aggregatorv1.GetReportNumberRequest{ReportId: rep.GetReportId(), Division: county, IndicatorId: "POP", AsOfDate: dateOf("2018-12-31")})
	if reason(err) != "REPORT_NUMBER_NOT_FOUND" {
		t.Error(err)
	}
}

// TestAReportOfBeforeTermsWereKeptStillOpens: what is stored of it lacks all that
// came with them.
func TestAReportOfBeforeTermsWereKeptStillOpens(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		r, _, rep := frozenRatios(t, db, true)
		forgetTerms(t, db, rep.GetReportId())
		n := r.number(rep.GetReportId(), county, "BASE", nil)
		x := n.GetNumber().GetRow().GetRatio()
		if n.GetWithTerms() || len(termsIn(n)) != 0 || x.GetNumerator() != "1619/10" || x.GetDenominator() != "3" || n.GetNumber().GetListCommand() != "" {
			t.Errorf("both sides and no terms: %v", n)
		}
		r.checkLists(r.get(rep.GetReportId()))
		if _, err := r.c.CompareReport(t.Context(), &aggregatorv1.CompareReportRequest{ReportId: rep.GetReportId()}); err != nil {
			t.Error(err)
		}
	})
}

func forgetTerms(t *testing.T, db *sqlstore.DB, id string) {
	t.Helper()
	err := db.Write(t.Context(), func(tx *gorm.DB) error {
		var raw []byte
		if err := tx.Raw("SELECT content FROM desk_report WHERE report_id = ?", id).Row().Scan(&raw); err != nil {
			return err
		}
		var content map[string]any
		if err := json.Unmarshal(raw, &content); err != nil {
			return err
		}
		for _, key := range []string{"WithTerms", "Behind", "Columns", "Trees"} {
			delete(content, key)
		}
		for _, n := range content["Numbers"].([]any) {
			delete(n.(map[string]any), "Of")
		}
		raw, err := json.Marshal(content)
		if err != nil {
			return err
		}
		if err := tx.Exec("DELETE FROM desk_report_list WHERE report_id = ? AND indicator > 4", id).Error; err != nil {
			return err
		}
		return tx.Exec("UPDATE desk_report SET content = ? WHERE report_id = ?", raw, id).Error
	})
	if err != nil {
		t.Fatal(err)
	}
}
