package rowfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// filled is a workbook of excelize with values of all kinds in its first sheet.
func filled(t *testing.T, set func(f *excelize.File, style func(code string) int) error) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	err := set(f, func(code string) int {
		id, err := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
		if err != nil {
			t.Fatal(err)
		}
		return id
	})
	if err != nil {
		t.Fatal(err)
	}
	return written(t, f)
}

func setAll(f *excelize.File, sheet string, cells map[string]any) error {
	for place, v := range cells {
		if err := f.SetCellValue(sheet, place, v); err != nil {
			return err
		}
	}
	return nil
}

func TestCellsOfAWorkbookAreReadAsTheyAreShown(t *testing.T) {
	at := time.Date(2025, 3, 1, 8, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		name, code string
		value      any
		want       string
	}{
		{"text", "", "王䶮", "王䶮"},
		{"digits kept as text", "@", "990101199006300058", "990101199006300058"},
		{"a telephone that became a number", "", 13800000000, "13800000000"},
		{"a fraction as it is shown", "", 0.1 + 0.2, "0.3"},
		{"15 digits are still whole", "", 990101900630005, "990101900630005"},
		{"a code padded by its format", "000000", 90101, "090101"},
		{"a day", "yyyy-mm-dd", at, "2025-03-01"},
		{"a day in Chinese", `yyyy"年"m"月"d"日";@`, at, "2025-03-01"},
		{"a day in a language", `[$-804]yyyy/m/d;@`, at, "2025-03-01"},
		{"a day with a time", "yyyy/m/d h:mm", at, "2025-03-01 08:30:00"},
		{"a month alone", `yyyy"年"m"月"`, at, "2025-03"},
		{"a year alone", "yyyy", at, "2025"},
		{"a time alone", "h:mm", 0.354166667, "08:30:00"},
		{"colours and conditions", `[Red][>100]0.00;General`, 5, "5"},
		{"true", "", true, "TRUE"},
		{"what XML cannot hold", "", "a_x000D_b", "a\rb"},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := filled(t, func(f *excelize.File, style func(string) int) error {
				if err := setAll(f, "Sheet1", map[string]any{"A1": "编号", "B1": "值", "A2": "1", "B2": c.value}); err != nil {
					return err
				}
				if c.code != "" {
					return f.SetCellStyle("Sheet1", "B2", "B2", style(c.code))
				}
				return nil
			})
			if c.name == "what XML cannot hold" {
				data = crafted(t, sheetTop+`<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="inlineStr"><is><t>a_x000D_b</t></is></c></row>`+sheetEnd)
			}
			_, rows := read(t, data, Hints{})
			if diff := cmp.Diff([][]string{{"1", c.want}}, texts(rows)); diff != "" {
				t.Errorf("%v %s", diff, reasons(rows))
			}
		})
	}
}

func TestTheFirstVisibleSheetWithRowsIsReadBelowItsTitles(t *testing.T) {
	data := filled(t, func(f *excelize.File, _ func(string) int) error {
		for _, name := range []string{"隐藏", "说明", "人员", "其他"} {
			if _, err := f.NewSheet(name); err != nil {
				return err
			}
		}
		if err := f.SetSheetVisible("隐藏", false); err != nil {
			return err
		}
		if err := setAll(f, "隐藏", map[string]any{"A1": "a", "A2": "b"}); err != nil {
			return err
		}
		if err := setAll(f, "其他", map[string]any{"A1": "a", "B1": "b", "A2": "c", "B2": "d"}); err != nil {
			return err
		}
		if err := f.MergeCell("人员", "A1", "C1"); err != nil {
			return err
		}
		return setAll(f, "人员", map[string]any{"A1": "2025年流动人口登记表", "A3": "编号", "B3": "姓名", "C3": "日期", "A4": "1", "B4": "王", "A9": "2", "C9": "20250301"})
	})
	l, rows := read(t, data, Hints{})
	if l.Sheet != "人员" || l.Start.Row != 3 || fmt.Sprint(l.OtherSheets) != "[其他]" {
		t.Errorf("layout %+v", l)
	}
	if diff := cmp.Diff([][]string{{"1", "王", ""}, {"2", "", "20250301"}}, texts(rows)); diff != "" || rows[1].number != 9 {
		t.Error(diff, rows)
	}
	if l, rows := read(t, data, Hints{Sheet: "隐藏"}); l.Sheet != "隐藏" || len(rows) != 1 {
		t.Errorf("the hidden sheet that was asked for: %+v", l)
	}
	if l, rows := read(t, data, Hints{Sheet: "人员", HeaderRow: 4}); l.Columns[1] != "王" || len(rows) != 1 {
		t.Errorf("the header row that was given: %+v", l)
	}
	if l, rows := read(t, data, Hints{Sheet: "其他", NoHeader: true}); l.Columns[1] != "列2" || len(rows) != 2 {
		t.Errorf("without a header: %+v", l)
	}
}

func TestTheDateSystemOfAWorkbookCounts(t *testing.T) {
	book := strings.Replace(bookPart, "<sheets>", `<workbookPr date1904="1"/><sheets>`, 1)
	sheet := sheetTop + `<row r="2"><c r="A2"><v>1</v></c><c r="B2" s="1"><v>44255</v></c></row>` + sheetEnd
	data := zipped(t, "xl/workbook.xml", book, "xl/_rels/workbook.xml.rels", bookRels, "xl/styles.xml", styles, "xl/worksheets/sheet1.xml", sheet)
	l, rows := read(t, data, Hints{})
	if l.DateSystem != Excel1904 || rows[0].texts[1] != "2025-03-01" {
		t.Errorf("%s: %v", l.DateSystem, rows)
	}
}

func TestAFormulaGivesTheResultItWasSavedWith(t *testing.T) {
	data := crafted(t, sheetTop+`<row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="str"><f>CONCAT("a","b")</f><v>ab</v></c></row>`+sheetEnd)
	_, rows := read(t, data, Hints{})
	if diff := cmp.Diff([][]string{{"2", "ab"}}, texts(rows)); diff != "" {
		t.Error(diff)
	}
}

func TestSharedTextsGoToAFileThatIsGoneAfterwards(t *testing.T) {
	dir := t.TempDir()
	const n = 30_000
	var shared, sheet strings.Builder
	shared.WriteString("<sst>")
	for i := range n {
		fmt.Fprintf(&shared, "<si><r><t>第%d个</t></r><rPh><t>di</t></rPh><r><t>%s</t></r></si>", i, strings.Repeat("长", 60))
	}
	shared.WriteString("</sst>")
	sheet.WriteString(sheetTop)
	for i := range n {
		fmt.Fprintf(&sheet, `<row r="%d"><c r="A%d"><v>%d</v></c><c r="B%d" t="s"><v>%d</v></c></row>`, i+2, i+2, i, i+2, n-1-i)
	}
	sheet.WriteString(sheetEnd)
	data := crafted(t, sheet.String(), "xl/sharedStrings.xml", shared.String())
	l, err := Detect(bytes.NewReader(data), int64(len(data)), Hints{}, TempDir(dir))
	if err != nil {
		t.Fatal(err)
	}
	rows := readAll(t, data, l, Position{}, TempDir(dir))
	if len(rows) != n || !strings.HasPrefix(rows[0].texts[1], "第29999个长") || !strings.HasPrefix(rows[n-1].texts[1], "第0个长") {
		t.Errorf("%d rows, the first %.60q", len(rows), rows[0].texts)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if _, err := Detect(bytes.NewReader(data), int64(len(data)), Hints{}, TempDir(dir), Limits(1<<30, 1<<20)); err == nil {
		t.Error("the limit of shared texts is not kept")
	}
}

func TestWhatIsGivenBackOpensInAnotherProgram(t *testing.T) {
	data := workbook(t, []string{"编号", "姓名"}, [][]string{{"1", "=1+1"}, {"2", "王䶮"}})
	l, rows := read(t, data, Hints{})
	back := giveBack(t, l, rows, []string{"原因"}, "号码有误")
	f, err := excelize.OpenReader(bytes.NewReader(back))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got, err := f.GetRows(l.Sheet)
	if diff := cmp.Diff([][]string{{"编号", "姓名", "原因"}, {"1", "=1+1", "号码有误"}, {"2", "王䶮", "号码有误"}}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if formula, err := f.GetCellFormula(l.Sheet, "B2"); formula != "" || err != nil {
		t.Errorf("a formula was written: %q, %v", formula, err)
	}
}

// manyRows makes a sheet on the way, so that only the packed bytes take memory.
func manyRows(t testing.TB, n int) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out, Layout{Format: XLSX, Columns: []string{"编号", "姓名", "住址"}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		cells := []sheetCell{}
		var arena []byte
		for c, text := range []string{fmt.Sprint(i), "王小明", fmt.Sprintf("浙江省诸暨市人民路%d号", i*7919)} {
			from := len(arena)
			arena = append(arena, text...)
			cells = append(cells, sheetCell{column: c, kind: textCell, from: from, to: len(arena)})
		}
		if err := w.Write(appendRawCells(nil, cells, arena)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestAWorkbookIsReadOnFromAnyRow(t *testing.T) {
	data := manyRows(t, 500)
	l, rows := read(t, data, Hints{})
	for _, k := range []int{0, 1, 250, 498, 499} {
		if got := readAll(t, data, l, rows[k].end); len(got) != 499-k {
			t.Errorf("behind row %d: %d rows", k, len(got))
		}
	}
}

func BenchmarkWorkbook(b *testing.B) {
	const n = 20_000
	data := manyRows(b, n)
	l, err := detect(data, Hints{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		r, err := NewReader(bytes.NewReader(data), int64(len(data)), l, Position{})
		if err != nil {
			b.Fatal(err)
		}
		rows := 0
		for {
			if _, err := r.Next(); errors.Is(err, io.EOF) {
				break
			}
			rows++
		}
		if rows != n {
			b.Fatal(rows)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
