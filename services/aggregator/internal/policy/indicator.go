package policy

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

var kindNames = map[string]IndicatorKind{"stock": Stock, "flow": Flow, "dose": Dose, "ratio": Ratio}

var attributionNames = map[string]Attribution{"residence": ByResidence, "event": ByEvent, "manager": ByManager}

var attributionTexts = map[Attribution]Text{
	ByResidence: {"按居住地", "by residence"}, ByEvent: {"按服务机构所在地", "by place of service"}, ByManager: {"按管理机构", "by managing unit"},
}

// indicators compiles the indicators, then what refers from one to another.
func (c *compiler) indicators(list []indicatorItem, p *Pack) {
	for i := range list {
		it := &list[i]
		ind := c.indicator(it)
		p.Indicators = append(p.Indicators, ind)
		if it.Alternative != "" {
			p.Indicators = append(p.Indicators, c.alternative(it, &p.Indicators[len(p.Indicators)-1]))
		}
	}
	for i := range list {
		ind, _ := p.Indicator(list[i].ID)
		if ind == nil {
			continue
		}
		c.beside(&list[i], p)
		if ind.Kind == Ratio {
			c.ratio(&list[i], ind, p)
		}
	}
}

func (c *compiler) indicator(it *indicatorItem) Indicator {
	o := it.origin
	out := Indicator{
		ID: it.ID, Name: it.Name, Beside: it.Beside, Citations: it.Citations, Notes: it.Notes, Awaits: it.Awaits, InheritedFrom: c.inherited(o),
	}
	c.named(o, it.ID, it.Name)
	c.cited(o, it.Citations)
	kind, ok := kindNames[it.Kind]
	if !ok {
		c.fail(o, nil, o.path+".kind", Text{"kind 只能是 stock、flow、dose 或 ratio", "kind must be stock, flow or ratio, or dose"})
		return out
	}
	out.Kind = kind
	c.belongs(it, kind)
	c.unit(it, &out)
	c.better(it, &out)
	if kind == Ratio {
		return out
	}
	waits := it.Awaits.Chinese != ""
	if kind != Stock {
		c.flowOf(&out, it, waits)
	}
	if waits && it.Eligible.IsZero() && it.Covered.IsZero() && it.Dose.IsZero() {
		return out
	}
	c.trees(&out, it)
	return out
}

// trees compiles the conditions.
func (c *compiler) trees(out *Indicator, it *indicatorItem) {
	o := it.origin
	c.flow = out.Kind == Flow
	if out.Kind != Dose || !it.Eligible.IsZero() { // doses are anybody's
		out.eligible = c.tree(o, &it.Eligible, o.path+".eligible")
	}
	if !out.Plain && out.Kind != Dose {
		out.covered = c.tree(o, &it.Covered, o.path+".covered")
	}
	c.flow = false
	out.codes = c.codesOf(out.eligible, out.covered)
	out.awaited = c.codesOf(out.covered)
	if out.events != nil {
		out.codes = union(out.codes, recordCodes(reflect.ValueOf(out.events)))
	}
}

// belongs refuses keys that mean nothing for a kind.
func (c *compiler) belongs(it *indicatorItem, kind IndicatorKind) {
	o := it.origin
	counts := kind == Flow || kind == Dose
	for _, k := range []struct {
		key     string
		there   bool
		allowed bool
	}{
		{"events", !it.Events.IsZero(), kind == Flow},
		{"dose", !it.Dose.IsZero(), kind == Dose},
		{"period", it.Period != "", counts || kind == Ratio},
		{"attribution", it.Attribution != "", counts},
		{"alternative", it.Alternative != "", counts},
		{"eligible", !it.Eligible.IsZero(), kind != Ratio},
		{"covered", !it.Covered.IsZero(), kind == Stock || kind == Flow},
		{"score", len(it.Score) > 0, kind == Ratio},
		{"numerator", len(it.Numerator.Sum) > 0 || it.Numerator.words() != Text{}, kind == Ratio},
		{"denominator", len(it.Denominator.Sum) > 0 || it.Denominator.words() != Text{}, kind == Ratio},
	} {
		switch {
		case !k.there || k.allowed:
		case kind == Stock && (k.key == "events" || k.key == "period" || k.key == "attribution"):
			c.fail(o, &it.Events, o.path, Text{"存量指标没有 events、period、attribution", "a stock indicator has no events, period or attribution"})
		default:
			c.fail(o, nil, o.path+"."+k.key, Text{it.Kind + " 指标没有 " + k.key + "，应删去", "an indicator of kind " + it.Kind + " has no " + k.key + ": take it out"})
		}
	}
}

// unit reads how the value is shown, and whether the indicator is a plain count.
func (c *compiler) unit(it *indicatorItem, out *Indicator) {
	o := it.origin
	pending := it.Awaits.Chinese != "" && it.Eligible.IsZero() // it has no conditions at all yet
	out.Plain = (out.Kind == Stock || out.Kind == Flow) && it.Covered.IsZero() && (!pending || it.Unit == "count")
	u, ok := unitNames[it.Unit]
	switch {
	case it.Unit == "" && out.Plain:
		u = Counted
	case it.Unit == "":
		u = Percent
	case !ok:
		c.fail(o, nil, o.path+".unit", oneOf("unit", maps.Keys(unitNames)))
	case out.Plain && u != Counted:
		c.fail(o, nil, o.path+".covered", Text{"没有 covered 的指标是计数，unit 只能是 count；求率须补 covered", "without covered it is a plain count: its unit is count; for a rate add covered"})
	case !out.Plain && u == Counted && out.Kind != Ratio:
		c.fail(o, nil, o.path+".unit", Text{"有 covered 的指标是比率，unit 不能是 count", "with covered it is a rate: its unit cannot be count"})
	}
	out.Unit = u
}

// flowOf reads what a flow or a dose indicator counts, where and over which period.
func (c *compiler) flowOf(out *Indicator, it *indicatorItem, waits bool) {
	o := it.origin
	var ok bool
	if out.Period, ok = periodNames[it.Period]; !ok {
		c.fail(o, nil, o.path+".period", Text{"period 只能是 calendar_year、mch_year、quarter 或 month", "period must be calendar_year, mch_year, quarter or month"})
	}
	out.Attribution = ByResidence
	if it.Attribution != "" {
		if out.Attribution, ok = attributionNames[it.Attribution]; !ok {
			c.fail(o, nil, o.path+".attribution", oneOf("attribution", maps.Keys(attributionNames)))
		}
	}
	switch {
	case out.Kind == Dose && !(waits && it.Dose.IsZero()):
		out.dose = c.doseOf(it)
		for _, x := range out.dose.Changes {
			out.Citations = append(out.Citations, x.Citations...)
		}
	case out.Kind == Flow && !(waits && it.Events.IsZero()):
		out.events = c.selector(it)
	}
}

// selector reads what is counted.
func (c *compiler) selector(it *indicatorItem) *selector {
	o, s := it.origin, &selector{}
	path := o.path + ".events"
	if !c.strict(o, &it.Events, path, s) {
		return s
	}
	one, set := s.source()
	if set != 1 {
		names := strings.Join(kindsOfEvents(), ", ")
		c.fail(o, &it.Events, path, Text{"events 须恰有一种事件：" + names, "events is exactly one of " + names})
		return s
	}
	s.of = one.among()
	c.checked(o, &it.Events, path, s)
	c.known(o, &it.Events, path, recordCodes(reflect.ValueOf(s)))
	return s
}

// kindsOfEvents is the keys of which a selector has one.
func kindsOfEvents() []string {
	var out []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[selector]()) {
		if f.Type.Kind() == reflect.Pointer && f.IsExported() {
			out = append(out, f.Tag.Get("yaml"))
		}
	}
	return out
}

// checked asks parameters that can say it whether they are sensible.
func (c *compiler) checked(o origin, y *yaml.Node, path string, params any) {
	if v, ok := params.(interface{ check() Text }); ok {
		if wrong := v.check(); wrong != (Text{}) {
			c.fail(o, y, path, wrong)
		}
	}
}

// alternative is the same indicator counted by another attribution.
func (c *compiler) alternative(it *indicatorItem, of *Indicator) Indicator {
	o := it.origin
	a, ok := attributionNames[it.Alternative]
	if !ok {
		c.fail(o, nil, o.path+".alternative", oneOf("alternative", maps.Keys(attributionNames)))
	}
	if a == of.Attribution {
		c.fail(o, nil, o.path+".alternative", Text{"alternative 须与 attribution 不同", "alternative must differ from attribution"})
	}
	out := *of
	out.ID, out.Attribution, out.AlternativeOf = of.ID+"@"+it.Alternative, a, of.ID
	out.Name = Text{of.Name.Chinese + "（" + attributionTexts[a].Chinese + "）", of.Name.English + " (" + attributionTexts[a].English + ")"}
	of.Alternative = out.ID
	return out
}

// beside checks the indicators that are shown beside another.
func (c *compiler) beside(it *indicatorItem, p *Pack) {
	for i, id := range it.Beside {
		if _, ok := p.Indicator(id); !ok || id == it.ID || slices.Contains(it.Beside[:i], id) {
			c.fail(it.origin, nil, it.origin.path+".beside", c.unknown("beside 须列本包其他指标，不重复", "beside lists other indicators of the pack, each once", id, idsOf(p.Indicators)))
		}
	}
}
