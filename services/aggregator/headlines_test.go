package aggregator_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"github.com/google/go-cmp/cmp"
)

var six = []string{"EHR03", "HED01", "IMM03", "CHD01", "MAT01", "INF01"}

// TestHeadlinesAreAnsweredAloneWhenAskedFor, in the order of the pack's list; by
// default everything is answered, as before, with a mark.
func TestHeadlinesAreAnsweredAloneWhenAskedFor(t *testing.T) {
	r, _ := reportsOfThree(t, testkit.SQLite(t, aggregator.Migrations()...))
	ask := func(req *aggregatorv1.GetCoverageRequest) (ids []string, marked []string, left int32) {
		req.AsOfDate = dateOf("2020-12-31")
		resp, err := r.client.GetCoverage(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range resp.GetRows() {
			ids = append(ids, row.GetIndicatorId())
			if row.GetHeadline() {
				marked = append(marked, row.GetIndicatorId())
			}
			if row.GetAlternative() != nil && row.GetAlternative().GetHeadline() != row.GetHeadline() {
				t.Errorf("%s and its alternative are marked differently", row.GetIndicatorId())
			}
		}
		return ids, marked, resp.GetLeftOutCount()
	}
	all, marked, left := ask(&aggregatorv1.GetCoverageRequest{Divisions: []string{county}})
	slices.Sort(marked)
	if diff := cmp.Diff(slices.Sorted(slices.Values(six)), marked); diff != "" || left != 0 || len(all) < 50 {
		t.Errorf("by default %d rows, %d left out: %s", len(all), left, diff)
	}
	first, _, left := ask(&aggregatorv1.GetCoverageRequest{Divisions: []string{county, town1}, HeadlinesOnly: true})
	if diff := cmp.Diff(append(slices.Clone(six), six...), first); diff != "" || int(left) != len(all)-len(six) {
		t.Errorf("%d left out: %s", left, diff)
	}
	if named, _, left := ask(&aggregatorv1.GetCoverageRequest{Divisions: []string{county}, HeadlinesOnly: true, IndicatorIds: []string{"POP01"}}); len(named) != 1 || left != 0 {
		t.Errorf("what is named is answered: %v, %d", named, left)
	}
	warned := func(only bool, ids ...string) *aggregatorv1.GetWarningsResponse {
		resp, err := aggregatorv1.NewLeagueServiceClient(r.conn).GetWarnings(t.Context(), &aggregatorv1.GetWarningsRequest{
			Division: county, AsOfDate: dateOf("2020-12-31"), HeadlinesOnly: only, IndicatorIds: ids,
		})
		if err != nil {
			t.Fatal(err)
		}
		return resp
	}
	towns := warned(false, "HED01").GetLookedAt()
	for name, c := range map[string]struct {
		got            *aggregatorv1.GetWarningsResponse
		looked, leftBy int
	}{
		"everything":     {warned(false), len(all), 0},
		"the headlines":  {warned(true), len(six), len(all) - len(six)},
		"what was named": {warned(true, "POP01"), 1, 0},
	} {
		if int(c.got.GetLookedAt()) != c.looked*int(towns) || int(c.got.GetLeftOutCount()) != c.leftBy {
			t.Errorf("warnings of %s: looked at %d, left out %d", name, c.got.GetLookedAt(), c.got.GetLeftOutCount())
		}
	}
	pack, err := r.client.GetPolicyPack(t.Context(), &aggregatorv1.GetPolicyPackRequest{PackId: "xiangan-2018"})
	if diff := cmp.Diff(six, pack.GetPack().GetHeadlineIds()); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
}

// TestTheSelfAssessmentShowsWhatTheNoticeAsks, everything when it is asked for, and
// what was named when the report was made by name.
func TestTheSelfAssessmentShowsWhatTheNoticeAsks(t *testing.T) {
	r, _ := reportsOfThree(t, testkit.SQLite(t, aggregator.Migrations()...))
	freeze := func(ids ...string) string {
		resp, err := r.c.FreezeReport(t.Context(), &aggregatorv1.FreezeReportRequest{Division: county, AsOfDate: dateOf("2020-12-30"), GroupLevel: 4, IndicatorIds: ids})
		if err != nil {
			t.Fatal(err)
		}
		return r.ready(resp.GetReport().GetReportId()).GetReportId()
	}
	column := func(id string, form aggregatorv1.ReportForm, all bool, n int) (out []string) {
		text := string(r.rendered(&aggregatorv1.RenderReportRequest{ReportId: id, Form: form, Format: 2, AllIndicators: all}))
		for _, line := range strings.Split(strings.TrimSpace(text), "\r\n")[1:] {
			if value := strings.Split(line, ",")[n]; !slices.Contains(out, value) {
				out = append(out, value)
			}
		}
		return out
	}
	whole := freeze()
	if diff := cmp.Diff(six, column(whole, 1, false, 2)); diff != "" {
		t.Errorf("the form: %s", diff)
	}
	if diff := cmp.Diff(six, column(whole, 4, false, 0)); diff != "" {
		t.Errorf("the bulletin: %s", diff)
	}
	if got := column(whole, 1, true, 2); len(got) < 50 || !slices.Equal(got[:len(six)], six) {
		t.Errorf("everything, the headlines first: %v", got)
	}
	if got := column(freeze("POP01", "HED01"), 1, false, 2); !slices.Equal(got, []string{"POP01", "HED01"}) {
		t.Errorf("what was named: %v", got)
	}
	text := string(r.rendered(&aggregatorv1.RenderReportRequest{ReportId: whole, Form: 4, Format: 5}))
	if !strings.Contains(text, "截至 2020-12-30（本季度尚未结束 the quarter is not over）") {
		t.Errorf("the quarter is not over: %s", text[:min(400, len(text))])
	}
}

// TestAReportIsNotOfAnotherDay: neither of one that has not come, nor signed on one.
func TestAReportIsNotOfAnotherDay(t *testing.T) {
	r, _ := reportsOfThree(t, testkit.SQLite(t, aggregator.Migrations()...))
	_, err := r.c.FreezeReport(t.Context(), &aggregatorv1.FreezeReportRequest{Division: county, AsOfDate: dateOf("2021-01-01")})
	if got := reason(err); got != "FIELD_INVALID" {
		t.Errorf("of tomorrow: %q", got)
	}
	id := r.freeze(false).GetReportId()
	for day, want := range map[string]string{"2020-12-30": "REPORT_SIGNED_TOO_EARLY", "2021-01-01": "FIELD_INVALID", "2020-12-31": ""} {
		_, err := r.c.SignReport(t.Context(), &aggregatorv1.SignReportRequest{ReportId: id, Role: "审核人", Name: "虚构者", SignDate: dateOf(day)})
		if got := reason(err); got != want {
			t.Errorf("signed on %s: %q, want %q", day, got, want)
		}
	}
}

// TestAnotherFigureIsRestated: nobody differs, and it is said what does. What was
// compared before the figure changed is not shown again.
func TestAnotherFigureIsRestated(t *testing.T) {
	sources := newSources(t)
	aBirthYear(sources)
	s := startWith(t, testkit.SQLite(t, aggregator.Migrations()...), sources, ratioPacks(t))
	s.follow()
	r := &reports{suite: s, c: aggregatorv1.NewReportServiceClient(s.conn)}
	load := func(value string) {
		_, err := aggregatorv1.NewFigureServiceClient(s.conn).LoadFigures(t.Context(), &aggregatorv1.LoadFiguresRequest{Figures: []*aggregatorv1.Figure{
			figure("registered_population", county, value, 2020, nil), figure("staff", county, "4", 0, dateOf("2020-01-01")),
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	load("100")
	resp, err := r.c.FreezeReport(t.Context(), &aggregatorv1.FreezeReportRequest{Division: county, AsOfDate: dateOf("2020-12-31"), WithLists: true})
	if err != nil {
		t.Fatal(err)
	}
	before := r.ready(resp.GetReport().GetReportId())
	compared := func() (value string, said []string, other string) {
		out, err := r.c.CompareReport(t.Context(), &aggregatorv1.CompareReportRequest{ReportId: before.GetReportId()})
		if err != nil || out.GetTotalSize() != 0 {
			t.Fatalf("%d lines differ, %v", out.GetTotalSize(), err)
		}
		for _, n := range out.GetNumbers() {
			if n.GetIndicatorId() == "BASE" {
				value = n.GetBefore().GetNumerator() + " → " + n.GetAfter().GetNumerator()
			}
		}
		return value, out.GetCircumstances(), out.GetOtherReportId()
	}
	same, said, first := compared()
	if left, right, _ := strings.Cut(same, " → "); left != right || len(said) != 0 {
		t.Fatalf("nothing has changed: %s, %v", same, said)
	}
	if _, _, again := compared(); again != first {
		t.Errorf("made again although nothing changed: %s, %s", first, again)
	}
	load("200")
	value, said, _ := compared()
	if value == same || len(said) != 1 || !strings.Contains(said[0], "registered_population（"+county+"，2020-12-31）：100（统计年报） → 200（统计年报）") {
		t.Errorf("%s, %v", value, said)
	}
	if after := r.get(before.GetReportId()); after.GetDigest() != before.GetDigest() || !r.verified(before.GetReportId()).GetIntact() {
		t.Error("the report itself changed")
	}
}

// TestAReportOfAnIndicatorThatIsGoneCanBeCompared: it has no number any more.
func TestAReportOfAnIndicatorThatIsGoneCanBeCompared(t *testing.T) {
	sources := newSources(t)
	aBirthYear(sources)
	s := startWith(t, testkit.SQLite(t, aggregator.Migrations()...), sources, ratioPacks(t))
	s.follow()
	r := &reports{suite: s, c: aggregatorv1.NewReportServiceClient(s.conn)}
	resp, err := r.c.FreezeReport(t.Context(), &aggregatorv1.FreezeReportRequest{Division: county, AsOfDate: dateOf("2020-12-31"), IndicatorIds: []string{"POP", "GIRLS"}, WithLists: true})
	if err != nil {
		t.Fatal(err)
	}
	before := r.ready(resp.GetReport().GetReportId())
	gone := strings.NewReplacer("version: 1", "version: 2", "  - {id: GIRLS, ", "  - {id: DAUGHTERS, ", "indicator: GIRLS", "indicator: DAUGHTERS").Replace(ratioPack)
	if _, err := policy.Load(fstest.MapFS{"r.yaml": {Data: []byte(gone)}}); err != nil {
		t.Fatal(err)
	}
	loaded, err := aggregatorv1.NewPolicyPackServiceClient(s.conn).LoadPolicyPack(t.Context(), &aggregatorv1.LoadPolicyPackRequest{SourceYaml: gone})
	if err != nil {
		t.Fatal(err)
	}
	s.ended(loaded.GetOperation())
	out, err := r.c.CompareReport(t.Context(), &aggregatorv1.CompareReportRequest{ReportId: before.GetReportId()})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range out.GetNumbers() {
		if there := n.GetAfter() != nil; there != (n.GetIndicatorId() == "POP") {
			t.Errorf("%s: after %v", n.GetIndicatorId(), n.GetAfter())
		}
	}
}
