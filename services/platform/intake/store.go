package intake

import (
	"context"
	"errors"
	"time"

	"xinju.dev/services/platform/page"
)

// Store is what intake needs kept of batches.
type Store interface {
	// CreateFeedBatch stores a new batch, or returns the first one of the same
	// sender and content with fresh == false. The stored one has Previous set. It
	// fails with FEED_SEQUENCE_USED.
	CreateFeedBatch(ctx context.Context, b Batch) (first Batch, fresh bool, err error)
	// FeedBatch fails with FEED_BATCH_NOT_FOUND.
	FeedBatch(ctx context.Context, id string) (Batch, error)
	// NextFeedBatch returns the oldest open batch of a spool whose sender is not
	// paused, or one that is being withdrawn; ok is false when there is none.
	NextFeedBatch(ctx context.Context, spool string) (b Batch, ok bool, err error)
	// ResultsFrom returns what became of rows from a number on.
	ResultsFrom(ctx context.Context, batchID string, from, limit int) ([]RowResult, error)
	// AdoptFeedBatch says that another spool holds the file of an open batch.
	AdoptFeedBatch(ctx context.Context, id, spool string) error
	// ApplyFeedChunk applies rows, stores their outcomes and moves the batch on,
	// all or nothing. It fails with ErrMoved when the batch is not open or not at
	// the chunk's beginning, with ErrPaused when its sender is, and with ErrChunk
	// when the same rows may pass in smaller chunks.
	ApplyFeedChunk(ctx context.Context, c Chunk) error
	// RehearseFeedChunk says what would become of rows, and keeps nothing.
	RehearseFeedChunk(ctx context.Context, c Chunk) ([]RowResult, error)
	// StartFeedBatch and FinishFeedBatch change an open batch.
	StartFeedBatch(ctx context.Context, id string, now time.Time) error
	FinishFeedBatch(ctx context.Context, id string, state State, failure string, now time.Time) error
	// ChangeFeedBatch moves a batch from one of some states to another; it fails
	// with FEED_BATCH_STATE.
	ChangeFeedBatch(ctx context.Context, id string, c Change) (Batch, error)
}

// Preparer is a Store that can do a part of ApplyFeedChunk's work without the
// database, so that it is done while the chunk before is written. It may change
// the items of the chunk's rows, and nothing else; it is called by one goroutine
// at a time, and chunks may be applied without it.
type Preparer interface {
	PrepareFeedChunk(c Chunk)
}

// Change is a change of a batch's state that somebody asked for.
type Change struct {
	From      []State
	To        State
	Now       time.Time
	Confirmed bool   // of a held list
	By        string // of a withdrawal: who asked for it and why
	Undone    int64  // of a withdrawal: rows dealt with
}

// Lists keeps the full lists of senders.
type Lists interface {
	// CompareList stores the entries of a chunk beside the list before, says in
	// each row what is different, and moves the batch on in StageCompare, all or
	// nothing. It fails with ErrMoved.
	CompareList(ctx context.Context, c ListChunk) error
	// BeginApplying ends StageCompare: whoever is new and may be somebody who is
	// gone becomes DiffAlike, and the other one DiffMissed. Where diff.Hold is set
	// and the batch is no rehearsal, it waits for a person.
	BeginApplying(ctx context.Context, id string, diff Diff) (Batch, error)
	// Stopped returns a list of the sender that was compared with the same list
	// before, and failed or was cancelled when some of its rows were applied; "" for
	// none.
	Stopped(ctx context.Context, b Batch) (id string, err error)
	// ListDiff finds what was stored for entries, in their order.
	ListDiff(ctx context.Context, b Batch, entries []Entry) ([]ListEntry, error)
	// BeginGone ends StageApply. Who was gone before is remembered on.
	BeginGone(ctx context.Context, id string) (Batch, error)
	// Gone returns entries of the list before that are in the new one no more,
	// after a key.
	Gone(ctx context.Context, b Batch, after string, limit int) ([]ListEntry, error)
	// SweepLists removes a part of lists that nobody needs; more is false when
	// none is left.
	SweepLists(ctx context.Context) (more bool, err error)
}

// Difference is what became of an entry between two lists.
type Difference int32

// The differences; they are stored.
const (
	DiffNew       Difference = 1
	DiffChanged   Difference = 2
	DiffUnchanged Difference = 3
	DiffKept      Difference = 4 // the row is refused; the entry stays as it was
	DiffGone      Difference = 5 // was on an earlier list and is no more
	DiffMissed    Difference = 6 // is not in the list, and may be somebody who is new in it
	DiffAlike     Difference = 7 // is new, and may be somebody who is missed; nothing is applied yet
)

// ListChunk is what one transaction of StageCompare stores.
type ListChunk struct {
	Batch    Batch
	From, To Position
	Rows     []ListRow
	Unclear  int64 // rows that name nobody
	Rate     float64
	// Make returns the memo to keep for a row, given the one before.
	Make func(r ListRow, key string, d Difference, before []byte) ([]byte, error)
	// Like returns the likeness of an entry, nil for none.
	Like func(r ListRow) []byte
	Hook func(point string) error
}

// ListRow is one row of a full list.
type ListRow struct {
	Number  int
	Entry   Entry
	Item    any
	Refused bool
}

// ListEntry is one stored entry.
type ListEntry struct {
	Key    string // hex, of the keyed hash
	Number int    // of the row that it came from; 0 when it is not in the list
	Diff   Difference
	Memo   []byte      // as of the list before; of somebody who is new, as when they were gone, if they were
	Missed []ListEntry // of DiffAlike: those who may be meant
}

// Senders is what intake needs kept of senders.
type Senders interface {
	// Sender returns a sender; one that never sent is zero but for its name.
	Sender(ctx context.Context, name string) (Sender, error)
}

// Reader is what is asked about batches.
type Reader interface {
	FeedBatch(ctx context.Context, id string) (Batch, error)
	FeedBatches(ctx context.Context, sender string, q page.Query) ([]Batch, page.Next, error)
	FeedRows(ctx context.Context, f RowFilter, q page.Query) ([]RowResult, page.Next, error)
	// RefusedRows returns refused rows after a row number, with their raw text.
	RefusedRows(ctx context.Context, batchID string, after, limit int) ([]RowResult, error)
	// StillPending counts the rows of a batch that wait to this day.
	StillPending(ctx context.Context, batchID string) (int64, error)
}

// Withdrawer undoes what rests on a batch alone. It is the service's: the
// pipeline calls it again and again until it says that nothing is left, also
// after a restart.
type Withdrawer interface {
	// WithdrawStep undoes the next part. n is how many rows it dealt with, done
	// that nothing is left; a step that was done before does no harm.
	WithdrawStep(ctx context.Context, batchID string, now time.Time) (n int64, done bool, err error)
}

// What a store answers about a chunk.
var (
	ErrMoved  = errors.New("feed: the batch is not where the chunk begins")
	ErrPaused = errors.New("feed: the sender is paused")
	ErrChunk  = errors.New("feed: the chunk is too large for one write or holds a value that the database refuses")
)
