package coverage

import (
	"cmp"
	"strings"

	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/platform/civil"
)

// State is what of one state may be kept: what its people are to be judged by.
type State struct {
	World     *facts.World
	Deriver   *derive.Deriver // with the packs
	Following []Following
}

// Person is what is known of whom an identifier stands for.
type Person struct {
	ID     string          // asked for
	Of     string          // the person that it counts for: ID, unless it was merged
	Linked []string        // identifiers that count for Of, ascending
	Facts  *facts.Resident // of Of; nil when the registry has not told of the person
	Left   []string        // of who has changed: places where ID lived or counted since the reader began, and does no more
}

// FeedPlace is how far a reader of answers has come. While Snapshot, everybody up
// to ResidentID was told as of Revision or later; afterwards, every change up to
// ResidentID within Revision.
type FeedPlace struct {
	Epoch      string
	Generation int64
	Derivation string
	Snapshot   bool
	Revision   int64
	ResidentID string
	Begun      int64 // revision at which everybody began to be told
}

// FeedPage is whose answers may have changed after a place, once each.
type FeedPage struct {
	State
	At       FeedPlace // that the page reaches
	Restart  bool      // the place was of another state: the page begins anew
	Listing  bool      // the page is part of everybody
	CaughtUp bool      // nothing more is known
	People   []Person
}

// Turns of a forecast, numbered as TransitionKind of the API.
const (
	Enters           int32 = 1 // becomes eligible
	BecomesUncovered int32 = 2
	Leaves           int32 = 3 // first day without
	BecomesCovered   int32 = 4
)

// Turn is one change of one person or event on a day.
type Turn struct {
	On civil.Date
	Place
	Item string
	Kind int32
}

// AheadQuery asks for what changes on the days after From, up to and including Until.
type AheadQuery struct {
	Division    string
	Indicators  map[ledger.Key]string // by key; or
	Rules       []string
	From, Until civil.Date
	Most        int // turns; more fail
}

// CompareTurns orders a forecast.
func CompareTurns(a, b Turn) int {
	return cmp.Or(cmp.Compare(a.On, b.On), strings.Compare(a.Village, b.Village), strings.Compare(a.SortKey, b.SortKey),
		strings.Compare(a.ResidentID, b.ResidentID), strings.Compare(a.Item, b.Item), strings.Compare(a.EventID, b.EventID), cmp.Compare(a.Kind, b.Kind))
}
