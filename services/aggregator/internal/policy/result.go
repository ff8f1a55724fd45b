package policy

import (
	"xinju.dev/services/platform/civil"
)

// Piece is one run of days on which a resident (stock) or one event of a
// resident (flow) counts for an indicator in one village.
//
// Of one resident, the pieces of a stock indicator are disjoint, and so are
// those of one event of a flow indicator. A change of village, or of covered
// (stock), begins a new piece.
type Piece struct {
	Indicator int    // index in Pack.Indicators
	Village   string // 12-digit code where it counts; "" for an event whose unit is not known
	From, To  civil.Date
	Covered   bool
	Weight    int32      // how many it counts as; 0 is read as 1
	EventID   string     // flow: fact id of the event; "" for stock
	On        civil.Date // flow: day of the event; From may be later when the pack began later
}

// Text is a text for people, Chinese first.
type Text struct {
	Chinese string `yaml:"zh"`
	English string `yaml:"en"`
}

// Citation is the clause that a rule, an indicator or a target rests on.
type Citation struct {
	Document string `yaml:"document"` // title, Chinese
	Clause   string `yaml:"clause"`
	Text     string `yaml:"text"` // the words, Chinese
}

// ItemKind tells rules from indicators.
type ItemKind int

// The kinds, numbered as RuleKind of the API.
const (
	RuleItem      ItemKind = 1
	IndicatorItem ItemKind = 2
)

// Explanation is one rule or indicator applied to one resident on one day.
type Explanation struct {
	ID      string
	Name    Text
	Kind    ItemKind
	Flow    bool   // an indicator that counts events; see Events
	Village string // where the person counts on the day; "" when nowhere

	Eligible   bool
	From, To   civil.Date // half-open span that holds the day, or else the next one; None, None without any; To Forever without an end
	Covered    bool       // indicators; implies Eligible
	NextChange civil.Date // next day on which Eligible or Covered differs, all else equal; None when never
	Reason     Text       // one sentence, also why not
	Why        *Node      // tree behind Eligible; flow: of the latest event that has happened, else of the day
	WhyCovered *Node      // tree behind Covered; nil for rules, and for flow without an event
	Events     []Event    // flow: events of the period that holds the day, up to the day
	Citations  []Citation
	Awaits     Text // facts that no service records yet; there is then no answer
}

// Event is one event of a flow indicator.
type Event struct {
	ID       string
	On       civil.Date
	Village  string
	Eligible bool
	Covered  bool
}

// Node is one predicate with its verdict on the day.
type Node struct {
	Predicate string // all, any, not, lived, age …
	Text      Text
	Holds     bool
	From, To  civil.Date // as in Explanation
	Facts     []UsedFact
	Children  []*Node

	lacks   Text // why it does not hold; empty while it does
	settled bool // and never will, whatever is recorded: a man, somebody too old
}

// UsedFact names a fact that decided a predicate.
type UsedFact struct {
	Kind string // person, residence, dose …
	ID   string
	Text Text // its dates and codes
}
