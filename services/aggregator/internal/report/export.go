package report

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/rowfile"

	"github.com/parquet-go/parquet-go"
)

// Export is counts for other systems. A nil count is suppressed.
type Export struct {
	Division, Parent, DivisionName string
	Indicator                      string
	From, Until                    civil.Date // both inclusive
	Eligible, Covered              *int64
	Plain                          bool // there is no covered count
}

// Exports returns the counts of a report with small cells suppressed: those from
// 1 to k−1, and as many others as protect them. k is DefaultThreshold or more. Numbers without a source and
// ratios are left out; what a ratio is computed from is there.
func Exports(c *Content, k int64) []Export {
	byIndicator := map[string][]*Number{}
	var order []string
	for i := range c.Numbers {
		n := &c.Numbers[i]
		if !n.Opens || n.Awaits != "" {
			continue
		}
		if byIndicator[n.Indicator] == nil {
			order = append(order, n.Indicator)
		}
		byIndicator[n.Indicator] = append(byIndicator[n.Indicator], n)
	}
	parents := map[string]string{}
	for _, n := range c.Tree {
		parents[n.Code] = n.Parent
	}
	var out []Export
	for _, id := range order {
		out = append(out, exportsOf(byIndicator[id], parents, k)...)
	}
	return out
}

func exportsOf(list []*Number, parents map[string]string, k int64) []Export {
	there := map[string]bool{}
	for _, n := range list {
		there[n.Division] = true
	}
	var cells []Cell
	for _, n := range list {
		c := Cell{Division: n.Division, Parent: nearest(parents, there, n.Division), Eligible: int64(n.Eligible), Covered: int64(n.Covered)}
		if n.Plain {
			c.Covered = 0
		}
		cells = append(cells, c)
	}
	cells = append(cells, residues(cells)...)
	// One threshold after the other: who has exports by two has no more than the
	// lower one shows.
	for t := min(DefaultThreshold, k); t <= k; t++ {
		Suppress(cells, t)
	}
	out := make([]Export, len(list))
	for i, n := range list {
		from := n.From
		if from == civil.None {
			from = n.Day
		}
		e := Export{
			Division: n.Division, Parent: cells[i].Parent, DivisionName: n.DivisionName, Indicator: n.Indicator, From: from, Until: n.Day, Plain: n.Plain,
		}
		if !cells[i].HideEligible {
			e.Eligible = &cells[i].Eligible
		}
		if !cells[i].HideCovered && !n.Plain {
			e.Covered = &cells[i].Covered
		}
		out[i] = e
	}
	return out
}

// residues are what totals have and none of the parts that are shown: people who
// count in the division itself, or at a unit of it. Nobody publishes them, and
// who sees the total and the parts computes them all the same.
func residues(cells []Cell) (out []Cell) {
	rest := map[string]*Cell{}
	for i := range cells {
		rest[cells[i].Division] = &Cell{Parent: cells[i].Division, Eligible: cells[i].Eligible, Covered: cells[i].Covered}
	}
	inner := map[string]bool{}
	for i := range cells {
		if r := rest[cells[i].Parent]; r != nil {
			r.Eligible, r.Covered = r.Eligible-cells[i].Eligible, r.Covered-cells[i].Covered
			inner[r.Parent] = true
		}
	}
	for i := range cells {
		if r := rest[cells[i].Division]; inner[r.Parent] && r.Covered >= 0 && r.Eligible >= r.Covered && r.Eligible > 0 {
			r.Division = "rest of " + r.Parent
			out = append(out, *r)
		}
	}
	return out
}

// nearest is the division above that has a number itself.
func nearest(parents map[string]string, there map[string]bool, code string) string {
	for range maxDepth {
		if code = parents[code]; code == "" || there[code] {
			break
		}
	}
	return code
}

// ADX writes an Aggregate Data Exchange document (IHE QRPH ADX, namespace
// urn:ihe:qrph:adx:2015): a group per division and period, in it a value per
// indicator and count. A suppressed count is left out.
func ADX(w io.Writer, c *Content, exports []Export) error {
	type group struct{ unit, period string }
	values := map[group][]Export{}
	var order []group
	for _, e := range exports {
		g := group{e.Division, period(e.From, e.Until)}
		if values[g] == nil {
			order = append(order, g)
		}
		values[g] = append(values[g], e)
	}
	out := bufio.NewWriter(w)
	_, _ = out.WriteString(xml.Header) // errors stay with the writer until Flush
	_, _ = fmt.Fprintf(out, "<adx xmlns=\"urn:ihe:qrph:adx:2015\" exported=%q>\n", c.Frozen.UTC().Format(timeForm))
	for _, g := range order {
		_, _ = fmt.Fprintf(out, "  <group orgUnit=%q period=%q dataSet=\"XINJU\" comment=%q>\n", g.unit, g.period, "report "+c.ID)
		for _, e := range values[g] {
			value(out, e.Indicator+"_ELIGIBLE", e.Eligible)
			value(out, e.Indicator+"_COVERED", e.Covered)
		}
		_, _ = out.WriteString("  </group>\n")
	}
	_, _ = out.WriteString("</adx>\n")
	return out.Flush()
}

// value writes one count; names of elements are identifiers of packs, which
// have letters, digits, hyphens and @ only, and are escaped all the same.
func value(out *bufio.Writer, element string, n *int64) {
	if n == nil {
		return
	}
	_, _ = out.WriteString("    <dataValue dataElement=\"")
	_ = xml.EscapeText(out, []byte(element))
	_, _ = fmt.Fprintf(out, "\" value=\"%d\"/>\n", *n)
}

// period is an ISO 8601 interval of a first day and a duration.
func period(from, until civil.Date) string {
	return fmt.Sprintf("%s/P%dD", from, int(until-from)+1)
}

var exportTitles = []any{"division", "division_name", "parent", "indicator", "from_date", "until_date", "eligible", "covered", "eligible_suppressed", "covered_suppressed"}

// ExportCSV writes counts as CSV in UTF-8 with a byte order mark. A suppressed
// count is empty and said to be so.
func ExportCSV(w io.Writer, exports []Export) error {
	out := &csvOut{w: bufio.NewWriter(w), encoding: rowfile.UTF8}
	out.raw("\ufeff")
	if err := out.row(exportTitles); err != nil {
		return err
	}
	for _, e := range exports {
		row := []any{e.Division, e.DivisionName, e.Parent, e.Indicator, e.From.String(), e.Until.String(), nil, nil, "yes", "yes"}
		if e.Eligible != nil {
			row[6], row[8] = *e.Eligible, "no"
		}
		if e.Covered != nil {
			row[7] = *e.Covered
		}
		if e.Covered != nil || e.Plain {
			row[9] = "no"
		}
		if err := out.row(row); err != nil {
			return err
		}
	}
	return out.w.Flush()
}

// ExportRow is one row of the Parquet file.
type ExportRow struct {
	Division           string `parquet:"division,dict"`
	DivisionName       string `parquet:"division_name,dict"`
	Parent             string `parquet:"parent,dict"`
	Indicator          string `parquet:"indicator,dict"`
	From               string `parquet:"from_date,dict"`
	Until              string `parquet:"until_date,dict"`
	Eligible           *int64 `parquet:"eligible,optional"`
	Covered            *int64 `parquet:"covered,optional"`
	EligibleSuppressed bool   `parquet:"eligible_suppressed"`
	CoveredSuppressed  bool   `parquet:"covered_suppressed"`
}

// Parquet writes counts as a Parquet file; a suppressed count is null and said to be so.
func Parquet(w io.Writer, exports []Export) error {
	out := parquet.NewGenericWriter[ExportRow](w, parquet.Compression(&parquet.Snappy))
	rows := make([]ExportRow, len(exports))
	for i, e := range exports {
		rows[i] = ExportRow{
			Division: e.Division, DivisionName: e.DivisionName, Parent: e.Parent, Indicator: e.Indicator, From: e.From.String(), Until: e.Until.String(),
			Eligible: e.Eligible, Covered: e.Covered, EligibleSuppressed: e.Eligible == nil, CoveredSuppressed: e.Covered == nil && !e.Plain,
		}
	}
	if _, err := out.Write(rows); err != nil {
		return err
	}
	return out.Close()
}
