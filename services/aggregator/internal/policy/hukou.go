package policy

import (
	"slices"
	"strings"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/timeline"
	"xinju.dev/services/platform/civil"
)

// hukouElsewhere: the hukou is registered in another division of the level than
// the one lived in on the day. It is the core of every definition of floating.
//
// Somebody whose hukou is not known is not taken for floating unless
// UnknownCounts. A hukou known down to a higher level only (6 digits), or a stay
// that counts at a higher level only, is compared at that level.
type hukouElsewhere struct {
	Level         levelName `yaml:"level"`
	ExceptCity    bool      `yaml:"except_city_districts"` // moves between districts of one city do not count (市辖区内人户分离)
	UnknownCounts bool      `yaml:"unknown_counts"`
}

func (p *hukouElsewhere) days(e *evaluator) timeline.Set {
	begin, level := len(e.arena), p.Level.or(facts.County)
	spans := e.r.Person.Hukou
	for _, s := range e.presence(facts.ByArrival) {
		if len(spans) == 0 && p.UnknownCounts {
			e.arena = timeline.Add(e.arena, begin, timeline.Span{From: s.From, To: s.To})
		}
		for i := range spans {
			from, to := hukouDays(spans, i)
			from, to = max(from, s.From), min(to, s.To)
			if from < to {
				p.compare(e, begin, &s, spans[i].Division, level, from, to)
			}
		}
	}
	return e.keep(begin, e.arena)
}

// compare adds the days of one stay under one hukou, cut where the tree changes.
func (p *hukouElsewhere) compare(e *evaluator, begin int, s *facts.Stay, division string, level facts.Level, from, to civil.Date) {
	for from < to {
		home, next := e.homeOn(division, from)
		differs, until := p.differs(e.w, s, home, level, from)
		next = min(next, until, to)
		if differs {
			e.arena = timeline.Add(e.arena, begin, timeline.Span{From: from, To: next})
		}
		from = next
	}
}

// differs compares on a day, and says from which day on it may be otherwise.
// Where one of the places is known down to a higher level only, that is compared.
func (p *hukouElsewhere) differs(w *facts.World, s *facts.Stay, home facts.Chain, level facts.Level, day civil.Date) (bool, civil.Date) {
	for level > facts.Province && (home[level] == "" || s.At[level] == "") {
		level--
	}
	switch {
	case home[level] == "" || s.At[level] == "":
		return p.UnknownCounts, civil.Forever
	case home[level] == s.At[level]:
		return false, civil.Forever
	case !p.ExceptCity || home[facts.Prefecture] != s.At[facts.Prefecture]:
		return true, civil.Forever
	}
	one, until := w.CityDistrict(home[facts.County], day)
	other, until2 := w.CityDistrict(s.At[facts.County], day)
	return !one || !other, min(until, until2)
}

// hukouDays are the days of the i-th entry: the first one holds for all earlier days.
func hukouDays(spans []facts.HukouSpan, i int) (from, to civil.Date) {
	from, to = timeline.First, civil.Forever
	if i > 0 {
		from = spans[i].From
	}
	if i+1 < len(spans) {
		to = spans[i+1].From
	}
	return from, to
}

func (p *hukouElsewhere) text() Text {
	l := levelTexts[p.Level.or(facts.County)]
	t := Text{"户籍不在现居住的" + l.Chinese, "hukou is outside the " + l.English + " of residence"}
	if p.ExceptCity {
		t.Chinese += "（同城市辖区之间除外）"
		t.English += " (not between districts of one city)"
	}
	return t
}

func (p *hukouElsewhere) check() Text { return p.Level.check() }

func (*hukouElsewhere) used(e *evaluator, day civil.Date) []UsedFact { return e.hukouFacts(day) }

// hukou: the hukou is registered at or below one of the divisions, or is of one of the kinds.
type hukou struct {
	In   []string `yaml:"in"`
	Kind []int32  `yaml:"kind"`
}

func (p *hukou) days(e *evaluator) timeline.Set {
	begin, spans := len(e.arena), e.r.Person.Hukou
	for i := range spans {
		if len(p.Kind) > 0 && !slices.Contains(p.Kind, spans[i].Kind) {
			continue
		}
		from, to := hukouDays(spans, i)
		for from < to {
			home, next := e.homeOn(spans[i].Division, from)
			next = min(next, to)
			if p.within(home) {
				e.arena = timeline.Add(e.arena, begin, timeline.Span{From: from, To: next})
			}
			from = next
		}
	}
	return e.keep(begin, e.arena)
}

func (p *hukou) within(home facts.Chain) bool {
	if len(p.In) == 0 {
		return true
	}
	for _, code := range home {
		if code != "" && slices.Contains(p.In, code) {
			return true
		}
	}
	return false
}

func (p *hukou) text() Text {
	t := Text{"户籍", "hukou"}
	if len(p.In) > 0 {
		list := strings.Join(p.In, "、")
		t.Chinese += "在" + list
		t.English += " in " + strings.Join(p.In, ", ")
	}
	if len(p.Kind) > 0 {
		t.Chinese += "类别" + inList(p.Kind, nil, hukouKindTexts, true)
		t.English += " of kind " + inList(p.Kind, nil, hukouKindTexts, false)
	}
	return t
}

func (p *hukou) check() Text {
	for _, c := range p.In {
		if len(c) != 12 {
			return Text{"in 须为12位区划代码", "in takes 12-digit codes"}
		}
	}
	if len(p.In)+len(p.Kind) == 0 {
		return Text{"须给出 in 或 kind", "in or kind must be given"}
	}
	return Text{}
}

func (*hukou) used(e *evaluator, day civil.Date) []UsedFact { return e.hukouFacts(day) }
