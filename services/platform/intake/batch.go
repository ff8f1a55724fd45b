package intake

import (
	"time"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/outcome"
)

// State is where a batch stands; the first five are those of
// xinju.type.v1.OperationState. They are stored.
type State int32

// The states. Whatever ends a batch, the outcomes of its rows so far remain.
const (
	Queued      State = 1
	Running     State = 2
	Succeeded   State = 3
	Failed      State = 4
	Cancelled   State = 5 // stopped at a chunk's border; may be gone on with
	Held        State = 6 // waits for a person to confirm it
	Withdrawing State = 7 // is being undone
	Withdrawn   State = 8 // undone; its counts remain
)

// Open reports that a worker or a stream may add rows.
func (s State) Open() bool { return s == Queued || s == Running }

// Ended reports that no more rows will come unless somebody asks for it.
func (s State) Ended() bool { return s >= Succeeded && s != Held && s != Withdrawing }

// Rests reports that nothing happens until somebody asks.
func (s State) Rests() bool { return s.Ended() || s == Held }

// keepsFile reports that the received file is still needed.
func (s State) keepsFile() bool { return s.Open() || s == Held || s == Cancelled }

// Kind is what a batch holds; the numbers are those of
// xinju.registry.v1.FeedContent and are stored.
type Kind int32

// The kinds.
const (
	Events   Kind = 1 // a file, one event per row
	Snapshot Kind = 2 // a file with the sender's full list of a day
	Stream   Kind = 3 // events that came one by one
)

// Stages of a batch, stable words.
const (
	StageDecode   = "decode"   // no row is applied yet
	StageApply    = "apply"    // rows are applied
	StageCompare  = "compare"  // a full list is compared with the one before
	StageGone     = "gone"     // who is no longer on the list
	StageHeld     = "held"     // waits for a person
	StageWithdraw = "withdraw" // is being undone
)

// Batch is one file or stream that a sender handed in.
type Batch struct {
	ID           string // ULID; batches are applied in this order
	Target       string // Target.Name
	Kind         Kind
	Sender       string
	Spool        string // of the folder that holds the file; see spool.id
	FileName     string
	Digest       string // SHA-256 of the bytes, hex; "" for a stream
	Bytes        int64
	ValidateOnly bool
	Layout       Layout
	Manifest     Manifest // zero when none came
	State        State
	Failure      string // reason, only when Failed or Held

	Received time.Time // also what "today" is for its rows, so that a late restart judges them alike
	Started  time.Time
	Ended    time.Time

	Stage  string   // of a full list: StageCompare, StageApply, StageGone; otherwise StageApply
	At     Position // what is dealt with in this stage
	Cursor string   // in StageGone: the key dealt with last, hex
	Rate   float64  // rows per second, lately
	Counts Counts
	// Reasons counts the rows of each outcome and reason.
	Reasons map[ReasonKey]int64
	Diff    Diff // of a full list

	Previous    string // hash of the sender's receipt before this one, hex
	Undone      int64  // rows dealt with by the withdrawal
	WithdrawnBy string // who asked for it and why, as given
}

// Diff is how a full list differs from the sender's one before.
type Diff struct {
	Base      string `json:"base,omitempty"` // batch of the list before; "" for the first
	Before    int64  `json:"before"`         // entries of the list before
	Arrived   int64  `json:"arrived"`
	Changed   int64  `json:"changed"`
	Unchanged int64  `json:"unchanged"`
	Gone      int64  `json:"gone"`
	Missed    int64  `json:"missed,omitempty"` // not in the list and not gone: a person decides who of the new they are
	Unclear   int64  `json:"unclear"`          // rows that name nobody
	Hold      string `json:"hold,omitempty"`   // why a person must confirm it; "" when nobody must
	Confirmed bool   `json:"confirmed,omitempty"`
}

// Compared is how many rows were compared with the list before.
func (d Diff) Compared() int64 { return d.Arrived + d.Changed + d.Unchanged + d.Unclear }

// share is how much of the list before is gone, 0–1.
func (d Diff) share() float64 {
	if d.Before == 0 {
		return 0
	}
	return float64(d.Gone) / float64(d.Before)
}

// Progress names the stage in which a running batch is.
func (b Batch) Progress() string {
	switch {
	case b.Kind == Snapshot:
		return b.Stage
	case b.Counts.Received() == 0 && b.Kind == Events:
		return StageDecode
	}
	return StageApply
}

// Whole reports that all rows of a rehearsal were judged together, n being how
// many can be.
func (b Batch) Whole(n int64) bool {
	return b.Counts.Received() <= n && b.extent()-b.Layout.Start.Offset <= rehearseBytes
}

// extent is where the rows end, in what positions of the file count.
func (b Batch) extent() int64 {
	if b.Layout.Extent > 0 {
		return b.Layout.Extent
	}
	return b.Bytes
}

// Source says who sent the batch, and when.
func (b Batch) Source() Source { return Source{Sender: b.Sender, Received: b.Received} }

// Day is the day that a full list describes.
func (b Batch) Day() civil.Date {
	if b.Manifest.SnapshotDate != civil.None {
		return b.Manifest.SnapshotDate
	}
	return b.Source().Day()
}

// Total estimates the rows of the batch from what is left of the file; it is
// exact when the batch is done and 0 before the first row.
func (b Batch) Total() int64 {
	rows, read := b.Counts.Received(), b.At.Offset-b.Layout.Start.Offset
	switch {
	case b.State.Rests() || b.Kind == Stream || rows == 0:
		return rows
	case b.Stage == StageGone, b.Manifest.RowCount > 0:
		return max(rows, b.Manifest.RowCount+b.Diff.Gone, int64(b.At.Line)+b.Diff.Gone)
	case read <= 0:
		return rows
	}
	return max(rows, int64(float64(rows)*float64(b.extent()-b.Layout.Start.Offset)/float64(read))+b.Diff.Gone)
}

// Counts counts rows by outcome; the index is outcome.Code.
type Counts [outcome.Refused + 1]int64

// Received is the number of rows read: the sum of all outcomes.
func (c Counts) Received() (n int64) {
	for _, v := range c {
		n += v
	}
	return n
}

// ReasonKey is an outcome with its reason.
type ReasonKey struct {
	Outcome outcome.Code
	Reason  string
}

// RowResult is one row of a batch and what became of it.
type RowResult struct {
	Number     int
	Outcome    outcome.Code
	Reason     string
	Column     string // as the file names it
	EventID    string // as the sender gave it
	ResidentID string
	Raw        []byte // only from RefusedRows, and what is written
	// Now is what a row that waited has become since; 0 when it waits still or
	// did not wait.
	Now outcome.Code
}

// RowFilter chooses rows of a batch.
type RowFilter struct {
	BatchID  string
	Outcomes []outcome.Code // none means all
	Reason   string
}
