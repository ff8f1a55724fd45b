package rpc

import (
	"cmp"
	"slices"
	"sync"
	"time"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	typev1 "xinju.dev/api/gen/xinju/type/v1"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/wire"
	"xinju.dev/services/registry/internal/core"

	"google.golang.org/protobuf/types/known/timestamppb"
)

// operationKind names the work of a batch.
const operationKind = "registry.import"

// withdrawKind names the work of undoing one.
const withdrawKind = "registry.withdraw"

// feedHeader reads what a sender says of a file.
func feedHeader(h *registryv1.FeedHeader) (intake.Header, error) {
	out := intake.Header{
		Sender: h.GetSender(), FileName: h.GetFileName(), Encoding: h.GetEncoding(), ValidateOnly: h.GetValidateOnly(),
		Hints: feedHints(h.GetHints()), Profile: h.GetProfile(),
	}
	m := h.GetManifest()
	if m == nil {
		return out, nil
	}
	c := wire.At("header.manifest.")
	out.Manifest = intake.Manifest{
		Sender: h.GetSender(), Sequence: m.GetSequence(), RowCount: m.GetRowCount(), Digest: m.GetDigest(), Kind: intake.Kind(m.GetContent()),
		SnapshotDate: c.Date("snapshot_date", m.GetSnapshotDate(), false), PeriodFrom: c.Date("period_from_date", m.GetPeriodFromDate(), false),
		PeriodUntil: c.Date("period_until_date", m.GetPeriodUntilDate(), false), Signature: m.GetSignature(),
	}
	if out.Manifest.Kind == 0 {
		out.Manifest.Kind = intake.Events
	}
	if err := c.Err(); err != nil {
		return intake.Header{}, err
	}
	if out.Manifest.IsZero() { // said, but saying nothing
		return intake.Header{}, intake.ErrManifest
	}
	return out, nil
}

func feedBatch(b intake.Batch) *registryv1.FeedBatch {
	out := &registryv1.FeedBatch{
		BatchId: b.ID, Sender: b.Sender, FileName: b.FileName, FileDigest: b.Digest, FileBytes: b.Bytes,
		Encoding: b.Layout.Encoding, Delimiter: b.Layout.Delimiter, Columns: b.Layout.Columns,
		Operation: feedOperation(b), Counts: feedCounts(b.Counts), Reasons: reasonCounts(b.Reasons),
		Content: registryv1.FeedContent(b.Kind), State: registryv1.FeedBatchState(b.State), ValidateOnly: b.ValidateOnly, Sequence: b.Manifest.Sequence,
		WithdrawnRows: b.Undone, WithdrawalReason: b.WithdrawnBy,
	}
	if b.ValidateOnly {
		out.RehearsedTogether = intake.RehearsedTogether
		if b.Kind == intake.Snapshot {
			out.RehearsedTogether = intake.ChunkRows
		}
		out.RehearsedWhole = b.State == intake.Succeeded && b.Whole(int64(out.RehearsedTogether))
	}
	if b.Kind != intake.Stream {
		out.Layout = feedLayout(b.Layout)
	}
	if b.Kind == intake.Snapshot {
		out.Diff = snapshotDiff(b.Diff)
	}
	return out
}

func snapshotDiff(d intake.Diff) *registryv1.SnapshotDiff {
	out := &registryv1.SnapshotDiff{
		BaseBatchId: d.Base, Before: d.Before, Arrived: d.Arrived, Changed: d.Changed, Unchanged: d.Unchanged, Gone: d.Gone, Unclear: d.Unclear, Missed: d.Missed,
		HoldReason: d.Hold, Confirmed: d.Confirmed,
	}
	if why := reasonText(d.Hold); why != nil {
		out.HoldTextZh, out.HoldTextEn = why.Chinese, why.Text
	}
	return out
}

// operationStates are those of the suite; what only batches know, the stage tells.
var operationStates = map[intake.State]typev1.OperationState{
	intake.Queued: typev1.OperationState_OPERATION_STATE_QUEUED, intake.Running: typev1.OperationState_OPERATION_STATE_RUNNING,
	intake.Succeeded: typev1.OperationState_OPERATION_STATE_SUCCEEDED, intake.Failed: typev1.OperationState_OPERATION_STATE_FAILED,
	intake.Cancelled: typev1.OperationState_OPERATION_STATE_CANCELLED, intake.Held: typev1.OperationState_OPERATION_STATE_RUNNING,
	intake.Withdrawing: typev1.OperationState_OPERATION_STATE_RUNNING, intake.Withdrawn: typev1.OperationState_OPERATION_STATE_SUCCEEDED,
}

func feedOperation(b intake.Batch) *typev1.Operation {
	op := &typev1.Operation{
		OperationId: b.ID, Kind: operationKind, State: operationStates[b.State],
		Done: b.Counts.Received(), Total: b.Total(), CreateTime: timestamppb.New(b.Received), EndTime: instant(b.Ended),
	}
	switch b.State {
	case intake.Running:
		op.Stage = b.Progress()
		if b.Stage == intake.StageCompare {
			op.Done, op.Total = b.Diff.Compared(), max(b.Diff.Compared(), b.Manifest.RowCount)
		}
		if op.Done > 0 {
			op.Rate = b.Rate
		}
		if left := float64(op.Total - op.Done); left > 0 && op.Rate > 0 {
			op.RemainingSeconds = int32(min(left/op.Rate+1, 1<<30))
		}
	case intake.Held:
		op.Stage = intake.StageHeld
	case intake.Withdrawing, intake.Withdrawn:
		op.Kind, op.Done, op.Total = withdrawKind, b.Undone, max(b.Undone, b.Counts.Received()-b.Counts[core.Refused])
		if op.Stage = intake.StageWithdraw; b.State == intake.Withdrawn {
			op.Stage, op.Total = "", b.Undone
		} else {
			op.EndTime = nil
		}
	case intake.Failed:
		op.FailureReason = b.Failure
		if why := reasonText(b.Failure); why != nil {
			op.FailureText = why.Chinese + " / " + why.Text
		}
	}
	return op
}

func instant(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

func feedCounts(c intake.Counts) *registryv1.FeedCounts {
	return &registryv1.FeedCounts{
		Received: int32(c.Received()), Created: int32(c[core.Created]), Updated: int32(c[core.Updated]), Unchanged: int32(c[core.Unchanged]),
		Duplicate: int32(c[core.Duplicate]), Pending: int32(c[core.Pending]), NeedsReview: int32(c[core.NeedsReview]), Refused: int32(c[core.Refused]),
	}
}

// reasonCounts sorts by frequency, then by name, so that an answer is stable.
func reasonCounts(m map[intake.ReasonKey]int64) []*registryv1.ReasonCount {
	out := make([]*registryv1.ReasonCount, 0, len(m))
	for k, n := range m {
		c := &registryv1.ReasonCount{Reason: k.Reason, Outcome: registryv1.RowOutcome(k.Outcome), Count: int32(n)}
		if why := reasonText(k.Reason); why != nil {
			c.TextZh, c.TextEn = why.Chinese, why.Text
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b *registryv1.ReasonCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Outcome, b.Outcome))
	})
	return out
}

func feedRow(r intake.RowResult) *registryv1.FeedRow {
	return &registryv1.FeedRow{RowNumber: int32(r.Number), Outcome: rowOutcome(r), EventId: r.EventID, Resolved: registryv1.RowOutcome(r.Now)}
}

func rowOutcome(r intake.RowResult) *registryv1.EventOutcome {
	o := &registryv1.EventOutcome{Outcome: registryv1.RowOutcome(r.Outcome), Reason: r.Reason, Column: r.Column, ResidentId: r.ResidentID}
	if why := reasonText(r.Reason); why != nil {
		o.TextZh, o.TextEn = why.Chinese, why.Text
	}
	return o
}

var declared = sync.OnceValue(func() map[string]*fault.Error {
	out := map[string]*fault.Error{}
	for _, e := range fault.Declared() {
		out[e.Reason] = e
	}
	return out
})

// reasonText finds the texts of a stored reason; nil when a newer build wrote it.
func reasonText(reason string) *fault.Error { return declared()[reason] }
