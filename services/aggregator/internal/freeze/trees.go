package freeze

import (
	"maps"
	"slices"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/report"
	"xinju.dev/services/platform/civil"
)

// trees keeps the divisions of the report, on its day and on those of other lists,
// and returns every code whose lines are part of some list, ascending.
func (b *builder) trees(w coverage.Whole) []string {
	c := b.content
	c.Trees, b.above = nil, map[civil.Date]map[string][]string{}
	c.Tree = b.nodes(w.Below(c.Division, c.AsOf), c.AsOf)
	codes := map[string]bool{}
	for _, n := range c.Tree {
		codes[n.Code] = true
	}
	b.above[c.AsOf] = aboveOf(c, c.AsOf)
	for _, column := range c.Columns {
		if b.above[column.Day] != nil {
			continue
		}
		below := map[string]bool{}
		for _, code := range placesIn(c) { // a division may have stood elsewhere on that day
			for _, under := range w.Below(code, column.Day) {
				below[under], codes[under] = true, true
			}
		}
		tree := b.nodes(slices.Sorted(maps.Keys(below)), column.Day)
		if !slices.EqualFunc(tree, c.Tree, func(a, b report.Node) bool { return a.Code == b.Code && a.Parent == b.Parent }) {
			c.Trees = append(c.Trees, report.DayTree{Day: column.Day, Nodes: tree})
		}
		b.above[column.Day] = aboveOf(c, column.Day)
	}
	return slices.Sorted(maps.Keys(codes))
}

func (b *builder) nodes(codes []string, day civil.Date) (out []report.Node) {
	for _, code := range codes {
		n := nodeOf(b.world, code, day)
		if code == b.req.Division {
			n.Parent = ""
		}
		out = append(out, n)
	}
	return out
}

// placesIn lists the divisions that have numbers, those of the league as well.
func placesIn(c *report.Content) []string {
	codes := map[string]bool{}
	for i := range c.Numbers {
		codes[c.Numbers[i].Division] = true
	}
	for i := range c.League {
		codes[c.League[i].Number.Division] = true
	}
	return slices.Sorted(maps.Keys(codes))
}

// aboveOf lists of each code of a report those at or above it that have numbers, as
// they stand on a day.
func aboveOf(c *report.Content, day civil.Date) map[string][]string {
	counted, parents, tree := map[string]bool{}, map[string]string{}, c.TreeOn(day)
	for _, code := range placesIn(c) {
		counted[code] = true
	}
	for _, n := range tree {
		parents[n.Code] = n.Parent
	}
	out := map[string][]string{}
	for _, n := range tree {
		at := n.Code
		for range len(tree) {
			if counted[at] {
				out[n.Code] = append(out[n.Code], at)
			}
			if at = parents[at]; at == "" {
				break
			}
		}
	}
	return out
}
