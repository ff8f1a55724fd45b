// Package coverage is the questions that can be asked of the derived state and
// the form of the answers: numbers, lists, how the sources are followed.
//
// It is types only: package derived answers, package rpc asks, and neither has
// to know the other.
package coverage

import (
	"strings"
	"time"

	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
)

// View is one state, whole pages only. It is valid inside the function that it
// was handed to.
type View interface {
	// World is the divisions and units. It may be kept.
	World() *facts.World
	// Packs is the policy packs that the state is derived with. It may be kept.
	Packs() *policy.Catalogue
	// Deriver numbers the indicators of these packs. It may be kept.
	Deriver() *derive.Deriver
	// Seen says whether a record with the code has ever arrived.
	Seen(code string) bool
	// Count is the number of an indicator in a division at the end of a day.
	Count(key ledger.Key, code string, day civil.Date) ledger.Count
	// Direct is what is counted in a code itself, without what lies below it.
	Direct(key ledger.Key, code string, day civil.Date) ledger.Count
	// Following lists the sources in their fixed order.
	Following() []Following
	// Figures returns digest and sizes.
	Figures() Figures
}

// Following is how one source is followed.
type Following struct {
	Source, Epoch  string
	Position, Head int64
	Alarm          string    // reason why it is followed no more; "" while it is
	Listing        bool      // what it held at the beginning is still being read
	Contact        time.Time // when it was last heard of; zero: not since the start
}

// Figures is what can be said about a whole state.
type Figures struct {
	Digest    string // equal for equal facts, members, divisions and units
	Residents int64  // persons with facts that hold
	Orphans   int64  // facts about persons that the registry has not told of
	Facts     int64  // that hold, about persons
}

// Which is a part of a number.
type Which int

// The parts, numbered as MemberSet of the API.
const (
	Uncovered Which = 1
	Covered   Which = 2
	Eligible  Which = 3
)

// Of is the size of the part.
func (w Which) Of(c ledger.Count) int32 {
	switch w {
	case Uncovered:
		return c.Eligible - c.Covered
	case Covered:
		return c.Covered
	}
	return c.Eligible
}

// Takes says whether somebody eligible belongs to the part.
func (w Which) Takes(covered bool) bool {
	return w == Eligible || covered == (w == Covered)
}

// Place is where a line stands in a list: by village, address, person, event.
type Place struct{ Village, SortKey, ResidentID, EventID string }

// After says whether p comes after q in a list.
func (p Place) After(q Place) bool {
	for _, pair := range [...][2]string{{p.Village, q.Village}, {p.SortKey, q.SortKey}, {p.ResidentID, q.ResidentID}, {p.EventID, q.EventID}} {
		if c := strings.Compare(pair[0], pair[1]); c != 0 {
			return c > 0
		}
	}
	return false
}

// Line is one line of a list.
type Line struct {
	Place
	derive.Piece
}

// ListQuery asks for the lines behind one number.
type ListQuery struct {
	Division string
	Direct   bool         // what is counted in the division itself, without what lies below it
	Places   []string     // instead of a division: what is counted in each of these itself; ascending
	World    *facts.World // that has these places; nil: whichever serves
	Key      ledger.Key
	Of       *derive.Deriver // that numbers the key so; nil: whichever serves
	Day      civil.Date
	Which    Which
	After    Place // the zero Place: from the beginning
	Limit    int
}

// Means says whether the key means under a deriver what was asked for: a pack that is
// loaded since may have given it to another indicator.
func (q *ListQuery) Means(d *derive.Deriver) bool { return q.Of == nil || q.Of == d }

// In says whether the places were found in a world: they may be others in another one.
func (q *ListQuery) In(w *facts.World) bool { return q.World == nil || q.World == w }

// Listed says whether the lines have a list of their own, ready in its order:
// those not covered, where they lie in some division.
func (q *ListQuery) Listed() bool {
	return q.Which == Uncovered && (q.Division != "" || !q.Direct || len(q.Places) > 0)
}

// List is a page of lines. Total is the sum of the weights of the whole list,
// equal to the number at the same moment; Length is how many lines it has.
type List struct {
	Lines  []Line
	More   bool
	Total  int32
	Length int32
	World  *facts.World
}

// States of an operation, numbered as in the API.
const (
	Queued    int32 = 1
	Running   int32 = 2
	Succeeded int32 = 3
	Failed    int32 = 4
)

// Operation is how far a rebuild is; units are facts.
type Operation struct {
	ID, Kind      string
	State         int32
	Stage         string
	Done, Total   int64
	Rate          float64 // facts per second; 0 unless it runs
	FailureReason string
	FailureText   string
	Created       time.Time
	Ended         time.Time // zero while it runs
}
