package policy

import (
	"fmt"
	"slices"
	"strings"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/workday"
)

// declarations reads what items refer to: record codes, figures, groups; and the
// thresholds and deadlines.
func (c *compiler) declarations(line []*packFile, p *Pack) {
	c.records = map[string]bool{}
	for _, it := range mergeRecords(line) {
		c.named(it.origin, it.Code, it.Name)
		c.records[it.Code] = true
		p.Records = append(p.Records, Record{Code: it.Code, Name: it.Name, Value: it.Value, InheritedFrom: c.inherited(it.origin)})
	}
	slices.SortFunc(p.Records, func(a, b Record) int { return strings.Compare(a.Code, b.Code) })
	for _, it := range mergeFigures(line) {
		p.Figures = append(p.Figures, c.figure(&it))
	}
	for _, it := range mergeGroups(line) {
		p.Groups = append(p.Groups, c.group(&it))
	}
	p.Warnings = c.warnings(line)
	for _, it := range mergeDeadlines(line) {
		p.Deadlines = append(p.Deadlines, c.deadline(&it))
	}
	slices.SortStableFunc(p.Deadlines, func(a, b Deadline) int { return int(a.Due) - int(b.Due) })
}

func (c *compiler) figure(it *figureItem) Figure {
	f := Figure{ID: it.ID, Name: it.Name, Unit: it.Unit, Citations: it.Citations, Notes: it.Notes, InheritedFrom: c.inherited(it.origin)}
	c.named(it.origin, it.ID, it.Name)
	if it.Unit.Chinese == "" {
		c.fail(it.origin, nil, it.origin.path+".unit", Text{"缺少单位 unit", "its unit is missing"})
	}
	switch it.At {
	case "day":
		f.At = OnDay
	case "year":
		f.At = OfYear
	case "month":
		f.At = OfMonth
	default:
		c.fail(it.origin, nil, it.origin.path+".at", Text{"at 只能是 day（某日）、month（当月）或 year（全年）", "at must be day, month or year"})
	}
	return f
}

func (c *compiler) group(it *groupItem) Group {
	g := Group{ID: it.ID, Name: it.Name, Divisions: it.Divisions, Citations: it.Citations, InheritedFrom: c.inherited(it.origin)}
	c.named(it.origin, it.ID, it.Name)
	if len(it.Divisions) == 0 {
		c.fail(it.origin, nil, it.origin.path+".divisions", Text{"组内没有区划", "the group has no divisions"})
	}
	for i, d := range it.Divisions {
		if !isDivision(d) || slices.Contains(it.Divisions[:i], d) {
			c.fail(it.origin, nil, fmt.Sprintf("%s.divisions[%d]", it.origin.path, i), Text{"须为12位区划代码，不重复", "must be a 12-digit code, each once"})
		}
	}
	return g
}

func (c *compiler) deadline(it *deadlineItem) Deadline {
	d := Deadline{ID: it.ID, Name: it.Name, By: it.By, Due: it.By, Citations: it.Citations, InheritedFrom: c.inherited(it.origin)}
	c.named(it.origin, it.ID, it.Name)
	if it.By == civil.None {
		c.fail(it.origin, nil, it.origin.path+".by", Text{"缺少期限 by", "the deadline `by` is missing"})
		return d
	}
	if it.Roll {
		days, err := workday.China()
		if err != nil {
			c.fail(it.origin, nil, it.origin.path+".roll", Text{"节假日数据无效：" + err.Error(), "the calendar of holidays is not valid: " + err.Error()})
			return d
		}
		d.Due = days.Roll(it.By)
	}
	return d
}

// removals refuses to remove what is not there and what others still refer to.
func (c *compiler) removals(line []*packFile, rules []ruleItem, indicators []indicatorItem) {
	f := c.source.file
	above := line[:len(line)-1]
	inherited, left := itemIDs(mergeRules(above), mergeIndicators(above)), itemIDs(rules, indicators)
	for i, id := range f.Remove {
		path := fmt.Sprintf("remove[%d]", i)
		switch {
		case !inherited[id]:
			c.fail(origin{}, nil, path, Text{"没有继承到此条目，无从删去：" + id, "nothing of this name is inherited: " + id})
		case left[id]:
			c.fail(origin{}, nil, path, Text{"本包又定义了此条目，只需重新定义：" + id, "this pack defines it again; to replace it, defining it is enough: " + id})
		case slices.Contains(f.Remove[:i], id):
			c.fail(origin{}, nil, path, Text{"重复：" + id, "named twice: " + id})
		}
		for j := range indicators {
			if it := &indicators[j]; it.refersTo(id) && it.origin.pack != f {
				c.fail(origin{}, nil, path, Text{
					"继承的 " + it.ID + " 引用了它，须一并删去或重新定义：" + id, it.ID + ", which is inherited, refers to it: remove or define that too: " + id,
				})
			}
		}
	}
}

func itemIDs(rules []ruleItem, indicators []indicatorItem) map[string]bool {
	out := map[string]bool{}
	for i := range rules {
		out[rules[i].ID] = true
	}
	for i := range indicators {
		out[indicators[i].ID] = true
	}
	return out
}

// refersTo says whether the indicator names another one.
func (it *indicatorItem) refersTo(id string) bool {
	names := func(t termItem) bool { return t.Indicator == id }
	grades := func(g gradeItem) bool { return g.Indicator == id }
	return slices.Contains(it.Beside, id) || slices.ContainsFunc(it.Score, grades) || slices.ContainsFunc(it.Numerator.Sum, names) || slices.ContainsFunc(it.Denominator.Sum, names)
}

// repeated refuses the same id twice in one list of the file.
func (c *compiler) repeated(f *packFile) {
	check := func(list string, n int, id func(i int) string) {
		at := map[string]bool{}
		for i := range n {
			if name := id(i); name != "" && at[name] {
				c.fail(origin{pack: f}, nil, fmt.Sprintf("%s[%d]", list, i), Text{"编号重复：" + name + "，改名或合并", "the id is used twice: " + name + "; rename or join them"})
			}
			at[id(i)] = true
		}
	}
	check("records", len(f.Records), func(i int) string { return f.Records[i].Code })
	check("figures", len(f.Figures), func(i int) string { return f.Figures[i].ID })
	check("groups", len(f.Groups), func(i int) string { return f.Groups[i].ID })
	check("deadlines", len(f.Deadlines), func(i int) string { return f.Deadlines[i].ID })
	check("rules", len(f.Rules), func(i int) string { return f.Rules[i].ID })
	check("indicators", len(f.Indicators), func(i int) string { return f.Indicators[i].ID })
}
