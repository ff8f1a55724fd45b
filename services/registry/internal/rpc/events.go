package rpc

import (
	"context"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/wire"
	"xinju.dev/services/registry/internal/core"
)

// BatchRecordEvents implements registryv1.RegistryServiceServer.
func (r *Registry) BatchRecordEvents(ctx context.Context, req *registryv1.BatchRecordEventsRequest) (*registryv1.BatchRecordEventsResponse, error) {
	var c wire.Check
	sender := c.Text("sender", req.GetSender(), 32, wire.Required)
	if err := c.Err(); err != nil {
		return nil, err
	}
	switch {
	case len(req.GetEvents()) > maxBatch:
		return nil, core.ErrBatch
	case sender == core.Desk:
		return nil, core.ErrSender.On("sender", "保留 reserved")
	}
	outcomes := make([]core.Outcome, len(req.GetEvents()))
	var events []core.Event
	var at []int
	for i, in := range req.GetEvents() {
		e, refusal, ok := eventOf(sender, in)
		if !ok {
			outcomes[i] = refusal
			continue
		}
		events, at = append(events, e), append(at, i)
	}
	done, err := r.log.Record(ctx, events, req.GetValidateOnly(), r.now())
	if err != nil {
		return nil, err
	}
	for n, i := range at {
		outcomes[i] = done[n]
	}
	return recorded(outcomes), nil
}

func recorded(outcomes []core.Outcome) *registryv1.BatchRecordEventsResponse {
	out := &registryv1.BatchRecordEventsResponse{Counts: &registryv1.FeedCounts{Received: int32(len(outcomes))}}
	n := out.Counts
	counts := map[core.OutcomeCode]*int32{
		core.Created: &n.Created, core.Updated: &n.Updated, core.Unchanged: &n.Unchanged, core.Duplicate: &n.Duplicate,
		core.Pending: &n.Pending, core.NeedsReview: &n.NeedsReview, core.Refused: &n.Refused,
	}
	for _, o := range outcomes {
		*counts[o.Code]++
		out.Outcomes = append(out.Outcomes, outcomeProto(o))
	}
	return out
}

func outcomeProto(o core.Outcome) *registryv1.EventOutcome {
	out := &registryv1.EventOutcome{
		Outcome: registryv1.RowOutcome(o.Code), Reason: o.Reason(), Column: o.Column, ResidentId: o.ResidentID,
	}
	if o.Fault != nil {
		out.TextZh, out.TextEn = o.Fault.Chinese, o.Fault.Text
	}
	return out
}
