package nip

// RoutineDose is one line of an edition's table: the way that the programme
// gives a series, without catch-up and without alternatives.
type RoutineDose struct {
	Series   string
	Number   int
	Products []string // that count for it, what the programme gives first
	Age      Period   // the least age
	Before   Period   // the age before which it should be given; zero where the edition names none
}

// Routine returns the table of an edition in the order of the series, and
// nothing for an edition that is not on file.
func (s *Schedule) Routine(edition string) []RoutineDose {
	var out []RoutineDose
	for e := range s.editions {
		if s.editions[e].ID != edition {
			continue
		}
		for _, l := range s.lines {
			ser := l.in[e]
			if ser == nil {
				continue
			}
			for i, sl := range ser.tracks[0].slots {
				out = append(out, RoutineDose{Series: l.id, Number: i + 1, Products: s.accepted(sl), Age: sl.age, Before: sl.before})
			}
		}
	}
	return out
}

func (s *Schedule) accepted(sl slot) []string {
	out := []string{sl.product.ID}
	for i := range s.products {
		if p := &s.products[i]; p.ID != sl.product.ID && sl.accept.has(p) {
			out = append(out, p.ID)
		}
	}
	return out
}
