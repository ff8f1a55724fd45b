package rowfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var (
	everyFormat   = []Format{CSV, Fixed, JSONL, XML, XLSX}
	everyEncoding = []Encoding{GB18030, UTF8, UTF16LE, UTF16BE}
)

// sample characters: rare names, four-byte codes, a user-defined character,
// what separates, escapes and computes.
var letters = []rune("王小明李华浙江诸暨市㐀䶮𣲗𠮷ABC019abc·（） ,;|'\"=+-@<>&{}\\[]^~/：，。")

func cellText() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		s := strings.TrimSpace(string(rapid.SliceOfN(rapid.SampledFrom(letters), 0, 12).Draw(t, "text")))
		for Uncover(s) != s {
			s = Uncover(s)
		}
		return s
	})
}

// build writes rows as a sender would, by code that is not the Writer's.
func build(t testing.TB, f Format, e Encoding, names []string, rows [][]string) ([]byte, Hints) {
	t.Helper()
	var out strings.Builder
	h := Hints{Format: f}
	switch f {
	case CSV:
		for _, r := range append([][]string{names}, rows...) {
			for i, c := range r {
				if i > 0 {
					out.WriteByte(',')
				}
				out.WriteString(`"` + strings.ReplaceAll(c, `"`, `""`) + `"`)
			}
			out.WriteString("\r\n")
		}
	case Fixed:
		narrow := e
		if e.wide() {
			narrow = UTF8
		}
		for i, n := range names {
			h.Columns = append(h.Columns, FixedColumn{Name: n, From: 60 * i, Bytes: 60})
		}
		for _, r := range rows {
			for _, c := range r {
				out.WriteString(c + strings.Repeat(" ", 60-len(narrow.AppendEncoded(nil, c))))
			}
			out.WriteString("\n")
		}
	case JSONL:
		for _, r := range rows {
			out.WriteByte('{')
			for i, c := range r {
				if i > 0 {
					out.WriteByte(',')
				}
				k, _ := json.Marshal(names[i])
				v, _ := json.Marshal(c)
				out.WriteString(string(k) + ": " + string(v))
			}
			out.WriteString("}\n")
		}
	case XML:
		esc := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
		out.WriteString("<?xml version=\"1.0\"?>\n<数据 xmlns:x='urn:x'>\n")
		for _, r := range rows {
			out.WriteString("<x:行 " + names[0] + "=\"" + strings.ReplaceAll(esc.Replace(r[0]), `"`, "&quot;") + "\">")
			for i, c := range r[1:] {
				out.WriteString("\n <" + names[i+1] + ">" + esc.Replace(c) + "</" + names[i+1] + ">")
			}
			out.WriteString("</x:行>\n")
		}
		out.WriteString("</数据>\n")
	case XLSX:
		return workbook(t, names, rows), Hints{}
	}
	return e.AppendEncoded(nil, out.String()), h
}

// draw makes rows that are not blank.
func draw(t *rapid.T, columns int) [][]string {
	rows := rapid.SliceOfN(rapid.SliceOfN(cellText(), columns, columns), 1, 12).Draw(t, "rows")
	for i := range rows {
		rows[i][0] = fmt.Sprintf("第%d行", i+1)
	}
	return rows
}

func TestEveryFormatInEveryEncodingIsReadAndGivenBackAlike(t *testing.T) {
	for _, f := range everyFormat {
		for _, e := range everyEncoding {
			if f == XLSX && e != UTF8 {
				continue
			}
			t.Run(string(f)+" "+string(e), func(t *testing.T) {
				rapid.Check(t, func(rt *rapid.T) {
					names := []string{"编号", "姓名", "住址"}
					rows := draw(rt, len(names))
					data, h := build(t, f, e, names, rows)
					h.Encoding = e
					if f == XLSX {
						h.Encoding = ""
					}
					l, err := detect(data, h)
					if err != nil {
						rt.Fatal(err)
					}
					again := kept(t, l) // as after a restart
					got := readAll(t, data, again, Position{})
					if diff := cmp.Diff(rows, texts(got)); diff != "" || !slices.Equal(l.Columns, names) {
						rt.Fatalf("%v read as %s", l.Columns, diff)
					}
					resumes(t, rt, data, again, got)
					givenBack(t, rt, again, h, names, got)
				})
			})
		}
	}
}

func kept(t testing.TB, l Layout) (out Layout) {
	t.Helper()
	b, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// resumes: reading on from any record's end gives the rest.
func resumes(t testing.TB, rt *rapid.T, data []byte, l Layout, all []row) {
	k := rapid.IntRange(0, len(all)-1).Draw(rt, "resumed behind")
	rest := readAll(t, data, l, all[k].end)
	if len(rest) != len(all)-k-1 {
		rt.Fatalf("%d rows behind row %d of %d", len(rest), k+1, len(all))
	}
	for i, r := range rest {
		if want := all[k+1+i]; !slices.Equal(r.texts, want.texts) || r.number != want.number || r.end != want.end || r.raw != want.raw {
			rt.Fatalf("row %d differs when reading on: %+v, %+v", i, r, want)
		}
	}
}

func giveBack(t testing.TB, l Layout, rows []row, extra []string, cells ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out, l, extra...)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if err := w.Write([]byte(r.raw), cells...); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// givenBack: what the Writer wrote is read to the same rows, twice over.
func givenBack(t testing.TB, rt *rapid.T, l Layout, h Hints, names []string, rows []row) {
	extra := []string{"原因", "说明"}
	why := rapid.SampledFrom([]string{"号码有误", "=1+1", `a,"b"|;`, "<&>", ""}).Draw(rt, "reason")
	columns := names
	for round := range 2 {
		data := giveBack(t, l, rows, extra, "CODE", why)
		back, err := detect(data, h)
		if err != nil {
			rt.Fatalf("round %d: %v in\n%s", round, err, data)
		}
		if back.Encoding != l.Encoding || back.Format != l.Format || back.BOM != l.BOM {
			rt.Fatalf("given back as %s %s", back.Format, back.Encoding)
		}
		got := readAll(t, data, back, Position{})
		if len(got) != len(rows) {
			rt.Fatalf("round %d: %d rows of %d", round, len(got), len(rows))
		}
		if l.Format != Fixed {
			columns = append(slices.Clone(columns), extraName("原因", round), extraName("说明", round))
		}
		for i := range got {
			want := rows[i].texts
			if l.Format != Fixed {
				want = append(slices.Clone(want), "CODE", Uncover(why))
			}
			if !slices.Equal(got[i].texts, want) {
				rt.Fatalf("round %d: row %d comes back as %q (%s), was %q, in\n%s", round, i, got[i].texts, got[i].reason, want, data)
			}
		}
		if !slices.Equal(back.Columns, columns) {
			rt.Fatalf("columns %q", back.Columns)
		}
		l, rows = back, got
	}
}

func extraName(name string, round int) string {
	if round == 0 {
		return name
	}
	return fmt.Sprint(name, round+1)
}
