// Package rpc answers the registry's gRPC methods: it reads requests, asks the
// store, and writes answers. It neither decides about residence nor queries.
package rpc

import (
	"context"
	"errors"
	"time"

	"google.golang.org/protobuf/proto"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordrpc"
	"xinju.dev/services/platform/wire"
	"xinju.dev/services/registry/internal/core"
)

// Residents is what the registry keeps of persons.
type Residents interface {
	CreateResident(ctx context.Context, req record.Request, arrival core.Event, more []core.Event, now time.Time) (core.Resident, error)
	Amend(ctx context.Context, id string, version int64, events []core.Event, now time.Time) (core.Resident, error)
	Resident(ctx context.Context, id string) (core.Resident, error)
	Residents(ctx context.Context, ids []string) ([]core.Resident, error)
	KnownResident(ctx context.Context, id string, known time.Time) (core.Resident, error)
	ListResidents(ctx context.Context, f core.ResidentFilter, q page.Query) ([]core.Resident, page.Next, error)
	Lookup(ctx context.Context, documents []core.Document) ([]string, error)
}

// Log is what the registry keeps of events.
type Log interface {
	Record(ctx context.Context, events []core.Event, dry bool, now time.Time) ([]core.Outcome, error)
	Events(ctx context.Context, resident string, q page.Query) ([]core.Recorded, page.Next, error)
	KnownEvents(ctx context.Context, resident string, known time.Time, q page.Query) ([]core.Recorded, page.Next, error)
	Changes(ctx context.Context, resident string, q page.Query) ([]core.Change, page.Next, error)
}

// maxBatch is the largest number of items of one request.
const maxBatch = record.MaxBatch

// errClear says that an event cannot unsay what others say.
var errClear = fault.New(fault.Invalid, "FIELD_CANNOT_BE_CLEARED",
	"a correction puts another value in the place of one; it cannot leave the field empty", "更正须给出新值，不能将字段清空")

// Registry implements registryv1.RegistryServiceServer.
type Registry struct {
	registryv1.UnsafeRegistryServiceServer
	residents Residents
	log       Log
	relations recordrpc.Server[core.Relation, *registryv1.Relation]
	now       func() time.Time
}

var _ registryv1.RegistryServiceServer = (*Registry)(nil)

// NewRegistry returns a server over a store.
func NewRegistry(residents Residents, log Log, relations recordrpc.Store[core.Relation], now func() time.Time) *Registry {
	return &Registry{residents: residents, log: log, relations: recordrpc.New(relationKind, relations), now: now}
}

func (r *Registry) today() civil.Date { return civil.DateOf(r.now()) }

// CreateResident implements registryv1.RegistryServiceServer.
func (r *Registry) CreateResident(ctx context.Context, req *registryv1.CreateResidentRequest) (*registryv1.CreateResidentResponse, error) {
	arrival, more, err := arrivalOf(req, r.today())
	if err != nil {
		return nil, err
	}
	request, err := requestOf(req.GetRequestId(), req)
	if err != nil {
		return nil, err
	}
	out, err := r.residents.CreateResident(ctx, request, arrival, more, r.now())
	if err != nil {
		return nil, err
	}
	return &registryv1.CreateResidentResponse{Resident: residentProto(out)}, nil
}

// requestOf names an attempt by everything that the request says.
func requestOf(id string, m proto.Message) (record.Request, error) {
	if len(id) > 64 {
		return record.Request{}, recordrpc.ErrRequestID
	}
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	return record.NewRequest(id, raw), err
}

// UpdateResident implements registryv1.RegistryServiceServer.
func (r *Registry) UpdateResident(ctx context.Context, req *registryv1.UpdateResidentRequest) (*registryv1.UpdateResidentResponse, error) {
	in := req.GetResident()
	version, err := record.ParseEtag(in.GetEtag())
	if err != nil {
		return nil, err
	}
	events, err := correctionsOf(in, req.GetUpdateMask(), r.today())
	if err != nil {
		return nil, err
	}
	out, err := r.residents.Amend(ctx, in.GetResidentId(), version, events, r.now())
	if err != nil {
		return nil, err
	}
	return &registryv1.UpdateResidentResponse{Resident: residentProto(out)}, nil
}

// BatchGetResidents implements registryv1.RegistryServiceServer.
func (r *Registry) BatchGetResidents(ctx context.Context, req *registryv1.BatchGetResidentsRequest) (*registryv1.BatchGetResidentsResponse, error) {
	if len(req.GetResidentIds()) > maxBatch {
		return nil, core.ErrBatch
	}
	var c wire.Check
	known := c.Time("known_time", req.GetKnownTime(), !wire.Required)
	if err := c.Err(); err != nil {
		return nil, err
	}
	var list []core.Resident
	var err error
	if known.IsZero() {
		list, err = r.residents.Residents(ctx, req.GetResidentIds())
	} else {
		list, err = r.knownResidents(ctx, req.GetResidentIds(), known)
	}
	if err != nil {
		return nil, err
	}
	out := &registryv1.BatchGetResidentsResponse{}
	for _, p := range list {
		p.Stays = going(p.Stays)
		resident := residentProto(p)
		if !known.IsZero() {
			resident.Etag = "" // what was known then cannot be changed
		}
		out.Residents = append(out.Residents, resident)
	}
	return out, nil
}

// knownResidents are persons as known at an instant, in the order asked and each
// once: some may have been one person then.
func (r *Registry) knownResidents(ctx context.Context, ids []string, known time.Time) (out []core.Resident, err error) {
	seen := map[string]bool{}
	for _, id := range ids {
		p, err := r.residents.KnownResident(ctx, id, known)
		switch {
		case errors.Is(err, core.ErrResident), errors.Is(err, core.ErrKnownThen):
		case err != nil:
			return nil, err
		case !seen[p.ID]:
			seen[p.ID] = true
			out = append(out, p)
		}
	}
	return out, nil
}

// going returns the stays that go on.
func going(stays []core.Stay) (out []core.Stay) {
	for _, s := range stays {
		if s.Left == civil.None {
			out = append(out, s)
		}
	}
	return out
}

// LookupResidents implements registryv1.RegistryServiceServer.
func (r *Registry) LookupResidents(ctx context.Context, req *registryv1.LookupResidentsRequest) (*registryv1.LookupResidentsResponse, error) {
	if len(req.GetDocuments()) > maxBatch {
		return nil, core.ErrBatch
	}
	out := &registryv1.LookupResidentsResponse{Results: make([]*registryv1.LookupResult, len(req.GetDocuments()))}
	var ask []core.Document
	var at []int
	for i, d := range req.GetDocuments() {
		doc, why := documentOf(d)
		if why != nil {
			out.Results[i] = &registryv1.LookupResult{Reason: why.Reason}
			continue
		}
		ask, at = append(ask, doc), append(at, i)
	}
	holders, err := r.residents.Lookup(ctx, ask)
	if err != nil {
		return nil, err
	}
	for n, i := range at {
		out.Results[i] = &registryv1.LookupResult{ResidentId: holders[n]}
		if holders[n] == "" {
			out.Results[i].Reason = core.ErrResident.Reason
		}
	}
	return out, nil
}

// ListResidents implements registryv1.RegistryServiceServer.
func (r *Registry) ListResidents(ctx context.Context, req *registryv1.ListResidentsRequest) (*registryv1.ListResidentsResponse, error) {
	var c wire.Check
	f := core.ResidentFilter{
		Division:   c.Division("division", req.GetDivision(), wire.Required),
		Day:        c.Date("as_of_date", req.GetAsOfDate(), !wire.Required),
		Sex:        c.Range("sex", req.GetSex(), 0, 2),
		BornFrom:   c.Date("born_from_date", req.GetBornFromDate(), !wire.Required),
		BornUntil:  c.Date("born_until_date", req.GetBornUntilDate(), !wire.Required),
		ReviewOnly: req.GetReviewOnly(),
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	if f.Day == civil.None {
		f.Day = r.today()
	}
	list, next, err := r.residents.ListResidents(ctx, f, page.Query{Size: int(req.GetPageSize()), Token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	out := &registryv1.ListResidentsResponse{NextPageToken: next}
	for _, p := range list {
		out.Residents = append(out.Residents, residentProto(p))
	}
	return out, nil
}
