// Package review holds the rules of the review queue: what an item is, when it
// opens, closes and opens again, and which decisions fit it; and the worker that
// drives the search for duplicates. It knows neither storage nor wire, and it
// decides nothing about a resident: people do.
package review

import (
	"slices"
	"time"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/match"
)

// Duplicate is the kind of item that asks whether two residents are one person.
// Every other kind is a review flag of one resident.
const Duplicate = "DUPLICATE"

// Listed is the kind of item that asks whether a row of a full list is of somebody
// who stands on the list no more: ResidentID is that one, OtherID names the row's
// entry. It is the reason of the row's outcome.
var Listed = core.FlagListed.Reason

// State is whether an item is open; the numbers are those of
// xinju.registry.v1.ReviewState and are stored.
type State int

// The states.
const (
	Open     State = 1
	Resolved State = 2 // looked at; hidden until the cause changes
	NotSame  State = 3 // two persons; hidden until a document says otherwise
	Merged   State = 4
	Gone     State = 5 // the cause disappeared
)

// Priority is how urgent an item is; the numbers are those of
// xinju.registry.v1.ReviewPriority and are stored.
type Priority int

// The priorities.
const (
	High   Priority = 1
	Normal Priority = 2
	Low    Priority = 3
)

// Verdict is what a person decided; the numbers are those of
// xinju.registry.v1.ReviewVerdict and are stored.
type Verdict int

// The verdicts.
const (
	Merge      Verdict = 1
	AreTwo     Verdict = 2 // NOT_SAME
	LookedAt   Verdict = 3 // RESOLVED
	AskLater   Verdict = 4 // LATER
	UndoMerge  Verdict = 5 // UNMERGE
	mostSnooze         = 366
)

// Faults of the queue.
var (
	ErrNotFound = fault.New(fault.NotFound, "REVIEW_ITEM_NOT_FOUND", "there is no such review item", "没有该待核事项")
	ErrChanged  = fault.New(fault.Stale, "REVIEW_ITEM_CHANGED", "the review item was changed since it was read; read it again", "待核事项在读取之后已变化，请重新读取")
	ErrUnfit    = fault.New(fault.Precondition, "REVIEW_DECISION_UNFIT", "the decision does not fit this kind of item, or its state", "该处理方式不适用于此类或此状态的待核事项")
	ErrKind     = fault.New(fault.Invalid, "REVIEW_KIND_UNKNOWN", "there is no such kind of review item", "没有该类待核事项")
)

// Digest stands for what an item is about. The zero digest is none.
type Digest [16]byte

// Item is one thing that needs a person.
type Item struct {
	ID         string
	Kind       string
	ResidentID string // of a pair the smaller identifier
	OtherID    string // of a pair the second one
	Cause
	State       State
	HiddenUntil civil.Date // LATER: first day on which it shows again
	Settled     Digest     // what it was about when it was decided
	MergeEvent  string     // identifier of the desk's MERGE that holds; of Listed the key of the entry whose person has the document, and what the row says
	Opened      time.Time
	Version     int64
	Row         *ListedRow // of Listed, while it is asked, and only where one item is read
}

// Cause is what makes an item, as it is now.
type Cause struct {
	Content    Digest
	Priority   Priority
	Division   string // where the resident lives now, or lived last; "" for nowhere
	OtherPlace string // the same of the second one
	Score      float64
	Rules      []match.Rule
	Fields     []match.FieldResult
}

// Seen takes in that the cause is there, and reports that the item changed.
// A merged item is seen only when the two stand apart again.
func (i *Item) Seen(c Cause, now time.Time) bool {
	before := *i
	fresh := c.Content != i.Content
	i.Cause = c
	switch i.State {
	case Open:
		if fresh {
			i.HiddenUntil = civil.None
		}
	case 0, Merged:
		i.open(now)
	case Resolved, NotSame, Gone:
		if i.Kind != Listed && i.settledBy(c) {
			i.State = i.settledState()
		} else {
			i.open(now)
		}
	}
	return i.State != before.State || i.HiddenUntil != before.HiddenUntil || !c.equal(before.Cause)
}

func (i *Item) open(now time.Time) {
	i.State, i.Opened, i.HiddenUntil, i.Settled, i.MergeEvent = Open, now, civil.None, Digest{}, ""
}

// settledBy reports that what was decided still covers the cause. Two who were
// found to be two persons stay so until a document speaks that did not before.
func (i *Item) settledBy(c Cause) bool {
	if i.Settled == (Digest{}) {
		return false
	}
	if i.Kind == Duplicate && !slices.ContainsFunc(c.Rules, match.Rule.ByDocument) {
		return true
	}
	return i.Settled == c.Content
}

func (i *Item) settledState() State {
	if i.Kind == Duplicate {
		return NotSame
	}
	return Resolved
}

// Vanished takes in that the cause is gone, and reports that the item changed.
// What was decided is remembered, should the cause come back.
func (i *Item) Vanished() bool {
	if i.State == Gone || i.State == Merged {
		return false
	}
	i.State, i.HiddenUntil = Gone, civil.None
	return true
}

// Lapsed takes in that nothing is asked any more, whatever was answered: a later
// list tells who the person is, or the one that asked was withdrawn.
func (i *Item) Lapsed() bool {
	if i.State == Gone {
		return false
	}
	i.State, i.HiddenUntil, i.Settled, i.MergeEvent = Gone, civil.None, Digest{}, ""
	return true
}

// Decide takes in a verdict of a day. It fails with REVIEW_DECISION_UNFIT.
func (i *Item) Decide(v Verdict, until, today civil.Date, now time.Time) error {
	pair := i.Kind == Duplicate || i.Kind == Listed
	switch {
	case v == Merge && pair && (i.State == Open || i.State == NotSame && i.Kind == Duplicate):
		i.State, i.HiddenUntil, i.Settled = Merged, civil.None, Digest{}
	case v == AreTwo && pair && i.State == Open:
		i.State, i.HiddenUntil, i.Settled = NotSame, civil.None, i.Content
	case v == LookedAt && !pair && i.State == Open:
		i.State, i.HiddenUntil, i.Settled = Resolved, civil.None, i.Content
	case v == AskLater && i.State == Open:
		if until <= today || until > today.AddDays(mostSnooze) {
			return ErrUnfit.On("until_date", "须在明天起 366 天以内 must be within 366 days from tomorrow")
		}
		i.HiddenUntil = until
	case v == UndoMerge && i.Kind == Duplicate && i.State == Merged && i.MergeEvent != "":
		i.open(now)
	case v == UndoMerge && i.Kind == Listed && i.State == Merged && i.MergeEvent != "":
		i.State, i.Settled, i.MergeEvent = NotSame, i.Content, ""
	default:
		return ErrUnfit
	}
	return nil
}

func (c Cause) equal(o Cause) bool {
	return c.Content == o.Content && c.Priority == o.Priority && c.Division == o.Division && c.OtherPlace == o.OtherPlace && c.Score == o.Score &&
		slices.Equal(c.Rules, o.Rules) && slices.Equal(c.Fields, o.Fields)
}

// Decision is one decision about an item, as it was recorded.
type Decision struct {
	Verdict Verdict
	By      string
	Note    string
	Time    time.Time
	Until   civil.Date
	EventID string // of the desk's event that carries it out
}

// Choice is what somebody decides about an item that was read at a version.
type Choice struct {
	ItemID     string
	Version    int64
	ResidentID string // of Listed: who is meant, where several may be
	Decision
}

// ListedRow is the row of a full list that an item of kind Listed asks about.
type ListedRow struct {
	Sender  string
	BatchID string
	Row     int           // in the file
	EventID string        // of the event that it becomes once somebody has decided
	Person  core.Resident // as the row alone has the person
}

// Filter narrows the list; zero fields do not.
type Filter struct {
	Division string
	Kind     string
	Priority Priority
	Today    civil.Date // items put off until a later day are hidden
}

// Count is how many items of a kind a division has.
type Count struct {
	Division string
	Kind     string
	Items    int
}

// Progress is how far the search for duplicates has come.
type Progress struct {
	Stage    string // clear, build or follow
	Done     int64  // residents taken in
	Total    int64  // residents
	Position int64
	Head     int64
	Compared int64 // pairs
	Capped   int64 // entries left out of full blocks
	Started  time.Time
	Updated  time.Time
}
