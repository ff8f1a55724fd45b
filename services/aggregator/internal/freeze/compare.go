package freeze

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"strings"

	"xinju.dev/services/aggregator/internal/desk"
	"xinju.dev/services/aggregator/internal/report"
)

// Compare restates a report. Without another one it is compared with what the
// present facts say, which is kept for the pages that follow. It fails with
// REPORT_NOT_FOUND, REPORT_NOT_FROZEN, REPORTS_NOT_COMPARABLE.
func (f *Freezer) Compare(ctx context.Context, q report.CompareQuery) (out report.Compared, err error) {
	before, err := f.frozen(ctx, q.Report)
	if err != nil {
		return out, err
	}
	if q.Other == "" {
		if q.Other, err = f.today(ctx, before); err != nil {
			return out, err
		}
	}
	after, err := f.frozen(ctx, q.Other)
	if err != nil {
		return out, err
	}
	if err := report.Comparable(before.Content, after.Content); err != nil {
		return out, err
	}
	c := comparer{Comparison: report.NewComparison(before.Content, after.Content), q: &q}
	err = f.Desk.Read(ctx, func(t desk.Tx) error {
		c.begin(t)
		if before.Content.WithLists {
			if err := c.lists(ctx); err != nil {
				return err
			}
		}
		return c.explain()
	})
	if err != nil {
		return out, err
	}
	c.out.Other, c.out.WithLists, c.out.Circumstances = q.Other, before.Content.WithLists, c.Circumstances()
	if q.After == 0 {
		c.out.Numbers = slices.DeleteFunc(c.Numbers(), func(n report.Restatement) bool {
			return q.Division != "" && n.Division != q.Division || q.Indicator != "" && n.Indicator != q.Indicator
		})
		for i := range c.out.Numbers {
			n := &c.out.Numbers[i]
			if s := c.shifts[[2]string{n.Division, n.Indicator}]; s != nil {
				n.Shift = *s
			}
		}
	}
	return c.out, nil
}

// comparer walks the lists of both reports, one village and indicator at a time.
type comparer struct {
	*report.Comparison
	q      *report.CompareQuery
	t      desk.Tx
	out    report.Compared
	shifts map[[2]string]*report.Shift
	at     int // differences met
}

func (c *comparer) begin(t desk.Tx) {
	c.t, c.out, c.shifts, c.at = t, report.Compared{}, map[[2]string]*report.Shift{}, 0
}

// place is one village and indicator.
type place struct{ village, indicator string }

func (c *comparer) lists(ctx context.Context) error {
	was, err := c.index(c.q.Report, c.Before)
	if err != nil {
		return err
	}
	is, err := c.index(c.q.Other, c.After)
	if err != nil {
		return err
	}
	places := map[place]bool{}
	for _, side := range [...]map[place][]desk.ListPart{was, is} {
		for p := range side {
			if c.q.Indicator == "" || p.indicator == c.q.Indicator {
				places[p] = true
			}
		}
	}
	sorted := slices.SortedFunc(maps.Keys(places), func(a, b place) int {
		if a.village != b.village {
			return strings.Compare(a.village, b.village)
		}
		return strings.Compare(a.indicator, b.indicator)
	})
	for _, p := range sorted {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := c.place(p, was[p], is[p]); err != nil {
			return err
		}
	}
	return nil
}

func (c *comparer) index(id string, content *report.Content) (map[place][]desk.ListPart, error) {
	parts, err := c.t.ListIndex(id)
	out := map[place][]desk.ListPart{}
	for _, p := range parts {
		column, known := content.ColumnAt(p.Indicator)
		if !known {
			return nil, report.ErrDamaged
		}
		if content.Shown(p.Indicator) {
			at := place{p.Village, column.Indicator}
			out[at] = append(out[at], p)
		}
	}
	return out, err
}

func (c *comparer) place(p place, was, is []desk.ListPart) error {
	before, same, err := c.bodies(was, is)
	if err != nil || same && c.SameChain(p.village) {
		return err
	}
	var lists [2][]report.Line
	for i, bodies := range before {
		for _, body := range bodies {
			lines, bad := report.DecodeLines(p.village, 0, body)
			if bad != nil {
				return report.ErrDamaged
			}
			lists[i] = append(lists[i], lines...)
		}
	}
	for _, d := range c.Lines(p.village, p.indicator, lists[0], lists[1]) {
		if !c.count(&d) {
			continue
		}
		if c.at++; c.at > c.q.After && len(c.out.Differences) < c.q.Limit {
			c.out.Differences = append(c.out.Differences, d)
			c.out.Next = c.at
		}
	}
	return nil
}

// bodies reads the parts of both sides and says whether they are the same bytes.
func (c *comparer) bodies(was, is []desk.ListPart) (out [2][][]byte, same bool, err error) {
	for i, side := range [...]struct {
		id    string
		parts []desk.ListPart
	}{{c.q.Report, was}, {c.q.Other, is}} {
		for _, p := range side.parts {
			body, found, err := c.t.ListPart(side.id, p)
			if err == nil && !found {
				err = report.ErrDamaged
			}
			if err != nil {
				return out, false, err
			}
			out[i] = append(out[i], body)
		}
	}
	return out, slices.EqualFunc(out[0], out[1], bytes.Equal), nil
}

// count adds a difference to every number that it is part of, and says whether it
// is one of those asked for.
func (c *comparer) count(d *report.Difference) bool {
	above := map[string]bool{}
	if d.Before != nil {
		for _, code := range c.Above(false, d.Before.Village) {
			above[code] = true
		}
	}
	if d.After != nil {
		for _, code := range c.Above(true, d.After.Village) {
			above[code] = true
		}
	}
	for code := range above {
		k := [2]string{code, d.Indicator}
		if c.shifts[k] == nil {
			c.shifts[k] = &report.Shift{}
		}
		c.shifts[k].Add(d)
	}
	n := c.q.Part.Of(d)
	if n == 0 || c.q.Division != "" && !above[c.q.Division] {
		return false
	}
	c.out.Total++
	c.out.Sum += n
	return true
}

func (c *comparer) explain() error {
	if int64(c.out.Next) >= c.out.Total {
		c.out.Next = 0
	}
	was, is := newPeople(c.t, c.q.Report), newPeople(c.t, c.q.Other)
	for i := range c.out.Differences {
		d := &c.out.Differences[i]
		before, knownBefore, err := was.find(d.Resident())
		if err != nil {
			return err
		}
		after, knownAfter, err := is.find(d.Resident())
		if err != nil {
			return err
		}
		c.Explain(d, before, after, knownBefore, knownAfter)
	}
	return nil
}
