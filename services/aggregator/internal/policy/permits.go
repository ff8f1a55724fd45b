package policy

import (
	"fmt"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/timeline"
	rules "xinju.dev/services/permit"
	"xinju.dev/services/platform/civil"
)

// permit: holds a residence permit (居住证), issued in the same division of the
// level as the residence on the day, and has held it for so many months. How a
// late endorsement is taken differs from place to place and is data: a rule of
// package permit (rule), by its name or, as "issuer", that of the place which
// issued the permit, on each day the one in force; or, where that package has no
// rule of the place, written in the pack (endorsement). Without either no
// endorsement is asked.
type permit struct {
	Level       levelName    `yaml:"level"` // "" asks for none: any permit
	Months      int          `yaml:"months"`
	Endorsement *endorsement `yaml:"endorsement"`
	Rule        string       `yaml:"rule"`
}

// byIssuer is the word for the rule of the place that issued the permit.
const byIssuer = "issuer"

type endorsement struct {
	EveryMonths  int    `yaml:"every_months"`
	WindowMonths int    `yaml:"window_months"`
	GraceDays    int    `yaml:"grace_days"`
	Late         string `yaml:"late"` // restart (default) or resume
	ResumeMonths int    `yaml:"resume_months"`
	RestDays     string `yaml:"rest_days"` // none (default) or china, as in the rules of package permit
}

// noEndorsement asks for none: a permit holds while it is valid.
var noEndorsement rules.Rule

// eras says which rule counts when for a permit of a division.
func (p *permit) eras(e *evaluator, division string) []rules.Era {
	buf := e.eras[:0]
	always := func(r *rules.Rule) []rules.Era { return append(buf, rules.Era{From: 1, To: civil.Forever, Rule: r}) }
	if p.Rule != "" {
		if all, err := rules.Default(); err == nil { // check has seen to it
			if p.Rule == byIssuer {
				return all.Eras(division, buf)
			}
			if r, ok := all.ByID(p.Rule); ok {
				return always(r)
			}
		}
	}
	if p.Endorsement == nil {
		return always(&noEndorsement)
	}
	e.rule = p.Endorsement.read()
	return always(&e.rule)
}

// read is the rule that the pack itself writes down.
func (n *endorsement) read() rules.Rule {
	r := rules.Rule{EveryMonths: n.EveryMonths, Window: rules.Period{Months: n.WindowMonths}, GraceDays: n.GraceDays, LimitMonths: n.ResumeMonths}
	if n.Late == "resume" {
		r.Late = rules.Resume
	}
	r.Rest, _ = rules.RestDaysOf(n.RestDays) // check has seen to it
	return r
}

func (p *permit) days(e *evaluator) timeline.Set {
	e.scratch = e.scratch[:0]
	for i := range e.r.Permits {
		t := &e.r.Permits[i]
		e.eras = p.eras(e, t.Division)
		for _, era := range e.eras {
			p.within(e, t, era)
		}
	}
	return e.collect()
}

// within adds the days of one era.
func (p *permit) within(e *evaluator, t *facts.Permit, era rules.Era) {
	r := era.Rule
	if r == nil {
		r = &noEndorsement
	}
	e.held = r.Runs(t.Card(), e.held[:0])
	for _, h := range e.held {
		v := timeline.Span{From: max(h.From, era.From), To: min(h.To, era.To)}
		if p.Months > 0 {
			v.From = max(v.From, civil.Lived(h.Counted, p.Months, civil.Anniversary))
		}
		e.here(t.Division, v, levelNames[p.Level])
	}
}

// here adds to scratch the days of v on which the place lies in the same
// division of the level as the residence; level 0 adds them all.
func (e *evaluator) here(place string, v timeline.Span, level facts.Level) {
	if level == 0 {
		e.scratch = append(e.scratch, v)
		return
	}
	for _, s := range e.presence(facts.ByArrival) {
		from, to := max(v.From, s.From), min(v.To, s.To)
		for from < to {
			at, next := e.homeOn(place, from)
			next = min(next, to)
			if at[level] != "" && at[level] == s.At[level] {
				e.scratch = append(e.scratch, timeline.Span{From: from, To: next})
			}
			from = next
		}
	}
}

func (p *permit) check() Text {
	if n := p.Endorsement; n != nil && !n.valid() {
		return Text{
			"endorsement 参数无效：every_months、window_months ≥ 1，late 为 restart 或 resume，rest_days 为 none 或 china",
			"endorsement is not valid: every_months and window_months ≥ 1, late restart or resume, rest_days none or china",
		}
	}
	if p.Months < 0 {
		return Text{"months 不能为负", "months must not be negative"}
	}
	if !p.knownRule() {
		return Text{"rule 不是已有的签注规则，或与 endorsement 并用", "rule names no rule of endorsement, or stands beside endorsement"}
	}
	return p.Level.check()
}

func (n *endorsement) valid() bool {
	_, err := rules.RestDaysOf(n.RestDays)
	return err == nil && n.EveryMonths >= 1 && n.WindowMonths >= 1 && n.GraceDays >= 0 && n.ResumeMonths >= 0 &&
		(n.Late == "" || n.Late == "restart" || n.Late == "resume")
}

func (p *permit) knownRule() bool {
	if p.Rule == "" {
		return true
	}
	all, err := rules.Default()
	if err != nil || p.Endorsement != nil {
		return false
	}
	_, ok := all.ByID(p.Rule)
	return ok || p.Rule == byIssuer
}

// points: a permit that holds on the day has reached so many points.
type points struct {
	AtLeast int32 `yaml:"at_least"`
}

func (p *points) days(e *evaluator) timeline.Set {
	e.scratch = e.scratch[:0]
	for i := range e.r.Permits {
		t := &e.r.Permits[i]
		e.held = noEndorsement.Runs(t.Card(), e.held[:0])
		for j, entry := range t.Points {
			to := civil.Forever
			if j+1 < len(t.Points) {
				to = t.Points[j+1].From
			}
			for _, h := range e.held {
				if entry.Points >= p.AtLeast {
					e.scratch = append(e.scratch, timeline.Span{From: max(entry.From, h.From), To: min(to, h.To)})
				}
			}
		}
	}
	return e.collect()
}

func (p *points) text() Text {
	return Text{fmt.Sprintf("居住证积分达到%d分", p.AtLeast), fmt.Sprintf("residence-permit points of %d or more", p.AtLeast)}
}

func (p *points) check() Text {
	if p.AtLeast < 1 {
		return Text{"at_least 须为正数", "at_least must be positive"}
	}
	return Text{}
}

func (p *points) used(e *evaluator, day civil.Date) []UsedFact { return (&permit{}).used(e, day) }
