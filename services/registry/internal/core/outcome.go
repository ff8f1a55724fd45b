package core

import "xinju.dev/services/platform/fault"

// OutcomeCode is what became of an event; the numbers are those of
// xinju.registry.v1.RowOutcome and are stored.
type OutcomeCode int32

// What may become of an event. Every event ends in exactly one of them.
const (
	Created     OutcomeCode = 1 // a person was created
	Updated     OutcomeCode = 2 // a known person's record changed
	Unchanged   OutcomeCode = 3 // new event, nothing changed
	Duplicate   OutcomeCode = 4 // the same event was there already
	Pending     OutcomeCode = 5 // kept; waits for an earlier event
	NeedsReview OutcomeCode = 6 // kept for somebody to look at
	Refused     OutcomeCode = 7 // not kept, with a reason
)

// Outcome is what became of one event.
type Outcome struct {
	Code       OutcomeCode
	Fault      *fault.Error // reason and texts; nil when there is nothing to say
	Column     string       // field of ResidenceEvent that is wrong; "" when none is
	ResidentID string       // the person; "" when refused or not yet known
}

// Refuse makes the outcome of an event that is not kept.
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
