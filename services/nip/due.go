package nip

import "xinju.dev/services/platform/civil"

// DueDose is one dose of one series that fell due: the unit of dose coverage
// (应种 and 实种).
type DueDose struct {
	Series  string
	Number  int
	Product string     // what the programme gives for it
	Due     civil.Date // first day on which the dose could be given as the schedule asks
	Given   civil.Date // the day on which this number was reached, or None
}

// DosesDue returns the doses whose due day lies in [from, to), by series and
// number. The due day is the first on which a forecast calls the dose DUE or
// OVERDUE, or the day it was given where that was earlier and counts (a label
// age, a private dose). Doses given later than `to` still fill Given. Doses
// that are only CONDITIONAL never fall due.
func (s *Schedule) DosesDue(c Child, doses []Dose, from, to civil.Date) []DueDose {
	if c.Birth == civil.None {
		return nil
	}
	var h history
	s.read(&h, c, doses, civil.Forever)
	var out []DueDose
	for li := range s.lines {
		var seq [maxDoses + 1]DueDose
		reached := 0
		s.sweep(&h, li, func(a, b civil.Date, p plan) {
			for ; reached < p.course.n; reached++ {
				seq[reached].given(p.course.last)
			}
			if p.status != 0 || seq[p.course.n].Due != civil.None {
				return
			}
			next := &seq[p.course.n]
			next.Product = p.product.ID
			if day := max(a, p.earliest); day < b {
				next.Due = day
			}
		})
		for i, d := range seq {
			if d.Due != civil.None && d.Due >= from && d.Due < to {
				d.Series, d.Number = s.lines[li].id, i+1
				out = append(out, d)
			}
		}
	}
	return out
}

func (d *DueDose) given(on civil.Date) {
	d.Given = on
	if d.Due == civil.None {
		d.Due = on
	}
}
