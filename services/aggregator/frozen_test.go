package aggregator_test

import (
	"testing"
	"testing/fstest"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"google.golang.org/protobuf/proto"
)

// TestAFrozenReportOutlivesItsPack: another version of the pack takes other people
// as covered, and is retired again; numbers, lists and print stay what they were.
func TestAFrozenReportOutlivesItsPack(t *testing.T) {
	packs, err := policy.Load(fstest.MapFS{"lessons.yaml": {Data: []byte(lessonsPack)}})
	if err != nil {
		t.Fatal(err)
	}
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		sources := newSources(t)
		sources[aggregator.Registry].write(theTree()...)
		for _, id := range []string{"A", "B"} {
			sources[aggregator.Registry].write(adult(id, village1, id, 20190101)...)
			sources[aggregator.Archive].write(education("1 "+id, id, 20200301))
		}
		s := startWith(t, db, sources, packs)
		s.follow()
		r := &reports{suite: s, c: aggregatorv1.NewReportServiceClient(s.conn)}
		taught := func() *aggregatorv1.Report {
			resp, err := r.c.FreezeReport(t.Context(), &aggregatorv1.FreezeReportRequest{
				Division: county, AsOfDate: dateOf("2020-12-31"), GroupLevel: 5, IndicatorIds: []string{"TAUGHT"}, WithLists: true, Title: "演示",
			})
			if err != nil {
				t.Fatal(err)
			}
			return r.ready(resp.GetReport().GetReportId())
		}
		before := taught()
		const csv = aggregatorv1.ReportFormat_REPORT_FORMAT_CSV
		printed := r.render(aggregatorv1.ReportForm_REPORT_FORM_SELF_FORM, csv, before.GetReportId(), "")
		if row := before.GetNumbers()[0].GetRow(); row.GetCovered() != 2 {
			t.Fatalf("two are taught: %v", row)
		}

		loaded, err := aggregatorv1.NewPolicyPackServiceClient(s.conn).LoadPolicyPack(t.Context(), &aggregatorv1.LoadPolicyPackRequest{SourceYaml: twoLessons})
		if err != nil {
			t.Fatal(err)
		}
		s.ended(loaded.GetOperation())
		if now := taught().GetNumbers()[0].GetRow(); now.GetCovered() != 0 {
			t.Fatalf("under the new version nobody is: %v", now)
		}
		if after := r.get(before.GetReportId()); !proto.Equal(before, after) {
			t.Errorf("the report changed: %v", after)
		}
		r.checkLists(before)
		if again := r.render(aggregatorv1.ReportForm_REPORT_FORM_SELF_FORM, csv, before.GetReportId(), ""); string(again) != string(printed) {
			t.Errorf("printed otherwise: %s", again)
		}
		if v := r.verified(before.GetReportId()); !v.GetIntact() {
			t.Errorf("not intact: %v", v)
		}
	})
}
