package cli

import (
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

// oneBatch is a command about one batch.
type oneBatch struct {
	connected
	listing
	Batch string `arg:"" help:"批次编号。Identifier of the batch."`
}

// show prints the batch as it is now; only printing can fail it.
func (c oneBatch) show(a *app, b *registryv1.FeedBatch) error {
	if c.Output == show.JSON {
		return show.Message(a.Out, b)
	}
	return batchTable(b).Write(a.Out, c.Output)
}

type feedCancel struct{ oneBatch }

// Run stops the batch at the border of a chunk.
func (c feedCancel) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Feed.CancelFeedBatch(a.ctx, &registryv1.CancelFeedBatchRequest{BatchId: c.Batch})
		if err != nil {
			return err
		}
		return c.show(a, resp.GetBatch())
	})
}

type feedResume struct{ oneBatch }

// Run goes on where the batch stopped.
func (c feedResume) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Feed.ResumeFeedBatch(a.ctx, &registryv1.ResumeFeedBatchRequest{BatchId: c.Batch})
		if err != nil {
			return err
		}
		return c.show(a, resp.GetBatch())
	})
}

type feedConfirm struct{ oneBatch }

// Run confirms what the batch shows.
func (c feedConfirm) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Feed.ConfirmFeedBatch(a.ctx, &registryv1.ConfirmFeedBatchRequest{BatchId: c.Batch})
		if err != nil {
			return err
		}
		return c.show(a, resp.GetBatch())
	})
}

type feedWithdraw struct {
	oneBatch
	Reason string `required:"" placeholder:"TEXT" help:"撤回原因，随批次显示。Why; shown with the batch."`
	Wait   bool   `default:"true" negatable:"" help:"等到撤回完成（默认）。Wait until it has ended, the default."`
}

// Run undoes the batch and follows it.
func (c feedWithdraw) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Feed.WithdrawFeedBatch(a.ctx, &registryv1.WithdrawFeedBatchRequest{BatchId: c.Batch, Reason: c.Reason})
		if err != nil {
			return err
		}
		b := resp.GetBatch()
		if c.Wait {
			if b, err = watch(a, s, b); err != nil {
				return err
			}
			if b.GetState() != registryv1.FeedBatchState_FEED_BATCH_STATE_WITHDRAWN {
				return &outcome.Error{Code: outcome.Failed, Chinese: "撤回未完成", English: "the withdrawal has not ended"}
			}
		}
		return c.show(a, b)
	})
}
