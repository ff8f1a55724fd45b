package immunization_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	intakev1 "xinju.dev/api/gen/xinju/intake/v1"

	"xinju.dev/services/immunization"
	"xinju.dev/services/platform/recordintake/recordintaketest"
	"xinju.dev/services/testkit"
)

func TestRejectsComeBackAndAreAcceptedWhenPutRight(t *testing.T) {
	w := newImports(t, testkit.SQLite(t, immunization.Migrations()...))
	w.People.Know(numberA, resident)
	b := w.Load(doses("cdc"), "公民身份号码,接种日期,疫苗\n"+numberA+",2026-01-35,HepB\n"+numberA+",2026-01-05,MMR\n")
	file := w.Rejects(b)
	if !strings.Contains(file, "DATE_IMPOSSIBLE") || strings.Contains(file, "MMR") {
		t.Fatal(file)
	}
	right := w.Load(doses("cdc"), strings.Replace(file, "2026-01-35", "2026-01-25", 1))
	if diff := cmp.Diff([]string{"2 CREATED"}, w.Rows(right)); diff != "" {
		t.Error(diff)
	}
}

func TestFilesAreRefusedForAReason(t *testing.T) {
	w := newImports(t, testkit.SQLite(t, immunization.Migrations()...))
	const good = "公民身份号码,接种日期,疫苗\n" + numberA + ",2026-01-05,MMR\n"
	for _, c := range []struct {
		name   string
		h      *intakev1.ImportHeader
		file   string
		reason string
	}{
		{"a kind of another service", &intakev1.ImportHeader{Kind: "archives", Sender: "cdc"}, good, "IMPORT_KIND_UNKNOWN"},
		{"no header", nil, good, "FEED_HEADER_INVALID"},
		{"a bad sender", doses("a b"), good, "IMPORT_SENDER_INVALID"},
		{"a missing column", doses("cdc"), "公民身份号码,疫苗\n" + numberA + ",MMR\n", "FEED_COLUMNS_UNKNOWN"},
		{"a column twice", doses("cdc"), "公民身份号码,接种日期,接种时间,疫苗\n" + numberA + ",2026-01-05,2026-01-05,MMR\n", "FEED_COLUMN_TWICE"},
		{"a default unit that is not known", &intakev1.ImportHeader{Kind: "doses", Sender: "cdc", DefaultUnitId: resident}, good, "UNIT_UNKNOWN"},
		{"a mapping to a field that is not known", &intakev1.ImportHeader{Kind: "doses", Sender: "cdc", Mapping: &intakev1.ImportMapping{
			Columns: []*intakev1.ImportColumnMapping{{Column: "日子", Field: "dose_day"}},
		}}, good, "FEED_PROFILE_INVALID"},
	} {
		if _, err := w.Send(c.h, c.file); recordintaketest.Reason(err) != c.reason {
			t.Errorf("%s: %v", c.name, recordintaketest.Reason(err))
		}
	}
}

func TestASendersOwnNamesAndWordsAreMapped(t *testing.T) {
	w := newImports(t, testkit.SQLite(t, immunization.Migrations()...))
	w.People.Know(numberA, resident)
	h := doses("cdc")
	h.DefaultUnitId = unitID
	h.Mapping = &intakev1.ImportMapping{
		DateFormat: "dd/MM/yyyy",
		Columns:    []*intakev1.ImportColumnMapping{{Column: "哪天", Field: "dose_date"}, {Column: "打的什么", Field: "product"}},
		Words:      []*intakev1.ImportWordMapping{{Field: "product", Word: "乙肝", Code: "HepB"}},
	}
	b := w.Load(h, "身份证号,哪天,打的什么\n"+numberA+",05/01/2026,乙肝\n"+numberB+",05/02/2026,乙肝\n")
	w.People.Know(numberB, sibling)
	w.Clock.Advance(2 * time.Minute)
	w.Retry()
	if diff := cmp.Diff([]string{resident + " 20260105 HepB  " + unitID, sibling + " 20260205 HepB  " + unitID}, w.said()); diff != "" {
		t.Error(diff, w.Rows(b))
	}
}

func TestARehearsalAndAPreviewChangeNothing(t *testing.T) {
	w := newImports(t, testkit.SQLite(t, immunization.Migrations()...))
	w.People.Know(numberA, resident)
	const file = "公民身份号码,接种日期,疫苗\n" + numberA + ",2026-01-05,MMR\n" + numberA + ",2026-01-05,MMR\n"
	h := doses("cdc")
	h.ValidateOnly = true
	b := w.Load(h, file)
	if diff := cmp.Diff([]string{"2 CREATED", "3 DUPLICATE"}, w.Rows(b)); diff != "" {
		t.Error(diff)
	}
	stream, err := w.Client().PreviewImport(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Send(&intakev1.PreviewImportRequest{Header: doses("cdc"), Data: []byte(file)}); err != nil {
		t.Fatal(err)
	}
	p, err := stream.CloseAndRecv()
	if err != nil || len(p.GetRows()) != 2 || p.GetColumns()[0].GetField() != "citizen_number" || p.GetColumns()[0].GetSamples()[0] != "***" {
		t.Errorf("%v %v", p, err)
	}
	if got := w.lines("SELECT batch_id AS resident_id FROM record_import_row"); len(got)+len(w.said()) != 0 {
		t.Error("something was written")
	}
}
