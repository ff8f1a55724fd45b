// Package verify is the rules of verification requests (协查): one division asks
// another about a person, and nothing that is known changes before the asker
// has accepted the answer. It is pure: no storage, no wire format, no clock.
package verify

import (
	"time"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/workday"
	"xinju.dev/services/registry/internal/core"
)

// Faults of verifications.
var (
	ErrNotFound = fault.New(fault.NotFound, "VERIFICATION_NOT_FOUND", "there is no such verification", "没有该协查")
	ErrChanged  = fault.New(fault.Stale, "VERIFICATION_CHANGED", "the verification was changed since it was read; read it again", "协查在读取之后已被修改，请重新读取")
	ErrState    = fault.New(fault.Precondition, "VERIFICATION_STATE_WRONG", "the verification does not stand where this step may be taken", "协查当前状态不允许此操作")
	ErrOneself  = fault.New(fault.Invalid, "VERIFICATION_ONESELF", "who asks and who is asked are the same", "发起方与协查方不能相同")
	ErrCorrects = fault.New(fault.Invalid, "VERIFICATION_CORRECTION",
		"a proposed correction is about the person asked about, amends no single event and merges nobody; only a confirmation or denial has any",
		"拟更正事件须针对被协查人，不得更正单个事件或合并人员；仅“属实”“不属实”的答复可附更正")
	ErrPeer     = fault.New(fault.Precondition, "VERIFICATION_PEER_OTHER", "another installation does this step, or the verification is with another one", "此步骤应由另一系统办理，或该协查属于另一系统")
	ErrDiverged = fault.New(fault.Precondition, "VERIFICATION_DIVERGED", "the document tells another history than the one that is here", "文件中的办理过程与本系统不一致")
	ErrPaper    = fault.New(fault.Precondition, "VERIFICATION_WITHOUT_DOCUMENT", "the person has no document by which another installation could know them", "该人员没有可供另一系统识别的证件")
)

// The numbers of all kinds below are those of xinju.registry.v1 and are stored.
type (
	// State is where a verification stands.
	State int32
	// Result is what an answer says.
	Result int32
	// Action is one step.
	Action int32
	// Standing is how a verification counts on a day.
	Standing int32
	// Kind is what is asked.
	Kind int32
)

// States.
const (
	Sent      State = 1
	Received  State = 2
	Answered  State = 3
	NeedsMore State = 4
	Closed    State = 5
	Disputed  State = 6
	Withdrawn State = 7
)

// Results.
const (
	Confirmed Result = 1
	Denied    Result = 2
	NotFound  Result = 3
	NeedMore  Result = 4
)

// Actions.
const (
	Send     Action = 1
	Receive  Action = 2
	Answer   Action = 3
	AskMore  Action = 4
	Supply   Action = 5
	Accept   Action = 6
	Dispute  Action = 7
	Withdraw Action = 8
)

// Standings. Each verification has exactly one on a day.
const (
	InTime   Standing = 1
	Late     Standing = 2
	Open     Standing = 3
	Overdue  Standing = 4
	TakeBack Standing = 5
)

// Limits.
const (
	DefaultDays = 10
	MaxDays     = 60
	MaxText     = 500
	MaxList     = 20 // evidence, corrections
)

// Party is one of the two sides.
type Party struct{ Division, Unit string }

// Evidence refers to what supports a question or an answer.
type Evidence struct {
	Kind   string `json:"k"`
	Text   string `json:"t,omitempty"`
	Digest string `json:"d,omitempty"`
}

// Question is what is asked; it does not change.
type Question struct {
	ResidentID    string // "" when not known here
	Document      core.Document
	Kind          Kind
	Text          string
	Evidence      []Evidence
	Asking, Asked Party
	WorkingDays   int
}

// Step is one step that was taken.
type Step struct {
	Number      int
	Action      Action
	By          string
	Time        time.Time // whole milliseconds
	Note        string
	Result      Result
	Evidence    []Evidence
	Corrections []core.Event // proposed; without sender and identifier
	EventIDs    []string     // recorded when accepted
	Deadline    civil.Date   // after the step; None when it did not change
}

// Verification is a question and what became of it.
type Verification struct {
	ID string
	Question
	State    State
	Result   Result
	Sent     civil.Date
	Deadline civil.Date
	Answered civil.Date // first answer
	Late     bool       // the first answer came after the deadline of then
	Left     int        // working days that were left when more was asked for; 0 when none were
	Peer     string     // the other installation; "" when both sides are here
	FromPeer bool       // it asks
	Steps    []Step
	Version  int64
	Created  time.Time
	Updated  time.Time
}

// moves is the table of what may be done: nothing else may.
var moves = map[Action]map[State]State{
	Send:     {0: Sent},
	Receive:  {Sent: Received},
	Answer:   {Received: Answered, Disputed: Answered},
	AskMore:  {Received: NeedsMore, Disputed: NeedsMore},
	Supply:   {NeedsMore: Received},
	Accept:   {Answered: Closed},
	Dispute:  {Answered: Disputed},
	Withdraw: {Sent: Withdrawn, Received: Withdrawn, NeedsMore: Withdrawn, Disputed: Withdrawn},
}

// asks reports that a step is taken by the side that asks.
func (a Action) asks() bool {
	return a == Send || a == Supply || a == Accept || a == Dispute || a == Withdraw
}

// Here refuses a step that the other installation takes.
func (v *Verification) Here(a Action) error {
	if v.Peer != "" && a.asks() == v.FromPeer {
		return ErrPeer
	}
	return nil
}

// May refuses a step that the table does not have.
func (v *Verification) May(a Action) error {
	if _, ok := moves[a][v.State]; !ok {
		return ErrState.With("state", stateNames[v.State]).With("step", actionNames[a])
	}
	return nil
}

// Apply takes a step at its time. It fails with VERIFICATION_STATE_WRONG and
// leaves v as it was then. It fills in the step's number and deadline.
func (v *Verification) Apply(s Step, cal *workday.Calendar) error {
	if err := v.May(s.Action); err != nil {
		return err
	}
	day := civil.DateOf(s.Time)
	before := v.Deadline
	switch s.Action {
	case Send:
		v.Sent, v.Deadline = day, cal.Add(day, v.WorkingDays)
	case Answer:
		v.Result = s.Result
		if v.Answered == civil.None {
			v.Answered, v.Late = day, day > v.Deadline
		}
	case AskMore:
		v.Result, v.Left = NeedMore, 0
		if day <= v.Deadline {
			v.Left = max(1, cal.Count(day, v.Deadline))
		}
	case Supply:
		if v.Left > 0 { // what was overdue before more was asked for stays so
			v.Deadline = cal.Add(day, v.Left)
		}
	case Dispute:
		v.Deadline = cal.Add(day, v.WorkingDays)
	}
	v.State = moves[s.Action][v.State]
	s.Number = len(v.Steps) + 1
	if s.Deadline = civil.None; v.Deadline != before {
		s.Deadline = v.Deadline
	}
	v.Steps = append(v.Steps, s)
	return nil
}

// Standing says how the verification counts on a day.
func (v *Verification) Standing(today civil.Date) Standing {
	switch {
	case v.Answered != civil.None && v.Late:
		return Late
	case v.Answered != civil.None:
		return InTime
	case v.State == Withdrawn:
		return TakeBack
	case v.Deadline < today && !(v.State == NeedsMore && v.Left > 0):
		return Overdue
	}
	return Open
}

// Answer is the step with the latest answer; ok is false before there is one.
func (v *Verification) Answer() (s Step, ok bool) {
	for i := len(v.Steps) - 1; i >= 0; i-- {
		if v.Steps[i].Action == Answer {
			return v.Steps[i], true
		}
	}
	return s, false
}

// Names for details of faults.
var (
	stateNames  = map[State]string{0: "NEW", Sent: "SENT", Received: "RECEIVED", Answered: "ANSWERED", NeedsMore: "NEEDS_MORE", Closed: "CLOSED", Disputed: "DISPUTED", Withdrawn: "WITHDRAWN"}
	actionNames = map[Action]string{Send: "SEND", Receive: "RECEIVE", Answer: "ANSWER", AskMore: "ASK_MORE", Supply: "SUPPLY", Accept: "ACCEPT", Dispute: "DISPUTE", Withdraw: "WITHDRAW"}
)
