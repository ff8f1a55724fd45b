package freeze

import (
	"slices"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/report"
	"xinju.dev/services/platform/civil"
)

// numberOf names a number of a report.
type numberOf struct {
	division, indicator string
	day                 civil.Date
}

// taking is numbers being taken.
type taking struct {
	taken
	asker *answers.Asker
	met   map[numberOf]bool      // numbers that open
	known map[report.Column]bool // indicators on a day
	open  []behind
}

// behind is a term whose number is to be kept.
type behind struct {
	term  answers.Term
	level int
}

// add takes a number that the report shows, once.
func (t *taking) add(p *plan, row *answers.Row, level int) {
	at := numberOf{row.Place.Code, row.ID, row.Day}
	if _, met := t.met[at]; !met {
		n := numberFrom(row, level)
		n.Headline = p.first(row.Indicator)
		t.numbers, t.met[at] = append(t.numbers, n), row.Opens()
		t.wants(row, level)
	}
	if column := (report.Column{Indicator: row.ID, Day: row.Day}); !t.known[column] {
		t.known[column], t.ids = true, append(t.ids, row.ID)
	}
}

// wants notes what the terms of a ratio open into.
func (t *taking) wants(row *answers.Row, level int) {
	if row.Ratio == nil {
		return
	}
	for _, x := range slices.Concat(row.Ratio.Numerator, row.Ratio.Denominator) {
		if x.Figure == "" && x.Value != nil {
			t.open = append(t.open, behind{x, level})
		}
	}
}

// terms takes the numbers behind terms that the report does not show, and those
// behind these: a score may be of ratios.
func (t *taking) terms() {
	for len(t.open) > 0 {
		x := t.open[0]
		t.open = t.open[1:]
		at := numberOf{x.term.Place.Code, x.term.Indicator, x.term.Day}
		if met, there := t.met[at]; met || there && x.term.OfRatio {
			continue
		}
		row := t.asker.Behind(&x.term)
		n := numberFrom(&row, x.level)
		t.met[at], t.behind = true, append(t.behind, n)
		t.wants(&row, x.level)
		if column := (report.Column{Indicator: row.ID, Day: row.Day}); n.Opens && !t.known[column] {
			t.known[column], t.columns = true, append(t.columns, column)
		}
	}
}

// behindEach bounds how many numbers of a place stand behind the terms of ratios
// and are not asked for.
func behindEach(columns []answers.Column) int {
	each := map[answers.TermOf]bool{}
	for i := range columns {
		columns[i].EachTerm(func(t answers.TermOf) { each[t] = true })
	}
	for i := range columns {
		delete(each, answers.TermOf{Indicator: columns[i].ID})
	}
	return len(each)
}

// ratioOf is what a ratio was computed from; nil without terms.
func ratioOf(r *answers.Ratio) *report.Ratio {
	out := &report.Ratio{
		NumeratorText: both(r.NumeratorText), DenominatorText: both(r.DenominatorText), Numerator: termsOf(r.Numerator), Denominator: termsOf(r.Denominator),
	}
	if len(out.Numerator)+len(out.Denominator) == 0 {
		return nil
	}
	return out
}

func termsOf(list []answers.Term) (out []report.Term) {
	for i := range list {
		t := &list[i]
		x := report.Term{
			Indicator: t.Indicator, Figure: t.Figure, Day: t.Day, Times: ratText(t.Times), Value: ratText(t.Value), Missing: both(t.Missing),
			Source: t.Source, Known: t.Known.UTC(), Unreachable: t.Unreachable,
		}
		if t.Figure == "" && !t.OfRatio {
			x.Set = report.Which(t.Set())
		}
		out = append(out, x)
	}
	return out
}
