package intake

import "strings"

// records reads a file on, without the rows that its profile passes over.
func (in *Intake) records(l Layout, f File, from Position) (Records, error) {
	r, err := in.Format.Records(l, f, from)
	if err != nil || l.Profile == nil || len(l.Profile.Skips) == 0 {
		return r, err
	}
	out := &skipping{Records: r}
	for _, s := range l.Profile.Skips {
		for i, name := range l.Columns {
			if ColumnKey(name) == ColumnKey(s.Column) {
				out.rules = append(out.rules, skipRule{i, s.Values})
			}
		}
	}
	return out, nil
}

type skipRule struct {
	column int
	values []string
}

// skipping passes over rows that are none.
type skipping struct {
	Records
	rules []skipRule
}

// Next implements Records.
func (s *skipping) Next() (Record, error) {
	for {
		rec, err := s.Records.Next()
		if err != nil || rec.Fault != nil || !s.skips(rec) {
			return rec, err
		}
	}
}

func (s *skipping) skips(rec Record) bool {
	for _, r := range s.rules {
		if r.column >= len(rec.Cells) {
			continue
		}
		cell := strings.TrimSpace(rec.Cells[r.column])
		for _, v := range r.values {
			head, open := strings.CutSuffix(v, "*")
			if cell == v || open && strings.HasPrefix(cell, head) {
				return true
			}
		}
	}
	return false
}
