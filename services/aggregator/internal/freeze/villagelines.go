package freeze

import (
	"maps"
	"slices"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/desk"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/aggregator/internal/report"
)

// peopleStep bounds of how many people the facts are read at a time.
const peopleStep = 500

// villageLines collects the lines of one division, with the records that cover them.
type villageLines struct {
	b       *builder
	w       coverage.Whole
	code    string
	unit    string       // that manages it
	pack    *policy.Pack // that governs it; nil without one
	sums    [][]*weight  // by column, of every number above
	waiting []report.Line
	open    map[int][]report.Line
	parts   map[int][]desk.ListPart
}

// add notes the lines of one resident.
func (v *villageLines) add(m *coverage.Counted) {
	for i := range m.Pieces {
		p := &m.Pieces[i]
		column, asked := v.b.wanted[p.Key]
		if !asked || !p.Holds(v.b.req.AsOf) {
			continue
		}
		v.waiting = append(v.waiting, report.Line{
			Indicator: column, Village: v.code, SortKey: m.SortKey, ResidentID: m.ResidentID, EventID: p.EventID, UnitID: v.unit,
			On: p.On, From: p.From, To: p.To, Covered: p.Covered, Weight: p.Weight,
		})
		v.b.content.Lines++
		for _, sum := range v.sums[column] {
			sum.eligible += int64(p.Weight)
			if p.Covered {
				sum.covered += int64(p.Weight)
			}
		}
	}
}

// take finds the records and keeps the lines.
func (v *villageLines) take() error {
	if err := v.prove(); err != nil {
		return err
	}
	for _, l := range v.waiting {
		v.open[l.Indicator] = append(v.open[l.Indicator], l)
		if len(v.open[l.Indicator]) == partLines {
			v.seal(l.Indicator)
		}
	}
	v.waiting = v.waiting[:0]
	return nil
}

// prove finds the record by which each covered line is covered.
func (v *villageLines) prove() error {
	byPerson := map[string][]int{}
	for i := range v.waiting {
		if l := &v.waiting[i]; l.Covered && v.pack != nil {
			byPerson[l.ResidentID] = append(byPerson[l.ResidentID], i)
		}
	}
	people, err := v.w.People(slices.Sorted(maps.Keys(byPerson)))
	if err != nil {
		return err
	}
	for i := range people {
		if who := people[i].Facts; who != nil {
			v.proofs(who, byPerson[people[i].ID])
		}
	}
	return nil
}

func (v *villageLines) proofs(who *facts.Resident, lines []int) {
	asked := make([]policy.CoveredLine, len(lines))
	for i, at := range lines {
		l := &v.waiting[at]
		asked[i] = policy.CoveredLine{Indicator: v.b.content.Indicators[l.Indicator], EventID: l.EventID, Since: l.From}
	}
	for i, r := range v.pack.Evidence(who, v.b.world, v.b.req.AsOf, asked) {
		v.waiting[lines[i]].Evidence = report.Evidence{Kind: r.Kind, ID: r.ID, UnitID: r.UnitID, On: r.On}
	}
}

func (v *villageLines) seal(column int) {
	v.parts[column] = append(v.parts[column], desk.ListPart{
		Village: v.code, Indicator: column, Part: len(v.parts[column]), Lines: len(v.open[column]), Body: report.EncodeLines(v.open[column]),
	})
	v.open[column] = v.open[column][:0]
}

// all are the parts of the division, by indicator.
func (v *villageLines) all() (out []desk.ListPart) {
	for column, lines := range v.open {
		if len(lines) > 0 {
			v.seal(column)
		}
	}
	for _, column := range slices.Sorted(maps.Keys(v.parts)) {
		out = append(out, v.parts[column]...)
	}
	return out
}
