package aggregator_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"github.com/xuri/excelize/v2"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"gorm.io/gorm"
	"pgregory.net/rapid"
)

// reports is the calls of ReportService on a suite.
type reports struct {
	*suite
	db *sqlstore.DB
	c  aggregatorv1.ReportServiceClient
}

func startReports(t testing.TB, db *sqlstore.DB, sources map[string]*source) *reports {
	t.Helper()
	s := start(t, db, sources)
	return &reports{s, db, aggregatorv1.NewReportServiceClient(s.conn)}
}

// freeze makes a report of the county by township and waits until it is frozen.
func (r *reports) freeze(lists bool) *aggregatorv1.Report {
	r.t.Helper()
	resp, err := r.c.FreezeReport(r.t.Context(), &aggregatorv1.FreezeReportRequest{
		Division: county, AsOfDate: dateOf("2020-12-31"), GroupLevel: 5, IndicatorIds: []string{"HED01", "EHR03"}, WithLists: lists, Title: "演示",
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return r.ready(resp.GetReport().GetReportId())
}

func (r *reports) ready(id string) (out *aggregatorv1.Report) {
	r.t.Helper()
	poll(r.t, "freezing", func() bool {
		out = r.get(id)
		return out.GetState() >= aggregatorv1.ReportState_REPORT_STATE_FROZEN
	})
	if out.GetState() != aggregatorv1.ReportState_REPORT_STATE_FROZEN {
		r.t.Fatalf("the report failed: %s %s", out.GetFailureReason(), out.GetFailureText())
	}
	return out
}

func (r *reports) get(id string) *aggregatorv1.Report {
	r.t.Helper()
	resp, err := r.c.GetReport(r.t.Context(), &aggregatorv1.GetReportRequest{ReportId: id})
	if err != nil {
		r.t.Fatal(err)
	}
	return resp.GetReport()
}

func (r *reports) members(id, division, indicator string, set aggregatorv1.MemberSet) (all []*aggregatorv1.ReportMember, total int64) {
	r.t.Helper()
	token := ""
	for {
		resp, err := r.c.ListReportMembers(r.t.Context(), &aggregatorv1.ListReportMembersRequest{ReportId: id, Division: division, IndicatorId: indicator, Set: set, PageSize: 1, PageToken: token})
		if err != nil {
			r.t.Fatalf("members of %s %s %v: %v %v", division, indicator, set, err, status.Convert(err).Details())
		}
		all, total = append(all, resp.GetMembers()...), resp.GetTotalSize()
		if token = resp.GetNextPageToken(); token == "" {
			return all, total
		}
	}
}

func (r *reports) render(form aggregatorv1.ReportForm, format aggregatorv1.ReportFormat, id, template string) []byte {
	r.t.Helper()
	stream, err := r.c.RenderReport(r.t.Context(), &aggregatorv1.RenderReportRequest{ReportId: id, Form: form, Format: format, TemplateId: template})
	if err != nil {
		r.t.Fatal(err)
	}
	var out bytes.Buffer
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return out.Bytes()
		}
		if err != nil {
			r.t.Fatal(err)
		}
		out.Write(part.GetData())
	}
}

// checkLists compares every number of a report with the lengths of its lists.
func (r *reports) checkLists(rep *aggregatorv1.Report) {
	r.t.Helper()
	for _, n := range rep.GetNumbers() {
		row := n.GetRow()
		if n.GetListCommand() == "" {
			continue
		}
		for set, want := range map[aggregatorv1.MemberSet]int32{
			aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE: row.GetEligible(), aggregatorv1.MemberSet_MEMBER_SET_COVERED: row.GetCovered(),
			aggregatorv1.MemberSet_MEMBER_SET_UNCOVERED: row.GetEligible() - row.GetCovered(),
		} {
			list, total := r.members(rep.GetReportId(), row.GetDivision(), row.GetIndicatorId(), set)
			sum := int32(0)
			for _, m := range list {
				sum += m.GetWeight()
			}
			if sum != want || total != int64(want) {
				r.t.Errorf("%s %s %v: list %d, total %d, number %d", row.GetDivision(), row.GetIndicatorId(), set, sum, total, want)
			}
		}
	}
}

// verified is the digest of what is stored.
func (r *reports) verified(id string) *aggregatorv1.VerifyReportResponse {
	r.t.Helper()
	v, err := r.c.VerifyReport(r.t.Context(), &aggregatorv1.VerifyReportRequest{ReportId: id})
	if err != nil {
		r.t.Fatal(err)
	}
	return v
}

func TestAFrozenReportNeverChanges(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		sources := newSources(t)
		threeAdults(sources)
		r := startReports(t, db, sources)
		r.follow()
		before := r.freeze(true)
		r.checkLists(before)
		if before.GetLineCount() == 0 || len(before.GetNumbers()) != 3*6 || before.GetDigest() == "" {
			t.Fatalf("%d lines, %d numbers, digest %q", before.GetLineCount(), len(before.GetNumbers()), before.GetDigest())
		}
		forms := func() (out [][]byte) {
			for form := range aggregatorv1.ReportForm_name {
				for _, format := range []aggregatorv1.ReportFormat{1, 2, 3, 4} {
					if form != 0 {
						out = append(out, r.render(aggregatorv1.ReportForm(form), format, before.GetReportId(), ""))
					}
				}
			}
			return out
		}
		rendered := map[string]bool{}
		for _, raw := range forms() {
			rendered[string(raw)] = true
		}

		// A correction, a deletion, a merge, a late fact and a rebuild.
		registry := sources[aggregator.Registry]
		gone := education("E2", "R3", 0)
		gone.Body = nil
		sources[aggregator.Archive].write(gone, education("E3", "R1", 20200102))
		registry.write(adult("R7", village2, "q", 20200101)...)
		registry.write(of(feedv1.FactKind_FACT_KIND_LINK, "link R2", "R2", &feedv1.LinkFact{IntoId: "R1"}))
		r.follow()
		r.rebuilt("again")

		after := r.get(before.GetReportId())
		if !proto.Equal(before, after) {
			t.Errorf("the report changed: %v", after)
		}
		for _, raw := range forms() {
			if !rendered[string(raw)] {
				t.Error("a form was not printed with the same bytes")
			}
		}
		if v := r.verified(before.GetReportId()); !v.GetIntact() {
			t.Errorf("not intact: %v", v)
		}
	})
}

func TestTamperingIsFound(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		sources := newSources(t)
		threeAdults(sources)
		r := startReports(t, db, sources)
		r.follow()
		for name, change := range map[string]string{
			"a line":           "UPDATE desk_report_list SET line_count = line_count + 1 WHERE report_id = ?",
			"a part gone":      "DELETE FROM desk_report_list WHERE report_id = ?",
			"a person":         "UPDATE desk_report_person SET first_id = '0' WHERE report_id = ?",
			"a summary":        "UPDATE desk_report SET summary = content WHERE report_id = ?",
			"the digest alone": "UPDATE desk_report SET digest = '00' WHERE report_id = ?",
		} {
			t.Run(name, func(t *testing.T) {
				rep := r.freeze(true)
				if !r.verified(rep.GetReportId()).GetIntact() {
					t.Fatal("not intact before anything was done")
				}
				err := db.Write(t.Context(), func(tx *gorm.DB) error { return sqlstore.Exec(tx, change, rep.GetReportId()) })
				if err != nil {
					t.Fatal(err)
				}
				if r.verified(rep.GetReportId()).GetIntact() {
					t.Error("not found")
				}
				_, err = r.c.SignReport(t.Context(), &aggregatorv1.SignReportRequest{ReportId: rep.GetReportId(), Role: "审核人", Name: "虚构者"})
				if reason(err) != "REPORT_DAMAGED" {
					t.Errorf("signed: %v", err)
				}
			})
		}
	})
}

func TestSignatures(t *testing.T) {
	sources := newSources(t)
	threeAdults(sources)
	r := startReports(t, testkit.SQLite(t, aggregator.Migrations()...), sources)
	r.follow()
	id := r.freeze(false).GetReportId()
	sign := func(role, digest string) error {
		_, err := r.c.SignReport(t.Context(), &aggregatorv1.SignReportRequest{ReportId: id, Role: role, Name: "张三", SignDate: dateOf("2021-01-05"), Remark: "=属实", Digest: digest})
		return err
	}
	if err := sign("填报人", ""); err != nil {
		t.Fatal(err)
	}
	if got := reason(sign("填报人", "")); got != "REPORT_SIGNED" {
		t.Errorf("twice: %q", got)
	}
	if got := reason(sign("审核人", "00")); got != "REPORT_DIGEST_DIFFERS" {
		t.Errorf("another digest: %q", got)
	}
	if err := sign("审核人", r.get(id).GetDigest()); err != nil {
		t.Fatal(err)
	}
	if got := r.get(id).GetSignoffs(); len(got) != 2 || got[0].GetRole() != "填报人" || got[1].GetRole() != "审核人" {
		t.Errorf("history %v", got)
	}
	book, err := excelize.OpenReader(bytes.NewReader(r.render(1, 1, id, "")))
	if err != nil {
		t.Fatal(err)
	}
	found := false
	rows, err := book.GetRows("自评表")
	for _, row := range rows {
		found = found || strings.Contains(strings.Join(row, " "), "填报人：张三 2021-01-05（=属实）")
	}
	if err != nil || !found {
		t.Errorf("the form does not show the signature: %v, %v", rows, err)
	}
}

// Random changes between freeze and comparison: each number moves by its
// differences, and each difference has a reason.
func TestEveryDifferenceIsExplained(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		sources := newSources(t)
		threeAdults(sources)
		r := startReports(t, db, sources)
		r.follow()
		round := 0
		rapid.Check(t, func(rt *rapid.T) {
			if round++; round > 12 {
				return // each round makes two reports in a database
			}
			report := r.freeze(true)
			for range rapid.IntRange(0, 6).Draw(rt, "changes") {
				someChange(rt, sources, round)
			}
			r.follow()
			r.compareAll(report)
		})
	})
}

func someChange(rt *rapid.T, sources map[string]*source, round int) {
	registry, archive := sources[aggregator.Registry], sources[aggregator.Archive]
	id := rapid.SampledFrom([]string{"R1", "R2", "R3", "R8", "R9"}).Draw(rt, "who")
	village := rapid.SampledFrom([]string{village1, village2, village3}).Draw(rt, "where")
	switch rapid.IntRange(0, 5).Draw(rt, "what") {
	case 0:
		registry.write(adult(id, village, "z", 20200101)...)
	case 1:
		archive.write(education(fmt.Sprintf("E%d", rapid.IntRange(0, 9).Draw(rt, "event")), id, 20200000+int32(rapid.IntRange(1, 12).Draw(rt, "month"))*100+3))
	case 2:
		gone := education(fmt.Sprintf("E%d", rapid.IntRange(0, 9).Draw(rt, "event")), id, 0)
		gone.Body = nil
		archive.write(gone)
	case 3:
		registry.write(of(feedv1.FactKind_FACT_KIND_LINK, "link "+id, id, &feedv1.LinkFact{IntoId: "R1"}))
	case 4:
		link := of(feedv1.FactKind_FACT_KIND_LINK, "link "+id, id, &feedv1.LinkFact{IntoId: "R1"})
		link.Body = nil
		registry.write(link)
	case 5: // the village goes to the other town
		town := rapid.SampledFrom([]string{town1, town2}).Draw(rt, "town")
		registry.write(division(village2, "二村", town, 5))
	}
}

func (r *reports) compareAll(before *aggregatorv1.Report) {
	r.t.Helper()
	var numbers []*aggregatorv1.ReportRestatement
	var differences []*aggregatorv1.ReportDifference
	token := ""
	var total int64
	for {
		resp, err := r.c.CompareReport(r.t.Context(), &aggregatorv1.CompareReportRequest{ReportId: before.GetReportId(), PageSize: 2, PageToken: token})
		if err != nil {
			r.t.Fatal(err)
		}
		numbers, differences, total = append(numbers, resp.GetNumbers()...), append(differences, resp.GetDifferences()...), resp.GetTotalSize()
		if token = resp.GetNextPageToken(); token == "" {
			break
		}
	}
	if int64(len(differences)) != total {
		r.t.Errorf("%d differences, total %d", len(differences), total)
	}
	for _, d := range differences {
		if len(d.GetCauses()) == 0 || d.GetBefore() == nil && d.GetAfter() == nil {
			r.t.Errorf("without a reason: %v", d)
		}
	}
	now := map[string][2]int32{}
	for _, n := range r.coverage(&aggregatorv1.GetCoverageRequest{Divisions: []string{county, town1, town2, village1, village2, village3}, IndicatorIds: []string{"HED01", "HED02", "EHR03"}, AsOfDate: dateOf("2020-12-31")}) {
		now[n.Division+n.Indicator] = [2]int32{n.Eligible, n.Covered}
	}
	for _, n := range numbers {
		was, is := n.GetBefore().GetRow(), n.GetAfter().GetRow()
		if got := now[n.GetDivision()+n.GetIndicatorId()]; got != [2]int32{is.GetEligible(), is.GetCovered()} {
			r.t.Errorf("%s %s: compared with %d, the present number is %d", n.GetDivision(), n.GetIndicatorId(), is.GetEligible(), got)
		}
		if int64(was.GetEligible())+n.GetAppeared()-n.GetGone() != int64(is.GetEligible()) ||
			int64(was.GetCovered())+n.GetNewlyCovered()-n.GetNoLongerCovered() != int64(is.GetCovered()) {
			r.t.Errorf("%s %s does not add up: %v", n.GetDivision(), n.GetIndicatorId(), n)
		}
	}
}

func TestReportRefusals(t *testing.T) {
	sources := newSources(t)
	threeAdults(sources)
	r := startReports(t, testkit.SQLite(t, aggregator.Migrations()...), sources)
	r.follow()
	ctx := context.Background()
	bare := r.freeze(false).GetReportId()
	for name, c := range map[string]struct {
		reason string
		call   func() error
	}{
		"an unknown division": {"DIVISION_NOT_FOUND", func() error {
			_, err := r.c.FreezeReport(ctx, &aggregatorv1.FreezeReportRequest{Division: "990199000000"})
			return err
		}},
		"an unknown indicator": {"INDICATOR_NOT_FOUND", func() error {
			_, err := r.c.FreezeReport(ctx, &aggregatorv1.FreezeReportRequest{Division: county, IndicatorIds: []string{"NONE"}})
			return err
		}},
		"an unknown pack": {"REPORT_PACK_NOT_FOUND", func() error {
			_, err := r.c.FreezeReport(ctx, &aggregatorv1.FreezeReportRequest{Division: county, PackId: "nowhere"})
			return err
		}},
		"an unknown report": {"REPORT_NOT_FOUND", func() error {
			_, err := r.c.GetReport(ctx, &aggregatorv1.GetReportRequest{ReportId: "01ARZ3NDEKTSV4RRFFQ69G5FAV"})
			return err
		}},
		"lists that were not kept": {"REPORT_WITHOUT_LISTS", func() error {
			_, err := r.c.ListReportMembers(ctx, &aggregatorv1.ListReportMembersRequest{ReportId: bare, Division: county, IndicatorId: "HED01", Set: 3})
			return err
		}},
		"a template of the program": {"REPORT_TEMPLATE_BUILT_IN", func() error {
			_, err := r.c.DeleteReportTemplate(ctx, &aggregatorv1.DeleteReportTemplateRequest{TemplateId: "builtin-ledger", Etag: "1"})
			return err
		}},
		"a template that is none": {"REPORT_TEMPLATE_INVALID", func() error {
			_, err := r.c.PutReportTemplate(ctx, &aggregatorv1.PutReportTemplateRequest{TemplateId: "ours", Form: 1, Name: "我们的", Workbook: []byte("PK")})
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := reason(c.call()); got != c.reason {
				t.Errorf("reason %q, want %q", got, c.reason)
			}
		})
	}
}

func TestARetryFreezesOnce(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		sources := newSources(t)
		threeAdults(sources)
		r := startReports(t, db, sources)
		r.follow()
		ask := func(title string) (string, error) {
			resp, err := r.c.FreezeReport(t.Context(), &aggregatorv1.FreezeReportRequest{
				Division: county, AsOfDate: dateOf("2020-12-31"), Title: title, RequestId: "once", WithLists: true,
			})
			return resp.GetReport().GetReportId(), err
		}
		first, err := ask("一")
		if err != nil {
			t.Fatal(err)
		}
		r.ready(first)
		if again, err := ask("一"); err != nil || again != first {
			t.Errorf("a retry: %q, %v; want %q", again, err, first)
		}
		if _, err := ask("二"); reason(err) != "REQUEST_ID_REUSED" {
			t.Errorf("another content: %v", err)
		}
		list, err := r.c.ListReports(t.Context(), &aggregatorv1.ListReportsRequest{Division: county})
		if err != nil || len(list.GetReports()) != 1 || len(list.GetReports()[0].GetNumbers()) != 0 || list.GetReports()[0].GetDigest() == "" {
			t.Errorf("list %v, %v", list, err)
		}

		// What was accepted before a stop is made after the next start.
		r.stop()
		err = db.Write(t.Context(), func(tx *gorm.DB) error {
			return sqlstore.Exec(tx, "UPDATE desk_report SET state = 2, digest = '', content = summary WHERE report_id = ?", first)
		})
		if err != nil {
			t.Fatal(err)
		}
		again := startReports(t, db, sources)
		again.checkLists(again.ready(first))
	})
}

func TestTemplatesAreKept(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		r := startReports(t, db, newSources(t))
		ctx := t.Context()
		start, err := r.c.GetReportTemplate(ctx, &aggregatorv1.GetReportTemplateRequest{TemplateId: "builtin-self-form"})
		if err != nil {
			t.Fatal(err)
		}
		put := func(etag string) (string, error) {
			resp, err := r.c.PutReportTemplate(ctx, &aggregatorv1.PutReportTemplateRequest{
				TemplateId: "ours", Form: 1, Name: "我们的", Workbook: start.GetTemplate().GetWorkbook(), Etag: etag,
			})
			return resp.GetTemplate().GetEtag(), err
		}
		etag, err := put("")
		if err != nil || etag != "1" {
			t.Fatalf("etag %q, %v", etag, err)
		}
		if _, err := put(""); reason(err) != "REPORT_TEMPLATE_CHANGED" {
			t.Errorf("a second new one: %v", err)
		}
		if etag, err = put("1"); err != nil || etag != "2" {
			t.Errorf("replaced: %q, %v", etag, err)
		}
		var ids []string
		token := ""
		for {
			list, err := r.c.ListReportTemplates(ctx, &aggregatorv1.ListReportTemplatesRequest{PageSize: 2, PageToken: token})
			if err != nil {
				t.Fatal(err)
			}
			for _, one := range list.GetTemplates() {
				ids = append(ids, one.GetTemplateId())
			}
			if token = list.GetNextPageToken(); token == "" {
				break
			}
		}
		if got := strings.Join(ids, " "); got != "builtin-self-form builtin-self-report builtin-ledger builtin-bulletin ours" {
			t.Errorf("list %s", got)
		}
		drop := func(etag string) error {
			_, err := r.c.DeleteReportTemplate(ctx, &aggregatorv1.DeleteReportTemplateRequest{TemplateId: "ours", Etag: etag})
			return err
		}
		if err := drop("1"); reason(err) != "REPORT_TEMPLATE_CHANGED" {
			t.Errorf("an old etag: %v", err)
		}
		if err := drop("2"); err != nil {
			t.Error(err)
		}
		if err := drop("2"); reason(err) != "REPORT_TEMPLATE_NOT_FOUND" {
			t.Errorf("twice: %v", err)
		}
	})
}

// A village that goes to another town takes its people along: nothing differs in
// the county, and each of the towns differs by them.
func TestAMovedVillageIsRestated(t *testing.T) {
	sources := newSources(t)
	threeAdults(sources)
	r := startReports(t, testkit.SQLite(t, aggregator.Migrations()...), sources)
	r.follow()
	before := r.freeze(true)
	sources[aggregator.Registry].write(division(village1, "一村", town2, 5))
	r.follow()
	r.compareAll(before)
	resp, err := r.c.CompareReport(t.Context(), &aggregatorv1.CompareReportRequest{ReportId: before.GetReportId()})
	if err != nil || resp.GetTotalSize() == 0 || len(resp.GetCircumstances()) == 0 {
		t.Fatalf("%d differences, %v, %v", resp.GetTotalSize(), resp.GetCircumstances(), err)
	}
	for _, d := range resp.GetDifferences() {
		if d.GetCauses()[0].GetKind() != aggregatorv1.ReportCauseKind_REPORT_CAUSE_KIND_DIVISION_CHANGED {
			t.Errorf("%v", d)
		}
	}
}
