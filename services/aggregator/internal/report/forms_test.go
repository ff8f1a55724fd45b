package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"xinju.dev/services/aggregator/internal/report"
	"xinju.dev/services/platform/civil"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

var update = flag.Bool("update", false, "write the golden files")

const (
	county = "990101000000"
	town1  = "990101001000"
	town2  = "990101002000"
)

// aReport is a county with two towns and two indicators, one without a source.
func aReport() *report.Report {
	at := time.Date(2021, 1, 4, 1, 2, 3, 0, time.UTC)
	day := civil.Must("2020-12-31")
	number := func(code, name string, level int, e, c int32, value string, gap int64) report.Number {
		return report.Number{
			Division: code, DivisionName: name, Level: level, Indicator: "HED01", Name: "健康教育覆盖率", Kind: 1, Unit: 1, Day: day, Eligible: e, Covered: c,
			HasRate: true, Rate: float64(c) / float64(e), Value: value, HasTarget: true, Target: 0.95, TargetText: "≥ 95 %", Gap: gap, Opens: true,
		}
	}
	c := &report.Content{
		ID: "01ARZ3NDEKTSV4RRFFQ69G5FAV", Title: "=演示县自评", Division: county, DivisionName: "演示县", AsOf: day, GroupLevel: 4, WithLists: true,
		CreatedBy: "token", Created: at, Frozen: at, PackID: "demo-990101", PackName: "演示政策包", Indicators: []string{"HED01", "INF01"},
		Tree: []report.Node{{Code: county, Name: "演示县", Level: 3}, {Code: town1, Name: "东镇", Parent: county, Level: 4}, {Code: town2, Name: "西镇", Parent: county, Level: 4}},
		Numbers: []report.Number{
			number(county, "演示县", 3, 103, 60, "58.25%", 38), number(town1, "东镇", 4, 100, 58, "58.00%", 37), number(town2, "西镇", 4, 3, 2, "66.66%", 1),
			{Division: county, DivisionName: "演示县", Level: 3, Indicator: "INF01", Name: "传染病报告率", Kind: 2, Unit: 1, Day: day, Awaits: "病例记录"},
			{
				Division: county, DivisionName: "演示县", Level: 3, Indicator: "BASE", Name: "考核人口基数", Kind: 3, Unit: 6, Day: day, HasRate: true, Value: "54.00", Num: "162", Den: "3",
				Of: &report.Ratio{Numerator: []report.Term{{Figure: "registered_population", Day: day, Times: "1", Value: "162", Source: "统计年报"}}},
			},
		},
		Positions: []report.Position{{Source: "registry", Epoch: "e", Position: 12, Head: 12}}, EarlierDay: civil.Must("2020-09-30"), Lines: 2,
	}
	c.League = []report.Standing{
		{Number: c.Numbers[1], Rank: 1, Before: 2, Earlier: "50.00%", Level: 2, Warned: "差目标超过 5 个点"},
		{Number: c.Numbers[2], Level: 1, Unranked: "应服务数低于参加排名的下限"},
	}
	return &report.Report{
		ID: c.ID, State: report.Frozen, Content: c, Digest: strings.Repeat("ab", 32),
		Signoffs: []report.Signoff{{Role: "填报人", Name: "张三", On: civil.Must("2021-01-05"), Remark: "属实", Digest: strings.Repeat("ab", 32)}},
	}
}

func someLines(each func(*report.Line) error) error {
	day := civil.Must("2020-03-01")
	return errors.Join(
		each(&report.Line{Indicator: 0, Village: town1, ResidentID: "R1", From: day, To: civil.Forever, Covered: true, Weight: 1, UnitID: "01CLINIC", Evidence: report.Evidence{Kind: "archive", ID: "01ARCHIVE", On: day, UnitID: "01STATION"}}),
		each(&report.Line{Indicator: 1, Village: town2, ResidentID: "R2", EventID: "CASE-1", On: day, From: day, To: civil.Must("2021-01-01"), Weight: 2}),
	)
}

// golden compares with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s: %s", name, diff)
	}
}

var formFiles = map[report.Form]string{report.SelfForm: "self-form", report.SelfReport: "self-report", report.Ledger: "ledger", report.Bulletin: "bulletin"}

func TestFormsLookAsTheyDid(t *testing.T) {
	for form, name := range formFiles {
		t.Run(name, func(t *testing.T) {
			var utf, gb, object, book bytes.Buffer
			builtIn, err := report.BuiltIn(form)
			err = errors.Join(err, report.CSV(&utf, form, aReport(), someLines, false), report.CSV(&gb, form, aReport(), someLines, true),
				report.JSON(&object, form, aReport(), someLines), report.XLSX(&book, form, builtIn, aReport(), someLines))
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name+".csv", utf.Bytes())
			golden(t, name+".json", object.Bytes())
			if !json.Valid(object.Bytes()) {
				t.Error("not JSON")
			}
			decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(gb.Bytes())
			if err != nil || "\ufeff"+string(decoded) != utf.String() {
				t.Errorf("GB18030 says something else: %s, %v", decoded, err)
			}
			sameTable(t, form, utf.Bytes(), book.Bytes())
			var again bytes.Buffer
			if err := report.XLSX(&again, form, builtIn, aReport(), someLines); err != nil || !bytes.Equal(book.Bytes(), again.Bytes()) {
				t.Errorf("printed again it has other bytes, %v", err)
			}
			for markdown, ending := range map[bool]string{true: ".md", false: ".txt"} {
				var text bytes.Buffer
				err := report.Prose(&text, form, aReport(), markdown)
				if form == report.SelfForm || form == report.Ledger {
					if !errors.Is(err, report.ErrFormat) {
						t.Errorf("a table as a text: %v", err)
					}
					continue
				}
				golden(t, name+ending, text.Bytes())
			}
		})
	}
}

// sameTable compares the table of a workbook, cell by cell, with the CSV.
func sameTable(t *testing.T, form report.Form, text, workbook []byte) {
	t.Helper()
	want, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(bytes.NewReader(workbook))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.GetRows(form.Name())
	if err != nil {
		t.Fatal(err)
	}
	if got := rows[0][0]; got != "=演示县自评 "+form.Name() {
		t.Errorf("title %q", got)
	}
	got := rows[5 : 5+len(want)]
	for i := range got {
		got[i] = append(got[i], slices.Repeat([]string{""}, max(len(want[i])-len(got[i]), 0))...)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if foot := strings.Join(rows[len(rows)-1], " "); !strings.Contains(foot, "填报人：张三 2021-01-05（属实）") {
		t.Errorf("signatures %q", foot)
	}
}

func TestABureausTemplateIsFollowed(t *testing.T) {
	book := excelize.NewFile()
	put := func(at string, v any) {
		if err := book.SetCellValue("Sheet1", at, v); err != nil {
			t.Fatal(err)
		}
	}
	put("B2", "标题处")
	put("B4", "指标")
	put("C4", "完成")
	put("B5", "{name}")
	put("C5", "{value}")
	put("B7", "负责人（签字）：")
	name := func(n, refers string) {
		if err := book.SetDefinedName(&excelize.DefinedName{Name: n, RefersTo: refers}); err != nil {
			t.Fatal(err)
		}
	}
	name("XJ_TITLE", "Sheet1!$B$2")
	bytesOf := func() []byte {
		var out bytes.Buffer
		if err := book.Write(&out); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	if err := report.CheckTemplate(report.SelfForm, bytesOf()); !errors.Is(err, report.ErrTemplateBad) {
		t.Errorf("without XJ_ROWS: %v", err)
	}
	name("XJ_ROWS", "Sheet1!$B$5:$C$5")
	if err := report.CheckTemplate(report.SelfForm, bytesOf()); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := report.XLSX(&out, report.SelfForm, bytesOf(), aReport(), someLines); err != nil {
		t.Fatal(err)
	}
	filled, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := filled.GetRows("Sheet1")
	want := [][]string{
		nil,
		{"", "=演示县自评 自评表"},
		nil,
		{"", "指标", "完成"},
		{"", "健康教育覆盖率", "58.25%"},
		{"", "健康教育覆盖率", "58.00%"},
		{"", "健康教育覆盖率", "66.66%"},
		{"", "传染病报告率"},
		{"", "考核人口基数", "54.00"},
		nil,
		{"", "负责人（签字）："},
	}
	if diff := cmp.Diff(want, rows); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	put("C5", "{nothing}")
	if err := report.CheckTemplate(report.SelfForm, bytesOf()); !errors.Is(err, report.ErrTemplateBad) {
		t.Errorf("a column that is none: %v", err)
	}
	put("C5", "{value}")
	if err := book.SetCellHyperLink("Sheet1", "B7", "https://example.org/", "External"); err != nil {
		t.Fatal(err)
	}
	if err := report.CheckTemplate(report.SelfForm, bytesOf()); !errors.Is(err, report.ErrTemplateBad) {
		t.Errorf("a link outside: %v", err)
	}
}

func TestExportsHideSmallCounts(t *testing.T) {
	exports := report.Exports(aReport().Content, 5)
	var adx, text, file bytes.Buffer
	if err := errors.Join(report.ADX(&adx, aReport().Content, exports), report.ExportCSV(&text, exports), report.Parquet(&file, exports)); err != nil {
		t.Fatal(err)
	}
	golden(t, "export.adx.xml", adx.Bytes())
	golden(t, "export.csv", text.Bytes())
	var any struct {
		XMLName xml.Name `xml:"urn:ihe:qrph:adx:2015 adx"`
	}
	if err := xml.Unmarshal(adx.Bytes(), &any); err != nil {
		t.Error(err)
	}
	rows, err := parquet.Read[report.ExportRow](bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, r := range rows {
		if r.Division == town2 && (r.Eligible != nil || r.Covered != nil || !r.EligibleSuppressed) {
			t.Errorf("three people are shown: %+v", r)
		}
	}
}
