package policy

import (
	"fmt"
	"slices"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/timeline"
	"xinju.dev/services/platform/civil"
)

// Predicates about where and how long somebody lives.

// present: lives in some village.
type present struct{}

func (*present) days(e *evaluator) timeline.Set {
	begin := len(e.arena)
	for _, s := range e.presence(facts.ByArrival) {
		e.arena = timeline.Add(e.arena, begin, timeline.Span{From: s.From, To: s.To})
	}
	return e.keep(begin, e.arena)
}

func (*present) text() Text  { return Text{"在辖区居住", "lives here"} }
func (*present) check() Text { return Text{} }

func (*present) used(e *evaluator, day civil.Date) []UsedFact {
	return e.residenceFacts(facts.ByArrival, day, 0)
}

// lived: has lived in the same division of a level for some months. The clock
// of a level runs on through moves inside it and through gaps of at most
// MaxGapDays; during such a gap the person is away and does not count. Months
// are added from the start of the spell (civil.Lived).
type lived struct {
	Level      levelName `yaml:"level"`
	Months     int       `yaml:"months"`
	Mode       string    `yaml:"mode"`         // anniversary (default) or civil
	Start      string    `yaml:"start"`        // arrived (default), registered, first_seen
	MaxGapDays *int      `yaml:"max_gap_days"` // default 30
}

// defaultGap is the absence that breaks no spell under health rules; no source
// sets a national limit.
const defaultGap = 30

var (
	modeNames  = map[string]civil.Counting{"": civil.Anniversary, "anniversary": civil.Anniversary, "civil": civil.Civil}
	startNames = map[string]facts.Start{"": facts.ByArrival, "arrived": facts.ByArrival, "registered": facts.ByRegistration, "first_seen": facts.ByFirstSight}
)

func (p *lived) gap() int {
	if p.MaxGapDays == nil {
		return defaultGap
	}
	return *p.MaxGapDays
}

func (p *lived) days(e *evaluator) timeline.Set {
	stays := e.presence(startNames[p.Start])
	e.spells = facts.Spells(stays, p.Level.or(facts.County), p.gap(), e.spells[:0])
	begin, mode := len(e.arena), modeNames[p.Mode]
	for i, s := range stays {
		from := max(s.From, civil.Lived(e.spells[i], p.Months, mode))
		e.arena = timeline.Add(e.arena, begin, timeline.Span{From: from, To: s.To})
	}
	return e.keep(begin, e.arena)
}

func (p *lived) text() Text {
	l := levelTexts[p.Level.or(facts.County)]
	t := Text{fmt.Sprintf("在本%s居住满%d个月", l.Chinese, p.Months), fmt.Sprintf("has lived in this %s for %d months", l.English, p.Months)}
	if modeNames[p.Mode] == civil.Civil {
		t.Chinese += "（自届满次日起）"
		t.English += " (from the day after)"
	}
	if g := p.gap(); g > 0 {
		t.Chinese += fmt.Sprintf("（离开不超过%d天不中断）", g)
		t.English += fmt.Sprintf(" (absences of up to %d days do not interrupt)", g)
	}
	return t
}

func (p *lived) check() Text {
	_, mode := modeNames[p.Mode]
	_, start := startNames[p.Start]
	switch {
	case p.Months < 1 || p.Months > 1200:
		return Text{"months 应为 1–1200", "months must be 1–1200"}
	case !mode:
		return Text{"mode 只能是 anniversary 或 civil", "mode must be anniversary or civil"}
	case !start:
		return Text{"start 只能是 arrived、registered 或 first_seen", "start must be arrived, registered or first_seen"}
	case p.gap() < 0:
		return Text{"max_gap_days 不能为负", "max_gap_days must not be negative"}
	}
	return p.Level.check()
}

func (p *lived) used(e *evaluator, day civil.Date) []UsedFact {
	return e.residenceFacts(startNames[p.Start], day, p.gap())
}

// reason: the stay on the day has one of these reasons of residence.
type reason struct {
	In    []int32 `yaml:"in"`
	NotIn []int32 `yaml:"not_in"`
}

func (p *reason) days(e *evaluator) timeline.Set {
	begin := len(e.arena)
	for _, s := range e.presence(facts.ByArrival) {
		code := e.r.Residences[s.Residence].Reason
		if (len(p.In) == 0 || slices.Contains(p.In, code)) && !slices.Contains(p.NotIn, code) {
			e.arena = timeline.Add(e.arena, begin, timeline.Span{From: s.From, To: s.To})
		}
	}
	return e.keep(begin, e.arena)
}

func (p *reason) text() Text {
	return Text{"居住事由" + inList(p.In, p.NotIn, reasonTexts, true), "reason for residence " + inList(p.In, p.NotIn, reasonTexts, false)}
}

func (p *reason) check() Text {
	if len(p.In)+len(p.NotIn) == 0 {
		return Text{"须给出 in 或 not_in", "in or not_in must be given"}
	}
	return Text{}
}

func (*reason) used(e *evaluator, day civil.Date) []UsedFact {
	return e.residenceFacts(facts.ByArrival, day, 0)
}

// between: the day itself lies in a span, for definitions that came and went.
type between struct {
	From  civil.Date `yaml:"from"`
	Until civil.Date `yaml:"until"` // inclusive
}

func (p *between) days(e *evaluator) timeline.Set {
	from, to := max(p.From, timeline.First), civil.Forever
	if p.Until != civil.None {
		to = p.Until.AddDays(1)
	}
	return e.span(from, to)
}

func (p *between) text() Text {
	from, until := p.From.String(), p.Until.String()
	switch {
	case until == "":
		return Text{from + "起", "from " + from}
	case from == "":
		return Text{until + "止", "until " + until}
	}
	return Text{from + "至" + until, from + " to " + until}
}

func (p *between) check() Text {
	if p.From == civil.None && p.Until == civil.None || p.Until != civil.None && p.Until < p.From {
		return Text{"日期范围为空", "the span of dates is empty"}
	}
	return Text{}
}

// levelName is a level of the tree in a pack.
type levelName string

var levelNames = map[levelName]facts.Level{
	"": 0, "province": facts.Province, "prefecture": facts.Prefecture,
	"county": facts.County, "township": facts.Township, "village": facts.Village,
}

var levelTexts = map[facts.Level]Text{
	facts.Province:   {"省（自治区、直辖市）", "province"},
	facts.Prefecture: {"市", "prefecture"},
	facts.County:     {"县（市、区）", "county"},
	facts.Township:   {"乡镇（街道）", "township"},
	facts.Village:    {"村（居）", "village"},
}

func (l levelName) or(d facts.Level) facts.Level {
	if v := levelNames[l]; v != 0 {
		return v
	}
	return d
}

func (l levelName) check() Text {
	if _, ok := levelNames[l]; !ok {
		return Text{"level 只能是 province、prefecture、county、township 或 village", "level must be province, prefecture, county, township or village"}
	}
	return Text{}
}
