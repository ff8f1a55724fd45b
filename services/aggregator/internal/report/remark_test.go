package report_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"xinju.dev/services/aggregator/internal/report"
)

// TestAnEmptyValueSaysWhatIsMissing: that nobody is to be served is said only where
// it is known.
func TestAnEmptyValueSaysWhatIsMissing(t *testing.T) {
	for want, n := range map[string]report.Number{
		"没有应服务对象": {Opens: true},
		"未录入外部数据：villages": {Num: "3", Figures: []report.Figure{
			{ID: "villages_with_point", Value: "3"}, {ID: "villages"}, {ID: "villages"},
		}},
		"分母为0":         {Num: "0", Den: "0"},
		"构成项没有数值":      {Num: "3"},
		"数据未全部计入：mch":  {Opens: true, Lacking: []string{"mch"}},
		"暂无数据来源：病例记录":  {Awaits: "病例记录"},
		"该指标不按此机构角色统计": {Awaits: "该指标不按此机构角色统计", NotCounted: true},
	} {
		r := aReport()
		n.Division, n.Indicator, n.Day = county, "X", r.Content.AsOf
		r.Content.Numbers = []report.Number{n}
		var out bytes.Buffer
		if err := report.CSV(&out, report.SelfForm, r, someLines, false); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&out).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if got := rows[1][len(rows[1])-1]; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestAGapIsOfWhatIsCounted: 6 rooms are no people.
func TestAGapIsOfWhatIsCounted(t *testing.T) {
	r := aReport()
	c := r.Content
	rooms := report.Number{Division: county, Indicator: "ROOMS", Name: "室", Day: c.AsOf, Num: "4", Den: "1", Value: "4.00", HasRate: true, HasTarget: true, Gap: 6, TargetText: "≥ 10"}
	visits := c.Numbers[0]
	visits.Indicator, visits.From = "VISITS", c.AsOf.AddDays(-30)
	c.Numbers = []report.Number{c.Numbers[0], rooms, visits}
	var out strings.Builder
	if err := report.Prose(&out, report.SelfReport, r, false); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"目标 ≥ 95 %，差 38 人；", "目标 ≥ 10，差 6（分子）", "目标 ≥ 95 %，差 38 件；"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in %s", want, out.String())
		}
	}
}

// TestAWorkbookRoundsAsTheTextDoes: half a hundredth up, though no double is it.
func TestAWorkbookRoundsAsTheTextDoes(t *testing.T) {
	r := aReport()
	r.Content.Numbers[0].Num, r.Content.Numbers[0].Den = "201/200", "1"
	builtIn, err := report.BuiltIn(report.SelfForm)
	if err != nil {
		t.Fatal(err)
	}
	var text, book bytes.Buffer
	if err := report.CSV(&text, report.SelfForm, r, someLines, false); err != nil {
		t.Fatal(err)
	}
	if err := report.XLSX(&book, report.SelfForm, builtIn, r, someLines); err != nil {
		t.Fatal(err)
	}
	sameTable(t, report.SelfForm, text.Bytes(), book.Bytes())
}
