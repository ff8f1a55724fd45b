package policy

import (
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/timeline"
	"xinju.dev/services/platform/civil"
)

// related: another resident is tied to this one as asked, lives together with
// this one in the same division where asked, and fulfils a condition of their
// own. It holds on the days on which one such person does all three.
//
// A tie counts whichever of the two recorded it. Of the other person only the
// person, stays, permits and relations are known; other conditions are refused,
// and so is a tie of a tie.
type related struct {
	As       []string  `yaml:"as"`
	Together levelName `yaml:"together"` // "" asks for none
	Other    yaml.Node `yaml:"other"`    // left out: nothing is asked

	other *node
}

// relationKinds is the tie by its name: the other one is the resident's <kind>,
// and what the other one's own record about this resident says then.
var relationKinds = map[string]struct {
	Text
	kind    int32
	inverse []int32
	sex     int32 // of the other, for an inverse that does not tell
}{
	"permit_family": {Text{"居住证持有人同住家属", "cohabiting family of a permit holder"}, facts.PermitFamily, []int32{facts.PermitFamily}, 0},
	"spouse":        {Text{"配偶", "spouse"}, facts.Spouse, []int32{facts.Spouse}, 0},
	"child":         {Text{"子女", "child"}, facts.Child, []int32{facts.Mother, facts.Father}, 0},
	"mother":        {Text{"母亲", "mother"}, facts.Mother, []int32{facts.Child}, facts.Female},
	"father":        {Text{"父亲", "father"}, facts.Father, []int32{facts.Child}, facts.Male},
	"guardian":      {Text{"监护人", "guardian"}, facts.Guardian, nil, 0},
}

// aboutOthers are the conditions whose facts are known of the other person.
var aboutOthers = []string{
	"present", "lived", "hukou", "hukou_elsewhere", "reason", "age", "sex", "marital", "married", "between",
	"permit", "points", "complete", "no_source", "all", "any", "not", "use",
}

// inner and take make it a compound: the compiler reads the other's condition.
func (p *related) inner() (key string, raw *yaml.Node) { return "other", &p.Other }

func (p *related) take(n *node) { p.other = n }

// unknownOf names the first condition of a tree that cannot be asked of others.
func unknownOf(n *node) string {
	if !slices.Contains(aboutOthers, n.name) {
		return n.name
	}
	for _, k := range n.kids {
		if name := unknownOf(k); name != "" {
			return name
		}
	}
	return ""
}

func (p *related) check() Text {
	names := slices.Sorted(maps.Keys(relationKinds))
	for _, name := range p.As {
		if _, ok := relationKinds[name]; !ok {
			return oneOf("as", slices.Values(names))
		}
	}
	if len(p.As) == 0 {
		return oneOf("as", slices.Values(names))
	}
	if p.other != nil {
		switch name := unknownOf(p.other); name {
		case "":
		case "related":
			return Text{"related 之内不能再用 related", "there can be no related inside of related"}
		default:
			return Text{"关于他人不能用条件 " + name + "：只有基本信息、居住、居住证和关系可用", "the condition " + name + " cannot be asked of somebody else: only person, stays, permits and relations are known"}
		}
	}
	return p.Together.check()
}

func (p *related) text() Text {
	var zh, en []string
	for _, name := range p.As {
		zh, en = append(zh, relationKinds[name].Chinese), append(en, relationKinds[name].English)
	}
	t := Text{"有" + strings.Join(zh, "或"), "has a " + strings.Join(en, " or ")}
	if l := levelNames[p.Together]; l != 0 {
		t.Chinese += "同住本" + levelTexts[l].Chinese
		t.English += " in the same " + levelTexts[l].English
	}
	if p.other != nil {
		t.Chinese += "，其：" + p.other.text.Chinese
		t.English += " who: " + p.other.text.English
	}
	return t
}

// tie is a run of days on which somebody is tied to the resident.
type tie struct {
	other string
	timeline.Span
	fact UsedFact
}

// ties visits who is tied to the resident in the ways asked.
func (p *related) ties(r *facts.Resident, visit func(tie)) {
	for _, name := range p.As {
		k := relationKinds[name]
		for i := range r.Relations {
			if x := &r.Relations[i]; x.Kind == k.kind && x.OtherID != "" {
				visit(tie{x.OtherID, inclusive(x.From, x.Until), usedFact("relation", x.ID, k.Chinese, k.English, x.From, x.Until)})
			}
		}
		if name == "mother" && r.Person.MotherID != "" {
			visit(tie{r.Person.MotherID, inclusive(r.Person.Birth, civil.None), UsedFact{"person", r.Person.ID, k.Text}})
		}
		for _, o := range r.Others {
			for i := range o.Relations {
				x := &o.Relations[i]
				if x.OtherID == r.ID && slices.Contains(k.inverse, x.Kind) && (k.sex == 0 || o.Person.Sex == k.sex || p.eitherParent(o)) {
					visit(tie{o.ID, inclusive(x.From, x.Until), usedFact("relation", x.ID, k.Chinese, k.English, x.From, x.Until)})
				}
			}
			if name == "child" && o.Person.MotherID == r.ID && r.ID != "" {
				visit(tie{o.ID, inclusive(o.Person.Birth, civil.None), UsedFact{"person", o.Person.ID, k.Text}})
			}
		}
	}
}

// eitherParent: a parent whose sex is not known is one all the same where both
// mother and father are asked for.
func (p *related) eitherParent(o *facts.Resident) bool {
	known := o.Person.Sex == facts.Male || o.Person.Sex == facts.Female
	return !known && slices.Contains(p.As, "mother") && slices.Contains(p.As, "father")
}

func (p *related) days(e *evaluator) timeline.Set {
	var found []timeline.Span
	p.ties(e.r, func(t tie) {
		if t.other == e.r.ID {
			return
		}
		for _, v := range p.daysOf(e, e.r.Other(t.other)) {
			found = append(found, timeline.Span{From: max(v.From, t.From), To: min(v.To, t.To)})
		}
	})
	e.scratch = append(e.scratch[:0], found...)
	return e.collect()
}

// daysOf is the days on which one tied person lives together with the resident
// and fulfils the condition; o is nil when nothing is known of that person.
func (p *related) daysOf(e *evaluator, o *facts.Resident) timeline.Set {
	if p.other == nil && p.Together == "" {
		return always
	}
	if o == nil || !o.Known() {
		return never
	}
	x := newEvaluator(o, e.w, e.program)
	defer x.free()
	out := always
	if l := levelNames[p.Together]; l != 0 {
		out = together(e.presence(facts.ByArrival), x.presence(facts.ByArrival), l)
	}
	if p.other != nil && len(out) > 0 {
		out = timeline.Intersect(nil, out, x.days(p.other))
	}
	return out
}

// together is the days on which two people live in the same division of a level.
func together(a, b []facts.Stay, l facts.Level) timeline.Set {
	var out []timeline.Span
	for i := range a {
		for j := range b {
			if a[i].At[l] != "" && a[i].At[l] == b[j].At[l] && a[i].Known() && b[j].Known() {
				out = append(out, timeline.Span{From: max(a[i].From, b[j].From), To: min(a[i].To, b[j].To)})
			}
		}
	}
	return timeline.Of(nil, out...)
}

func (p *related) used(e *evaluator, day civil.Date) []UsedFact {
	var out []UsedFact
	p.ties(e.r, func(t tie) {
		if t.From <= day && day < t.To && !slices.Contains(out, t.fact) {
			out = append(out, t.fact)
		}
	})
	return out
}

func (p *related) lacks(e *evaluator, day civil.Date) Text {
	tied, known, together := false, false, false
	p.ties(e.r, func(t tie) {
		if t.From > day || day >= t.To {
			return
		}
		o := e.r.Other(t.other)
		tied, known = true, known || o != nil && o.Known()
		together = together || (&related{Together: p.Together}).daysOf(e, o).Contains(day)
	})
	switch {
	case !tied:
		return Text{"没有登记的关系：" + p.text().Chinese, "no such relation is recorded: " + p.text().English}
	case !known:
		return Text{"关系人尚无登记信息", "nothing is recorded of the related person"}
	case !together:
		return Text{"关系人当日不同住", "the related person does not live together on the day"}
	}
	return Text{"关系人不符合条件：" + p.other.text.Chinese, "the related person does not fulfil: " + p.other.text.English}
}
