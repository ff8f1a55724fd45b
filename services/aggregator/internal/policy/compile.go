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
	warned   Problems
	used     map[definedIn]bool // definitions used, of all packs

	defs     map[string]*definition
	records  map[string]bool
	program  *program
	equal    map[string]*node   // by canonical form
	codes    map[*node][]string // record codes that a leaf reads
	sizes    map[*node]int      // nodes below and including, definitions unfolded
	schedule *nip.Schedule
	flow     bool // the tree being compiled may ask about an event
	depth    int  // of the predicate being compiled
}

type definition struct {
	item  definitionItem
	from  origin
	node  *node
	doing bool
	done  bool // node may be nil all the same: it is wrong
}

// definedIn names a definition of one file.
type definedIn struct {
	file *packFile
	id   string
}

func (c *compiler) fail(o origin, n *yaml.Node, path string, t Text) {
	c.problems = append(c.problems, c.problem(o, n, path, t))
}

// warn notes something about this file that is allowed but hardly meant.
func (c *compiler) warn(path string, t Text) {
	c.warned = append(c.warned, c.problem(origin{}, nil, path, t))
}

func (c *compiler) problem(o origin, n *yaml.Node, path string, t Text) Problem {
	p := Problem{File: c.source.name, Path: path, Text: t}
	file := c.source.file
	if o.pack != nil && o.pack != file {
		p.File, file = o.pack.ID, o.pack
	}
	if n != nil {
		p.Line = n.Line
	}
	if p.Line == 0 {
		p.Line = lineOf(file.root, path)
	}
	return p
}

func (c *compiler) pack() *Pack {
	f := c.source.file
	p := &Pack{
		ID: f.ID, Version: f.Version, Name: f.Name, Jurisdiction: f.Jurisdiction, Extends: f.Extends,
		From: f.From, To: civil.Forever, Source: c.source.text, Notes: f.Notes, cases: f.Cases, root: f,
	}
	if f.Until != civil.None {
		p.To = f.Until.AddDays(1)
	}
	c.header(p)
	c.program, c.equal, c.defs = &program{}, map[string]*node{}, map[string]*definition{}
	c.codes, c.sizes = map[*node][]string{}, map[*node]int{}
	p.program = c.program
	if !c.loadSchedule(p) {
		return p
	}
	line := c.lineage()
	c.repeated(f)
	c.declarations(line, p)
	c.definitions(line, p)
	rules, indicators := mergeRules(line), mergeIndicators(line)
	c.removals(line, rules, indicators)
	for i := range rules {
		p.Rules = append(p.Rules, c.rule(&rules[i]))
	}
	c.indicators(indicators, p)
	c.targets(line, p)
	c.headlines(line, p)
	return p
}

func (c *compiler) header(p *Pack) {
	if p.Version < 1 {
		c.fail(origin{}, nil, "version", Text{"version 须为正整数", "version must be a positive number"})
	}
	if p.Name.Chinese == "" {
		c.fail(origin{}, nil, "name", Text{"缺少中文名称", "the Chinese name is missing"})
	}
	if p.Jurisdiction != "" && !isDivision(p.Jurisdiction) {
		c.fail(origin{}, nil, "jurisdiction", Text{"jurisdiction 须为12位区划代码或空", "jurisdiction must be a 12-digit code or empty"})
	}
	if p.To <= p.From {
		c.fail(origin{}, nil, "valid_to", Text{"有效期为空：valid_to 早于 valid_from", "valid_to is before valid_from"})
	}
}

// isDivision says whether a code is 12 digits.
func isDivision(code string) bool {
	if len(code) != 12 {
		return false
	}
	for i := range code {
		if code[i] < '0' || code[i] > '9' {
			return false
		}
	}
	return true
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

func (c *compiler) definitions(line []*packFile, p *Pack) {
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
	p.named = map[int]string{}
	for _, id := range sortedKeys(c.defs) {
		d := c.defs[id]
		out := Definition{ID: id, Text: d.item.Text, Notes: d.item.Notes, Citations: d.item.Citations, node: c.define(id)}
		if d.from.pack != c.source.file {
			out.InheritedFrom = d.from.pack.ID
		}
		if out.node != nil {
			out.Text = out.node.text
			p.named[out.node.id] = id
		}
		p.Definitions = append(p.Definitions, out)
	}
}

// define compiles a definition when it is first used.
func (c *compiler) define(id string) *node {
	d := c.defs[id]
	if d == nil {
		return nil
	}
	if !d.done && !d.doing {
		d.doing = true
		flow := c.flow
		c.flow = false // a definition is about the resident
		inner := c.tree(d.from, &d.item.Is, d.from.path+".is")
		c.flow = flow
		if inner != nil {
			n := c.intern(&node{name: "use", kids: []*node{inner}, text: d.item.Text}, "use "+id)
			if n.text.Chinese == "" {
				n.text = inner.text
			}
			d.node = c.fitting(d.from, &d.item.Is, d.from.path+".is", n)
		}
		d.doing, d.done = false, true
	}
	return d.node
}

func (c *compiler) rule(it *ruleItem) Rule {
	r := Rule{ID: it.ID, Name: it.Name, Services: it.Services, Citations: it.Citations, Notes: it.Notes, Awaits: it.Awaits, InheritedFrom: c.inherited(it.origin)}
	c.named(it.origin, it.ID, it.Name)
	if it.Awaits.Chinese == "" || !it.Eligible.IsZero() {
		r.eligible = c.tree(it.origin, &it.Eligible, it.origin.path+".eligible")
		r.codes = c.codesOf(r.eligible)
	}
	c.cited(it.origin, it.Citations)
	return r
}

// inherited is the pack that an item comes from when it is not this one.
func (c *compiler) inherited(o origin) string {
	if o.pack == c.source.file {
		return ""
	}
	return o.pack.ID
}

func (c *compiler) named(o origin, id string, name Text) {
	if id == "" || name.Chinese == "" || name.English == "" {
		c.fail(o, nil, o.path, Text{"缺少 id 或中英文名称", "id or the name in Chinese and English is missing"})
	}
}

// cited warns of an item of this file that rests on no document.
func (c *compiler) cited(o origin, list []Citation) {
	if len(list) == 0 && o.pack == c.source.file {
		c.warn(o.path, Text{"没有引用依据：补充 citations，写明文件、条款与原文", "rests on no document: add citations with document, clause and text"})
	}
}
