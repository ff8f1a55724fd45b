package policy

import (
	"fmt"
	"time"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// Facts named in explanations.

func usedFact(kind, id, chinese, english string, from, until civil.Date) UsedFact {
	f, u := from.String(), until.String()
	t := Text{chinese, english}
	if f != "" {
		t.Chinese += " " + f + "起"
		t.English += " from " + f
	}
	if u != "" {
		t.Chinese += " 至" + u
		t.English += " to " + u
	}
	return UsedFact{kind, id, t}
}

// lastBefore turns a first day on which something no longer holds into its last one.
func lastBefore(end civil.Date) civil.Date {
	if end == civil.None {
		return end
	}
	return end.AddDays(-1)
}

func dayOfSeconds(s int64) civil.Date { return civil.DateOf(time.Unix(s, 0)) }

func (e *evaluator) personFact(t Text) []UsedFact {
	return []UsedFact{{"person", e.r.Person.ID, t}}
}

func (e *evaluator) maritalFact() []UsedFact {
	m := e.r.Person.Marital
	if t, ok := maritalTexts[m]; ok {
		return e.personFact(Text{"婚姻状况 " + t.Chinese, "marital status " + t.English})
	}
	return e.personFact(Text{fmt.Sprintf("婚姻状况代码 %d", m), fmt.Sprintf("marital status code %d", m)})
}

func (e *evaluator) hukouFacts(day civil.Date) []UsedFact {
	spans := e.r.Person.Hukou
	for i := range spans {
		if from, to := hukouDays(spans, i); from <= day && day < to {
			code := spans[i].Division
			name := e.w.Name(facts.Pad(code), day)
			return e.personFact(Text{"户籍 " + code + name, "hukou " + code + " " + name})
		}
	}
	return e.personFact(Text{"户籍不详", "hukou not known"})
}

// residenceFacts names the stays of the spell (joined across gaps) that holds
// the day or was the last to end before it; with gap 0 the stay alone.
func (e *evaluator) residenceFacts(start facts.Start, day civil.Date, gap int) []UsedFact {
	stays := e.presence(start)
	last := -1
	for i := range stays {
		if stays[i].From <= day {
			last = i
		}
	}
	if last < 0 {
		return nil
	}
	first := last
	for first > 0 && gap > 0 && int(stays[first].From-stays[first-1].To) <= gap {
		first--
	}
	var out []UsedFact
	for i := first; i <= last; i++ {
		s := &stays[i]
		place := e.w.Name(s.Village(), s.From)
		if place == "" {
			place = s.Village()
		}
		until := civil.None
		if s.To < civil.Forever {
			until = s.To.AddDays(-1)
		}
		out = append(out, usedFact("residence", e.r.Residences[s.Residence].ID, "居住于"+place, "lives in "+place, s.From, until))
	}
	return out
}
