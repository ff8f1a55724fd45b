package rowfile

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// sheetWriter writes a workbook of one sheet. Text is written as text and in a
// format of text: it is no formula, and stays none when somebody edits it.
type sheetWriter struct {
	zip   *zip.Writer
	out   *bufio.Writer
	l     Layout
	rows  int
	width int
}

func newSheetWriter(w io.Writer, l Layout) *sheetWriter {
	return &sheetWriter{zip: zip.NewWriter(w), l: l, width: len(l.Columns)}
}

const (
	xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	ooxml   = "http://schemas.openxmlformats.org/"
)

func (w *sheetWriter) begin(extra []string) error {
	var sheet, system strings.Builder
	name := w.l.Sheet
	if name == "" {
		name = "Sheet1"
	}
	_ = xml.EscapeText(&sheet, []byte(name)) // a builder takes everything
	if w.l.DateSystem == Excel1904 {
		system.WriteString(`<workbookPr date1904="1"/>`)
	}
	for _, part := range []struct{ name, text string }{
		{"[Content_Types].xml", `<Types xmlns="` + ooxml + `package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`},
		{"_rels/.rels", `<Relationships xmlns="` + ooxml + `package/2006/relationships"><Relationship Id="rId1" Type="` + ooxml + `officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook xmlns="` + ooxml + `spreadsheetml/2006/main" xmlns:r="` + ooxml + `officeDocument/2006/relationships">` + system.String() + `<sheets><sheet name="` + sheet.String() + `" sheetId="1" r:id="rId1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="` + ooxml + `package/2006/relationships"><Relationship Id="rId1" Type="` + ooxml + `officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="` + ooxml + `officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`},
		{"xl/styles.xml", `<styleSheet xmlns="` + ooxml + `spreadsheetml/2006/main"><fonts count="1"><font><sz val="11"/><name val="宋体"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0" xfId="0"/><xf numFmtId="49" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>`},
	} {
		f, err := w.zip.Create(part.name)
		if err == nil {
			_, err = io.WriteString(f, xmlHead+part.text)
		}
		if err != nil {
			return fmt.Errorf("rowfile: write the workbook: %w", err)
		}
	}
	f, err := w.zip.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		return fmt.Errorf("rowfile: write the sheet: %w", err)
	}
	w.out = bufio.NewWriterSize(f, 64<<10)
	w.put(xmlHead + `<worksheet xmlns="` + ooxml + `spreadsheetml/2006/main"><sheetData>`)
	w.open()
	for i, name := range append(append([]string(nil), w.l.Columns...), extra...) {
		w.cell(textCell, i, name)
	}
	w.put("</row>")
	return nil
}

func (w *sheetWriter) put(s string) { _, _ = w.out.WriteString(s) } // Flush tells what failed

func (w *sheetWriter) open() {
	w.rows++
	w.put(`<row r="` + strconv.Itoa(w.rows) + `">`)
}

func (w *sheetWriter) row(raw []byte, extra []string) error {
	w.open()
	behind := w.width
	ok := eachRawCell(raw, func(kind byte, column int, text []byte) {
		behind = max(behind, column+1)
		w.cell(kind, column, string(text))
	})
	if !ok {
		return errors.New("rowfile: not a row of a workbook")
	}
	for i, text := range extra {
		w.cell(textCell, behind+i, text)
	}
	w.put("</row>")
	return nil
}

func (w *sheetWriter) cell(kind byte, column int, text string) {
	place := `<c r="` + columnName(column) + strconv.Itoa(w.rows) + `"`
	switch {
	case kind == numberCell:
		w.put(place + `><v>` + escapeCell(text) + `</v></c>`)
	case kind == errorCell:
		w.put(place + ` t="e"><v>` + escapeCell(text) + `</v></c>`)
	case kind == formulaCell:
		w.put(place + ` t="e"><v>#N/A</v></c>`)
	case text != "":
		w.put(place + ` s="1" t="inlineStr"><is><t xml:space="preserve">` + escapeCell(text) + `</t></is></c>`)
	}
}

// escapeCell writes what XML cannot hold as a workbook does, and its own way of
// writing it with one more escape.
func escapeCell(s string) string {
	var out strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c == '&':
			out.WriteString("&amp;")
		case c == '<':
			out.WriteString("&lt;")
		case c == '>':
			out.WriteString("&gt;")
		case c < ' ' && c != '\n' && c != '\t':
			fmt.Fprintf(&out, "_x%04X_", c)
		case c == '_' && i+6 < len(s) && s[i+1] == 'x' && s[i+6] == '_':
			out.WriteString("_x005F_")
		default:
			out.WriteByte(c)
		}
	}
	return out.String()
}

func (w *sheetWriter) end() error {
	w.put("</sheetData></worksheet>")
	if err := errors.Join(w.out.Flush(), w.zip.Close()); err != nil {
		return fmt.Errorf("rowfile: write the sheet: %w", err)
	}
	return nil
}
