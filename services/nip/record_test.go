package nip

import (
	"math/rand/v2"
	"testing"

	"xinju.dev/services/platform/civil"

	"github.com/google/go-cmp/cmp"
)

// alone follows one dose of a series by itself, day of change by day of change.
func (s *Schedule) alone(c Child, doses []Dose, series string, number int) Numbered {
	var h history
	s.readInto(&h, c, doses, civil.Forever, nil)
	out, li := Numbered{Index: -1}, s.lineOf(series)
	days := s.changes(&h, li, nil)
	for i, from := range days {
		at := s.courseOn(&h, li, from)
		if at.n >= number {
			t := &h.tallies[li][at.track]
			out.Given, out.Index = t.on[number-1], h.indexOf(t, number-1)
			break
		}
		if on, ok := s.recommended(&h, li, number, at, from); ok {
			to := civil.Forever
			if i+1 < len(days) {
				to = days[i+1]
			}
			out.Awaited = append(out.Awaited, Awaited{from, to, on})
		}
	}
	return out
}

// One record that is read for one child after another answers as one made for
// each question; a number that more doses than there are would have to come before
// is neither given nor awaited.
func TestARecordAnswersManyQuestions(t *testing.T) {
	s := schedule(t)
	r := rand.New(rand.NewPCG(7, 8))
	var many Record
	for range 300 {
		child, doses := randomHistory(s, r)
		many.Read(s, child, doses)
		for _, series := range s.Series() {
			for number := 1; number <= 8; number++ {
				want := s.alone(child, doses, series, number)
				if diff := cmp.Diff(want, many.Numbered(series, number)); diff != "" {
					t.Fatalf("%s %d of %v: %s", series, number, doses, diff)
				}
				if number > len(doses)+1 && (want.Index >= 0 || len(want.Awaited) > 0) {
					t.Fatalf("%s %d of %v: %v", series, number, doses, want)
				}
			}
		}
	}
}
