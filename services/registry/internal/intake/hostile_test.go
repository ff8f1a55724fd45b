package intake_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/rowfile"
	"xinju.dev/services/registry/internal/core"
)

// hostile is a file that nobody should be hurt by: refused as a whole for a
// reason, or with the reasons of the rows that are refused.
type hostile struct {
	name string
	file []byte
	h    rowfile.Hints
	want string   // reason of the file
	rows []string // reasons of its refused rows
}

// parts of workbooks, written by hand.
const (
	sheetTypes = `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`
	sheetRels  = `<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`
	sheetBook  = `<workbook xmlns:r="x"><sheets><sheet name="人员" sheetId="1" r:id="rId1"/></sheets></workbook>`
)

// sheet is a workbook of the header and rows of cells, with more of the sheet's
// own text behind them.
func sheet(t testing.TB, rows [][]string, more string) []byte {
	t.Helper()
	var out strings.Builder
	out.WriteString("<worksheet><sheetData>")
	for i, r := range append([][]string{strings.Split(header, ",")}, rows...) {
		fmt.Fprintf(&out, `<row r="%d">`, i+1)
		for c, text := range r {
			if strings.HasPrefix(text, "<") {
				fmt.Fprintf(&out, text, fmt.Sprintf("%c%d", 'A'+c, i+1))
				continue
			}
			fmt.Fprintf(&out, `<c r="%c%d" t="inlineStr"><is><t>%s</t></is></c>`, 'A'+c, i+1, text)
		}
		out.WriteString("</row>")
	}
	out.WriteString(more + "</sheetData></worksheet>")
	return book(t, out.String())
}

func book(t testing.TB, sheet string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, p := range [][2]string{
		{"[Content_Types].xml", sheetTypes}, {"xl/workbook.xml", sheetBook}, {"xl/_rels/workbook.xml.rels", sheetRels}, {"xl/worksheets/sheet1.xml", sheet},
	} {
		f, err := z.Create(p[0])
		if err == nil {
			_, err = f.Write([]byte(p[1]))
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

func with(row []string, column int, value string) []string {
	out := slices.Clone(row)
	out[column] = value
	return out
}

// corpus is files of every kind of harm. Column 3 is the number, 4 the name.
func corpus(t testing.TB) []hostile {
	good := strings.Split(arrival("G1", 1), ",")
	two := table{strings.Split(header, ","), [][]string{good, strings.Split(arrival("G2", 2), ",")}}
	whole := sheet(t, [][]string{good}, "")
	xml := markup(rowfile.UTF8, "UTF-8")(t, two)
	lines := objects(false)(t, two)
	line := string(lines[:bytes.IndexByte(lines, '\n')])
	within := func(from, to string) []byte { return bytes.Replace(xml, []byte(from), []byte(to), 1) }
	cell := func(name, c, want string) hostile {
		return hostile{name: name, file: sheet(t, [][]string{good, with(good, 4, c)}, ""), rows: []string{want}}
	}
	var garbled []string
	for i := range 30 {
		garbled = append(garbled, strings.Replace(arrival(fmt.Sprint("G", i), i), "王小明", "鐜嬪皬鏄", 1))
	}
	var turned []string
	for i := range 30 {
		turned = append(turned, strings.Replace(strings.Replace(arrival(fmt.Sprint("G", i), i), "王小明", "張衛國", 1), "幸福路", "衛(wèi)國(guó)門東街", 1))
	}
	return []hostile{
		{name: "nothing", want: "FEED_FILE_EMPTY"},
		{name: "carriage returns alone", file: bytes.ReplaceAll(fileOf(arrival("G1", 1)), []byte("\r\n"), []byte("\r")), want: "FEED_FILE_UNREADABLE"},
		{name: "UTF-32", file: []byte("\xFF\xFE\x00\x00a\x00\x00\x00"), want: "FEED_ENCODING_UNKNOWN"},
		{name: "undecodable bytes", file: bytes.Repeat([]byte("a,\xff\xfe\xd5,b\n"), 50), want: "FEED_ENCODING_UNKNOWN"},
		{name: "a bomb", file: book(t, "<worksheet><sheetData>"+strings.Repeat(" ", 64<<20)+"</sheetData></worksheet>"), want: "FEED_FILE_HOSTILE"},
		{name: "a workbook cut off", file: whole[:len(whole)/2], want: "FEED_FILE_TORN"},
		{name: "a workbook with its end alone", file: append([]byte("PK\x03\x04"), whole[len(whole)/2:]...), want: "FEED_FILE_TORN"},
		{name: "a document type in a sheet", file: book(t, `<!DOCTYPE a [<!ENTITY x "y">]><worksheet><sheetData/></worksheet>`), want: "FEED_FILE_HOSTILE"},
		{name: "a sheet that is not there", file: whole, h: rowfile.Hints{Sheet: "不存在"}, want: "FEED_SHEET_NOT_FOUND"},
		{name: "a header alone in a sheet", file: sheet(t, nil, ""), want: "FEED_SHEET_NOT_FOUND"},
		{name: "entities that multiply", file: append([]byte(`<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;">]>`), xml[bytes.IndexByte(xml, '\n'):]...), want: "FEED_FILE_HOSTILE"},
		{name: "deep nesting in XML", file: []byte(strings.Repeat("<a>", 100_000)), want: "FEED_FILE_HOSTILE"},
		{name: "XML of another kind of row", file: within("<数据>", "<数据>"), h: rowfile.Hints{RowElement: "不存在"}, want: "FEED_ROWS_NOT_FOUND"},
		{name: "fixed width without columns", file: fileOf(arrival("G1", 1)), h: rowfile.Hints{Format: rowfile.Fixed}, want: "FEED_HINT_INVALID"},
		{name: "text said to be a workbook", file: fileOf(arrival("G1", 1)), h: rowfile.Hints{Format: rowfile.XLSX}, want: "FEED_HINT_INVALID"},
		{name: "UTF-8 read as GBK before it was sent", file: fileOf(garbled...), want: "FEED_TEXT_DAMAGED"},
		{name: "traditional forms and pinyin put in", file: fileOf(turned...), want: "FEED_TEXT_CONVERTED"},

		cell("a number in the style of a spreadsheet", `<c r="%s"><f>1+1</f></c>`, "CELL_FORMULA_UNCOMPUTED"),
		cell("an error of a formula", `<c r="%s" t="e"><v>#REF!</v></c>`, "CELL_ERROR_VALUE"),
		cell("a text that is not there", `<c r="%s" t="s"><v>7</v></c>`, "ROW_MALFORMED"),
		{name: "an identity number as a number", file: sheet(t, [][]string{good, with(good, 3, `<c r="%s"><v>9.9010119900630003E+17</v></c>`)}, ""), rows: []string{"NUMBER_DAMAGED_BY_EXCEL"}},
		{name: "a cell of 1 MiB", file: sheet(t, [][]string{good, with(good, 7, strings.Repeat("王", 350_000))}, ""), rows: []string{"ROW_TOO_LONG"}},
		{name: "rows that go back", file: sheet(t, [][]string{good}, `<row r="1"><c r="A1"><v>2</v></c></row>`), rows: []string{"ROW_MALFORMED"}},
		{name: "XML with an open element", file: within("</登记>", ""), rows: nil, want: "*"},
		{name: "an element twice", file: within("<姓名>王小明</姓名>", "<姓名>王小明</姓名><姓名>李华</姓名>"), rows: []string{"ROW_NAME_TWICE"}},
		{name: "elements in a cell", file: within("<姓名>王小明</姓名>", "<姓名>王<b><c>小</c></b>明</姓名>"), rows: []string{"ROW_SHAPE"}},
		{name: "an object cut off", file: append(slices.Clone(lines), line[:len(line)/2]...), rows: []string{"ROW_TORN"}},
		{name: "text between objects", file: []byte(line + "\nnot an object\n" + line + "\n"), rows: []string{"ROW_MALFORMED"}},
		{name: "a name twice in an object", file: []byte(line + "\n" + strings.Replace(line, "{", `{"姓名":"李华",`, 1) + "\n"), rows: []string{"ROW_NAME_TWICE"}},
		{name: "a list in an object", file: []byte(line + "\n" + strings.Replace(line, `"王小明"`, `["王","小明"]`, 1) + "\n"), rows: []string{"ROW_SHAPE"}},
		{name: "deep nesting in JSON", file: []byte(line + "\n" + strings.Replace(line, `"王小明"`, strings.Repeat(`{"a":`, 5000)+"1"+strings.Repeat("}", 5000), 1) + "\n"), rows: []string{"ROW_SHAPE"}},
		{name: "a row in the other encoding", file: append(gb(string(fileOf(arrival("G1", 1), arrival("G2", 2)))), []byte(arrival("G3", 3)+"\n")...), rows: []string{"ENCODING_BROKEN"}},
		{name: "an open quotation mark", file: fileOf(arrival("G1", 1), `"`+arrival("G2", 2), arrival("G3", 3)), rows: []string{"ROW_QUOTES"}},
		{name: "fixed width shifted by half a character", h: fixedHints(), file: append(fixedWidth(t, two), bytes.Replace(fixedWidth(t, two)[:fixedBytes*len(good)], gb("王小明"), gb("王小明")[1:], 1)...), rows: []string{"*"}},
		{name: "fixed width torn", h: fixedHints(), file: append(fixedWidth(t, two), fixedWidth(t, two)[:100]...), rows: []string{"ROW_TORN"}},
		{name: "formulas", file: fileOf(arrival("G1", 1), strings.Replace(arrival("G2", 2), "王小明", "=cmd|' /C calc'!A0", 1)), rows: nil},
		{name: "NUL in a name", file: fileOf(append([]string{strings.Replace(arrival("G2", 2), "王小明", "王\x00明", 1)}, many(40)...)...), rows: []string{"ENCODING_BROKEN"}},
	}
}

func many(n int) (out []string) {
	for i := range n {
		out = append(out, arrival(fmt.Sprint("M", i), i))
	}
	return out
}

// mostForOne is what dealing with one hostile file may allocate, all told.
const mostForOne = 64 << 20

func TestHostileFilesHarmNothing(t *testing.T) {
	w := newSQLiteWorld(t)
	files := corpus(t)
	for i, f := range files {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		b, err := w.receive(intake.Header{Sender: fmt.Sprint("ga-", i), Hints: f.h}, f.file)
		if err == nil {
			b = w.applied(b.ID)
		}
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > mostForOne {
			t.Errorf("%s: allocated %d MiB", f.name, used>>20)
		}
		if why, refused := errors.AsType[*fault.Error](err); err != nil {
			if !refused || f.want != "*" && why.Reason != f.want {
				t.Errorf("%s: refused as a whole: %v", f.name, err)
			}
			continue
		}
		if f.want != "" && f.want != "*" {
			t.Errorf("%s: taken: %v", f.name, w.rowsOf(b.ID))
			continue
		}
		if f.want == "*" {
			continue
		}
		var got []string
		for _, r := range w.rowsOf(b.ID, core.Refused) {
			got = append(got, strings.Fields(r)[2])
		}
		if len(f.rows) == 1 && f.rows[0] == "*" && len(got) == 1 {
			got = f.rows
		}
		if !slices.Equal(got, f.rows) || b.State != intake.Succeeded {
			t.Errorf("%s: state %d %s, refused rows %v", f.name, b.State, b.Failure, got)
		}
		if b.Counts.Received() == int64(len(got)) {
			t.Errorf("%s: no row is taken", f.name)
		}
	}
	if left := w.spooled(); len(left) != 0 {
		t.Errorf("files are left: %v", left)
	}
	b := w.load(ga, fileOf(arrival("LAST", 999)))
	if b.State != intake.Succeeded || b.Counts[core.Created] != 1 {
		t.Errorf("a good file behind them: state %d, %v", b.State, b.Counts)
	}
}

// applied applies what is queued.
func (w *world) applied(id string) intake.Batch {
	w.t.Helper()
	if err := w.run(nil); err != nil {
		w.t.Fatal(err)
	}
	return w.batch(id)
}
