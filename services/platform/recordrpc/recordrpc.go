// Package recordrpc is the six standard methods of one kind of record, between
// its protobuf message and its store: written once, used by every record
// service. It knows no kind of record and no storage.
package recordrpc

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/wire"

	"google.golang.org/genproto/googleapis/type/date"
)

// Faults of requests about any kind of record.
var (
	ErrRequestID = fault.New(fault.Invalid, "REQUEST_ID_TOO_LONG", "request_id has at most 64 characters", "request_id 最多 64 个字符")
	errNoRecord  = fault.New(fault.Invalid, "RECORD_MISSING", "the request holds no record", "请求中没有记录")
)

// Store keeps records of one kind.
type Store[T any] interface {
	Create(ctx context.Context, req record.Request, items []T) ([]T, error)
	Get(ctx context.Context, id string) (T, error)
	List(ctx context.Context, f record.Filter, q page.Query, by ...record.Equal) ([]T, page.Next, error)
	Update(ctx context.Context, item T) (T, error)
	Delete(ctx context.Context, id string, version int64) (T, error)
}

// Kind says how a record T and its message P become each other.
type Kind[T any, P proto.Message] struct {
	Name   string // field that holds one record in requests: "dose"
	Plural string // field that holds several: "doses"
	// FromProto reads the fields a caller may set. It fails with a fault whose
	// field paths are relative to the message.
	FromProto func(P) (T, error)
	ToProto   func(T) P
	Base      func(*T) *record.Base
}

// Server answers the standard methods of one kind.
type Server[T any, P proto.Message] struct {
	kind  Kind[T, P]
	store Store[T]
}

// New returns a Server over a store.
func New[T any, P proto.Message](kind Kind[T, P], store Store[T]) Server[T, P] {
	return Server[T, P]{kind: kind, store: store}
}

// Create stores items, all or none, and returns them as stored.
func (s Server[T, P]) Create(ctx context.Context, requestID string, items []P) ([]P, error) {
	if len(requestID) > 64 {
		return nil, ErrRequestID
	}
	records := make([]T, len(items))
	for i, item := range items {
		r, err := s.kind.FromProto(item)
		if err != nil {
			return nil, under(err, fmt.Sprintf("%s[%d]", s.kind.Plural, i))
		}
		records[i] = r
	}
	req, err := request(requestID, items)
	if err != nil {
		return nil, err
	}
	stored, err := s.store.Create(ctx, req, records)
	if err != nil {
		return nil, err
	}
	return s.protos(stored), nil
}

// CreateOne is Create for one record.
func (s Server[T, P]) CreateOne(ctx context.Context, requestID string, item P) (P, error) {
	var none P
	if !item.ProtoReflect().IsValid() {
		return none, errNoRecord.On(s.kind.Name, "必填 required")
	}
	stored, err := s.Create(ctx, requestID, []P{item})
	if err != nil {
		return none, err
	}
	return stored[0], nil
}

// Get returns one record.
func (s Server[T, P]) Get(ctx context.Context, id string) (P, error) {
	r, err := s.store.Get(ctx, id)
	if err != nil {
		var none P
		return none, err
	}
	return s.kind.ToProto(r), nil
}

// listRequest is what every list asks for.
type listRequest interface {
	GetResidentId() string
	GetFromDate() *date.Date
	GetUntilDate() *date.Date
	GetPageSize() int32
	GetPageToken() string
}

// List returns one page and the token of the next.
func (s Server[T, P]) List(ctx context.Context, req listRequest, by ...record.Equal) ([]P, string, error) {
	var c wire.Check
	f := record.Filter{
		ResidentID: c.ID("resident_id", req.GetResidentId(), !wire.Required),
		From:       c.Date("from_date", req.GetFromDate(), !wire.Required),
		To:         c.Date("until_date", req.GetUntilDate(), !wire.Required),
	}
	if err := c.Err(); err != nil {
		return nil, "", err
	}
	items, next, err := s.store.List(ctx, f, page.Query{Size: int(req.GetPageSize()), Token: req.GetPageToken()}, by...)
	if err != nil {
		return nil, "", err
	}
	return s.protos(items), next, nil
}

// Update changes the fields that mask names, or all of them.
func (s Server[T, P]) Update(ctx context.Context, item P, mask *fieldmaskpb.FieldMask) (P, error) {
	var none P
	if !item.ProtoReflect().IsValid() {
		return none, errNoRecord.On(s.kind.Name, "必填 required")
	}
	version, err := record.ParseEtag(text(item, "etag"))
	if err != nil {
		return none, err
	}
	current, err := s.store.Get(ctx, text(item, s.idField()))
	if err != nil {
		return none, err
	}
	merged, err := Merge(s.kind.ToProto(current), item, mask)
	if err != nil {
		return none, err
	}
	changed, err := s.kind.FromProto(merged)
	if err != nil {
		return none, under(err, s.kind.Name)
	}
	base := s.kind.Base(&changed)
	base.ID, base.Version = s.kind.Base(&current).ID, version
	stored, err := s.store.Update(ctx, changed)
	if err != nil {
		return none, err
	}
	return s.kind.ToProto(stored), nil
}

// Delete voids one record.
func (s Server[T, P]) Delete(ctx context.Context, id, etag string) (P, error) {
	var none P
	version, err := record.ParseEtag(etag)
	if err != nil {
		return none, err
	}
	r, err := s.store.Delete(ctx, id, version)
	if err != nil {
		return none, err
	}
	return s.kind.ToProto(r), nil
}

func (s Server[T, P]) protos(items []T) []P {
	out := make([]P, len(items))
	for i, item := range items {
		out[i] = s.kind.ToProto(item)
	}
	return out
}

func (s Server[T, P]) idField() string { return s.kind.Name + "_id" }
