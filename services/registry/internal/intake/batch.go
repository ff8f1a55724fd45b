package intake

import (
	"context"
	"errors"
	"time"

	"xinju.dev/services/platform/page"
	"xinju.dev/services/registry/internal/core"
)

// State is where a batch stands; the numbers are those of
// xinju.type.v1.OperationState and are stored.
type State int32

// The states. A batch that failed has kept the outcomes of its rows so far.
const (
	Queued    State = 1
	Running   State = 2
	Succeeded State = 3
	Failed    State = 4
)

// Done reports that nothing more will happen.
func (s State) Done() bool { return s >= Succeeded }

// Batch is one file that a sender handed in.
type Batch struct {
	ID           string // ULID; batches are applied in this order
	Sender       string
	Spool        string // of the folder that holds the file; see spool.id
	FileName     string
	Digest       string // SHA-256 of the bytes, hex
	Bytes        int64
	ValidateOnly bool
	Layout       Layout
	State        State
	Failure      string // reason, only when Failed

	Received time.Time // also what "today" is for its rows, so that a late restart judges them alike
	Started  time.Time
	Ended    time.Time

	Offset int64   // bytes that are dealt with, header included
	Line   int     // lines that are dealt with
	Rate   float64 // rows per second, lately
	Counts Counts
	// Reasons counts the rows of each outcome and reason.
	Reasons map[ReasonKey]int64
}

// Total estimates the rows of the file from the bytes that are left; it is
// exact when the batch is done and 0 before the first row.
func (b Batch) Total() int64 {
	rows, read := b.Counts.Received(), b.Offset-b.Layout.DataFrom
	if b.State.Done() || rows == 0 || read <= 0 {
		return rows
	}
	return max(rows, int64(float64(rows)*float64(b.Bytes-b.Layout.DataFrom)/float64(read)))
}

// Counts counts rows by outcome; the index is core.OutcomeCode.
type Counts [core.Refused + 1]int64

// Received is the number of rows read: the sum of all outcomes.
func (c Counts) Received() (n int64) {
	for _, v := range c {
		n += v
	}
	return n
}

// ReasonKey is an outcome with its reason.
type ReasonKey struct {
	Outcome core.OutcomeCode
	Reason  string
}

// RowResult is one row of a batch and what became of it.
type RowResult struct {
	Number     int
	Outcome    core.OutcomeCode
	Reason     string
	Column     string // as the file names it
	EventID    string // as the sender gave it
	ResidentID string
	Raw        []byte // only from RefusedRows, and what is written
}

// RowFilter chooses rows of a batch.
type RowFilter struct {
	BatchID  string
	Outcomes []core.OutcomeCode // none means all
	Reason   string
}

// Store is what intake needs kept.
type Store interface {
	// CreateFeedBatch stores a new batch, or returns the first one of the same
	// sender and content with fresh == false.
	CreateFeedBatch(ctx context.Context, b Batch) (first Batch, fresh bool, err error)
	// FeedBatch fails with FEED_BATCH_NOT_FOUND.
	FeedBatch(ctx context.Context, id string) (Batch, error)
	// NextFeedBatch returns the oldest batch of a spool that is not done; ok is false when there is none.
	NextFeedBatch(ctx context.Context, spool string) (b Batch, ok bool, err error)
	// AdoptFeedBatch says that another spool holds the file of a batch that is not done.
	AdoptFeedBatch(ctx context.Context, id, spool string) error
	// ApplyFeedChunk applies rows, stores their outcomes and moves the batch on,
	// all or nothing. It fails with ErrMoved when the batch is not at the chunk's
	// beginning, and with ErrChunk when the same rows may pass in smaller chunks.
	ApplyFeedChunk(ctx context.Context, c Chunk) error
	// StartFeedBatch and FinishFeedBatch change a batch that is not done.
	StartFeedBatch(ctx context.Context, id string, now time.Time) error
	FinishFeedBatch(ctx context.Context, id string, state State, failure string, now time.Time) error
}

// Reader is what is asked about batches.
type Reader interface {
	FeedBatch(ctx context.Context, id string) (Batch, error)
	FeedBatches(ctx context.Context, sender string, q page.Query) ([]Batch, page.Next, error)
	FeedRows(ctx context.Context, f RowFilter, q page.Query) ([]RowResult, page.Next, error)
	// RefusedRows returns refused rows after a row number, with their raw text.
	RefusedRows(ctx context.Context, batchID string, after, limit int) ([]RowResult, error)
}

// What a store answers about a chunk.
var (
	ErrMoved = errors.New("feed: the batch is not where the chunk begins")
	ErrChunk = errors.New("feed: the chunk is too large for one write or holds a value that the database refuses")
)
