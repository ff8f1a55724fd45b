package verify

import (
	"slices"

	"xinju.dev/services/platform/civil"
)

// Side is which of the two parties a filter is about.
type Side int32

// Sides.
const (
	AskedSide  Side = 1
	AskingSide Side = 2
)

// Filter narrows lists and counts. Zero fields do not narrow.
type Filter struct {
	Side           Side
	Division, Unit string
	From, Until    civil.Date // of the day of sending
	Standing       Standing
	State          State
	Kind           Kind
	ResidentID     string
}

// Stats counts verifications by standing.
type Stats struct {
	Counts map[Standing]int64
	Days   map[int]int64 // calendar days to the first answer → how many
}

// Sent is all of them.
func (s Stats) Sent() (n int64) {
	for _, c := range s.Counts {
		n += c
	}
	return n
}

// Due are those answered and those that should have been.
func (s Stats) Due() int64 { return s.Counts[InTime] + s.Counts[Late] + s.Counts[Overdue] }

// Rate is a part of Due; ok is false when nothing was due.
func (s Stats) Rate(of ...Standing) (rate float64, ok bool) {
	due := s.Due()
	if due == 0 {
		return 0, false
	}
	n := int64(0)
	for _, k := range of {
		n += s.Counts[k]
	}
	return float64(n) / float64(due), true
}

// Percentile returns the days within which a share of the answers came, by
// nearest rank; ok is false without answers. percent is 1 to 100.
func (s Stats) Percentile(percent int64) (days int, ok bool) {
	total := int64(0)
	list := make([]int, 0, len(s.Days))
	for d, n := range s.Days {
		list = append(list, d)
		total += n
	}
	if total == 0 {
		return 0, false
	}
	slices.Sort(list)
	rank := (total*percent + 99) / 100
	for _, d := range list {
		if rank -= s.Days[d]; rank <= 0 {
			return d, true
		}
	}
	return list[len(list)-1], true
}
