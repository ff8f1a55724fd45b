package places

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
	"pgregory.net/rapid"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/registry/internal/core"
)

var (
	county = core.Division{Code: "990101000000", Name: "新居县", Level: core.County, Parent: "990100000000"}
	april  = civil.Of(2025, 4, 1)
)

func list(t *testing.T, text string) []Line {
	t.Helper()
	lines, err := ReadList([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if lines, err = Complete(lines, county); err != nil {
		t.Fatal(err)
	}
	return lines
}

// grown is the tree that a first list makes.
func grown(lines []Line) (out []core.Division) {
	for _, l := range lines {
		out = append(out, l.node(civil.None))
	}
	return out
}

func TestAListIsReadInEitherEncodingAndWithAnySeparator(t *testing.T) {
	text := "统计用区划代码\t名称\n990101001\t城东街道\n990101001001\t东门社区\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	want := []Line{{Code: "990101001000", Name: "城东街道"}, {Code: "990101001001", Name: "东门社区"}}
	for _, raw := range []string{text, gb, "\uFEFF" + text, strings.ReplaceAll(text, "\t", ","), strings.ReplaceAll(text, "\n", "\r\n")} {
		got, err := ReadList([]byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestAListThatCannotBeReadNamesItsLine(t *testing.T) {
	for name, raw := range map[string]string{
		"no column of codes":             "name\n城东街道\n",
		"a code of 7 digits":             "code,name\n9901010,城东街道\n",
		"a code twice":                   "code,name\n990101001,城东街道\n990101001000,城东\n",
		"a node without a name":          "code,name\n990101001,\n",
		"a level that does not exist":    "code,name,level\n990101001,城东街道,层\n",
		"bytes that are no text":         "code,name\n990101001,\xff\xff\n",
		"a former code that is not code": "code,name,former_codes\n990101001,城东街道,12345\n",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := ReadList([]byte(raw)); err == nil {
				t.Error("read without an error")
			}
		})
	}
}

func TestTheNodeAboveIsTheNearestThatExists(t *testing.T) {
	prefecture := core.Division{Code: "441900000000", Name: "东莞市", Level: core.Prefecture, Parent: "440000000000"}
	lines, err := ReadList([]byte("code,name\n441900003,东城街道\n441900003001,岗贝社区\n"))
	if err != nil {
		t.Fatal(err)
	}
	lines, err = Complete(lines, prefecture)
	if err != nil {
		t.Fatal(err)
	}
	if lines[0].Parent != "441900000000" || lines[0].Level != core.Township || lines[1].Parent != "441900003000" || lines[1].Level != core.Village {
		t.Errorf("%+v", lines)
	}
	if _, err := Complete([]Line{{Code: "330681001000", Name: "暨阳街道"}}, prefecture); err == nil {
		t.Error("a node of another prefecture was taken")
	}
}

func TestADiffTellsEveryKindOfChange(t *testing.T) {
	was := list(t, `code,name
990101001,城东街道
990101001001,东门社区
990101001002,西门社区
990101001003,南门社区
990101001004,北门社区
990101001005,水头社区
990101002,城西街道
990101002001,桥头社区
990101002002,桥尾社区
`)
	will := list(t, `code,name,former_codes
990101001,城东新街道,
990101001001,东门社区,990101001002
990101001006,南一社区,990101001003
990101001007,南二社区,990101001003
990101003,城西街道,
990101003001,桥头社区,
990101003002,桥中社区,990101002002
`)
	changes, unchanged, err := Diff(grown(was), will, april)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, c := range changes {
		got[c.Code()] = fmt.Sprintf("%d%v", c.Kind, c.Successors)
	}
	want := map[string]string{
		"990101001000": "2[]",                          // renamed
		"990101001002": "5[990101001001]",              // into one that was there
		"990101001003": "6[990101001006 990101001007]", // split
		"990101001004": "7[]", "990101001005": "7[]",   // nobody takes over
		"990101001006": "1[]", "990101001007": "1[]",
		"990101002000": "4[990101003000]", // same name below the same node
		"990101002001": "4[990101003001]", // same name below the one that took over
		"990101002002": "4[990101003002]", // as the list says
		"990101003000": "1[]", "990101003001": "1[]", "990101003002": "1[]",
	}
	if diff := cmp.Diff(want, got); diff != "" || unchanged != 1 {
		t.Errorf("%d unchanged, want 1\n%s", unchanged, diff)
	}
}

func TestAChangeNeedsADayAfterTheBeginningOfWhatItChanges(t *testing.T) {
	was := grown(list(t, "code,name\n990101001,城东街道\n"))
	will := list(t, "code,name\n990101001,城东新街道\n")
	if _, _, err := Diff(was, will, civil.None); err == nil {
		t.Error("a change without a day was accepted")
	}
	was[0].From = april
	if _, _, err := Diff(was, will, april); err == nil {
		t.Error("a change on the first day of the node was accepted")
	}
	if _, _, err := Diff(was, will, april.AddDays(1)); err != nil {
		t.Error(err)
	}
}

// TestWhatADiffMakesIsTheList is the law of Diff: after its rows the tree of the
// day is the list, the tree of the day before is what it was, and another diff
// finds nothing.
func TestWhatADiffMakesIsTheList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		was, will := grown(drawList(t)), drawList(t)
		changes, _, err := Diff(was, will, april)
		if err != nil {
			t.Fatal(err)
		}
		rows := map[string]core.Division{}
		for _, d := range was {
			rows[d.Key()] = d
		}
		for _, c := range changes {
			before, after := c.Rows(april)
			for _, d := range []core.Division{before, after} {
				if d.Code != "" {
					rows[d.Key()] = d
				}
			}
		}
		at := func(day civil.Date) (out []core.Division) {
			for _, d := range rows {
				if d.On(day) {
					d.From, d.Until, d.Successors = civil.None, civil.None, nil
					out = append(out, d)
				}
			}
			slices.SortFunc(out, func(a, b core.Division) int { return strings.Compare(a.Code, b.Code) })
			return out
		}
		if diff := cmp.Diff(grown(will), at(april)); diff != "" {
			t.Fatalf("on the day: %s", diff)
		}
		if diff := cmp.Diff(was, at(april.AddDays(-1))); diff != "" {
			t.Fatalf("the day before: %s", diff)
		}
		again, unchanged, err := Diff(at(april), will, april.AddDays(1))
		if err != nil || len(again) > 0 || unchanged != len(will) {
			t.Fatalf("again: %v %v %d", again, err, unchanged)
		}
	})
}

func drawList(t *rapid.T) []Line {
	var lines []Line
	for town := range rapid.IntRange(0, 3).Draw(t, "towns") {
		if !rapid.Bool().Draw(t, "there") {
			continue
		}
		code := fmt.Sprintf("990101%03d", town+1)
		lines = append(lines, Line{Code: code + "000", Name: rapid.SampledFrom([]string{"甲镇", "乙镇", "丙镇"}).Draw(t, "name")})
		for village := range rapid.IntRange(0, 4).Draw(t, "villages") {
			lines = append(lines, Line{
				Code: fmt.Sprintf("%s%03d", code, village+1), Name: rapid.SampledFrom([]string{"东村", "西村", "南村", "北村"}).Draw(t, "name"),
			})
		}
	}
	lines, err := Complete(lines, county)
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func TestEveryBundledListIsSound(t *testing.T) {
	want := map[string][2]int{ // townships, villages
		"310000": {234, 6509}, "330681": {23, 515}, "330784": {14, 452}, "350213": {10, 129}, "360103": {10, 172},
	}
	for _, code := range BundledCodes() {
		raw, ok := Bundled(code)
		if !ok {
			t.Fatal(code)
		}
		lines, err := ReadList(raw)
		if err != nil {
			t.Fatalf("%s: %v", code, err)
		}
		level := levelOf(code + "000000")
		lines, err = Complete(lines, core.Division{Code: code + "000000", Level: level})
		if err != nil {
			t.Fatalf("%s: %v", code, err)
		}
		var got [2]int
		for _, l := range lines {
			if err := l.node(civil.None).Check(); err != nil {
				t.Errorf("%s: %v", l.Code, err)
			}
			if l.Level >= core.Township {
				got[l.Level-core.Township]++
			}
		}
		if got != want[code] {
			t.Errorf("%s has %v townships and villages, want %v", code, got, want[code])
		}
	}
	if _, ok := Bundled("../list"); ok {
		t.Error("a name that is no list was answered")
	}
}
