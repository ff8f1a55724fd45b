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
	Rules        []Rule
	Indicators   []Indicator
	Notes        Text
	Source       []byte // the file

	catalogue *Catalogue
	program   *program
	cases     []caseItem
}

// Rule is an entitlement: who is owed a service.
type Rule struct {
	ID            string
	Name          Text
	Services      []Text // what is owed
	Citations     []Citation
	Notes         Text
	Awaits        Text
	InheritedFrom string // pack, when inherited
	eligible      *node
}

// IndicatorKind is how an indicator counts, numbered as in the API.
type IndicatorKind int

// The kinds.
const (
	Stock IndicatorKind = 1 // who is eligible on the day
	Flow  IndicatorKind = 2 // events from the period's start to the day
	Ratio IndicatorKind = 3 // any numerator over any denominator
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

// Indicator is a coverage figure.
type Indicator struct {
	ID            string
	Name          Text
	Kind          IndicatorKind
	Period        Period // flow
	Citations     []Citation
	Notes         Text
	Awaits        Text // non-empty: no source yet; the indicator has no pieces and no rate
	InheritedFrom string
	Targets       []Target // by deadline

	eligible *node
	covered  *node
	events   *selector
}
