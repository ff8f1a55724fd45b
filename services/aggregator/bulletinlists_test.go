package aggregator_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

// TestEveryNumberOfABulletinOpens, those of divisions of which the report itself has
// no numbers, too: it is of the county alone, and ranks its towns.
func TestEveryNumberOfABulletinOpens(t *testing.T) {
	r, _ := reportsOfThree(t, testkit.SQLite(t, aggregator.Migrations()...))
	resp, err := r.c.FreezeReport(t.Context(), &aggregatorv1.FreezeReportRequest{Division: county, AsOfDate: dateOf("2020-12-31"), IndicatorIds: []string{"HED01"}, WithLists: true})
	if err != nil {
		t.Fatal(err)
	}
	id := r.ready(resp.GetReport().GetReportId()).GetReportId()
	raw := r.render(aggregatorv1.ReportForm_REPORT_FORM_BULLETIN, aggregatorv1.ReportFormat_REPORT_FORMAT_JSON, id, "")
	var bulletin struct {
		Rows []struct {
			Division, Indicator, Evidence, Earlier string
			EarlierEvidence                        string `json:"earlier_evidence"`
			N, D                                   int64
		}
	}
	if err := json.Unmarshal(raw, &bulletin); err != nil || len(bulletin.Rows) != 2 {
		t.Fatal(string(raw), err)
	}
	for _, row := range bulletin.Rows {
		if want := fmt.Sprintf("xinju report members %s --division %s --indicator HED01", id, row.Division); row.Evidence != want {
			t.Errorf("%q, want %q", row.Evidence, want)
		}
		if want := fmt.Sprintf("xinju open %s/HED01/2020-09-30", row.Division); (row.EarlierEvidence == want) != (row.Earlier != "") {
			t.Errorf("earlier %q opens by %q", row.Earlier, row.EarlierEvidence)
		}
		for set, want := range map[aggregatorv1.MemberSet]int64{aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE: row.D, aggregatorv1.MemberSet_MEMBER_SET_COVERED: row.N} {
			if list, total := r.members(id, row.Division, row.Indicator, set); total != want || int64(len(list)) != want {
				t.Errorf("%s %v: %d lines of %d, want %d", row.Division, set, len(list), total, want)
			}
		}
	}
}
