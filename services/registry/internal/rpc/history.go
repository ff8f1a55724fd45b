package rpc

import (
	"context"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/wire"
	"xinju.dev/services/registry/internal/core"
)

// GetResident implements registryv1.RegistryServiceServer.
func (r *Registry) GetResident(ctx context.Context, req *registryv1.GetResidentRequest) (*registryv1.GetResidentResponse, error) {
	var c wire.Check
	known := c.Time("known_time", req.GetKnownTime(), !wire.Required)
	if err := c.Err(); err != nil {
		return nil, err
	}
	if known.IsZero() {
		out, err := r.residents.Resident(ctx, req.GetResidentId())
		if err != nil {
			return nil, err
		}
		return &registryv1.GetResidentResponse{Resident: residentProto(out)}, nil
	}
	out, err := r.residents.KnownResident(ctx, req.GetResidentId(), known)
	if err != nil {
		return nil, err
	}
	resident := residentProto(out)
	resident.Etag = "" // what was known then cannot be changed
	return &registryv1.GetResidentResponse{Resident: resident}, nil
}

// ListResidenceEvents implements registryv1.RegistryServiceServer.
func (r *Registry) ListResidenceEvents(ctx context.Context, req *registryv1.ListResidenceEventsRequest) (*registryv1.ListResidenceEventsResponse, error) {
	var c wire.Check
	known := c.Time("known_time", req.GetKnownTime(), !wire.Required)
	if err := c.Err(); err != nil {
		return nil, err
	}
	q := page.Query{Size: int(req.GetPageSize()), Token: req.GetPageToken()}
	var list []core.Recorded
	var next page.Next
	var err error
	if known.IsZero() {
		list, next, err = r.log.Events(ctx, req.GetResidentId(), q)
	} else {
		list, next, err = r.log.KnownEvents(ctx, req.GetResidentId(), known, q)
	}
	if err != nil {
		return nil, err
	}
	out := &registryv1.ListResidenceEventsResponse{NextPageToken: next}
	for _, e := range list {
		out.Events = append(out.Events, &registryv1.RecordedEvent{
			Sender: e.Sender, BatchId: e.BatchID, RowNumber: int32(e.Row), RecordTime: wire.TimeProto(e.RecordTime), Voided: e.Voided,
			Event: eventProto(e.Event), WithdrawnTime: wire.TimeProto(e.Withdrawn),
		})
	}
	return out, nil
}

// ListResidentChanges implements registryv1.RegistryServiceServer.
func (r *Registry) ListResidentChanges(ctx context.Context, req *registryv1.ListResidentChangesRequest) (*registryv1.ListResidentChangesResponse, error) {
	list, next, err := r.log.Changes(ctx, req.GetResidentId(), page.Query{Size: int(req.GetPageSize()), Token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	out := &registryv1.ListResidentChangesResponse{NextPageToken: next}
	for _, c := range list {
		change := &registryv1.ResidentChange{
			ChangeTime: wire.TimeProto(c.At()), Cause: registryv1.ChangeCause(c.Cause), Sender: c.Sender, EventId: c.ID,
			Type: registryv1.EventType(c.Type), RecordTime: wire.TimeProto(c.RecordTime), BatchId: c.BatchID, RowNumber: int32(c.Row),
		}
		for _, f := range c.Fields {
			change.Fields = append(change.Fields, &registryv1.FieldChange{Field: f.Field, Before: f.Before, After: f.After})
		}
		out.Changes = append(out.Changes, change)
	}
	return out, nil
}
