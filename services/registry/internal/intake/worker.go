package intake

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"go.uber.org/zap"

	"xinju.dev/services/platform/fault"
)

const (
	lookAgain  = 5 * time.Second // for batches that another process received
	retryFirst = 200 * time.Millisecond
	retryMost  = 15 * time.Second
)

// Run applies queued batches in order of arrival until ctx ends. A batch that
// cannot be gone on with now (the database is away) is tried again, later
// batches wait for it: order is part of what a sender may rely on.
func (in *Intake) Run(ctx context.Context, ready func()) error {
	ready()
	wait := retryFirst
	swept := false
	for ctx.Err() == nil {
		var worked bool
		var err error
		if !swept {
			if err = in.sweep(ctx); err == nil {
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
			in.Log.Warn("feed intake waits before it tries again", zap.Error(err), zap.Duration("wait", wait))
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

func (in *Intake) sweep(ctx context.Context) error {
	return in.spool.sweep(ctx, func(ctx context.Context, id string) (bool, error) {
		b, err := in.Store.FeedBatch(ctx, id)
		if errors.Is(err, ErrBatchNotFound) {
			return false, nil
		}
		return err == nil && !b.State.Done() && b.Spool == in.spool.id, err
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
	state, failure := Succeeded, ""
	if err := in.batch(ctx, b); err != nil {
		// Only what will be the same next time ends a batch.
		why, final := errors.AsType[*fault.Error](err)
		if !final || !(errors.Is(why, ErrFileLost) || why.Kind == fault.Invalid) {
			return false, err
		}
		state, failure = Failed, why.Reason
	}
	if err := in.at("batch.applied"); err != nil {
		return false, err
	}
	if err := in.Store.FinishFeedBatch(ctx, b.ID, state, failure, in.Now()); err != nil {
		return false, err
	}
	if err := in.at("batch.finished"); err != nil {
		return false, err
	}
	in.Log.Info("feed batch done", zap.String("batch_id", b.ID), zap.String("sender", b.Sender), zap.String("failure", failure))
	if err := in.spool.remove(b.ID); err != nil {
		return false, err
	}
	return true, in.at("batch.done")
}

// batch applies what is left of a batch.
func (in *Intake) batch(ctx context.Context, b Batch) error {
	f, err := os.Open(in.spool.path(b.ID))
	if err != nil {
		return ErrFileLost.Because(err)
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err != nil || info.Size() != b.Bytes {
		return ErrFileLost
	}
	if _, err := f.Seek(b.Offset, io.SeekStart); err != nil {
		return ErrFileLost.Because(err)
	}
	if b.State == Queued {
		if err := in.Store.StartFeedBatch(ctx, b.ID, in.Now()); err != nil {
			return err
		}
		if err := in.at("batch.started"); err != nil {
			return err
		}
	}
	src, err := newChunker(b, f, in.chunkRows, in.at)
	if err != nil {
		return err
	}
	return in.apply(ctx, src)
}

// apply reads one chunk ahead of the one being applied.
func (in *Intake) apply(ctx context.Context, src *chunker) error {
	ctx, cancel := context.WithCancel(ctx)
	chunks := make(chan Chunk, 1)
	failed := make(chan error, 1)
	go func() {
		defer close(chunks)
		failed <- src.readInto(ctx, chunks)
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
		if err := in.applyChunk(ctx, c); err != nil {
			return err
		}
		pace.add(len(c.Rows))
		if err := in.at("chunk.stored"); err != nil {
			return err
		}
	}
	return <-failed
}

func (c *chunker) readInto(ctx context.Context, chunks chan<- Chunk) error {
	for {
		chunk, err := c.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		select {
		case chunks <- chunk:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// applyChunk stores a chunk, in parts where the store cannot take it whole; a
// single row that the database refuses is refused, so that it cannot hold up
// the rest.
func (in *Intake) applyChunk(ctx context.Context, c Chunk) error {
	err := in.Store.ApplyFeedChunk(ctx, c)
	if !errors.Is(err, ErrChunk) {
		return err
	}
	if len(c.Rows) <= 1 {
		if len(c.Rows) == 0 || c.Rows[0].Fault != nil {
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

// pace is the speed of the last chunks, in rows per second.
type pace struct {
	now  func() time.Time
	last time.Time
	rate float64
}

func (p *pace) add(rows int) {
	now := p.now()
	took := now.Sub(p.last).Seconds()
	p.last = now
	if took <= 0 {
		return
	}
	if rate := float64(rows) / took; p.rate == 0 {
		p.rate = rate
	} else {
		p.rate = 0.7*p.rate + 0.3*rate
	}
}
