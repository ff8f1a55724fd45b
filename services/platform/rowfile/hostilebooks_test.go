package rowfile

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"strings"
	"testing"
)

const (
	sheetTop = `<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>编号</t></is></c><c r="B1" t="inlineStr"><is><t>日期</t></is></c></row>`
	sheetEnd = `</sheetData></worksheet>`
	goodRow  = `<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="inlineStr"><is><t>20250301</t></is></c></row>`
	styles   = `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>`
)

func hostileWorkbooks(t *testing.T) []hostile {
	sheet := func(name, rows string, more ...string) hostile {
		return of(name, string(crafted(t, sheetTop+goodRow+rows+sheetEnd, append(more, "xl/styles.xml", styles)...)))
	}
	whole := string(crafted(t, sheetTop+goodRow+sheetEnd))
	date := func(serial string) string {
		return `<row r="3"><c r="A3"><v>2</v></c><c r="B3" s="1"><v>` + serial + `</v></c></row>`
	}
	return []hostile{
		of("a bomb: 2 GiB of blank rows", string(bomb(t, 2048))).refused("FEED_FILE_HOSTILE", "RATIO"),
		of("a bomb that says how large it is", string(bomb(t, 5000))).refused("FEED_FILE_HOSTILE", "UNPACKED"),
		of("a workbook cut off", whole[:len(whole)/2]).refused("FEED_FILE_TORN"),
		of("a workbook with bytes changed", flip(t, whole)).refused("FEED_FILE_TORN"),
		of("a workbook without a sheet", string(zipped(t, "xl/workbook.xml", `<workbook><sheets/></workbook>`, "xl/_rels/workbook.xml.rels", bookRels))).refused("FEED_SHEET_NOT_FOUND"),
		of("a workbook whose sheet is not there", string(zipped(t, "xl/workbook.xml", bookPart, "xl/_rels/workbook.xml.rels", bookRels))).refused("FEED_FILE_TORN"),
		of("a workbook of hidden sheets", string(zipped(t, "xl/workbook.xml", strings.Replace(bookPart, `sheetId`, `state="hidden" sheetId`, 1), "xl/_rels/workbook.xml.rels", bookRels, "xl/worksheets/sheet1.xml", sheetTop+goodRow+sheetEnd))).refused("FEED_SHEET_NOT_FOUND"),
		of("a sheet that was not asked for", whole).hinted(Hints{Sheet: "不存在"}).refused("FEED_SHEET_NOT_FOUND"),
		of("a header alone in a sheet", string(crafted(t, sheetTop+sheetEnd))).refused("FEED_SHEET_NOT_FOUND"),
		of("a ZIP of a list", string(zipped(t, "人员.csv", "a,b\n1,2\n"))).refused("FEED_FILE_UNREADABLE", "ZIP"),
		of("a document", string(zipped(t, "word/document.xml", "<a/>"))).refused("FEED_FILE_UNREADABLE", "DOCX"),
		of("a binary workbook", string(zipped(t, "xl/workbook.bin", "x"))).refused("FEED_FILE_UNREADABLE", "XLSB"),
		of("an empty ZIP", string(zipped(t))).refused("FEED_FILE_UNREADABLE", "ZIP"),
		of("a part twice", string(zipped(t, "xl/workbook.xml", bookPart, "XL/workbook.xml", bookPart))).refused("FEED_FILE_HOSTILE", "PART_TWICE"),
		of("a ZIP of 60,000 parts", manyParts(t)).refused("FEED_FILE_HOSTILE", "PARTS"),
		of("a document type in a sheet", string(crafted(t, `<!DOCTYPE a [<!ENTITY x "y">]>`+sheetTop+goodRow+sheetEnd))).refused("FEED_FILE_HOSTILE", "DOCTYPE"),
		of("a sheet cut off inside a good ZIP", string(crafted(t, sheetTop+goodRow+`<row r="3"><c r="A3"><v>2`))).read("", "ROW_TORN"),
		sheet("a negative day", date("-5")).read("", "DATE_IMPOSSIBLE"),
		sheet("a day after the end of days", date("99999999")).read("", "DATE_IMPOSSIBLE"),
		sheet("the day that never was", date("60")).read("", "DATE_IMPOSSIBLE"),
		sheet("a number that is none", date("x")).read("", "ROW_MALFORMED"),
		sheet("a number of infinite size", `<row r="3"><c r="A3"><v>1E999</v></c></row>`).read("", "ROW_MALFORMED"),
		sheet("an identity number as a number", `<row r="3"><c r="A3"><v>9.9010119900630003E+17</v></c></row>`).read("", "NUMBER_DAMAGED_BY_EXCEL"),
		sheet("an error of a formula", `<row r="3"><c r="A3" t="e"><f>B1/0</f><v>#DIV/0!</v></c></row>`).read("", "CELL_ERROR_VALUE"),
		sheet("a formula without its result", `<row r="3"><c r="A3"><f>1+1</f></c></row>`).read("", "CELL_FORMULA_UNCOMPUTED"),
		sheet("a formula that calls a program", `<row r="3"><c r="A3" t="inlineStr"><is><t>=cmd|' /C calc'!A0</t></is></c></row>`).read("", ""),
		sheet("rows that go back", `<row r="1"><c r="A1"><v>2</v></c></row>`).read("", "ROW_MALFORMED"),
		sheet("a row beyond every sheet", `<row r="99999999"><c><v>2</v></c></row>`).read("", "ROW_MALFORMED"),
		sheet("cells that go back", `<row r="3"><c r="B3"><v>2</v></c><c r="A3"><v>2</v></c></row>`).read("", "ROW_MALFORMED"),
		sheet("a cell beyond every sheet", `<row r="3"><c r="ZZZ3"><v>2</v></c></row>`).read("", "ROW_MALFORMED"),
		sheet("a cell behind the header", `<row r="3"><c r="A3"><v>2</v></c><c r="Z3"><v>2</v></c></row>`).read("", "ROW_COLUMN_COUNT"),
		sheet("a text that is not there", `<row r="3"><c r="A3" t="s"><v>7</v></c></row>`).read("", "ROW_MALFORMED"),
		sheet("a cell of 1 MiB", `<row r="3"><c r="A3" t="inlineStr"><is><t>`+strings.Repeat("王", 350_000)+`</t></is></c></row>`+`<row r="4"><c r="A4"><v>4</v></c></row>`).read("", "ROW_TOO_LONG", ""),
		of("merged cells", string(crafted(t, sheetTop+goodRow+`<row r="3"><c r="A3"><v>2</v></c></row><row r="4"><c r="B4"><v>2</v></c></row><row r="5"><c r="A5"><v>5</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B1"/><mergeCell ref="A3:A4"/></mergeCells></worksheet>`))).read("", "CELL_MERGED", "CELL_MERGED", ""),
		of("a thousand merged cells", string(crafted(t, sheetTop+goodRow+`</sheetData><mergeCells>`+merges(1000)+`</mergeCells></worksheet>`))).refused("FEED_CELLS_MERGED"),
	}
}

func merges(n int) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, `<mergeCell ref="A%d:A%d"/>`, 2*i+2, 2*i+3)
	}
	return out.String()
}

// flip changes a byte of the sheet, so that it cannot be unpacked.
func flip(t *testing.T, whole string) string {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		if f.Name == "xl/worksheets/sheet1.xml" {
			at, err := f.DataOffset()
			if err != nil {
				t.Fatal(err)
			}
			b := []byte(whole)
			for i := range 8 {
				b[at+int64(f.CompressedSize64)-10+int64(i)] ^= 0x55
			}
			return string(b)
		}
	}
	t.Fatal("no sheet")
	return ""
}

// bomb is a workbook whose sheet unpacks to as many MiB, written without ever
// holding them: one packed MiB of blank rows, over and over.
func bomb(t *testing.T, mib int) []byte {
	t.Helper()
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	pack := func(text string) []byte {
		packed.Reset()
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		defer w.Reset(&packed)
		return bytes.Clone(packed.Bytes())
	}
	top, one := pack(sheetTop+goodRow), pack(strings.Repeat("<row></row     >", 1<<16))
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, p := range [][2]string{{"xl/workbook.xml", bookPart}, {"xl/_rels/workbook.xml.rels", bookRels}, {"xl/styles.xml", styles}} {
		f, err := z.Create(p[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(p[1])); err != nil {
			t.Fatal(err)
		}
	}
	f, err := z.CreateRaw(&zip.FileHeader{
		Name: "xl/worksheets/sheet1.xml", Method: zip.Deflate,
		CompressedSize64: uint64(len(top) + mib*len(one)), UncompressedSize64: uint64(len(sheetTop+goodRow)) + uint64(mib)<<20,
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range mib + 1 {
		part := one
		if i == 0 {
			part = top
		}
		if _, err := f.Write(part); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func manyParts(t *testing.T) string {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for i := range 60_000 {
		if _, err := z.CreateHeader(&zip.FileHeader{Name: fmt.Sprint("xl/", i), Method: zip.Store}); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
