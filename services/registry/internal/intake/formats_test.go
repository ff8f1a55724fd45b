package intake_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/rowfile"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/testkit"
)

// table is a file before it is written as any kind of file.
type table struct {
	names []string
	rows  [][]string
}

// someEvents are n events of all kinds; every eleventh has a day that there is
// not, which is all that is wrong with it.
func someEvents(seed uint64, n int) table {
	r := rand.New(rand.NewPCG(seed, 3))
	t := table{names: strings.Split(header, ",")}
	date := func() string { return civil.Must("2024-01-01").AddDays(r.IntN(540)).String() }
	for i := range n {
		person := r.IntN(n/3 + 1)
		c := []string{fmt.Sprintf("E%05d", i), "居住登记", date(), citizen(person), "王小明", "", village, fmt.Sprintf("幸福路%d号，２栋", person), "", "13800000000", "", ""}
		switch r.IntN(8) {
		case 0:
			c[1], c[6] = "地址变更", village2
		case 1:
			c[1], c[6], c[7] = "注销", "", ""
		case 2:
			c[1], c[10] = "居住证签发", "2027-01-01"
		case 3:
			c[1], c[11] = "更正", fmt.Sprintf("E%05d", r.IntN(n))
		case 4:
			c[4], c[7] = "阿依古丽·买买提", `"幸福,苑"1|2;`+"\\A"
		}
		if i%11 == 0 {
			c[2] = "2025-02-30"
		}
		t.rows = append(t.rows, c)
	}
	return t
}

// kind is a way to write a table.
type kind struct {
	name   string
	format string
	write  func(t testing.TB, tab table) []byte
	hints  rowfile.Hints
	first  int // number of the first row, as that kind of file counts
	// put right changes a text of the file, which stands alone in its cell.
	putRight func(t testing.TB, file []byte, from, to string) []byte
}

func replaced(enc rowfile.Encoding) func(testing.TB, []byte, string, string) []byte {
	return func(_ testing.TB, file []byte, from, to string) []byte {
		return bytes.ReplaceAll(file, enc.AppendEncoded(nil, from), enc.AppendEncoded(nil, to))
	}
}

func separated(enc rowfile.Encoding, mark, delim, eol string, quote bool) func(testing.TB, table) []byte {
	return func(_ testing.TB, tab table) []byte {
		out := mark
		for _, r := range append([][]string{tab.names}, tab.rows...) {
			for i, c := range r {
				if i > 0 {
					out += delim
				}
				if quote || strings.ContainsAny(c, delim+`"`) {
					c = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
				}
				out += c
			}
			out += eol
		}
		return enc.AppendEncoded(nil, out)
	}
}

const fixedBytes = 64

func fixedHints() rowfile.Hints {
	h := rowfile.Hints{Format: rowfile.Fixed, Encoding: rowfile.GB18030}
	for i, n := range strings.Split(header, ",") {
		h.Columns = append(h.Columns, rowfile.FixedColumn{Name: n, From: i * fixedBytes, Bytes: fixedBytes})
	}
	return h
}

func fixedWidth(_ testing.TB, tab table) []byte {
	var out []byte
	for _, r := range tab.rows {
		for _, c := range r {
			cell := rowfile.GB18030.AppendEncoded(nil, c)
			out = append(out, cell...)
			out = append(out, bytes.Repeat([]byte(" "), fixedBytes-len(cell))...)
		}
		out = append(out, "\r\n"...)
	}
	return out
}

func workbook(t testing.TB, tab table) []byte {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	for i, r := range append([][]string{tab.names}, tab.rows...) {
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
	out, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func replacedInWorkbook(t testing.TB, file []byte, from, to string) []byte {
	f, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	sheet := f.GetSheetName(0)
	places, err := f.SearchSheet(sheet, from)
	for _, place := range places {
		if err == nil {
			err = f.SetCellStr(sheet, place, to)
		}
	}
	out, writeErr := f.WriteToBuffer()
	if err != nil || writeErr != nil {
		t.Fatal(err, writeErr)
	}
	return out.Bytes()
}

func markup(enc rowfile.Encoding, label string) func(testing.TB, table) []byte {
	return func(_ testing.TB, tab table) []byte {
		esc := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
		out := "<?xml version=\"1.0\" encoding=\"" + label + "\"?>\n<数据>\n"
		for _, r := range tab.rows {
			out += "<登记>"
			for i, c := range r {
				out += "<" + tab.names[i] + ">" + esc.Replace(c) + "</" + tab.names[i] + ">"
			}
			out += "</登记>\n"
		}
		return enc.AppendEncoded(nil, out+"</数据>\n")
	}
}

func objects(array bool) func(testing.TB, table) []byte {
	return func(t testing.TB, tab table) []byte {
		var lines []string
		for _, r := range tab.rows {
			var members []string
			for i, c := range r {
				k, err1 := json.Marshal(tab.names[i])
				v, err2 := json.Marshal(c)
				if err1 != nil || err2 != nil {
					t.Fatal(err1, err2)
				}
				members = append(members, string(k)+":"+string(v))
			}
			lines = append(lines, "{"+strings.Join(members, ",")+"}")
		}
		if array {
			return []byte("[" + strings.Join(lines, ",\n") + "]\n")
		}
		return []byte(strings.Join(lines, "\n") + "\n")
	}
}

var kinds = []kind{
	{"CSV in GB18030", "CSV", separated(rowfile.GB18030, "", ",", "\r\n", false), rowfile.Hints{}, 2, replaced(rowfile.GB18030)},
	{"CSV in UTF-8 with its mark", "CSV", separated(rowfile.UTF8, "\uFEFF", ",", "\n", false), rowfile.Hints{}, 2, replaced(rowfile.UTF8)},
	{"CSV in UTF-16", "CSV", separated(rowfile.UTF16LE, "\uFEFF", ",", "\r\n", false), rowfile.Hints{}, 2, replaced(rowfile.UTF16LE)},
	{"TSV", "CSV", separated(rowfile.GB18030, "", "\t", "\n", false), rowfile.Hints{}, 2, replaced(rowfile.GB18030)},
	{"CSV quoted", "CSV", separated(rowfile.UTF8, "", ";", "\r\n", true), rowfile.Hints{}, 2, replaced(rowfile.UTF8)},
	{"fixed width in GB18030", "FIXED", fixedWidth, fixedHints(), 1, replaced(rowfile.GB18030)},
	{"a workbook", "XLSX", workbook, rowfile.Hints{}, 2, replacedInWorkbook},
	{"XML", "XML", markup(rowfile.UTF8, "UTF-8"), rowfile.Hints{}, 1, replaced(rowfile.UTF8)},
	{"XML in GB18030", "XML", markup(rowfile.GB18030, "GB18030"), rowfile.Hints{}, 1, replaced(rowfile.GB18030)},
	{"XML in GB18030 that says UTF-8", "XML", markup(rowfile.GB18030, "UTF-8"), rowfile.Hints{}, 1, replaced(rowfile.GB18030)},
	{"XML in UTF-8 that says GB2312", "XML", markup(rowfile.UTF8, "GB2312"), rowfile.Hints{}, 1, replaced(rowfile.UTF8)},
	{"JSON Lines", "JSONL", objects(false), rowfile.Hints{}, 1, replaced(rowfile.UTF8)},
	{"a JSON array", "JSONL", objects(true), rowfile.Hints{}, 1, replaced(rowfile.UTF8)},
}

func (k kind) header() intake.Header {
	return intake.Header{Sender: "ga-990101", FileName: "feed", Hints: k.hints}
}

// content is what the database says whatever kind of file it came from, and what
// became of each row.
func (w *world) content(id string, first int) (said, rows []string) {
	w.t.Helper()
	for _, l := range w.dump() {
		switch kind, _, _ := strings.Cut(l, ":"); kind {
		case "event": // without the number of its row
			l = l[:strings.LastIndex(l, " | ")]
		case "resident", "stay", "permit", "document", "change", "head":
		default:
			continue
		}
		said = append(said, l)
	}
	for token := ""; ; {
		page, next, err := w.store.FeedRows(w.t.Context(), intake.RowFilter{BatchID: id}, page.Query{Size: 1000, Token: token})
		if err != nil {
			w.t.Fatal(err)
		}
		for _, r := range page {
			rows = append(rows, fmt.Sprintln(r.Number-first, r.Outcome, r.Reason, r.Column, r.EventID))
		}
		if token = next; next == "" {
			return said, rows
		}
	}
}

func TestTheSameEventsInEveryKindOfFileEndAlike(t *testing.T) {
	tab := someEvents(11, 200)
	plain := newSQLiteWorld(t)
	plain.rows = 60
	b := plain.load(kinds[0].header(), kinds[0].write(t, tab))
	want, wantRows := plain.content(b.ID, kinds[0].first)
	if len(want) < 400 || b.Counts.Received() != 200 || b.Counts[core.Refused] != 19 {
		t.Fatal(len(want), b.Counts)
	}
	alike := func(t *testing.T, w *world, k kind) {
		w.rows = 60
		b := w.load(k.header(), k.write(t, tab))
		if b.State != intake.Succeeded || b.Layout.Format != k.format {
			t.Fatal(b.State, b.Failure, b.Layout.Format)
		}
		got, gotRows := w.content(b.ID, k.first)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(wantRows, gotRows); diff != "" {
			t.Error(diff)
		}
		w.comesBack(t, k, b)
	}
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) { alike(t, newSQLiteWorld(t), k) })
	}
	// The store does not know the kind of file: of MariaDB those that differ most are enough.
	for _, k := range kinds {
		if strings.HasPrefix(k.name, "fixed") || k.format == "XLSX" || k.format == "JSONL" {
			t.Run(k.name+" on mysql", func(t *testing.T) { alike(t, newWorld(t, testkit.MySQL(t, sets...)), k) })
		}
	}
}

// comesBack: the refused rows of a batch come back as the same kind of file, and
// are accepted when they are put right and sent again.
func (w *world) comesBack(t *testing.T, k kind, b intake.Batch) {
	t.Helper()
	var out bytes.Buffer
	if err := w.process(w.store, nil).WriteRejects(t.Context(), w.store, b.ID, &out); err != nil {
		t.Fatal(err)
	}
	still := w.load(k.header(), out.Bytes())
	if still.Counts[core.Refused] != b.Counts[core.Refused] || still.Counts.Received() != b.Counts[core.Refused] || still.Layout.Encoding != b.Layout.Encoding {
		t.Fatalf("sent again as they are: %v in %s", still.Counts, still.Layout.Encoding)
	}
	again := w.load(k.header(), k.putRight(t, out.Bytes(), "2025-02-30", "2025-02-28"))
	if again.State != intake.Succeeded || again.Counts.Received() != b.Counts[core.Refused] || again.Counts[core.Refused] != 0 || again.Layout.Format != k.format {
		t.Errorf("put right and sent again: state %d %s, %v, %s", again.State, again.Failure, again.Counts, again.Layout.Format)
	}
}

func TestKillingTheWorkerOnAnyKindOfFileChangesNothingInTheEnd(t *testing.T) {
	tab := someEvents(12, 60)
	for i, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			file := k.write(t, tab)
			one := newSQLiteWorld(t)
			one.rows = 7 // what a row is told depends on what is there already
			b := one.load(k.header(), file)
			want, wantRows := one.content(b.ID, k.first)
			r := rand.New(rand.NewPCG(uint64(i), 5))
			w := newSQLiteWorld(t)
			w.rows = 7
			b, err := w.receive(k.header(), file)
			if err != nil {
				t.Fatal(err)
			}
			kills := 0
			for w.run(func(string) error {
				if r.IntN(9) == 0 {
					return errKilled
				}
				return nil
			}) != nil {
				kills++
			}
			got, gotRows := w.content(b.ID, k.first)
			if diff := cmp.Diff(want, got); diff != "" || kills < 2 {
				t.Errorf("after %d kills: %s", kills, diff)
			}
			if diff := cmp.Diff(wantRows, gotRows); diff != "" {
				t.Errorf("after %d kills: %s", kills, diff)
			}
		})
	}
}

func TestAPreviewTellsHowAFileOfAnyKindIsWritten(t *testing.T) {
	tab := someEvents(13, 40)
	w := newSQLiteWorld(t)
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			p, err := w.process(w.store, nil).Preview(t.Context(), k.header(), 5, parts(k.write(t, tab), 1000))
			if err != nil || p.Problem != nil {
				t.Fatal(err, p.Problem)
			}
			if p.Layout.Format != k.format || p.Layout.Encoding == "" || len(p.Rows) != 5 || len(p.Columns) != len(tab.names) {
				t.Errorf("%+v, %d rows", p.Layout, len(p.Rows))
			}
			for i, c := range p.Columns {
				if c.Name != tab.names[i] || c.Field == "" {
					t.Errorf("column %d: %s as %q", i, c.Name, c.Field)
				}
			}
		})
	}
}
