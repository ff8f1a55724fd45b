package aggregator_test

import (
	"strings"
	"testing"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

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
