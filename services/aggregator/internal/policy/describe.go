package policy

import (
	"fmt"
	"strings"

	"xinju.dev/services/platform/civil"
)

// Words is a condition in words, with what it is made of.
type Words struct {
	Text       Text
	Definition string  // its name, when it is a definition
	Parts      []Words // of all, any, not and definitions
}

// Description is an item of a pack in words, with everything it inherits unfolded.
type Description struct {
	ID            string
	Name          Text
	Kind          ItemKind
	KindText      Text // entitlement, stock, flow …
	InheritedFrom string
	Services      []Text // of a rule: what is owed
	Counts        Text   // of a flow or dose indicator: which events, over which period, where
	Eligible      *Words // nil: not said, or a ratio
	Covered       *Words // nil as well for rules and plain counts
	Numerator     Text   // of a ratio
	Denominator   Text
	Unit          Text // sign behind the value
	Better        Text // which way is better, by the last target where there is one; empty for a rule
	Alternative   string
	Beside        []string
	Targets       []Target
	Headline      bool     // shown first
	Codes         []string // record codes that it reads
	Awaits        Text     // what it awaits; of a ratio also what its terms await
	Citations     []Citation
	Notes         Text
}

var kindTexts = map[IndicatorKind]Text{
	Stock: {"存量指标：当日", "stock: on the day"}, Flow: {"流量指标：期内事件", "flow: events of the period"},
	Dose: {"剂次指标：实种/应种", "dose: given of due"}, Ratio: {"比率", "ratio"},
}

// Describe returns every rule and indicator of the pack in words, in its order.
func (p *Pack) Describe() []Description {
	out := make([]Description, 0, len(p.Rules)+len(p.Indicators))
	for i := range p.Rules {
		r := &p.Rules[i]
		out = append(out, Description{
			ID: r.ID, Name: r.Name, Kind: RuleItem, KindText: Text{"规则：应得服务", "rule: entitlement"}, InheritedFrom: r.InheritedFrom,
			Services: r.Services, Eligible: p.words(r.eligible), Codes: r.codes, Awaits: r.Awaits, Citations: r.Citations, Notes: r.Notes,
		})
	}
	for i := range p.Indicators {
		if ind := &p.Indicators[i]; ind.AlternativeOf == "" {
			out = append(out, p.describe(ind))
		}
	}
	return out
}

func (p *Pack) describe(ind *Indicator) Description {
	d := Description{
		ID: ind.ID, Name: ind.Name, Kind: IndicatorItem, KindText: kindTexts[ind.Kind], InheritedFrom: ind.InheritedFrom,
		Counts: ind.counts(), Eligible: p.words(ind.eligible), Covered: p.words(ind.covered), Unit: ind.Unit.Text(), Better: ind.BetterOn(civil.Forever).Text(),
		Alternative: ind.Alternative, Beside: ind.Beside, Targets: ind.Targets, Headline: ind.Headline, Codes: ind.codes, Awaits: ind.Awaits,
		Citations: ind.Citations, Notes: ind.Notes,
	}
	if ind.Plain {
		d.KindText = Text{d.KindText.Chinese + "（计数）", d.KindText.English + " (plain count)"}
	}
	if ind.Kind == Ratio {
		d.Numerator, d.Denominator = p.formula(&ind.Numerator), p.formula(&ind.Denominator)
		d.Awaits = ind.Awaiting(func(string) bool { return false })
	}
	return d
}

// counts says which events a flow or dose indicator counts, when and where.
func (i *Indicator) counts() Text {
	if i.Period == 0 {
		return Text{}
	}
	when := periodTexts[i.Period]
	if i.Kind == Ratio {
		return when
	}
	what, where := i.happens(), attributionTexts[i.Attribution]
	if i.dose != nil {
		ages := i.dose.ages()
		what = Text{what.Chinese + "（" + ages.Chinese + "）", what.English + " (" + ages.English + ")"}
	}
	return Text{when.Chinese + "：" + what.Chinese + "，" + where.Chinese, what.English + " " + when.English + ", " + where.English}
}

// happens says what is counted; empty while that is not known.
func (i *Indicator) happens() Text {
	switch {
	case i.events != nil:
		return i.events.text()
	case i.dose != nil:
		return i.dose.text()
	}
	return i.Awaits
}

// words puts a condition into words, definitions unfolded.
func (p *Pack) words(n *node) *Words {
	if n == nil {
		return nil
	}
	w := Words{Text: n.text, Definition: p.named[n.id]}
	for _, k := range n.kids {
		w.Parts = append(w.Parts, *p.words(k))
	}
	return &w
}

// String is the condition on one line, Chinese, with definitions unfolded.
func (w *Words) String() string {
	return w.line(func(t Text) string { return t.Chinese }, "（", "；", "）")
}

// English is String in English.
func (w *Words) English() string {
	return w.line(func(t Text) string { return t.English }, " (", "; ", ")")
}

func (w *Words) line(in func(Text) string, open, between, end string) string {
	if w == nil {
		return ""
	}
	if len(w.Parts) == 0 {
		return in(w.Text)
	}
	parts := make([]string, len(w.Parts))
	for i := range w.Parts {
		parts[i] = w.Parts[i].line(in, open, between, end)
	}
	return in(w.Text) + open + strings.Join(parts, between) + end
}

// formula is a side of a ratio: its words, and what is added up.
func (p *Pack) formula(s *Side) Text {
	var zh, en []string
	for i := range s.Terms {
		t := p.termText(&s.Terms[i])
		zh, en = append(zh, t.Chinese), append(en, t.English)
	}
	sum := Text{strings.Join(zh, " + "), strings.Join(en, " + ")}
	switch {
	case len(s.Terms) == 0:
		return s.Text
	case s.Text.Chinese == "":
		return sum
	}
	return Text{s.Text.Chinese + " ＝ " + sum.Chinese, s.Text.English + " = " + sum.English}
}

func (p *Pack) termText(t *Term) Text {
	var name Text
	if t.Index >= 0 {
		ind := &p.Indicators[t.Index]
		part := map[Part]Text{EligiblePart: {"应服务数", "eligible"}, CoveredPart: {"已服务数", "covered"}, RatePart: {"率", "rate"}}[t.Part]
		if ind.Plain {
			part = Text{"数量", "count"}
		}
		name = Text{ind.ID + " " + part.Chinese, ind.ID + " " + part.English}
	} else if f, ok := p.Figure(t.Figure); ok {
		name = f.Name
	}
	if t.Average {
		name = Text{name.Chinese + "（期初期末平均）", name.English + " (mean of start and end)"}
	}
	if t.Times != (Fraction{1, 1}) {
		name = Text{t.Times.String() + " × " + name.Chinese, t.Times.String() + " × " + name.English}
	}
	return name
}

// Words is the target in words: operator, value, deadline, whether interim.
func (t *Target) Words() Text {
	zh, en := fmt.Sprintf("%s（%s前）", t.Written, t.By), fmt.Sprintf("%s by %s", t.Written, t.By)
	if t.By == civil.Forever {
		zh, en = t.Written, t.Written
	}
	if t.Source != (Text{}) {
		zh, en = zh+"，"+t.Source.Chinese, en+", "+t.Source.English
	}
	if t.Interim {
		zh, en = zh+"，阶段目标", en+", interim"
	}
	return Text{zh, en}
}

// Words is the citation on one line.
func (c *Citation) Words() string {
	s := "《" + strings.Trim(c.Document, "《》") + "》"
	if c.Clause != "" {
		s += c.Clause
	}
	if c.Text != "" {
		s += "：“" + c.Text + "”"
	}
	return s
}

// Words is the deadline in words; a rolled one says from which day.
func (d *Deadline) Words() Text {
	if d.Due == d.By {
		return Text{d.Due.String(), d.Due.String()}
	}
	return Text{d.Due.String() + "（" + d.By.String() + "为非工作日，顺延）", d.Due.String() + " (the working day after " + d.By.String() + ")"}
}

// Validity says from which day to which the pack is in force.
func (p *Pack) Validity() Text {
	from, until := "", ""
	if p.From != civil.None {
		from = p.From.String()
	}
	if p.To < civil.Forever {
		until = p.To.AddDays(-1).String()
	}
	switch {
	case from == "" && until == "":
		return Text{"一直有效", "always"}
	case until == "":
		return Text{from + "起", "from " + from}
	case from == "":
		return Text{"至" + until, "until " + until}
	}
	return Text{from + "至" + until, from + " to " + until}
}
