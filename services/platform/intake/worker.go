package intake

import (
	"context"
	"errors"
	"strconv"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/obs"
)

const (
	lookAgain  = 5 * time.Second // for batches that another process received
	retryFirst = 200 * time.Millisecond
	retryMost  = 15 * time.Second
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// Run applies queued batches in order of arrival until ctx ends. A batch that
// cannot be gone on with now (the database is away) is tried again, later
// batches wait for it: order is part of what a sender may rely on. Only batches
// of paused senders, held and cancelled ones are passed over.
func (in *Intake) Run(ctx context.Context, ready func()) error {
	ready()
	wait := retryFirst
	swept := false
	for ctx.Err() == nil {
		var worked bool
		var err error
		if !swept {
			if err = in.Sweep(ctx); err == nil {
				swept, err = true, in.at("start.swept")
			}
		}
		if err == nil {
			worked, err = in.work(ctx)
		}
		if _, died := errors.AsType[*crashed](err); died {
			return err
		}
		switch {
		case ctx.Err() != nil:
		case err != nil:
			in.Log.Warn("feed intake waits before it tries again", obs.Cause(err), zap.Duration("wait", wait))
			in.pause(ctx, wait, false)
			wait = min(2*wait, retryMost)
		case !worked:
			wait = retryFirst
			if err := in.at("worker.idle"); err != nil {
				return err
			}
			in.pause(ctx, lookAgain, true)
		default:
			wait = retryFirst
		}
	}
	return ctx.Err()
}

// pause waits; with wakeable also until a file arrives.
func (in *Intake) pause(ctx context.Context, d time.Duration, wakeable bool) {
	wake := in.wake
	if !wakeable {
		wake = nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-t.C:
	}
}

// Sweep removes what a crash left: files without a batch, files of batches that
// are done, full lists that nobody needs.
func (in *Intake) Sweep(ctx context.Context) error {
	if in.Lists != nil {
		for more := true; more; {
			var err error
			if more, err = in.Lists.SweepLists(ctx); err != nil {
				return err
			}
		}
	}
	return in.spool.sweep(ctx, func(ctx context.Context, id string) (bool, error) {
		b, err := in.Store.FeedBatch(ctx, id)
		if errors.Is(err, ErrBatchNotFound) {
			return false, nil
		}
		return err == nil && b.State.keepsFile() && b.Spool == in.spool.id, err
	})
}

// work takes the next batch to its end; worked is false when there is none.
func (in *Intake) work(ctx context.Context) (worked bool, err error) {
	b, ok, err := in.Store.NextFeedBatch(ctx, in.spool.id)
	if err != nil || !ok {
		return false, err
	}
	if err := in.at("batch.picked"); err != nil {
		return false, err
	}
	if b.State == Withdrawing {
		return true, in.withdraw(ctx, b)
	}
	state, failure := Succeeded, ""
	err = in.batch(ctx, &b)
	switch {
	case errors.Is(err, ErrPaused), errors.Is(err, errRests):
		return true, nil
	case errors.Is(err, ErrMoved):
		// Somebody cancelled it, or another process went on with it.
		now, readErr := in.Store.FeedBatch(ctx, b.ID)
		if readErr == nil && !now.State.Open() {
			return true, nil
		}
		return false, errors.Join(err, readErr)
	case err != nil:
		// Only what will be the same next time ends a batch.
		why, final := errors.AsType[*fault.Error](err)
		if !final || !(errors.Is(why, ErrFileLost) || errors.Is(why, ErrOutdated) || errors.Is(why, ErrUnfinished) || why.Kind == fault.Invalid) {
			return false, err
		}
		state, failure = Failed, why.Reason
	}
	return true, in.finish(ctx, b, state, failure)
}

func (in *Intake) finish(ctx context.Context, b Batch, state State, failure string) error {
	if err := in.at("batch.applied"); err != nil {
		return err
	}
	err := in.Store.FinishFeedBatch(ctx, b.ID, state, failure, in.Now())
	if errors.Is(err, ErrMoved) { // cancelled at the last moment
		return nil
	}
	if err != nil {
		return err
	}
	if err := in.at("batch.finished"); err != nil {
		return err
	}
	in.Log.Info("feed batch done", zap.String("batch_id", b.ID), zap.String("sender", b.Sender), zap.String("failure", failure))
	if err := in.spool.remove(b.ID); err != nil {
		return err
	}
	if b.Kind == Snapshot {
		for more := true; more; {
			if more, err = in.Lists.SweepLists(ctx); err != nil {
				return err
			}
		}
	}
	return in.at("batch.done")
}

// batch applies what is left of a batch.
func (in *Intake) batch(ctx context.Context, b *Batch) error {
	t, err := in.target(b.Target)
	if err != nil {
		return err
	}
	f, err := in.spool.open(*b)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if b.State == Queued {
		if err := in.Store.StartFeedBatch(ctx, b.ID, in.Now()); err != nil {
			return err
		}
		if err := in.at("batch.started"); err != nil {
			return err
		}
	}
	if b.Kind == Snapshot {
		return in.list(ctx, b, t, f)
	}
	return in.stage(ctx, *b, t, f, func(c Chunk) error { return in.applyChunk(ctx, c) })
}

// stage goes through what is left of the file; each deals with a chunk.
func (in *Intake) stage(ctx context.Context, b Batch, t Target, f File, each func(Chunk) error) error {
	m, err := t.Mapper(b.Source(), b.Layout)
	if err != nil {
		return err
	}
	records, err := in.records(b.Layout, f, b.At)
	if err != nil {
		return err
	}
	defer func() { _ = records.Close() }()
	src := &chunker{b: b, records: records, m: m, at: b.At, rows: ChunkRows, bytes: chunkBytes, hook: in.at}
	switch {
	case in.ChunkRows > 0:
		src.rows = in.ChunkRows
	case b.ValidateOnly && b.Kind == Events:
		src.rows, src.bytes = RehearsedTogether, rehearseBytes
	case !b.ValidateOnly:
		src.soon = new(atomic.Int64)
		src.soon.Store(firstRows)
	}
	return in.apply(ctx, src, each)
}

// prepares does ahead what the store can do without its database. The rows of a
// list become something else before they are applied.
func (in *Intake) prepares(b Batch) func(Chunk) {
	if p, ok := in.Store.(Preparer); ok && b.Kind == Events {
		return p.PrepareFeedChunk
	}
	return func(Chunk) {}
}

// apply reads and prepares one chunk while the one before is applied.
func (in *Intake) apply(ctx context.Context, src *chunker, each func(Chunk) error) error {
	ctx, cancel := context.WithCancel(ctx)
	chunks := make(chan Chunk)
	failed := make(chan error, 1)
	go func() {
		defer close(chunks)
		failed <- src.readInto(ctx, chunks, in.prepares(src.b))
	}()
	defer func() { // the reader must be gone before its file is closed
		cancel()
		for range chunks {
			continue
		}
	}()
	pace := pace{now: in.Now, last: in.Now()}
	for c := range chunks {
		if err := in.at("chunk.read"); err != nil {
			return err
		}
		c.Rate = pace.rate
		began := time.Now() // of the machine, whatever day it is in the registry
		if err := each(c); err != nil {
			return err
		}
		pace.add(len(c.Rows))
		if src.soon != nil {
			src.soon.Store(int64(fill(len(c.Rows), time.Since(began))))
		}
		if err := in.at("chunk.stored"); err != nil {
			return err
		}
	}
	return <-failed
}

// applyChunk stores a chunk, in parts where the store cannot take it whole; a
// single row that the database refuses is refused, so that it cannot hold up
// the rest.
func (in *Intake) applyChunk(ctx context.Context, c Chunk) error {
	c.Now = in.Now()
	err := in.Store.ApplyFeedChunk(ctx, c)
	if !errors.Is(err, ErrChunk) {
		return err
	}
	if len(c.Rows) <= 1 {
		if len(c.Rows) == 0 || !c.Rows[0].Applies() {
			return err
		}
		c.Rows[0].Fault, c.Rows[0].Column = ErrNotApplied, ""
		return in.Store.ApplyFeedChunk(ctx, c)
	}
	a, b := c.halves()
	if err := in.applyChunk(ctx, a); err != nil {
		return err
	}
	return in.applyChunk(ctx, b)
}
