package rowfile

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"
)

// holds checks what is true of every file that is read at all: positions go up,
// reading on from any of them gives the rest, and what is given back is read
// again with its good rows in it.
func holds(t *testing.T, data []byte, h Hints) {
	l, err := detect(data, h)
	if err != nil {
		return
	}
	rows := readAll(t, data, kept(t, l), Position{})
	last := Position{}
	for _, r := range rows {
		if r.end.Offset < last.Offset || r.end.Row <= last.Row && r.end != last || r.number <= 0 {
			t.Fatalf("row %d ends at %+v after %+v", r.number, r.end, last)
		}
		last = r.end
	}
	if len(rows) == 0 {
		return
	}
	k := len(data) % len(rows)
	rest := readAll(t, data, l, rows[k].end)
	if len(rest) != len(rows)-k-1 {
		t.Fatalf("reading on behind row %d of %d gives %d rows: %q", k+1, len(rows), len(rest), reasons(rows))
	}
	for i, r := range rest {
		if want := rows[k+1+i]; r.number != want.number || r.reason != want.reason || !slices.Equal(r.texts, want.texts) {
			t.Fatalf("reading on gives %+v instead of %+v", r, want)
		}
	}
	giveBack(t, l, rows, []string{"原因"}, "有误")
}

func FuzzUTF16(f *testing.F) {
	f.Add([]byte("\x8b\x73\x00\xD8a\x00"), true)
	f.Add([]byte("\xD8\x40\xDC\xCDx"), false)
	f.Fuzz(func(t *testing.T, src []byte, big bool) {
		out, broken := appendUTF16(nil, src, big)
		if !utf8.Valid(out) || broken != strings.ContainsRune(string(out), utf8.RuneError) {
			t.Fatalf("%x gives %q, broken %v", src, out, broken)
		}
		var units []uint16
		for i := 0; i+1 < len(src); i += 2 {
			units = append(units, unit(src[i:], big))
		}
		if want := string(utf16.Decode(units)); len(src)%2 == 0 && want != string(out) {
			t.Fatalf("%x gives %q instead of %q", src, out, want)
		}
		if back := appendAsUTF16(nil, string(out), big); !broken && !bytes.Equal(back, src) {
			t.Fatalf("%x comes back as %x", src, back)
		}
		r := &narrowReader{src: iotestHalf(src), big: big}
		var streamed bytes.Buffer
		if _, err := streamed.ReadFrom(r); err != nil || streamed.String() != string(out) {
			t.Fatalf("%x streamed gives %q instead of %q, %v", src, streamed.String(), out, err)
		}
	})
}

// iotestHalf gives three bytes at a time, so that characters are cut.
func iotestHalf(src []byte) *thirds { return &thirds{src} }

type thirds struct{ rest []byte }

func (r *thirds) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		return bytes.NewReader(nil).Read(p)
	}
	n := copy(p[:min(len(p), 3)], r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte(goodText))
	f.Add(inGB("编号|姓名\r\n1|王䶮\r\n\"2|\r\n3|俓|\r\n4"))
	f.Add(UTF16LE.AppendEncoded(nil, goodText))
	f.Fuzz(func(t *testing.T, data []byte) { holds(t, data, Hints{Format: CSV}) })
}

func FuzzFixed(f *testing.F) {
	f.Add([]byte("0001王小明    男\n0002李"), 4, 10)
	f.Add(inGB("0001𣲗䶮    男\n\t\n0002"), 6, 3)
	f.Fuzz(func(t *testing.T, data []byte, one, two int) {
		one, two = 1+one&0xFF, 1+two&0xFF
		holds(t, data, Hints{Format: Fixed, Columns: []FixedColumn{{"b", one, two}, {"a", 0, one}}})
	})
}

func FuzzXML(f *testing.F) {
	f.Add([]byte(`<a><r x="1"><y>2</y></r><r><y><![CDATA[3]]></y></r></a>`))
	f.Add(inGB(`<?xml version="1.0" encoding="GBK"?><行集><行><姓名>王&#x4E2D;</姓名></行><行/><!-- x --><行></行集>`))
	f.Add([]byte(`<a><r><x>1</r><r><x>1</x><r></r>text</a>`))
	f.Fuzz(func(t *testing.T, data []byte) { holds(t, data, Hints{Format: XML}) })
}

func FuzzJSON(f *testing.F) {
	f.Add([]byte("{\"a\":\"1\",\"b\":{\"c\":-1.5e3}}\n{\"a\":null}\n"))
	f.Add([]byte(`[{"a":"\ud83d\ude00"},{"a":true}, 5]`))
	f.Add(inGB(`[{"a":"俓倇"},{"b":"`))
	f.Fuzz(func(t *testing.T, data []byte) {
		o := objectReader{set: newCellSet(nil, UTF8, true)}
		if _, why, _ := o.read(data); why == nil && !json.Valid(data) {
			t.Fatalf("%q is taken for JSON", data)
		}
		holds(t, data, Hints{Format: JSONL})
	})
}

func FuzzSheet(f *testing.F) {
	f.Add(sheetTop + goodRow + sheetEnd)
	f.Add(sheetTop + `<row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3" s="1"><v>45717.5</v></c></row></sheetData><mergeCells><mergeCell ref="A3:A4"/></mergeCells></worksheet>`)
	f.Fuzz(func(t *testing.T, sheet string) {
		data := stored(t, zip.Store, "xl/workbook.xml", bookPart, "xl/_rels/workbook.xml.rels", bookRels, "xl/worksheets/sheet1.xml", sheet,
			"xl/styles.xml", styles, "xl/sharedStrings.xml", "<sst><si><t>王</t></si></sst>")
		holds(t, data, Hints{})
	})
}

func FuzzFormat(f *testing.F) {
	f.Add(`yyyy"年"m"月";@`, "45717.25")
	f.Add(`[h]:mm`, "-1")
	f.Fuzz(func(t *testing.T, code, number string) {
		out, why := parseFormat(code).numberText(nil, number, Excel1900)
		if why == nil && !utf8.Valid(out) {
			t.Errorf("%q", out)
		}
	})
}

func FuzzInspect(f *testing.F) {
	f.Add("江新衛(wèi)生站?，ÀîÃ÷鐜嬪皬")
	f.Fuzz(func(t *testing.T, s string) {
		if d := Inspect(s, true); d == 0 && strings.ContainsRune(s, utf8.RuneError) {
			t.Errorf("%q passes", s)
		}
		_ = Uncover(s)
	})
}
