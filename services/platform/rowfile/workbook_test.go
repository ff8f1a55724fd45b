package rowfile

import (
	"archive/zip"
	"bytes"
	"testing"

	"github.com/xuri/excelize/v2"
)

// workbook is made by another program: excelize.
func workbook(t testing.TB, names []string, rows [][]string) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, r := range append([][]string{names}, rows...) {
		for c, text := range r {
			place, err := excelize.CoordinatesToCellName(c+1, i+1)
			if err == nil {
				err = f.SetCellStr("Sheet1", place, text)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return written(t, f)
}

func written(t testing.TB, f *excelize.File) []byte {
	t.Helper()
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const (
	typesPart = `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`
	bookRels  = `<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`
	bookPart  = `<workbook xmlns:r="x"><sheets><sheet name="人员" sheetId="1" r:id="rId1"/></sheets></workbook>`
)

// zipped packs parts by name, in the order given.
func zipped(t testing.TB, parts ...string) []byte {
	t.Helper()
	return stored(t, zip.Deflate, parts...)
}

func stored(t testing.TB, method uint16, parts ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for i := 0; i+1 < len(parts); i += 2 {
		w, err := z.CreateHeader(&zip.FileHeader{Name: parts[i], Method: method})
		if err == nil {
			_, err = w.Write([]byte(parts[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// crafted is a workbook of one sheet as written by hand.
func crafted(t testing.TB, sheet string, more ...string) []byte {
	t.Helper()
	parts := []string{"[Content_Types].xml", typesPart, "xl/workbook.xml", bookPart, "xl/_rels/workbook.xml.rels", bookRels, "xl/worksheets/sheet1.xml", sheet}
	return zipped(t, append(parts, more...)...)
}
