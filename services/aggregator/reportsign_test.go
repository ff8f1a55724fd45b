package aggregator_test

import (
	"bytes"
	"strings"
	"testing"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"github.com/xuri/excelize/v2"
	"gorm.io/gorm"
)

func TestTamperingIsFound(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		r, _ := reportsOfThree(t, db)
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
	r, _ := reportsOfThree(t, testkit.SQLite(t, aggregator.Migrations()...))
	id := r.freeze(false).GetReportId()
	sign := func(role, digest string) error {
		_, err := r.c.SignReport(t.Context(), &aggregatorv1.SignReportRequest{ReportId: id, Role: role, Name: "张三", SignDate: dateOf("2020-12-31"), Remark: "=属实", Digest: digest})
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
		found = found || strings.Contains(strings.Join(row, " "), "填报人：张三 2020-12-31（=属实）")
	}
	if err != nil || !found {
		t.Errorf("the form does not show the signature: %v, %v", rows, err)
	}
}
