package policy

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"xinju.dev/services/nip"
	"xinju.dev/services/platform/civil"
)

// compiler turns one file, with what it inherits, into a pack. Items inherited
// from another pack are compiled anew against the definitions of this one, so a
// pack that replaces a definition changes every item that uses it.
type compiler struct {
	source   *source
	all      map[string]*source
	problems Problems

	defs     map[string]*definition
	program  *program
	equal    map[string]*node // by canonical form
	schedule *nip.Schedule
	flow     bool // the tree being compiled may ask about an event
	depth    int  // of the predicate being compiled
}

type definition struct {
	item  definitionItem
	from  origin
	node  *node
	doing bool
}

func (c *compiler) fail(o origin, n *yaml.Node, path string, t Text) {
	line := 0
	if n != nil {
		line = n.Line
	}
	file := c.source.name
	if o.pack != nil && o.pack != c.source.file {
		file = o.pack.ID
	}
	c.problems = append(c.problems, Problem{File: file, Line: line, Path: path, Text: t})
}

func (c *compiler) pack() *Pack {
	f := c.source.file
	p := &Pack{
		ID: f.ID, Version: f.Version, Name: f.Name, Jurisdiction: f.Jurisdiction, Extends: f.Extends,
		From: f.From, To: civil.Forever, Source: c.source.text, Notes: f.Notes, cases: f.Cases,
	}
	if f.Until != civil.None {
		p.To = f.Until.AddDays(1)
	}
	c.header(p)
	c.program, c.equal, c.defs = &program{}, map[string]*node{}, map[string]*definition{}
	p.program = c.program
	if !c.loadSchedule(p) {
		return p
	}
	line := c.lineage()
	c.definitions(line)
	for _, it := range mergeRules(line) {
		p.Rules = append(p.Rules, c.rule(it))
	}
	for _, it := range mergeIndicators(line) {
		p.Indicators = append(p.Indicators, c.indicator(it))
	}
	c.targets(line, p)
	return p
}

func (c *compiler) header(p *Pack) {
	if p.Version < 1 {
		c.fail(origin{}, nil, "version", Text{"version 须为正整数", "version must be a positive number"})
	}
	if p.Name.Chinese == "" {
		c.fail(origin{}, nil, "name", Text{"缺少中文名称", "the Chinese name is missing"})
	}
	if n := len(p.Jurisdiction); n != 0 && n != 12 {
		c.fail(origin{}, nil, "jurisdiction", Text{"jurisdiction 须为12位区划代码或空", "jurisdiction must be a 12-digit code or empty"})
	}
	if p.To <= p.From {
		c.fail(origin{}, nil, "valid_to", Text{"有效期为空", "valid_to is before valid_from"})
	}
}

// loadSchedule takes the immunization schedule of the pack's province.
func (c *compiler) loadSchedule(p *Pack) bool {
	s, err := nip.Default()
	if err != nil {
		c.fail(origin{}, nil, "", Text{"免疫规划数据无效：" + err.Error(), "the immunization schedule is not valid: " + err.Error()})
		return false
	}
	province := ""
	if len(p.Jurisdiction) >= 2 {
		province = p.Jurisdiction[:2]
	}
	c.schedule = s.In(province)
	return true
}

// lineage is the files from the furthest ancestor to this one.
func (c *compiler) lineage() []*packFile {
	out := []*packFile{c.source.file}
	for f := c.source.file; f.Extends != ""; {
		s := c.all[f.Extends]
		if s == nil || slices.Contains(out, s.file) {
			c.fail(origin{}, nil, "extends", Text{"extends 指向的政策包不存在或成环：" + f.Extends, "extends names no pack, or a circle: " + f.Extends})
			break
		}
		f = s.file
		out = append(out, f)
	}
	slices.Reverse(out)
	return out
}

func (c *compiler) definitions(line []*packFile) {
	for _, f := range line {
		seen := map[string]bool{}
		for i, d := range f.Definitions {
			path := fmt.Sprintf("definitions[%d]", i)
			if d.ID == "" || seen[d.ID] {
				c.fail(origin{pack: f}, &f.Definitions[i].Is, path+".id", Text{"缺少 id 或重复", "id is missing or repeated"})
			}
			seen[d.ID] = true
			c.defs[d.ID] = &definition{item: d, from: origin{pack: f, path: path}}
		}
	}
	for _, id := range slices.Sorted(mapKeys(c.defs)) {
		c.define(id)
	}
}

// define compiles a definition when it is first used.
func (c *compiler) define(id string) *node {
	d := c.defs[id]
	if d == nil {
		return nil
	}
	if d.node == nil && !d.doing {
		d.doing = true
		flow := c.flow
		c.flow = false // a definition is about the resident
		inner := c.tree(d.from, &d.item.Is, d.from.path+".is")
		c.flow = flow
		if inner != nil {
			d.node = c.intern(&node{name: "use", kids: []*node{inner}, text: d.item.Text}, "use "+id)
			if d.node.text.Chinese == "" {
				d.node.text = inner.text
			}
		}
		d.doing = false
	}
	return d.node
}

func (c *compiler) rule(it ruleItem) Rule {
	r := Rule{ID: it.ID, Name: it.Name, Services: it.Services, Citations: it.Citations, Notes: it.Notes, Awaits: it.Awaits}
	if it.origin.pack != c.source.file {
		r.InheritedFrom = it.origin.pack.ID
	}
	c.named(it.origin, it.ID, it.Name)
	if it.Awaits.Chinese == "" || !it.Eligible.IsZero() {
		r.eligible = c.tree(it.origin, &it.Eligible, it.origin.path+".eligible")
	}
	return r
}

func (c *compiler) indicator(it indicatorItem) Indicator {
	out := Indicator{ID: it.ID, Name: it.Name, Citations: it.Citations, Notes: it.Notes, Awaits: it.Awaits}
	if it.origin.pack != c.source.file {
		out.InheritedFrom = it.origin.pack.ID
	}
	c.named(it.origin, it.ID, it.Name)
	waits := it.Awaits.Chinese != ""
	switch it.Kind {
	case "stock":
		out.Kind = Stock
		if !it.Events.IsZero() || it.Period != "" || it.Attribution != "" {
			c.fail(it.origin, &it.Events, it.origin.path, Text{"存量指标没有 events、period、attribution", "a stock indicator has no events, period or attribution"})
		}
	case "flow":
		out.Kind = Flow
		c.flowOf(&out, it, waits)
	case "ratio":
		out.Kind = Ratio
		if !waits || it.Numerator.Chinese == "" || it.Denominator.Chinese == "" {
			c.fail(it.origin, nil, it.origin.path, Text{"比率指标须给出分子、分母与 awaits", "a ratio says its numerator, its denominator and what it awaits"})
		}
		return out
	default:
		c.fail(it.origin, nil, it.origin.path+".kind", Text{"kind 只能是 stock、flow 或 ratio", "kind must be stock, flow or ratio"})
		return out
	}
	if waits && it.Eligible.IsZero() && it.Covered.IsZero() {
		return out
	}
	out.eligible = c.tree(it.origin, &it.Eligible, it.origin.path+".eligible")
	c.flow = out.Kind == Flow
	out.covered = c.tree(it.origin, &it.Covered, it.origin.path+".covered")
	c.flow = false
	return out
}

func (c *compiler) flowOf(out *Indicator, it indicatorItem, waits bool) {
	p, ok := periodNames[it.Period]
	if !ok {
		c.fail(it.origin, nil, it.origin.path+".period", Text{"period 只能是 calendar_year、mch_year、quarter 或 month", "period must be calendar_year, mch_year, quarter or month"})
	}
	out.Period = p
	if waits && it.Events.IsZero() {
		return
	}
	var s selector
	c.strict(it.origin, &it.Events, it.origin.path+".events", &s)
	if (s.Pregnancies == nil) == (s.Cases == nil) {
		c.fail(it.origin, &it.Events, it.origin.path+".events", Text{"events 须为 pregnancies_ended 或 cases_registered 之一", "events is one of pregnancies_ended, cases_registered"})
	}
	switch it.Attribution {
	case "", "residence":
	case "event":
		s.atUnit = true
	default:
		c.fail(it.origin, nil, it.origin.path+".attribution", Text{"attribution 只能是 residence 或 event", "attribution must be residence or event"})
	}
	out.events = &s
}

func (c *compiler) named(o origin, id string, name Text) {
	if id == "" || name.Chinese == "" || name.English == "" {
		c.fail(o, nil, o.path, Text{"缺少 id 或中英文名称", "id or the name in Chinese and English is missing"})
	}
}
