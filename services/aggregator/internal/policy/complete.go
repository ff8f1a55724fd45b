package policy

import (
	"maps"
	"slices"
	"strings"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/timeline"
	"xinju.dev/services/platform/civil"
)

// complete: these fields are filled in: of the person, and of the stay lived in
// on the day. A field of the person holds on all days, since it carries no date.
type complete struct {
	Fields []string `yaml:"fields"`
}

// personFields and stayFields are the fields that can be asked for.
var personFields = map[string]struct {
	Text
	filled func(*facts.Person) bool
}{
	"birth":   {Text{"出生日期", "date of birth"}, func(p *facts.Person) bool { return p.Birth != civil.None }},
	"sex":     {Text{"性别", "sex"}, func(p *facts.Person) bool { return p.Sex == facts.Male || p.Sex == facts.Female }},
	"marital": {Text{"婚姻状况", "marital status"}, func(p *facts.Person) bool { return p.Marital != 0 && p.Marital != 90 }},
	"hukou":   {Text{"户籍地", "hukou"}, func(p *facts.Person) bool { return len(p.Hukou) > 0 && p.Hukou[len(p.Hukou)-1].Division != "" }},
	"hukou_kind": {Text{"户口性质", "kind of hukou"}, func(p *facts.Person) bool {
		return len(p.Hukou) > 0 && p.Hukou[len(p.Hukou)-1].Kind != 0
	}},
	"mother": {Text{"母亲", "mother"}, func(p *facts.Person) bool { return p.MotherID != "" }},
}

var stayFields = map[string]struct {
	Text
	filled func(*facts.Residence) bool
}{
	"arrived":    {Text{"到达日期", "day of arrival"}, func(s *facts.Residence) bool { return s.Arrived != civil.None }},
	"registered": {Text{"居住登记日期", "day of registration"}, func(s *facts.Residence) bool { return s.Registered != civil.None }},
	"first_seen": {Text{"首次见到日期", "day of first sight"}, func(s *facts.Residence) bool { return s.FirstSeen != civil.None }},
	"reason":     {Text{"居住事由", "reason for residence"}, func(s *facts.Residence) bool { return s.Reason != 0 }},
	"address":    {Text{"详细地址", "address"}, func(s *facts.Residence) bool { return s.SortKey != "" }},
}

func fieldText(name string) Text {
	if f, ok := personFields[name]; ok {
		return f.Text
	}
	return stayFields[name].Text
}

// empty lists the fields that are not filled in; s may be nil.
func (p *complete) empty(who *facts.Person, s *facts.Residence) []string {
	var out []string
	for _, name := range p.Fields {
		if f, ok := personFields[name]; ok && !f.filled(who) {
			out = append(out, name)
		}
		if f, ok := stayFields[name]; ok && s != nil && !f.filled(s) {
			out = append(out, name)
		}
	}
	return out
}

// whole is whether none of the fields is empty; s may be nil.
func (p *complete) whole(who *facts.Person, s *facts.Residence) bool {
	for _, name := range p.Fields {
		if f, ok := personFields[name]; ok {
			if !f.filled(who) {
				return false
			}
		} else if s != nil && !stayFields[name].filled(s) {
			return false
		}
	}
	return true
}

func (p *complete) days(e *evaluator) timeline.Set {
	if !p.whole(&e.r.Person, nil) {
		return never
	}
	if !slices.ContainsFunc(p.Fields, func(name string) bool { _, ok := stayFields[name]; return ok }) {
		return always
	}
	begin := len(e.arena)
	for _, s := range e.presence(facts.ByArrival) {
		if p.whole(&e.r.Person, &e.r.Residences[s.Residence]) {
			e.arena = timeline.Add(e.arena, begin, timeline.Span{From: s.From, To: s.To})
		}
	}
	return e.keep(begin, e.arena)
}

func (p *complete) text() Text {
	t := fieldTexts(p.Fields)
	return Text{"已填写：" + t.Chinese, "filled in: " + t.English}
}

func fieldTexts(names []string) Text {
	var zh, en []string
	for _, name := range names {
		t := fieldText(name)
		zh, en = append(zh, t.Chinese), append(en, t.English)
	}
	return Text{strings.Join(zh, "、"), strings.Join(en, ", ")}
}

func (p *complete) check() Text {
	known := slices.Sorted(maps.Keys(personFields))
	known = append(known, slices.Sorted(maps.Keys(stayFields))...)
	if len(p.Fields) == 0 || slices.ContainsFunc(p.Fields, func(name string) bool { return !slices.Contains(known, name) }) {
		list := strings.Join(known, ", ")
		return Text{"fields 须为非空列表，可用：" + list, "fields is a list of: " + list}
	}
	return Text{}
}

func (p *complete) used(e *evaluator, day civil.Date) []UsedFact {
	out := e.personFact(Text{"基本信息", "person"})
	return append(out, e.residenceFacts(facts.ByArrival, day, 0)...)
}

func (p *complete) lacks(e *evaluator, day civil.Date) Text {
	var stay *facts.Residence
	if s := e.stayOn(facts.ByArrival, day); s != nil {
		stay = &e.r.Residences[s.Residence]
	}
	empty := p.empty(&e.r.Person, stay)
	if len(empty) == 0 {
		return Text{}
	}
	t := fieldTexts(empty)
	return Text{"未填写：" + t.Chinese, "not filled in: " + t.English}
}
