package policy

import (
	"fmt"
	"strings"

	"xinju.dev/services/aggregator/internal/timeline"
	"xinju.dev/services/nip"
	"xinju.dev/services/platform/civil"
)

// Which ages a dose is counted at, and since when: a schedule that changes moves
// them on a day.

// ageWindow is From completed and Before not reached; each may be missing.
type ageWindow struct {
	From   *ageSpan `yaml:"from"`
	Before *ageSpan `yaml:"before"`
}

// doseChange is what holds from a day on in place of what held before; what it leaves
// out stays as it was.
type doseChange struct {
	Since     civil.Date `yaml:"since"`
	Expected  *ageWindow `yaml:"expected"`
	Counted   *ageSpan   `yaml:"counted_before"`
	Citations []Citation `yaml:"citations"`
}

// doseEra is a run of days on which the same ages hold.
type doseEra struct {
	days     timeline.Span
	expected *ageWindow // nil: any age
	counted  *ageSpan   // nil: any age
}

// maxDoseChanges bounds how often the ages of one dose change.
const maxDoseChanges = 20

var emptyWindow = Text{"expected.before 须大于 from", "expected.before must be greater than from"}

// empty says whether no age lies in the window.
func (w *ageWindow) empty() bool {
	const day = 730000 // any day will do
	return w != nil && w.From != nil && w.Before != nil && w.From.after(day) >= w.Before.after(day)
}

func (d *dose) checkChanges() Text {
	if len(d.Changes) > maxDoseChanges {
		return Text{fmt.Sprintf("changes 最多%d项", maxDoseChanges), fmt.Sprintf("at most %d changes", maxDoseChanges)}
	}
	for i := range d.Changes {
		switch x := &d.Changes[i]; {
		case x.Since == civil.None:
			return Text{"changes 的每项须写明自何日起 since", "a change needs since, the first day on which it holds"}
		case i > 0 && x.Since <= d.Changes[i-1].Since:
			return Text{"changes 须按 since 先后排列，不得同日", "changes are by since, each later than the one before"}
		case x.Expected == nil && x.Counted == nil:
			return Text{"changes 的每项须改 expected 或 counted_before", "a change changes expected or counted_before"}
		case len(x.Citations) == 0:
			return Text{"changes 的每项须写明依据 citations", "a change needs citations: the document that makes it"}
		case x.Expected.empty():
			return emptyWindow
		}
	}
	return Text{}
}

// inEras is the ages by the days on which they hold.
func (d *dose) inEras() []doseEra {
	out := []doseEra{{timeline.Span{From: timeline.First, To: civil.Forever}, d.Expected, d.Counted}}
	for _, x := range d.Changes {
		last := &out[len(out)-1]
		next := *last
		last.days.To, next.days.From = x.Since, x.Since
		if x.Expected != nil {
			next.expected = x.Expected
		}
		if x.Counted != nil {
			next.counted = x.Counted
		}
		out = append(out, next)
	}
	return out
}

// expected is the days of an era on which somebody who lacks the dose counts: from
// the recommended day until it is given, inside the era's window of age, and until
// the end of the last period that looks back as far as that day.
func (d *dose) expected(birth civil.Date, period Period, a nip.Awaited, in *doseEra) timeline.Span {
	v := timeline.Span{
		From: max(a.From, a.Recommended, in.days.From),
		To:   min(a.To, period.End(a.Recommended.AddMonths(d.lookBack())), in.days.To),
	}
	if w := in.expected; w != nil {
		if w.From != nil {
			v.From = max(v.From, w.From.after(birth))
		}
		if w.Before != nil {
			v.To = min(v.To, w.Before.after(birth))
		}
	}
	return v
}

// counts says whether a dose given counts by the age on its day, as that day had it.
func (d *dose) counts(birth civil.Date, given *event) bool {
	if given == nil {
		return false
	}
	for i := range d.eras {
		if in := &d.eras[i]; given.on < in.days.To {
			return in.counted == nil || given.on < in.counted.after(birth)
		}
	}
	return false
}

// oldestDue is the age from which nobody lacks any dose of the pack; nil: none.
func (p *Pack) oldestDue() *ageSpan {
	const day = 1_000_000 // any day will do
	var out *ageSpan
	for i := range p.Indicators {
		d := p.Indicators[i].dose
		if d == nil {
			continue
		}
		for _, in := range d.eras {
			switch {
			case in.expected == nil || in.expected.Before == nil:
				return nil
			case out == nil || in.expected.Before.after(day) > out.after(day):
				out = in.expected.Before
			}
		}
	}
	return out
}

// text says which ages lie in the window.
func (w *ageWindow) text() Text {
	switch {
	case w == nil || w.From == nil && w.Before == nil:
		return Text{"不限月龄", "any age"}
	case w.Before == nil:
		f := w.From.text()
		return Text{"满" + f.Chinese, "aged " + f.English + " or more"}
	case w.From == nil:
		b := w.Before.text()
		return Text{"未满" + b.Chinese, "under " + b.English}
	}
	f, b := w.From.text(), w.Before.text()
	return Text{"满" + f.Chinese + "、未满" + b.Chinese, "aged " + f.English + " or more and under " + b.English}
}

// ages says at which ages those who lack the dose count and those who were given it,
// since when, and how far is looked back.
func (d *dose) ages() Text {
	var zh, en []string
	for i, in := range d.eras {
		since := Text{}
		if i > 0 {
			since = Text{in.days.From.String() + "起", "from " + in.days.From.String() + " "}
		}
		if i == 0 || in.expected != d.eras[i-1].expected {
			t := in.expected.text()
			zh, en = append(zh, since.Chinese+"未种者"+t.Chinese), append(en, since.English+"lacking: "+t.English)
		}
		if in.counted != nil && (i == 0 || in.counted != d.eras[i-1].counted) {
			t := in.counted.text()
			zh, en = append(zh, since.Chinese+"接种时未满"+t.Chinese), append(en, since.English+"given: under "+t.English)
		}
	}
	if n := d.lookBack(); n != 12 {
		zh, en = append(zh, fmt.Sprintf("回溯%d个月", n)), append(en, fmt.Sprintf("%d months looked back on", n))
	}
	return Text{strings.Join(zh, "；"), strings.Join(en, "; ")}
}
