// Package county turns the invented people of deploy/synthetic into what the
// measurements start from: the coded facts that the record services would tell,
// served as change feeds, and the tables of the join that the ledger is compared
// with. Identifiers follow from the seed and the index of the person, so that two
// builds are equal. It measures nothing.
package county

import (
	"iter"
	"time"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"xinju.dev/deploy/synthetic"
	"xinju.dev/services/aggregator"
	"xinju.dev/services/platform/civil"
)

// Facts lists everything that a source tells of a county: places first, then
// each person's facts together.
func Facts(c *synthetic.County, source string) iter.Seq[*feedv1.Fact] {
	return func(yield func(*feedv1.Fact) bool) {
		if source == aggregator.Registry && !places(c, yield) {
			return
		}
		for p := range c.People() {
			if len(p.Stays) == 0 {
				continue
			}
			w := writer{county: c, p: p, resident: ResidentID(c, p.Index), unit: UnitID(c.Centre(p.Stays[0].Village)), today: c.Today}
			w.write(source)
			for i, f := range w.out {
				w.entered(f, p.Index+i)
				if !yield(f) {
					return
				}
			}
		}
	}
}

// ResidentID is the identifier of a person.
func ResidentID(c *synthetic.County, index int) string {
	return identifier(c.Seed, residentKind, index, 0)
}

// UnitID is the identifier of a unit of the county.
func UnitID(key string) string { return "U-" + key }

func places(c *synthetic.County, yield func(*feedv1.Fact) bool) bool {
	for _, d := range c.Divisions {
		f := &feedv1.Fact{Kind: feedv1.FactKind_FACT_KIND_DIVISION, FactId: d.Code, Version: 1, Body: &feedv1.Fact_Division{Division: &feedv1.DivisionFact{
			Code: d.Code, Name: d.Name, Level: int32(d.Level), Parent: d.Parent,
		}}}
		if !yield(f) {
			return false
		}
	}
	for _, u := range c.Units {
		body := &feedv1.UnitFact{Name: u.Name, Kind: int32(u.Kind), Division: u.Division}
		for _, v := range u.Villages {
			body.Manages = append(body.Manages, &feedv1.ManagedDivision{Division: v})
		}
		f := &feedv1.Fact{Kind: feedv1.FactKind_FACT_KIND_UNIT, FactId: UnitID(u.Key), Version: 1, Body: &feedv1.Fact_Unit{Unit: body}}
		if !yield(f) {
			return false
		}
	}
	return true
}

// writer collects the facts of one person.
type writer struct {
	county         *synthetic.County
	p              *synthetic.Person
	resident, unit string
	today          civil.Date
	numbers        map[byte]int
	out            []*feedv1.Fact
}

func (w *writer) write(source string) {
	switch source {
	case aggregator.Registry:
		w.registry()
	case aggregator.Archive:
		w.archive()
	case aggregator.Immunization:
		w.immunization()
	case aggregator.Maternal:
		w.maternal()
	case aggregator.FamilyPlanning:
		w.familyPlanning()
	}
}

// fact adds an empty fact of a kind; the caller sets its body.
func (w *writer) fact(kind feedv1.FactKind, letter byte) *feedv1.Fact {
	if w.numbers == nil {
		w.numbers = map[byte]int{}
	}
	f := &feedv1.Fact{Kind: kind, FactId: identifier(w.county.Seed, letter, w.p.Index, w.numbers[letter]), ResidentId: w.resident, Version: 1}
	w.numbers[letter]++
	w.out = append(w.out, f)
	return f
}

func ymd(d civil.Date) int32 { return int32(d.YYYYMMDD()) }

// diagnosed is nine in the morning of a day, as the loader of the demo has it.
func diagnosed(c synthetic.Case) time.Time { return c.On.Time().Add(9 * time.Hour) }

// reported is when a case was entered in the reporting network, Unix seconds; 0 when never.
func reported(c synthetic.Case) int64 {
	if c.ReportedHours < 0 {
		return 0
	}
	return diagnosed(c).Add(time.Duration(c.ReportedHours) * time.Hour).Unix()
}

// classes of the diseases that the invented county has, since before it existed.
var classes = map[string]string{"TUBERCULOSIS": "B", "HEPATITIS": "B", "DYSENTERY": "B", "INFLUENZA": "C", "HFMD": "C"}
