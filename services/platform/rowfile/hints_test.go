package rowfile

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHintsOverrideWhatWouldBeDetected(t *testing.T) {
	for _, c := range []struct {
		name, file string
		h          Hints
		columns    []string
		want       [][]string
	}{
		{"a delimiter", "a,b#c\n1,2#3\n", Hints{Delimiter: "#"}, []string{"a,b", "c"}, [][]string{{"1,2", "3"}}},
		{"a delimiter that no eye sees", "a\x01b\n1\x012\n", Hints{}, []string{"a", "b"}, [][]string{{"1", "2"}}},
		{"quotation marks as they are", "a,b\n\"1\"x,\"2\n", Hints{NoQuotes: true}, []string{"a", "b"}, [][]string{{`"1"x`, `"2`}}},
		{"titles above the header", "登记表\n\n编号,姓名\n1,王\n", Hints{HeaderRow: 3}, []string{"编号", "姓名"}, [][]string{{"1", "王"}}},
		{"no header", "1,王\n2,李\n", Hints{NoHeader: true}, []string{"列1", "列2"}, [][]string{{"1", "王"}, {"2", "李"}}},
	} {
		for _, e := range []Encoding{GB18030, UTF8, UTF16LE} {
			t.Run(c.name+" "+string(e), func(t *testing.T) {
				c.h.Encoding = e
				l, rows := read(t, e.AppendEncoded([]byte(markOf(e)), c.file), c.h)
				if diff := cmp.Diff(c.want, texts(rows)); diff != "" || !slices.Equal(l.Columns, c.columns) {
					t.Errorf("columns %q, rows %s", l.Columns, diff)
				}
			})
		}
	}
}

// In GB 18030 䶮 is two bytes and 𣲗 four; both are one character. Cutting by
// characters would shift every column behind them.
func TestFixedWidthIsCutByBytes(t *testing.T) {
	h := Hints{Format: Fixed, Columns: []FixedColumn{{"编号", 0, 4}, {"姓名", 4, 10}, {"性别", 14, 2}, {"住址", 16, 20}}}
	file := string(inGB("0001王䶮      男人民路12号          \r\n0002𣲗𣲗  女幸福路\r\n0003欧阳国华华男\r\n"))
	l, rows := read(t, []byte(file), h)
	want := [][]string{{"0001", "王䶮", "男", "人民路12号"}, {"0002", "𣲗𣲗", "女", "幸福路"}, {"0003", "欧阳国华华", "男", ""}}
	if diff := cmp.Diff(want, texts(rows)); diff != "" || l.Encoding != GB18030 {
		t.Error(diff, reasons(rows), l.Encoding)
	}
	with := Hints{Format: Fixed, Columns: h.Columns, HeaderRow: 1}
	l, rows = read(t, []byte("header line\r\n"+file), with)
	if len(rows) != 3 || rows[0].number != 2 {
		t.Errorf("below a header: %+v", rows)
	}
	back := giveBack(t, l, rows[1:2], []string{"原因"}, "有误")
	if want := "header line\t" + string(inGB("原因\r\n0002𣲗𣲗  女幸福路\t有误\r\n")); string(back) != want {
		t.Errorf("given back as %q", back)
	}
}

func TestColumnsAreNotShownWhereTheyAreARow(t *testing.T) {
	l, err := detect([]byte("990101199006300058,王\n990101198811120063,李\n"), Hints{})
	if err != nil || l.Columns[0] != "…" {
		t.Errorf("%v, %v", l.Columns, err)
	}
}

func TestAColumnThatStandsTwiceHasNoPlace(t *testing.T) {
	l := Layout{Columns: []string{"a", "b", "a"}}
	if i, err := l.Index("b"); i != 1 || err != nil {
		t.Error(i, err)
	}
	if _, err := l.Index("a"); err == nil {
		t.Error("a column that stands twice has a place")
	}
	if i, err := l.Index("c"); i != -1 || err != nil {
		t.Error(i, err)
	}
}

func TestWhatIsGivenBackIsNoFormulaToASpreadsheet(t *testing.T) {
	file := "a,b,c\n=cmd|' /C calc'!A0,\"@SUM(1)\",+1+cmd\n\"x\"\"=y\",=\"0012\",-12\n\"=broken,@x,1\n"
	l, rows := read(t, []byte(file), Hints{})
	back := string(giveBack(t, l, rows, []string{"原因"}, "=HYPERLINK(1)"))
	want := "a,b,c,原因\n'=cmd|' /C calc'!A0,\"'@SUM(1)\",'+1+cmd,'=HYPERLINK(1)\n\"x\"\"=y\",=\"0012\",-12,'=HYPERLINK(1)\n\"'=broken,'@x,1,'=HYPERLINK(1)\n"
	if back != want {
		t.Errorf("given back as\n%s", back)
	}
	l, again := read(t, []byte(back), Hints{})
	for i := range 2 {
		if diff := cmp.Diff(append(rows[i].texts, "=HYPERLINK(1)"), again[i].texts); diff != "" || len(l.Columns) != 4 {
			t.Error(diff)
		}
	}
}

func TestAVideoNeedNotArriveInFull(t *testing.T) {
	p, err := NewProbe(Hints{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Write(bytes.Repeat([]byte("\xFF\xD8\xFF"), headBytes)); err == nil {
		t.Error("all of it is taken")
	}
}

func TestTheLayoutOfAFileIsSmall(t *testing.T) {
	data := []byte(strings.Repeat("列名,", 900) + "\n" + strings.Repeat("1,", 900) + "\n")
	if l, err := detect(data, Hints{}); err != nil || len(l.Columns) != 901 {
		t.Error(len(l.Columns), err)
	}
}
