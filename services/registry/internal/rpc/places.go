package rpc

import (
	"context"
	"time"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordrpc"
	"xinju.dev/services/platform/wire"
	"xinju.dev/services/registry/internal/core"
)

// Divisions is what the registry keeps of the administrative tree.
type Divisions interface {
	CreateDivisions(ctx context.Context, req record.Request, nodes []core.Division) ([]core.Division, error)
	Division(ctx context.Context, code string, day civil.Date) (core.Division, error)
	UpdateDivision(ctx context.Context, d core.Division) (core.Division, error)
	Divisions(ctx context.Context, f core.DivisionFilter, q page.Query) ([]core.Division, page.Next, error)
}

// Units is what the registry keeps of units.
type Units interface {
	CreateUnits(ctx context.Context, req record.Request, units []core.Unit, now time.Time) ([]core.Unit, error)
	Unit(ctx context.Context, id string) (core.Unit, error)
	UpdateUnit(ctx context.Context, u core.Unit, now time.Time) (core.Unit, error)
	Units(ctx context.Context, division string, kind int, q page.Query, today civil.Date) ([]core.Unit, page.Next, error)
}

// Places implements registryv1.PlaceServiceServer.
type Places struct {
	registryv1.UnsafePlaceServiceServer
	divisions Divisions
	lists     DivisionLists
	units     Units
	now       func() time.Time
}

var _ registryv1.PlaceServiceServer = (*Places)(nil)

// NewPlaces returns a server over a store.
func NewPlaces(divisions Divisions, lists DivisionLists, units Units, now func() time.Time) *Places {
	return &Places{divisions: divisions, lists: lists, units: units, now: now}
}

func (p *Places) today() civil.Date { return civil.DateOf(p.now()) }

// day is the day asked about, today when none is given.
func (p *Places) day(c *wire.Check, path string, read func(*wire.Check, string) civil.Date) civil.Date {
	if day := read(c, path); day != civil.None {
		return day
	}
	return p.today()
}

// GetDivision implements registryv1.PlaceServiceServer.
func (p *Places) GetDivision(ctx context.Context, req *registryv1.GetDivisionRequest) (*registryv1.GetDivisionResponse, error) {
	var c wire.Check
	code := c.Division("division_code", req.GetDivisionCode(), wire.Required)
	day := p.day(&c, "as_of_date", func(c *wire.Check, at string) civil.Date { return c.Date(at, req.GetAsOfDate(), false) })
	if err := c.Err(); err != nil {
		return nil, err
	}
	d, err := p.divisions.Division(ctx, code, day)
	if err != nil {
		return nil, err
	}
	return &registryv1.GetDivisionResponse{Division: divisionProto(d)}, nil
}

// ListDivisions implements registryv1.PlaceServiceServer.
func (p *Places) ListDivisions(ctx context.Context, req *registryv1.ListDivisionsRequest) (*registryv1.ListDivisionsResponse, error) {
	var c wire.Check
	f := core.DivisionFilter{
		Parent: c.Division("parent_code", req.GetParentCode(), !wire.Required),
		Level:  core.Level(c.Enum("level", int32(req.GetLevel()), registryv1.DivisionLevel_name, !wire.Required)),
		Day:    p.day(&c, "as_of_date", func(c *wire.Check, at string) civil.Date { return c.Date(at, req.GetAsOfDate(), false) }),
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	list, next, err := p.divisions.Divisions(ctx, f, page.Query{Size: int(req.GetPageSize()), Token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	return &registryv1.ListDivisionsResponse{Divisions: divisionProtos(list), NextPageToken: next}, nil
}

// BatchCreateDivisions implements registryv1.PlaceServiceServer.
func (p *Places) BatchCreateDivisions(ctx context.Context, req *registryv1.BatchCreateDivisionsRequest) (*registryv1.BatchCreateDivisionsResponse, error) {
	if len(req.GetDivisions()) > maxBatch {
		return nil, core.ErrBatch
	}
	nodes := make([]core.Division, len(req.GetDivisions()))
	for i, in := range req.GetDivisions() {
		d, err := divisionOf(in)
		if err != nil {
			return nil, err
		}
		nodes[i] = d
	}
	request, err := requestOf(req.GetRequestId(), req)
	if err != nil {
		return nil, err
	}
	out, err := p.divisions.CreateDivisions(ctx, request, nodes)
	if err != nil {
		return nil, err
	}
	return &registryv1.BatchCreateDivisionsResponse{Divisions: divisionProtos(out)}, nil
}

// UpdateDivision implements registryv1.PlaceServiceServer.
func (p *Places) UpdateDivision(ctx context.Context, req *registryv1.UpdateDivisionRequest) (*registryv1.UpdateDivisionResponse, error) {
	in := req.GetDivision()
	version, err := record.ParseEtag(in.GetEtag())
	if err != nil {
		return nil, err
	}
	current, err := p.named(ctx, in)
	if err != nil {
		return nil, err
	}
	merged, err := recordrpc.Merge(divisionProto(current), in, req.GetUpdateMask())
	if err != nil {
		return nil, err
	}
	d, err := divisionOf(merged)
	if err != nil {
		return nil, err
	}
	d.Code, d.From, d.Version = current.Code, current.From, version
	if d, err = p.divisions.UpdateDivision(ctx, d); err != nil {
		return nil, err
	}
	return &registryv1.UpdateDivisionResponse{Division: divisionProto(d)}, nil
}

// named is the node that an update is about: the one of its first day, or of
// today when it gives none.
func (p *Places) named(ctx context.Context, in *registryv1.Division) (core.Division, error) {
	var c wire.Check
	code := c.Division("division.division_code", in.GetDivisionCode(), wire.Required)
	day := p.day(&c, "division.valid_from_date", func(c *wire.Check, at string) civil.Date { return c.Date(at, in.GetValidFromDate(), false) })
	if err := c.Err(); err != nil {
		return core.Division{}, err
	}
	return p.divisions.Division(ctx, code, day)
}

func divisionOf(in *registryv1.Division) (core.Division, error) {
	var c wire.Check
	d := core.Division{
		Code: c.Division("division_code", in.GetDivisionCode(), wire.Required), Name: c.Text("name", in.GetName(), 100, wire.Required),
		Level:  core.Level(c.Enum("level", int32(in.GetLevel()), registryv1.DivisionLevel_name, wire.Required)),
		Parent: c.Division("parent_code", in.GetParentCode(), !wire.Required),
		From:   c.Date("valid_from_date", in.GetValidFromDate(), !wire.Required), Until: c.Date("valid_until_date", in.GetValidUntilDate(), !wire.Required),
		Successors: in.GetSuccessorCodes(),
	}
	return d, c.Err()
}

func divisionProto(d core.Division) *registryv1.Division {
	return &registryv1.Division{
		DivisionCode: d.Code, Name: d.Name, Level: registryv1.DivisionLevel(d.Level), ParentCode: d.Parent,
		ValidFromDate: wire.DateProto(d.From), ValidUntilDate: wire.DateProto(d.Until), SuccessorCodes: d.Successors, Etag: etag(d.Version),
	}
}

func divisionProtos(list []core.Division) []*registryv1.Division {
	out := make([]*registryv1.Division, len(list))
	for i, d := range list {
		out[i] = divisionProto(d)
	}
	return out
}
