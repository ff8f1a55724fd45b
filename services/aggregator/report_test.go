package aggregator_test

import (
	"context"
	"testing"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"google.golang.org/protobuf/proto"
	"gorm.io/gorm"
)

func TestAFrozenReportNeverChanges(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		r, sources := reportsOfThree(t, db)
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

func TestReportRefusals(t *testing.T) {
	r, _ := reportsOfThree(t, testkit.SQLite(t, aggregator.Migrations()...))
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
		r, sources := reportsOfThree(t, db)
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
