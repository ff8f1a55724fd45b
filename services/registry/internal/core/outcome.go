package core

import (
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/outcome"
)

// OutcomeCode is what became of an event; see outcome.Code.
type OutcomeCode = outcome.Code

// What may become of an event. Every event ends in exactly one of them.
const (
	Created     = outcome.Created     // a person was created
	Updated     = outcome.Updated     // a known person's record changed
	Unchanged   = outcome.Unchanged   // new event, nothing changed
	Duplicate   = outcome.Duplicate   // the same event was there already
	Pending     = outcome.Pending     // kept; waits for an earlier event
	NeedsReview = outcome.NeedsReview // kept for somebody to look at
	Refused     = outcome.Refused     // not kept, with a reason
)

// Outcome is what became of one event; Column is a field of ResidenceEvent.
type Outcome = outcome.Outcome

// Refuse makes the outcome of an event that is not kept.
func Refuse(column string, why *fault.Error) Outcome { return outcome.Refuse(column, why) }
