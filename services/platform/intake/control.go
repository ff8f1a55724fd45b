package intake

import (
	"context"

	"go.uber.org/zap"

	"xinju.dev/services/platform/outcome"
)

const unchanged = outcome.Unchanged

// Cancel stops a batch at the border of a chunk. What was applied stays and its
// counts say so; it may be gone on with (Resume) or undone (Undo). It fails with
// FEED_BATCH_NOT_FOUND and FEED_BATCH_STATE.
func (in *Intake) Cancel(ctx context.Context, id string) (Batch, error) {
	return in.Store.ChangeFeedBatch(ctx, id, Change{From: []State{Queued, Running, Held, Cancelled}, To: Cancelled, Now: in.Now()})
}

// Resume goes on with a batch that was cancelled, where it stopped.
func (in *Intake) Resume(ctx context.Context, id string) (Batch, error) {
	b, err := in.Store.FeedBatch(ctx, id)
	if err != nil {
		return Batch{}, err
	}
	to := Queued
	switch {
	case b.Kind == Stream:
		to = Running
	case b.Diff.Hold != "" && !b.Diff.Confirmed && !b.ValidateOnly:
		to = Held // cancelling does not stand for confirming
	}
	b, err = in.Store.ChangeFeedBatch(ctx, id, Change{From: []State{Cancelled}, To: to, Now: in.Now()})
	in.rouse()
	return b, err
}

// Confirm lets a held batch go on: somebody has looked at it.
func (in *Intake) Confirm(ctx context.Context, id string) (Batch, error) {
	b, err := in.Store.ChangeFeedBatch(ctx, id, Change{From: []State{Held}, To: Queued, Confirmed: true, Now: in.Now()})
	in.rouse()
	return b, err
}

// Undo begins to withdraw a batch that should never have been sent. by says who
// asked for it and why. It fails with FEED_BATCH_NOT_FOUND, FEED_BATCH_STATE,
// FEED_WITHDRAWAL_UNSUPPORTED and, of a full list, SNAPSHOT_RESTED_ON.
func (in *Intake) Undo(ctx context.Context, id, by string) (Batch, error) {
	if in.Withdraw == nil {
		return Batch{}, ErrNoWithdrawal
	}
	b, err := in.Store.FeedBatch(ctx, id)
	if err != nil {
		return Batch{}, err
	}
	if b.State == Withdrawing || b.State == Withdrawn {
		return b, nil
	}
	if b.ValidateOnly {
		return Batch{}, ErrBatchState.With("state", "validate_only")
	}
	if err := in.last(ctx, b); err != nil {
		return Batch{}, err
	}
	b, err = in.Store.ChangeFeedBatch(ctx, id, Change{From: []State{Succeeded, Failed, Cancelled}, To: Withdrawing, By: by, Now: in.Now()})
	in.rouse()
	return b, err
}

// last makes sure that no later list rests on one that is to be withdrawn: whom
// both have is known by the earlier one alone.
func (in *Intake) last(ctx context.Context, b Batch) error {
	if b.Kind != Snapshot || b.State != Succeeded {
		return nil
	}
	s, err := in.Senders.Sender(ctx, b.Sender)
	if err == nil && s.Snapshot != "" && s.Snapshot != b.ID {
		err = ErrListRests.With("batch_id", s.Snapshot)
	}
	return err
}

// withdraw goes on with a withdrawal to its end.
func (in *Intake) withdraw(ctx context.Context, b Batch) error {
	if in.Withdraw == nil {
		return ErrNoWithdrawal
	}
	for {
		n, done, err := in.Withdraw.WithdrawStep(ctx, b.ID, in.Now())
		if err != nil {
			return err
		}
		if err := in.at("withdraw.step"); err != nil {
			return err
		}
		c := Change{From: []State{Withdrawing}, To: Withdrawing, Undone: b.Undone + n, Now: in.Now()}
		if done {
			c.To = Withdrawn
		}
		if b, err = in.Store.ChangeFeedBatch(ctx, b.ID, c); err != nil {
			return err
		}
		if done {
			break
		}
	}
	in.Log.Info("feed batch withdrawn", zap.String("batch_id", b.ID), zap.String("sender", b.Sender), zap.Int64("rows", b.Undone))
	if err := in.spool.remove(b.ID); err != nil {
		return err
	}
	return in.at("withdraw.done")
}

// CheckSender fails with the reason why nobody may send under a name.
func (in *Intake) CheckSender(sender string) error {
	t, err := in.target("")
	if err != nil {
		return err
	}
	return t.CheckSender(sender)
}

// Rouse lets an idle worker look for batches at once.
func (in *Intake) Rouse() { in.rouse() }
