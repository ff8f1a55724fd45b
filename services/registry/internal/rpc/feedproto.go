package rpc

import (
	"cmp"
	"slices"
	"sync"
	"time"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	typev1 "xinju.dev/api/gen/xinju/type/v1"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/intake"

	"google.golang.org/protobuf/types/known/timestamppb"
)

// operationKind names the work of a batch.
const operationKind = "registry.import"

func feedBatch(b intake.Batch) *registryv1.FeedBatch {
	return &registryv1.FeedBatch{
		BatchId: b.ID, Sender: b.Sender, FileName: b.FileName, FileDigest: b.Digest, FileBytes: b.Bytes,
		Encoding: string(b.Layout.Encoding), Delimiter: string(rune(b.Layout.Delimiter)), Columns: b.Layout.Columns(),
		Operation: feedOperation(b), Counts: feedCounts(b.Counts), Reasons: reasonCounts(b.Reasons),
	}
}

func feedOperation(b intake.Batch) *typev1.Operation {
	op := &typev1.Operation{
		OperationId: b.ID, Kind: operationKind, State: typev1.OperationState(b.State),
		Done: b.Counts.Received(), Total: b.Total(), CreateTime: timestamppb.New(b.Received), EndTime: instant(b.Ended),
	}
	switch {
	case b.State == intake.Running && op.Done == 0:
		op.Stage = "decode"
	case b.State == intake.Running:
		op.Stage, op.Rate = "apply", b.Rate
		if left := float64(op.Total - op.Done); left > 0 && b.Rate > 0 {
			op.RemainingSeconds = int32(min(left/b.Rate+1, 1<<30))
		}
	case b.State == intake.Failed:
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
	o := &registryv1.EventOutcome{Outcome: registryv1.RowOutcome(r.Outcome), Reason: r.Reason, Column: r.Column, ResidentId: r.ResidentID}
	if why := reasonText(r.Reason); why != nil {
		o.TextZh, o.TextEn = why.Chinese, why.Text
	}
	return &registryv1.FeedRow{RowNumber: int32(r.Number), Outcome: o, EventId: r.EventID}
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
