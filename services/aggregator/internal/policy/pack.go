package policy

import (
	"xinju.dev/services/platform/civil"
)

// Pack is one compiled policy pack with what it inherits. It is immutable and
// safe for concurrent use.
type Pack struct {
	ID           string
	Version      int
	Name         Text
	Jurisdiction string // 12 digits; "" is the whole country
	Extends      string
	From         civil.Date // first day in force; None: always
	To           civil.Date // half-open; Forever: no end
	Definitions  []Definition
	Rules        []Rule
	Indicators   []Indicator // an alternative stands directly behind its indicator
	Headlines    []string    // ids of those that are shown first, in that order; at least one when there are any
	Records      []Record    // by code
	Figures      []Figure
	Groups       []Group
	Warnings     Warnings
	Deadlines    []Deadline // by day
	Notes        Text
	Source       []byte // the file

	catalogue *Catalogue
	program   *program
	cases     []caseItem
	root      *packFile
	gates     []needs        // by indicator: who lacks any of it counts for nothing
	oldest    *ageSpan       // see oldestDue
	named     map[int]string // definition by the id of its node
}

// Definition is a predicate with a name.
type Definition struct {
	ID            string
	Text          Text
	Notes         Text
	Citations     []Citation
	InheritedFrom string

	node *node
}

// Rule is an entitlement: who is owed a service.
type Rule struct {
	ID            string
	Name          Text
	Services      []Text // what is owed
	Citations     []Citation
	Notes         Text
	Awaits        Text   // what it awaits until one of its record codes was seen; see Awaiting
	InheritedFrom string // pack, when inherited

	eligible *node
	codes    []string
}

// IndicatorKind is how an indicator counts, numbered as in the API.
type IndicatorKind int

// The kinds.
const (
	Stock IndicatorKind = 1 // who is eligible on the day
	Flow  IndicatorKind = 2 // events from the period's start to the day
	Ratio IndicatorKind = 3 // any numerator over any denominator; it has no pieces
	Dose  IndicatorKind = 4 // doses of a vaccine given, of those that were due: 实种 of 应种
)

// Period is a reporting period.
type Period int

// The periods.
const (
	CalendarYear Period = iota + 1 // 1 January – 31 December
	MCHYear                        // 1 October – 30 September (妇幼卫生年报)
	Quarter
	Month
)

// Attribution is where an event counts.
type Attribution int

// The attributions.
const (
	ByResidence Attribution = iota + 1 // where the person lives on the day of the event
	ByEvent                            // at the unit that recorded it, see facts.UnitPlace
	ByManager                          // at the managing unit: in the village lived in; its numbers are sums over facts.World.Managed
)

// Indicator is a coverage figure or a plain count.
type Indicator struct {
	ID            string
	Name          Text
	Kind          IndicatorKind
	Period        Period      // flow, dose; ratio: of its terms, 0 when none of them has one
	Attribution   Attribution // flow, dose
	Alternative   string      // id of the indicator that counts the same by another attribution, shown beside
	AlternativeOf string      // id of the indicator that this one is the alternative of; such a one is not listed by itself
	Beside        []string    // ids of indicators shown beside
	Unit          Unit
	Better        Better // which way is better; 0 where the pack does not say, see BetterOn
	Plain         bool   // a plain count: eligible is the value, and there is no rate
	Numerator     Side   // ratio
	Denominator   Side
	Citations     []Citation
	Notes         Text
	Awaits        Text // what it awaits until one of its record codes was seen; see Awaiting
	InheritedFrom string
	Targets       []Target // by deadline
	Headline      bool     // shown first; of an alternative when the indicator is

	eligible *node
	covered  *node
	events   *selector
	dose     *dose    // nil but for a dose indicator
	slot     int      // of what the dose comes to for a resident, see share
	codes    []string // record codes that it reads
	awaited  []string // of those the ones that cover; see awaiting
	waits    []wait   // ratio: of its terms
}

// Record is a code of dated records that no service of its own exists for.
type Record struct {
	Code          string
	Name          Text
	Value         Text // what the number that comes with a record means; empty: nothing
	InheritedFrom string
}

// FigureTime is what a figure holds for.
type FigureTime int

// The times.
const (
	OnDay  FigureTime = 1 // stands on a day, until a later one
	OfYear FigureTime = 2 // of a calendar year

	// OfMonth is of the calendar month that holds its day.
	OfMonth FigureTime = 3
)

// Figure is a number from outside, per division, such as registered population.
type Figure struct {
	ID            string
	Name          Text
	Unit          Text
	At            FigureTime
	Citations     []Citation
	Notes         Text
	InheritedFrom string
}

// Group is divisions that are ranked among themselves.
type Group struct {
	ID            string
	Name          Text
	Divisions     []string // 12 digits
	Citations     []Citation
	InheritedFrom string
}

// Deadline is something to hand in.
type Deadline struct {
	ID            string
	Name          Text
	By            civil.Date // as written
	Due           civil.Date // last day, inclusive: the next working day where the pack says so (Civil Code art. 203)
	Citations     []Citation
	InheritedFrom string
}

// Indicator finds an indicator of the pack by its id.
func (p *Pack) Indicator(id string) (*Indicator, bool) {
	for i := range p.Indicators {
		if p.Indicators[i].ID == id {
			return &p.Indicators[i], true
		}
	}
	return nil, false
}

// Figure finds a figure of the pack by its id.
func (p *Pack) Figure(id string) (*Figure, bool) {
	for i := range p.Figures {
		if p.Figures[i].ID == id {
			return &p.Figures[i], true
		}
	}
	return nil, false
}
