package policy

import (
	"fmt"
	"slices"
)

// fewHeadlines is how many items of a pack stand for it that marks none and sets
// no target: the first, whose order is that of its makers.
const fewHeadlines = 10

// headlines marks the items that a bureau looks at first. The list of a file
// takes the place of everything before it; without one, the items that it sets a
// target of come behind. So a county's own targets are seen beside what is
// inherited, and its list is the whole answer.
func (c *compiler) headlines(line []*packFile, p *Pack) {
	var ids []string
	for _, f := range line {
		if len(f.Headlines) > 0 {
			ids = f.Headlines
			c.listed(f, p)
			continue
		}
		for i := range f.Targets {
			ids = append(slices.Clone(ids), f.Targets[i].Indicator)
		}
	}
	for _, id := range ids {
		if ind, ok := p.Indicator(id); ok && ind.AlternativeOf == "" && !slices.Contains(p.Headlines, id) {
			p.Headlines = append(p.Headlines, id)
		}
	}
	if first := idsOf(p.Indicators); len(p.Headlines) == 0 {
		p.Headlines = first[:min(fewHeadlines, len(first))]
	}
	for i := range p.Indicators {
		ind := &p.Indicators[i]
		ind.Headline = slices.Contains(p.Headlines, ind.ID) || slices.Contains(p.Headlines, ind.AlternativeOf)
	}
}

// listed refuses names in this file's list that are none.
func (c *compiler) listed(f *packFile, p *Pack) {
	if f != c.source.file {
		return // said there; what a file behind it takes away is left out
	}
	names := idsOf(p.Indicators)
	for i, id := range f.Headlines {
		path := fmt.Sprintf("headlines[%d]", i)
		switch {
		case !slices.Contains(names, id):
			c.fail(origin{}, nil, path, c.unknown("没有此指标", "there is no such indicator", id, names))
		case slices.Contains(f.Headlines[:i], id):
			c.fail(origin{}, nil, path, Text{"重复：" + id, "named twice: " + id})
		}
	}
}
