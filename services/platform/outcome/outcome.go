// Package outcome is what becomes of one thing that somebody handed in: an event,
// a row of a file. It is pure: rules and pipelines both speak of outcomes, and
// neither needs to know the other for it.
package outcome

import "xinju.dev/services/platform/fault"

// Code is what became of it; the numbers are those of
// xinju.registry.v1.RowOutcome and are stored.
type Code int32

// What may become of it. Everything ends in exactly one of them.
const (
	Created     Code = 1 // what it is about was created
	Updated     Code = 2 // a known record changed
	Unchanged   Code = 3 // new, but nothing changed
	Duplicate   Code = 4 // the same was there already
	Pending     Code = 5 // kept; waits for something earlier
	NeedsReview Code = 6 // kept for somebody to look at
	Refused     Code = 7 // not kept, with a reason
)

// Known reports that c is one of the codes above.
func (c Code) Known() bool { return c >= Created && c <= Refused }

// Outcome is what became of one.
type Outcome struct {
	Code       Code
	Fault      *fault.Error // reason and texts; nil when there is nothing to say
	Column     string       // field that is wrong, as the contract names it; "" when none is
	ResidentID string       // the person; "" when refused or not yet known
}

// Refuse makes the outcome of what is not kept.
func Refuse(column string, why *fault.Error) Outcome {
	return Outcome{Code: Refused, Fault: why, Column: column}
}

// Reason is the reason code, "" when there is none.
func (o Outcome) Reason() string {
	if o.Fault == nil {
		return ""
	}
	return o.Fault.Reason
}
