package intake_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/rowfile"
	"xinju.dev/services/registry/internal/core"
)

func utf16Of(file []byte, big, mark bool) []byte {
	var out []byte
	units := utf16.Encode([]rune(string(file)))
	if mark {
		units = append([]uint16{0xFEFF}, units...)
	}
	for _, u := range units {
		if big {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return out
}

func packed(t *testing.T, name string, file []byte) []byte {
	var out bytes.Buffer
	if name == "gz" {
		z := gzip.NewWriter(&out)
		if _, err := z.Write(file); err != nil || z.Close() != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	z := zip.NewWriter(&out)
	f, err := z.Create(name)
	if err == nil {
		_, err = f.Write(file)
	}
	if err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestFilesOfOtherKindsAndEncodingsAreRefusedWithHelp(t *testing.T) {
	w := newSQLiteWorld(t)
	good := fileOf(arrival("E1", 1), arrival("E2", 2))
	short := []byte("a,b\n1,2\n")
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"gzip":                          {packed(t, "gz", good), rowfile.ErrFileUnreadable},
		"gzip of little":                {packed(t, "gz", short), rowfile.ErrFileUnreadable},
		"zip":                           {packed(t, "feed.csv", good), rowfile.ErrFileUnreadable},
		"a workbook":                    {packed(t, "xl/workbook.xml", good), rowfile.ErrFileTorn},
		"an old workbook":               {append([]byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}, good...), rowfile.ErrFileUnreadable},
		"a PDF":                         {append([]byte("%PDF-1.7\n"), good...), rowfile.ErrFileUnreadable},
		"a web page":                    {[]byte("<!DOCTYPE html>\n<html><table><tr><td>姓名</td></tr></table></html>\n"), rowfile.ErrFileUnreadable},
		"a web page called a workbook":  {[]byte("\ufeff<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\">\n<table>\n"), rowfile.ErrFileUnreadable},
		"JSON that says something else": {[]byte("[{\"甲\":\"王小明\"},\n{\"乙\":1}]\n"), rowfile.ErrColumnsUnknown},
		"many zero bytes":               {bytes.ReplaceAll(good, []byte("，"), []byte{0, 0}), rowfile.ErrFileUnreadable},
		"line ends of CR alone":         {bytes.ReplaceAll(good, []byte("\r\n"), []byte("\r")), rowfile.ErrFileUnreadable},
		"a header that stands alone":    {[]byte(header), rowfile.ErrFileEmpty},
		"900 columns nobody knows":      {[]byte(strings.Repeat("x,", 900) + "\n" + strings.Repeat("1,", 900) + "\n"), rowfile.ErrColumnsUnknown},
		"10,000 columns nobody knows":   {[]byte(strings.Repeat("x,", 10_000) + "\n" + strings.Repeat("1,", 10_000) + "\n"), rowfile.ErrColumnsMany},
		"one column under two names":    {[]byte("公民身份号码,身份证号,生效日期\na,b,c\n"), rowfile.ErrColumnTwice},
	} {
		_, err := w.receive(ga, c.file)
		why, ok := errors.AsType[*fault.Error](err)
		if !errors.Is(err, c.want) || !ok || why.Chinese == "" || why.Text == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if left := w.spooled(); len(left) != 0 || len(w.query("SELECT batch_id FROM feed_batch")) != 0 {
		t.Errorf("something is left: %v", left)
	}
}

func TestStrangeButReadableFilesAreRead(t *testing.T) {
	rows := arrival("E1", 1) + "\n" + arrival("E2", 2) + "\n"
	wide := strings.Repeat(",x", 900)
	for name, c := range map[string]struct {
		file []byte
		want []string
	}{
		"the mark of GB 18030":             {append([]byte{0x84, 0x31, 0x95, 0x33}, gb(header+"\n"+rows)...), []string{"2 1", "3 1"}},
		"UTF-16 little-endian":             {utf16Of(fileOf(arrival("E1", 1), arrival("E2", 2)), false, true), []string{"2 1", "3 1"}},
		"UTF-16 big-endian without a mark": {utf16Of(fileOf(arrival("E1", 1), arrival("E2", 2)), true, false), []string{"2 1", "3 1"}},
		"a header that is repeated":        {[]byte(header + "\n" + arrival("E1", 1) + "\n" + header + "\n" + arrival("E2", 2) + "\n"), []string{"2 1", "3 7 EVENT_TYPE_UNKNOWN 事件类型", "4 1"}},
		"blank lines everywhere":           {[]byte("\n \n" + header + "\n\n\n" + arrival("E1", 1) + "\n\t\n" + arrival("E2", 2) + "\n\n\x1a"), []string{"6 1", "8 1"}},
		"no line end behind the last row":  {[]byte(header + "\n" + strings.TrimSuffix(rows, "\n")), []string{"2 1", "3 1"}},
		"columns that nobody knows":        {[]byte(header + ",备注\n" + arrival("E1", 1) + ",一\n" + arrival("E2", 2) + ",\n"), []string{"2 1", "3 1"}},
		"900 columns that nobody knows":    {[]byte(header + wide + "\n" + arrival("E1", 1) + wide + "\n" + arrival("E2", 2) + "\n"), []string{"2 1", "3 7 ROW_COLUMN_COUNT"}},
		"full-width digits and lower x":    {[]byte(header + "\n" + "E1,居住登记,２０２５０３０１,99010120200131018x,王小红,女," + village + ",幸福路,,１３８００００００００,,\n"), []string{"2 1"}},
		"a row in the other encoding":      {append(gb(header+"\n"+rows+arrival("E3", 3)+"\n"), []byte(arrival("E4", 4)+"\n")...), []string{"2 1", "3 1", "4 1", "5 7 ENCODING_BROKEN"}},
		"a zero byte inside one value":     {[]byte(header + "\n" + arrival("E1", 1) + "\n" + strings.Replace(arrival("E2", 2), "王小明", "王\x00明", 1) + "\n" + arrival("E3", 3) + strings.Repeat("\n"+arrival("E3", 3), 30) + "\n"), nil},
		"an address with commas and marks": {[]byte(header + "\n" + strings.Replace(arrival("E1", 1), "幸福路1号，２栋", `"幸福路,""甲""座,1号"`, 1) + "\n"), []string{"2 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newSQLiteWorld(t)
			b := w.load(ga, c.file)
			got := w.rowsOf(b.ID)
			if c.want == nil { // the rows around the damaged one pass
				if got[0] != "2 1" || !strings.HasPrefix(got[1], "3 7 ENCODING_BROKEN") || got[2] != "4 1" {
					t.Error(got[:3])
				}
				return
			}
			if len(got) == len(c.want) && strings.HasSuffix(c.want[len(got)-1], "ENCODING_BROKEN") {
				got[len(got)-1], _, _ = strings.Cut(got[len(got)-1], " 事") // which column breaks first is chance
				got[len(got)-1], _, _ = strings.Cut(got[len(got)-1], " 姓")
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// endlessLine is a good file with one row of 100 MB in it, made as it is read.
func endlessLine() func() ([]byte, error) {
	part := bytes.Repeat([]byte("长"), 1<<20/3)
	n := -1
	return func() ([]byte, error) {
		n++
		switch {
		case n == 0:
			return fileOf(arrival("E1", 1)), nil
		case n <= 100:
			return part, nil
		case n == 101:
			return []byte("\n" + arrival("E2", 2) + "\n"), nil
		}
		return nil, io.EOF
	}
}

func TestALineOf100MBIsRefusedAlone(t *testing.T) {
	w := newSQLiteWorld(t)
	b, err := w.process(w.store, nil).Receive(t.Context(), ga, endlessLine())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.run(nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"2 1", "3 7 ROW_TOO_LONG", "4 1"}, w.rowsOf(b.ID)); diff != "" {
		t.Error(diff)
	}
}

func TestNamesOfEveryKind(t *testing.T) {
	w := newSQLiteWorld(t)
	names := []struct{ name, want string }{
		{"阿依古丽·买买提", "1"},
		{"阿依古丽•买买提", "1"},
		{"王䶮", "1"},
		{"王𣲗", "1"},
		{"王😀", "1"},
		{"محمد", "1"},
		{strings.Repeat("王", 50), "1"},
		{strings.Repeat("王", 51), "7 TEXT_TOO_LONG 姓名"},
		{strings.Repeat("王", 10_000), "7 TEXT_TOO_LONG 姓名"},
	}
	var rows, want []string
	for i, n := range names {
		rows = append(rows, strings.Replace(arrival("E"+string(rune('A'+i)), i), "王小明", n.name, 1))
		want = append(want, string(rune('2'+i))+" "+n.want)
	}
	for i := 8; i < len(want); i++ {
		want[i] = "10 " + names[i].want
	}
	b := w.load(ga, fileOf(rows...))
	if diff := cmp.Diff(want, w.rowsOf(b.ID)); diff != "" {
		t.Error(diff)
	}
	if b.Counts[core.Created] != 7 {
		t.Error(b.Counts)
	}
}

func TestRefusedRowsComeBackWithoutFormulas(t *testing.T) {
	w := newSQLiteWorld(t)
	evil := []string{
		"=HYPERLINK(\"\"x\"\")", "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(A1)",
	}
	var rows []string
	for i, e := range evil {
		rows = append(rows, strings.Replace(arrival("E"+string(rune('1'+i)), i), "王小明", `"`+e+`"`, 1)+",extra")
	}
	rows = append(rows, `=cmd()`+arrival("E8", 8)+`,"`, "E9,=1+1", arrival(`="123"`, 9)+",+8613800000000")
	b := w.load(ga, fileOf(rows...))
	var got bytes.Buffer
	if err := w.process(w.store, nil).WriteRejects(t.Context(), w.store, b.ID, &got); err != nil {
		t.Fatal(err)
	}
	if b.Counts[core.Refused] != int64(len(rows)) {
		t.Fatal(b.Counts)
	}
	for _, bad := range []string{",=", ",+c", ",-2", ",@", "\"=H", "\"+c", "\"-2", "\"@", "\n=cmd"} {
		if strings.Contains(got.String(), bad) {
			t.Errorf("a cell begins with %q", bad)
		}
	}
	for _, kept := range []string{`="123"`, ",+8613800000000", ",'=1+1"} {
		if !strings.Contains(got.String(), kept) {
			t.Errorf("%q is not there", kept)
		}
	}
}
