package answers

import (
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
)

// Place is what a number is about: a division or, with UnitID, what a unit
// manages or provides, in the division alone when Code is not empty.
type Place struct {
	Code   string // 12 digits; "" when a unit is asked about wherever it works
	Name   string // Chinese, of the division or the unit
	UnitID string // "" for a division as a whole; NoUnit for what no unit manages
	By     By     // 0 for a division
}

// NoUnit stands in Place.UnitID for what no unit manages.
const NoUnit = "none"

// By is in what sense a number is a unit's.
type By int

// The senses, numbered as UnitRole of the API.
const (
	ByManager  By = 1 // what is counted in the villages that the unit manages on the day
	ByProvider By = 2 // services that the unit gave
)

// Row is one indicator of one place on one day.
type Row struct {
	// ID is the indicator's identifier; "<id>@<attribution>" for the count under
	// its other attribution.
	ID string
	// Indicator is that of the pack that governs the place, else of the pack that
	// was asked for: names, unit, notes and targets are its.
	Indicator *policy.Indicator
	Place     Place
	Day       civil.Date
	From      civil.Date // first day of the period; None for a stock

	Eligible int32 // people or events; of a ratio 0
	Covered  int32
	Plain    bool // a plain count: Eligible is the value, there is no rate

	// HasRate is false without a denominator, without a source, and when a source
	// that the indicator needs was never reached.
	HasRate bool
	Rate    float64 // covered ÷ eligible, numerator ÷ denominator, or the plain count
	Over    bool    // a share of more than 1

	Better    policy.Better // which way it is better on the day
	HasTarget bool
	Target    policy.Target
	Gap       int64 // people or events still missing; 0 where HasGap is false

	Awaits     policy.Text // why there is no number: facts that nobody records yet, or
	NotCounted bool        // that it is not counted here, though nothing is missing
	Lacking    []Lack      // sources that it needs and that are not fully counted

	Ratio       *Ratio // kind ratio
	Beside      []Row  // indicators to be read beside it
	Alternative *Row   // the same counted under its other attribution
}

// Opens says whether the numbers of the row are the lengths of lists.
func (r *Row) Opens() bool { return r.Ratio == nil && r.Awaits == (policy.Text{}) }

// Lack is a source that a row needs and that is not fully counted in it.
type Lack struct {
	Source string
	Why    Why
	Behind int64 // changes not counted yet
}

// Why a source is not fully counted, numbered as SourceLack of the API.
type Why int

// The reasons. With the first two there is no rate.
const (
	NeverReached Why = 1 // nothing of it has ever arrived, or it is not followed at all
	Listing      Why = 2 // what it held at the beginning is still being read
	Alarmed      Why = 3 // following stopped
	Behind       Why = 4 // more changes wait than the setting allows
	Silent       Why = 5 // no contact for longer than the setting allows
)

// NoRate says whether a rate would be undercounted without a sign of it.
func (w Why) NoRate() bool { return w == NeverReached || w == Listing }
