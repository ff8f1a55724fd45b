// Package chase is what is kept of following up an uncovered list: who was asked
// to look after one line, and what came of it. It is types only: package desk
// keeps them, package rpc answers with them.
package chase

import (
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
)

// ErrChanged says that somebody else wrote the same entry first.
var ErrChanged = fault.New(fault.Stale, "CHASE_CHANGED",
	"the entry was changed since it was read; read it again", "该条催办记录在读取之后已被修改，请重新读取")

// Key is one line of an uncovered list. EventID is "" for indicators that
// count people.
type Key struct{ Indicator, ResidentID, EventID string }

// Entry is who was asked to look after one line and what came of it. Days are
// None when not given. Outcome is numbered as ChaseOutcome of the API, 0 none.
type Entry struct {
	Key
	Version      int64 // from 1
	AssignedTo   string
	AssignedUnit string
	Due          civil.Date
	AssignedBy   string
	AssignedMs   int64 // Unix milliseconds, 0 never
	Outcome      int32
	OutcomeOn    civil.Date
	OutcomeBy    string
	Remark       string
	ChangedMs    int64
}

// Assigned says whether somebody was asked.
func (e *Entry) Assigned() bool { return e.AssignedTo != "" || e.AssignedUnit != "" }

// Tx reads and writes entries in one transaction.
type Tx interface {
	// Chases reads the entries of an indicator that any of the residents has.
	Chases(indicator string, residents []string) ([]Entry, error)
	// PutChases writes entries and adds what they are now to their history. It
	// fails with CHASE_CHANGED when a version is there already.
	PutChases(list []Entry) error
}
