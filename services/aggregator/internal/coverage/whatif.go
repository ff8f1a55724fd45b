package coverage

import (
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
)

// WhatIf asks what a pack would change.
type WhatIf struct {
	Source     []byte // the file
	Division   string // it and everything below
	Day        civil.Date
	Undated    bool        // nobody asked for the day: a pack that begins later is tried on its first day
	GroupLevel facts.Level // also the divisions of this level below it; 0 for none
	Limit      int         // of the changes that are listed
	Indicators []string    // only these; nil: all
	Everyone   bool        // list everybody who counts, not only whom it changes
	Part       TriedPart   // list those that a count is made of instead
	After      string      // list only residents after this one
}

// TriedPart is a count of a NumberChange, numbered as WhatIfList of the API; 0: the
// changes.
type TriedPart int

// The counts.
const (
	OldEligible TriedPart = iota + 1
	OldCovered
	NewEligible
	NewCovered
)

// Of is what a line adds to the count.
func (p TriedPart) Of(was, is ledger.Count) int32 {
	switch p {
	case OldEligible:
		return was.Eligible
	case OldCovered:
		return was.Covered
	case NewEligible:
		return is.Eligible
	case NewCovered:
		return is.Covered
	}
	return 0
}

// Tried is the answer: what differs between the packs in use and those with the
// new one. For every number new less old is the sum over its changes.
type Tried struct {
	Pack      *policy.Pack
	Day       civil.Date // of the numbers
	World     *facts.World
	Numbers   []NumberChange // those that change or of which a part does, by division and indicator
	People    []CountChange  // by resident, at most Limit
	More      bool           // somebody after the last listed would be, too
	Total     int64          // changes, listed or not
	Residents int64          // evaluated
	Following []Following
}

// NumberChange is a number as it is and as it would be.
type NumberChange struct {
	Division  string
	Indicator string
	Name      string // of the indicator, Chinese
	Old, New  ledger.Count
	Plain     Plainly
	Changes   int // that stand behind it
}

// Plainly says of what a number is a plain count, without anybody covered.
type Plainly struct{ Old, New bool }

// CountChange is a resident or an event that counts otherwise in one village.
type CountChange struct {
	ResidentID string
	Indicator  string
	EventID    string // "" for stock
	Village    string
	Old, New   ledger.Count // what it adds to the numbers; zero: it does not count
	Plain      Plainly
	Reason     policy.Text // under the new pack; empty when no pack is in force for the person
}
