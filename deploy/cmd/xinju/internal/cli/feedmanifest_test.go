package cli

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/services/platform/intake"
)

// workbook is a sheet of three columns with two rows below its header, over
// more lines than that.
func workbook(t *testing.T) string {
	t.Helper()
	row := func(n, a, b string) string {
		return "<row r=\"" + n + "\"><c r=\"A" + n + "\" t=\"inlineStr\"><is><t>" + a + "</t></is></c>\n<c r=\"B" + n + "\" t=\"inlineStr\"><is><t>" + b + "</t></is></c></row>\n"
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, part := range []struct{ name, text string }{
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`},
		{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="人员" sheetId="1" r:id="r1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`},
		{"xl/worksheets/sheet1.xml", `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` +
			row("1", "事件编号", "姓名") + row("2", "1", "甲") + row("3", "2", "乙") + `<row r="4"/></sheetData></worksheet>`},
	} {
		w, err := z.Create(part.name)
		if err == nil {
			_, err = w.Write([]byte(part.text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAManifestCountsTheRowsOfEveryKindOfFile(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		name, text string
		say        string
		rows       int64
	}{
		{"below a title and with blank lines.csv", "六月\n\n事件编号,居住地址\n1,\"东街,1号\"\n\n2,西街\n\n", "--header-row 3", 2},
		{"in two bytes a character.csv", "\xff\xfe" + strings.Repeat("a\x00,\x00b\x00\n\x00", 3), "", 2},
		{"no line end at the end.csv", "事件编号,居住地址\n1,东街\n2,西街", "", 2},
		{"over many lines.xml", "<?xml version=\"1.0\"?>\n<人员>\n <登记>\n  <事件编号>1</事件编号>\n  <姓名>甲</姓名>\n </登记>\n <登记>\n  <事件编号>2</事件编号>\n  <姓名>乙</姓名>\n </登记>\n</人员>\n", "", 2},
		{"without a header.jsonl", "{\"事件编号\":\"1\"}\n{\"事件编号\":\"2\"}\n{\"事件编号\":\"3\"}\n", "", 3},
		{"fixed width has no header.txt", "1  AAAA\n2  BBBB\n3  CCCC\n", "--format FIXED --columns BH:0:3,XM:3:4", 3},
		{"a workbook.xlsx", workbook(t), "", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(dir, c.name)
			if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			args := append([]string{"feed", "manifest", file, "--sender", "ga-990101", "--sequence", "1"}, strings.Fields(c.say)...)
			code, out, errs := typed(t, Programs{}, "", nil, args...)
			if code != 0 {
				t.Fatalf("code %d: %s", code, errs)
			}
			m, err := intake.ParseManifest([]byte(out))
			if err != nil || m.RowCount != c.rows {
				t.Errorf("%d rows, want %d (%v)", m.RowCount, c.rows, err)
			}
		})
	}
}

func TestAManifestOfAFileThatCannotBeReadIsNotMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.csv")
	for name, text := range map[string]string{"empty": "", "a header alone": "事件编号,居住地址\n", "a picture": "\x89PNG\r\n\x1a\n" + strings.Repeat("\x00\x01", 9000)} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		code, out, errs := typed(t, Programs{}, "", nil, "feed", "manifest", file, "--sender", "ga-990101", "--sequence", "1")
		if code != outcome.BadInput || out != "" || errs == "" {
			t.Errorf("%s: code %d, %q %q", name, code, out, errs)
		}
	}
}
