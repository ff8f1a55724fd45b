package report_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"xinju.dev/services/aggregator/internal/report"
)

// TestACauseNamesItsKindOfFact in words, not by its number in the feeds.
func TestACauseNamesItsKindOfFact(t *testing.T) {
	c := report.NewComparison(aReport().Content, aReport().Content)
	d := report.Difference{Indicator: "HED01", After: &report.Line{Village: town1, ResidentID: "R1"}}
	before := report.Person{ID: "R1", Facts: []report.Fact{{Kind: 11, ID: "E1", Version: 1}, {Kind: 999, ID: "N1", Version: 1}}}
	after := report.Person{ID: "R1", Facts: []report.Fact{{Kind: 11, ID: "E1", Version: 2}, {Kind: 7, ID: "L1", Version: 1}}}
	c.Explain(&d, before, after, true, true)
	var got []string
	for _, x := range d.Causes {
		got = append(got, x.Text)
	}
	for _, want := range []string{"健康教育 health education E1 版本 version 1 → 2 修改 changed", "编号合并 merged identifier L1 版本 version 0 → 1 新增 recorded", "事实 fact 999 N1 版本 version 1 → 0 撤销 withdrawn"} {
		if !strings.Contains(strings.Join(got, "\n"), want) {
			t.Errorf("%q is not among %q", want, got)
		}
	}
}

// TestNoTextIsAFormulaForASpreadsheet, and a value below 0 stays one.
func TestNoTextIsAFormulaForASpreadsheet(t *testing.T) {
	r := aReport()
	n := r.Content.Numbers[0]
	r.Content.Numbers = nil
	names := []string{"=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "－1", "＋1", "＠A", "普通;=1", "a\"b"}
	for _, name := range names {
		n.Name, n.Value = name, "-1.20‰"
		r.Content.Numbers = append(r.Content.Numbers, n)
	}
	var out bytes.Buffer
	if err := report.CSV(&out, report.SelfForm, r, nil, false); err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(out.Bytes(), []byte("\xef\xbb\xbf")) || !strings.Contains(out.String(), `"普通;=1"`) {
		t.Errorf("no byte order mark, or a field that may be cut at a semicolon: %q", out.String())
	}
	in := csv.NewReader(strings.NewReader(strings.TrimPrefix(out.String(), "\ufeff")))
	rows, err := in.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range names {
		want := "'" + strings.ReplaceAll(name, "\r\n", "\n")
		if i > 10 {
			want = name
		}
		if got := rows[i+1]; got[3] != want || got[5] != "-1.20‰" {
			t.Errorf("%q is %q and %q", name, got[3], got[5])
		}
	}
}
