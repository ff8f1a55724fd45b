package nip

import (
	"math/rand/v2"

	"xinju.dev/services/platform/civil"
)

// randomHistory invents a child and its doses: mostly the doses of the table
// with some delay or haste, some left out, some at any time, some twice.
func randomHistory(s *Schedule, r *rand.Rand) (Child, []Dose) {
	c := Child{Birth: civil.Of(2011, 1, 1) + civil.Date(r.IntN(16*365)), Sex: r.IntN(3)}
	if r.IntN(4) == 0 { // the days at which months clamp
		y := 2012 + r.IntN(14)
		c.Birth = []civil.Date{civil.Of(y, 8, 31), civil.Of(y, 3, 1) - 1, civil.Of(y, 12, 31), civil.Of(y, 1, 30)}[r.IntN(4)]
	}
	skip := []int{0, 1, 3, 8}[r.IntN(4)] // in tenths
	var doses []Dose
	for _, li := range r.Perm(len(s.lines)) {
		ser := s.lines[li].in[r.IntN(len(s.editions))]
		if ser == nil {
			continue
		}
		tr := ser.tracks[0]
		if r.IntN(4) == 0 {
			tr = ser.tracks[r.IntN(len(ser.tracks))]
		}
		shift := 0
		for _, sl := range tr.slots {
			if r.IntN(10) < skip {
				continue
			}
			if r.IntN(5) == 0 {
				shift += r.IntN(120)
			}
			if r.IntN(25) == 0 {
				shift += r.IntN(1500)
			}
			p := sl.product.ID
			if r.IntN(8) == 0 {
				p = s.products[r.IntN(len(s.products))].ID
			}
			doses = append(doses, Dose{Product: p, On: sl.age.After(c.Birth) + civil.Date(shift+r.IntN(20)-3)})
		}
	}
	for range r.IntN(5) {
		doses = append(doses, Dose{Product: s.products[r.IntN(len(s.products))].ID, On: c.Birth + civil.Date(r.IntN(16*366)-20)})
	}
	if len(doses) > 0 && r.IntN(5) == 0 {
		doses = append(doses, doses[r.IntN(len(doses))])
	}
	return c, doses
}
