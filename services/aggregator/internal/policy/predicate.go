package policy

import (
	"xinju.dev/services/aggregator/internal/timeline"
	"xinju.dev/services/platform/civil"
)

// node is one compiled predicate. Equal subtrees of a pack are one node, so
// that they are evaluated once per resident.
type node struct {
	id      int // index in program.nodes
	slot    int // of the result; nodes of other packs that ask the same have it too
	name    string
	kids    []*node
	pred    predicate      // leaves about the resident
	event   eventPredicate // leaves about the event of a flow indicator
	form    string         // name and parameters of a leaf
	text    Text
	onEvent bool // some leaf below is about the event
}

// predicate maps a resident's facts to the days on which something holds.
type predicate interface {
	// days returns the days; the set is valid until the evaluator is reset.
	days(e *evaluator) timeline.Set
	// text says what the predicate asks.
	text() Text
	// check says what is wrong with the parameters; empty when nothing is.
	check() Text
}

// eventPredicate says whether something holds of one event.
type eventPredicate interface {
	holds(e *evaluator, ev *event) bool
	text() Text
	check() Text
	usedOf(e *evaluator, ev *event) []UsedFact
}

// witness is a predicate that can name the facts it was decided by.
type witness interface {
	used(e *evaluator, day civil.Date) []UsedFact
}

// program is what a pack evaluates, and the room that it takes, see share.
type program struct {
	nodes []*node
	slots int
	doses int
}

// predicates by name; each call gives a fresh one to decode parameters into.
var predicates = map[string]func() predicate{
	"present":         func() predicate { return &present{} },
	"lived":           func() predicate { return &lived{} },
	"hukou":           func() predicate { return &hukou{} },
	"hukou_elsewhere": func() predicate { return &hukouElsewhere{} },
	"reason":          func() predicate { return &reason{} },
	"age":             func() predicate { return &age{} },
	"sex":             func() predicate { return &sex{} },
	"marital":         func() predicate { return &marital{} },
	"married":         func() predicate { return &married{} },
	"between":         func() predicate { return &between{} },
	"permit":          func() predicate { return &permit{} },
	"points":          func() predicate { return &points{} },
	"archive":         func() predicate { return &archive{} },
	"events":          func() predicate { return &events{} },
	"pregnant":        func() predicate { return &pregnant{} },
	"postpartum":      func() predicate { return &postpartum{} },
	"vaccinated":      func() predicate { return &vaccinated{} },
	"method":          func() predicate { return &method{} },
	"no_source":       func() predicate { return &noSource{} },
	"records":         func() predicate { return &records{} },
	"complete":        func() predicate { return &complete{} },
	"related":         func() predicate { return &related{} },
	"flagged":         func() predicate { return &flagged{} },
}

var eventPredicates = map[string]func() eventPredicate{
	"antenatal":   func() eventPredicate { return &antenatal{} },
	"postnatal":   func() eventPredicate { return &postnatal{} },
	"in_hospital": func() eventPredicate { return &inHospital{} },
	"reported":    func() eventPredicate { return &reported{} },
	"outcome":     func() eventPredicate { return &outcome{} },

	"entered":       func() eventPredicate { return &entered{} },
	"resident_here": func() eventPredicate { return &residentHere{} },
	"value":         func() eventPredicate { return &valueOf{} },
	"product":       func() eventPredicate { return &product{} },
	"followed":      func() eventPredicate { return &followed{} },
	"risk":          func() eventPredicate { return &risk{} },
}
