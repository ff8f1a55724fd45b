package nip

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

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
				want := s.Numbered(child, doses, series, number)
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
