package freeze

import (
	"maps"
	"slices"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/desk"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/aggregator/internal/report"
	"xinju.dev/services/platform/civil"
)

// peopleStep bounds of how many people the facts are read at a time.
const peopleStep = 500

// villageLines collects the lines of one division, with the records that cover them.
type villageLines struct {
	b       *builder
	w       coverage.Whole
	code    string
	sums    [][]*weight // by column, of every number above
	waiting []report.Line
	open    map[int][]report.Line
	parts   map[int][]desk.ListPart
	days    map[civil.Date]ruled
}

// add notes the lines of one resident.
func (v *villageLines) add(m *coverage.Counted) {
	for i := range m.Pieces {
		p := &m.Pieces[i]
		for _, at := range v.b.wanted[p.Key] {
			if p.Holds(at.day) {
				v.count(at, m, p)
			}
		}
	}
}

// count notes one line of a column.
func (v *villageLines) count(at dated, m *coverage.Counted, p *derive.Piece) {
	v.waiting = append(v.waiting, report.Line{
		Indicator: at.column, Village: v.code, SortKey: m.SortKey, ResidentID: m.ResidentID, EventID: p.EventID, UnitID: v.on(at.day).unit,
		On: p.On, From: p.From, To: p.To, Covered: p.Covered, Weight: p.Weight,
	})
	v.b.content.Lines++
	for _, sum := range v.sums[at.column] {
		sum.eligible += int64(p.Weight)
		if p.Covered {
			sum.covered += int64(p.Weight)
		}
	}
}

// ruled is who manages the division on a day, and by which pack it is governed.
type ruled struct {
	unit string
	pack *policy.Pack // nil without one
}

func (v *villageLines) on(day civil.Date) ruled {
	r, known := v.days[day]
	if !known {
		r.unit = v.b.world.Manager(v.code, day)
		r.pack, _ = v.b.catalogue.PackFor(v.b.world, v.code, day)
		if v.days == nil {
			v.days = map[civil.Date]ruled{}
		}
		v.days[day] = r
	}
	return r
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
		if l := &v.waiting[i]; l.Covered && v.on(v.dayOf(i)).pack != nil {
			byPerson[l.ResidentID] = append(byPerson[l.ResidentID], i)
		}
	}
	people, err := v.w.People(slices.Sorted(maps.Keys(byPerson)))
	if err != nil {
		return err
	}
	for i := range people {
		for lines := byPerson[people[i].ID]; people[i].Facts != nil && len(lines) > 0; {
			day := v.dayOf(lines[0])
			end := slices.IndexFunc(lines, func(at int) bool { return v.dayOf(at) != day })
			if end < 0 {
				end = len(lines)
			}
			v.proofs(people[i].Facts, day, lines[:end])
			lines = lines[end:]
		}
	}
	return nil
}

// dayOf is the day of the list that a waiting line belongs to.
func (v *villageLines) dayOf(line int) civil.Date {
	at, _ := v.b.content.ColumnAt(v.waiting[line].Indicator)
	return at.Day
}

func (v *villageLines) proofs(who *facts.Resident, day civil.Date, lines []int) {
	asked := make([]policy.CoveredLine, len(lines))
	for i, at := range lines {
		l := &v.waiting[at]
		column, _ := v.b.content.ColumnAt(l.Indicator)
		asked[i] = policy.CoveredLine{Indicator: column.Indicator, EventID: l.EventID, Since: l.From}
	}
	for i, r := range v.on(day).pack.Evidence(who, v.b.world, day, asked) {
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
