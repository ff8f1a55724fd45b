package recordintake

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	intakev1 "xinju.dev/api/gen/xinju/intake/v1"
	typev1 "xinju.dev/api/gen/xinju/type/v1"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/outcome"
)

// What an operation on a batch is called.
const (
	targetPrefix      = "records."
	operationKind     = "records.import"
	operationWithdraw = "records.withdraw"
)

func batchProto(b intake.Batch) *intakev1.ImportBatch {
	c := b.Counts
	return &intakev1.ImportBatch{
		BatchId: b.ID, Kind: strings.TrimPrefix(b.Target, targetPrefix), Sender: b.Sender, FileName: b.FileName, FileDigest: b.Digest, FileBytes: b.Bytes,
		Encoding: b.Layout.Encoding, Columns: b.Layout.Columns, Operation: operationProto(b), State: intakev1.ImportBatchState(b.State), ValidateOnly: b.ValidateOnly,
		Counts: &intakev1.ImportCounts{
			Received: c.Received(), Created: c[outcome.Created], Updated: c[outcome.Updated], Unchanged: c[outcome.Unchanged],
			Duplicate: c[outcome.Duplicate], Pending: c[outcome.Pending], NeedsReview: c[outcome.NeedsReview], Refused: c[outcome.Refused],
		},
		Reasons: reasonsProto(b.Reasons), WithdrawnRows: b.Undone, WithdrawalReason: b.WithdrawnBy,
	}
}

var operationStates = map[intake.State]typev1.OperationState{
	intake.Queued: typev1.OperationState_OPERATION_STATE_QUEUED, intake.Running: typev1.OperationState_OPERATION_STATE_RUNNING,
	intake.Succeeded: typev1.OperationState_OPERATION_STATE_SUCCEEDED, intake.Failed: typev1.OperationState_OPERATION_STATE_FAILED,
	intake.Cancelled:   typev1.OperationState_OPERATION_STATE_CANCELLED,
	intake.Withdrawing: typev1.OperationState_OPERATION_STATE_RUNNING, intake.Withdrawn: typev1.OperationState_OPERATION_STATE_SUCCEEDED,
}

func operationProto(b intake.Batch) *typev1.Operation {
	op := &typev1.Operation{
		OperationId: b.ID, Kind: operationKind, State: operationStates[b.State], Done: b.Counts.Received(), Total: b.Total(),
		CreateTime: timestamppb.New(b.Received), EndTime: instantProto(b.Ended),
	}
	switch b.State {
	case intake.Running:
		op.Stage = b.Progress()
		if op.Done > 0 {
			op.Rate = b.Rate
		}
		if left := float64(op.Total - op.Done); left > 0 && op.Rate > 0 {
			op.RemainingSeconds = int32(min(left/op.Rate+1, 1<<30))
		}
	case intake.Withdrawing:
		op.Kind, op.Stage, op.Done, op.EndTime = operationWithdraw, intake.StageWithdraw, b.Undone, nil
		op.Total = max(b.Undone, b.Counts.Received()-b.Counts[outcome.Refused])
	case intake.Withdrawn:
		op.Kind, op.Done, op.Total = operationWithdraw, b.Undone, b.Undone
	case intake.Failed:
		op.FailureReason = b.Failure
		if why := declared()[b.Failure]; why != nil {
			op.FailureText = why.Chinese + " / " + why.Text
		}
	}
	return op
}

func instantProto(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

// reasonsProto sorts by frequency, then by name, so that an answer is stable.
func reasonsProto(m map[intake.ReasonKey]int64) []*intakev1.ImportReason {
	out := make([]*intakev1.ImportReason, 0, len(m))
	for k, n := range m {
		c := &intakev1.ImportReason{Reason: k.Reason, Outcome: intakev1.ImportOutcome(k.Outcome), Count: n}
		if why := declared()[k.Reason]; why != nil {
			c.TextZh, c.TextEn = why.Chinese, why.Text
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b *intakev1.ImportReason) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Outcome, b.Outcome))
	})
	return out
}

func rowProto(r intake.RowResult) *intakev1.ImportRow {
	out := &intakev1.ImportRow{
		RowNumber: int32(r.Number), Outcome: intakev1.ImportOutcome(r.Outcome), Reason: r.Reason, Column: r.Column,
		SourceRecordNumber: r.EventID, ResidentId: r.ResidentID, Resolved: intakev1.ImportOutcome(r.Now),
	}
	if why := declared()[r.Reason]; why != nil {
		out.TextZh, out.TextEn = why.Chinese, why.Text
	}
	return out
}

func previewProto(p intake.Preview) *intakev1.PreviewImportResponse {
	out := &intakev1.PreviewImportResponse{Format: p.Layout.Format, Encoding: p.Layout.Encoding, Delimiter: p.Layout.Delimiter}
	for _, c := range p.Columns {
		out.Columns = append(out.Columns, &intakev1.ImportColumn{Name: c.Name, Field: c.Field, DataClass: typev1.DataClass(c.Class), Samples: c.Samples})
	}
	for _, r := range p.Rows {
		out.Rows = append(out.Rows, rowProto(r))
	}
	if why, ok := errors.AsType[*fault.Error](p.Problem); ok {
		out.ProblemReason, out.ProblemTextZh, out.ProblemTextEn = why.Reason, why.Chinese, why.Text
		out.MissingColumns = why.Meta["missing"]
	}
	return out
}

var declared = sync.OnceValue(func() map[string]*fault.Error {
	out := map[string]*fault.Error{}
	for _, e := range fault.Declared() {
		out[e.Reason] = e
	}
	return out
})
