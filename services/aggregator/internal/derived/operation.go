package derived

import (
	"context"
	"sync"
	"time"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/ids"
	"xinju.dev/services/platform/obs"
)

// Faults of operations.
var (
	ErrRebuilding  = fault.New(fault.Precondition, "REBUILD_RUNNING", "a rebuild is running already", "重建正在进行")
	ErrNoOperation = fault.New(fault.NotFound, "OPERATION_NOT_FOUND", "there is no such operation", "没有该操作")
)

const rebuildKind = "aggregator.rebuild"

// operationOf is the stored form as an answer.
func operationOf(r store.OperationRow) coverage.Operation {
	out := coverage.Operation{
		ID: r.ID, Kind: r.Kind, State: r.State, Stage: r.Stage, Done: r.Done, Total: r.Total,
		FailureReason: r.FailureReason, FailureText: r.FailureText, Created: time.UnixMilli(r.CreatedMS).UTC(),
	}
	if r.EndedMS != 0 {
		out.Ended = time.UnixMilli(r.EndedMS).UTC()
	}
	return out
}

// running is the operation at work; others read it meanwhile. One without an
// identifier nobody has asked for: it is not stored.
type running struct {
	b     *Book
	mu    sync.Mutex
	row   store.OperationRow
	began time.Time
	saved time.Time
	taken taken
}

// StartRebuild accepts a rebuild. A retry with the same request id returns the
// first operation. It fails with REBUILD_RUNNING.
func (b *Book) StartRebuild(ctx context.Context, requestID string) (coverage.Operation, error) {
	var out store.OperationRow
	err := b.Store.Write(ctx, func(t store.Tx) error {
		out = store.OperationRow{}
		prior, found, err := t.Claim("Rebuild", requestID)
		if err != nil {
			return err
		}
		if found {
			out, _, err = t.Operation(prior)
			return err
		}
		open, err := t.Unfinished()
		if err != nil {
			return err
		}
		if len(open) > 0 {
			return ErrRebuilding
		}
		now := b.Now()
		out = store.OperationRow{ID: ids.New(now), Kind: rebuildKind, State: coverage.Queued, Stage: "queued", CreatedMS: now.UnixMilli()}
		if err := t.PutOperation(out); err != nil {
			return err
		}
		return t.Keep("Rebuild", requestID, out.ID)
	})
	b.wake()
	if err != nil {
		return coverage.Operation{}, err
	}
	return operationOf(out), nil
}

// wake makes the worker look for operations. Also when one was refused: an open
// one that the worker could not read or could not close for trouble with the store
// is taken up again.
func (b *Book) wake() {
	select {
	case b.work <- struct{}{}:
	default:
	}
}

// Operation returns one operation. It fails with OPERATION_NOT_FOUND.
func (b *Book) Operation(ctx context.Context, id string) (coverage.Operation, error) {
	if op := b.current.Load(); op != nil {
		if row := op.snapshot(); row.ID == id && row.EndedMS == 0 {
			out := operationOf(row)
			if s := time.Since(op.began).Seconds(); s > 0 {
				out.Rate = float64(row.Done) / s
			}
			return out, nil
		}
	}
	var out coverage.Operation
	err := b.Store.Read(ctx, func(t store.Tx) error {
		row, found, err := t.Operation(id)
		if err == nil && !found {
			err = ErrNoOperation
		}
		out = operationOf(row)
		return err
	})
	return out, err
}

func (b *Book) factsNow() (n int64) {
	_ = b.look(func(v view) error { n = v.r.facts; return nil }) // without a state it is unknown
	return n
}

const saveEvery = time.Second

func (o *running) stage(ctx context.Context, name string) {
	o.mu.Lock()
	o.row.Stage = name
	row := o.row
	o.saved = time.Now()
	o.mu.Unlock()
	o.save(ctx, row)
}

func (o *running) advance(ctx context.Context, n int64) {
	o.mu.Lock()
	o.row.Done += n
	o.row.Total = max(o.row.Total, o.row.Done)
	row, due := o.row, time.Since(o.saved) > saveEvery
	if due {
		o.saved = time.Now()
	}
	o.mu.Unlock()
	if due {
		o.save(ctx, row)
	}
}

// save is for those who ask after a crash; its failure harms nothing.
func (o *running) save(ctx context.Context, row store.OperationRow) {
	if row.ID == "" {
		return
	}
	if err := o.b.Store.SaveOperation(ctx, row); err != nil {
		o.b.Log.Warn("the progress of a rebuild cannot be stored", obs.Cause(err))
	}
}

func (o *running) restart() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.row.Done = 0
	o.taken.facts.Store(0)
	o.taken.residents.Store(0)
}

func (o *running) succeeded(now time.Time) store.OperationRow {
	o.mu.Lock()
	defer o.mu.Unlock()
	row := o.row
	row.State, row.Stage, row.Total, row.EndedMS = coverage.Succeeded, "done", row.Done, max(now.UnixMilli(), row.CreatedMS, 1)
	return row
}

func (o *running) set(row store.OperationRow) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.row = row
}

func (o *running) snapshot() store.OperationRow {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.row
}
