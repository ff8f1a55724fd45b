package report_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"xinju.dev/services/aggregator/internal/report"
	"xinju.dev/services/platform/fault"

	"github.com/xuri/excelize/v2"
)

// rezip writes a workbook again with parts changed; a part that was not there is added.
func rezip(t *testing.T, workbook []byte, change map[string]func(string) string) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(workbook), int64(len(workbook)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	write := func(name, text string) {
		f, err := w.Create(name)
		if err == nil {
			_, err = io.WriteString(f, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, part := range in.File {
		f, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		text := string(raw)
		if edit := change[part.Name]; edit != nil {
			if text = edit(text); text == string(raw) {
				t.Fatalf("%s is as it was", part.Name)
			}
			delete(change, part.Name)
		}
		write(part.Name, text)
	}
	for name, edit := range change {
		write(name, edit(""))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func builtIn(t *testing.T, form report.Form) []byte {
	t.Helper()
	raw, err := report.BuiltIn(form)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// refusal is why a workbook is no template; "" when it is one.
func refusal(t *testing.T, workbook []byte) string {
	t.Helper()
	err := report.CheckTemplate(report.SelfForm, workbook)
	if err == nil {
		return ""
	}
	known, ok := errors.AsType[*fault.Error](err)
	if !ok || !errors.Is(err, report.ErrTemplateBad) || len(known.Fields) != 1 {
		t.Fatalf("another failure: %v", err)
	}
	return known.Fields[0].Reason
}

// TestATemplateThatDoesMoreThanLookGoodIsRefused in whatever way it is written.
func TestATemplateThatDoesMoreThanLookGoodIsRefused(t *testing.T) {
	const rels, sheet, types = "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml", "[Content_Types].xml"
	before := func(mark, text string) func(string) string {
		return func(s string) string { return strings.Replace(s, mark, text+mark, 1) }
	}
	for name, change := range map[string]map[string]func(string) string{
		"a link outside, in the other quotes": {rels: before("</Relationships>", `<Relationship Id="r9" Type="http://x/hyperlink" Target="http://x/" TargetMode = 'External'/>`)},
		"a link outside, as a reference":      {rels: before("</Relationships>", `<Relationship Id="r9" Type="http://x/hyperlink" Target="http://x/" TargetMode="&#69;xternal"/>`)},
		"macros under another name":           {rels: before("</Relationships>", `<Relationship Id="r9" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="x.bin"/>`)},
		"a type with macros":                  {types: before("</Types>", `<Override PartName="/xl/w.xml" ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/>`)},
		"an add-in":                           {"xl/webextensions/webextension1.xml": func(string) string { return "<a/>" }},
		"a formula without a value":           {sheet: before("</sheetData>", `<row r="99"><c r="A99"><f>_xlfn.WEBSERVICE("http://x/")</f></c></row>`)},
		"a formula spelt by references":       {sheet: before("</sheetData>", `<row r="99"><c r="A99"><f>&#87;EBSERVICE("http://x/")</f></c></row>`)},
		"a formula of DDE":                    {sheet: before("</sheetData>", `<row r="99"><c r="A99"><f>cmd|'/c calc'!A0</f><v>1</v></c></row>`)},
		"a rule that calls":                   {sheet: before("</worksheet>", `<dataValidations><dataValidation sqref="A1"><formula1>WEBSERVICE("http://x/")</formula1></dataValidation></dataValidations>`)},
		"a name that calls":                   {"xl/workbook.xml": before("</definedNames>", `<definedName name="X">WEBSERVICE("http://x/")</definedName>`)},
		"a document type":                     {sheet: func(s string) string { return strings.Replace(s, "?>", "?><!DOCTYPE a [<!ENTITY b \"c\">]>", 1) }},
		"another encoding":                    {sheet: func(s string) string { return strings.Replace(s, `encoding="UTF-8"`, `encoding="GB18030"`, 1) }},
	} {
		t.Run(name, func(t *testing.T) {
			if got := refusal(t, rezip(t, builtIn(t, report.SelfForm), change)); got == "" || strings.Contains(got, "UTF-8") != (name == "another encoding") {
				t.Errorf("it is refused for %q", got)
			}
		})
	}
	plain := rezip(t, builtIn(t, report.SelfForm), map[string]func(string) string{sheet: before("</sheetData>", `<row r="99"><c r="A99"><f>SUM(G7:G7)</f><v>1</v></c></row>`)})
	if got := refusal(t, plain); got != "" {
		t.Errorf("a sum: %s", got)
	}
}

// TestATemplateThatWouldLeaveACellEmptyIsRefused: somebody signs what it makes.
func TestATemplateThatWouldLeaveACellEmptyIsRefused(t *testing.T) {
	sheet := report.SelfForm.Name()
	define := func(b *excelize.File, name, refers string) error {
		_ = b.DeleteDefinedName(&excelize.DefinedName{Name: name}) // it need not be there
		return b.SetDefinedName(&excelize.DefinedName{Name: name, RefersTo: refers})
	}
	for name, c := range map[string]struct {
		change func(*excelize.File) error
		says   string
	}{
		"the name of the date is misspelt": {func(b *excelize.File) error { return define(b, "XJ_DAT", "'"+sheet+"'!$F$2") }, "XJ_DAT"},
		"a name that points at two rows":   {func(b *excelize.File) error { return define(b, "XJ_DATE", "'"+sheet+"'!$F$2:$F$3") }, "XJ_DATE"},
		"a name of a sheet that is gone":   {func(b *excelize.File) error { return define(b, "XJ_DIGEST", "Other!$A$1") }, "XJ_DIGEST"},
		"the table has no name":            {func(b *excelize.File) error { return b.DeleteDefinedName(&excelize.DefinedName{Name: "XJ_ROWS"}) }, "XJ_ROWS"},
		"the table has its name twice": {func(b *excelize.File) error {
			return b.SetDefinedName(&excelize.DefinedName{Name: "XJ_ROWS", RefersTo: "'" + sheet + "'!$A$7:$B$7", Scope: sheet})
		}, "twice"},
		"a column stands outside the table":    {func(b *excelize.File) error { return b.SetCellStr(sheet, "A12", "{value}") }, "{value}"},
		"merged cells in the row of the table": {func(b *excelize.File) error { return b.MergeCell(sheet, "A7", "B7") }, "A7"},
		"merged cells across it":               {func(b *excelize.File) error { return b.MergeCell(sheet, "M6", "M9") }, "M6"},
	} {
		t.Run(name, func(t *testing.T) {
			book, err := excelize.OpenReader(bytes.NewReader(builtIn(t, report.SelfForm)))
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			if err := errors.Join(c.change(book), book.Write(&out)); err != nil {
				t.Fatal(err)
			}
			if got := refusal(t, out.Bytes()); !strings.Contains(got, c.says) {
				t.Errorf("%q, want %q", got, c.says)
			}
		})
	}
	for _, form := range report.Forms() {
		if err := report.CheckTemplate(form, builtIn(t, form)); err != nil {
			t.Errorf("%s: %v", form.Name(), err)
		}
	}
}
