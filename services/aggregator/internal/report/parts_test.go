package report_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"xinju.dev/services/aggregator/internal/report"

	"github.com/xuri/excelize/v2"
)

// withParts is a report of a plain count and of a score.
func withParts() *report.Report {
	r := aReport()
	rate := r.Content.Numbers[0]
	count, score := rate, rate
	count.Indicator, count.Name, count.Eligible, count.Covered, count.Plain, count.HasRate, count.Value, count.TargetText = "HED02", "健康教育人次", 6238, 0, true, false, "6238", ""
	score.Indicator, score.Name, score.Eligible, score.Covered, score.Value, score.TargetText = "DQS01", "数据质量得分", 0, 0, "82.00%", ""
	score.Num, score.Den, score.Opens = "251690/3611", "85", false
	count.HasTarget, score.HasTarget = false, false
	r.Content.Numbers = []report.Number{count, score}
	return r
}

// TestACountHasNoParts: nobody is counted as done or as due in it, neither as 0
// nor as the count. What is not whole is exact in JSON and rounded elsewhere.
func TestACountHasNoParts(t *testing.T) {
	r := withParts()
	var text, object, book, prose bytes.Buffer
	if err := report.CSV(&text, report.SelfForm, r, nil, false); err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{"HED02,健康教育人次,,6238,,,,", "DQS01,数据质量得分,,82.00%,69.70,85,,"} {
		if !strings.Contains(text.String(), row) {
			t.Errorf("CSV lacks %q: %s", row, &text)
		}
	}

	if err := report.JSON(&object, report.SelfForm, r, nil); err != nil {
		t.Fatal(err)
	}
	var form struct{ Rows []struct{ N, D any } }
	if err := json.Unmarshal(object.Bytes(), &form); err != nil {
		t.Fatal(err)
	}
	if n := form.Rows[0]; n.N != nil || n.D != nil {
		t.Errorf("JSON of a count: %v", n)
	}
	if n := form.Rows[1]; n.N != "251690/3611" || n.D != 85.0 {
		t.Errorf("JSON of a score: %v", n)
	}

	builtIn, err := report.BuiltIn(report.SelfForm)
	if err != nil {
		t.Fatal(err)
	}
	if err := report.XLSX(&book, report.SelfForm, builtIn, r, nil); err != nil {
		t.Fatal(err)
	}
	sheet, err := excelize.OpenReader(&book)
	if err != nil {
		t.Fatal(err)
	}
	for cell, want := range map[string]string{"F7": "6238", "G7": "", "H7": "", "G8": "69.7", "H8": "85"} {
		if got, err := sheet.GetCellValue(report.SelfForm.Name(), cell); got != want || err != nil {
			t.Errorf("%s of the workbook is %q, want %q, %v", cell, got, want, err)
		}
	}
	if kind, err := sheet.GetCellType(report.SelfForm.Name(), "G8"); kind == excelize.CellTypeSharedString || kind == excelize.CellTypeInlineString || err != nil {
		t.Errorf("a number is a text in the workbook: %v, %v", kind, err)
	}

	if err := report.Prose(&prose, report.SelfReport, r, true); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"（HED02）：6238；", "（DQS01）：82.00%（69.70 / 85）"} {
		if !strings.Contains(prose.String(), line) {
			t.Errorf("the report lacks %q: %s", line, &prose)
		}
	}
}

// TestAScoreThatMissesItsTargetLacksNobody: "0 people short" would say that it is
// reached.
func TestAScoreThatMissesItsTargetLacksNobody(t *testing.T) {
	r := withParts()
	score := &r.Content.Numbers[1]
	score.HasTarget, score.Met, score.TargetText, score.Gap = true, false, "≥ 90 %", 0
	var text, prose bytes.Buffer
	if err := report.CSV(&text, report.SelfForm, r, nil, false); err != nil {
		t.Fatal(err)
	}
	if row := "DQS01,数据质量得分,≥ 90 %,82.00%,69.70,85,,"; !strings.Contains(text.String(), row) {
		t.Errorf("CSV lacks %q: %s", row, &text)
	}
	if err := report.Prose(&prose, report.SelfReport, r, true); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(prose.String(), "差 0 人") {
		t.Errorf("the report says that nobody is missing: %s", &prose)
	}
}
