package rpc

import (
	"context"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordrpc"
	"xinju.dev/services/platform/wire"
	"xinju.dev/services/registry/internal/core"
)

// GetUnit implements registryv1.PlaceServiceServer.
func (p *Places) GetUnit(ctx context.Context, req *registryv1.GetUnitRequest) (*registryv1.GetUnitResponse, error) {
	u, err := p.units.Unit(ctx, req.GetUnitId())
	if err != nil {
		return nil, err
	}
	return &registryv1.GetUnitResponse{Unit: unitProto(u)}, nil
}

// ListUnits implements registryv1.PlaceServiceServer.
func (p *Places) ListUnits(ctx context.Context, req *registryv1.ListUnitsRequest) (*registryv1.ListUnitsResponse, error) {
	var c wire.Check
	division := c.Division("division", req.GetDivision(), !wire.Required)
	kind := c.Enum("kind", int32(req.GetKind()), registryv1.UnitKind_name, !wire.Required)
	if err := c.Err(); err != nil {
		return nil, err
	}
	list, next, err := p.units.Units(ctx, division, kind, page.Query{Size: int(req.GetPageSize()), Token: req.GetPageToken()}, p.today())
	if err != nil {
		return nil, err
	}
	return &registryv1.ListUnitsResponse{Units: unitProtos(list), NextPageToken: next}, nil
}

// BatchCreateUnits implements registryv1.PlaceServiceServer.
func (p *Places) BatchCreateUnits(ctx context.Context, req *registryv1.BatchCreateUnitsRequest) (*registryv1.BatchCreateUnitsResponse, error) {
	if len(req.GetUnits()) > maxBatch {
		return nil, core.ErrBatch
	}
	units := make([]core.Unit, len(req.GetUnits()))
	for i, in := range req.GetUnits() {
		u, err := unitOf(in)
		if err != nil {
			return nil, err
		}
		units[i] = u
	}
	request, err := requestOf(req.GetRequestId(), req)
	if err != nil {
		return nil, err
	}
	out, err := p.units.CreateUnits(ctx, request, units, p.now())
	if err != nil {
		return nil, err
	}
	return &registryv1.BatchCreateUnitsResponse{Units: unitProtos(out)}, nil
}

// UpdateUnit implements registryv1.PlaceServiceServer.
func (p *Places) UpdateUnit(ctx context.Context, req *registryv1.UpdateUnitRequest) (*registryv1.UpdateUnitResponse, error) {
	in := req.GetUnit()
	version, err := record.ParseEtag(in.GetEtag())
	if err != nil {
		return nil, err
	}
	current, err := p.units.Unit(ctx, in.GetUnitId())
	if err != nil {
		return nil, err
	}
	merged, err := recordrpc.Merge(unitProto(current), in, req.GetUpdateMask())
	if err != nil {
		return nil, err
	}
	u, err := unitOf(merged)
	if err != nil {
		return nil, err
	}
	u.ID, u.Version = current.ID, version
	if u, err = p.units.UpdateUnit(ctx, u, p.now()); err != nil {
		return nil, err
	}
	return &registryv1.UpdateUnitResponse{Unit: unitProto(u)}, nil
}

func unitOf(in *registryv1.Unit) (core.Unit, error) {
	var c wire.Check
	u := core.Unit{
		ID: c.ID("unit_id", in.GetUnitId(), !wire.Required), Name: c.Text("name", in.GetName(), 100, wire.Required),
		Kind:     c.Enum("kind", int32(in.GetKind()), registryv1.UnitKind_name, wire.Required),
		Division: c.Division("division", in.GetDivision(), wire.Required),
	}
	for _, m := range in.GetManagedVillages() {
		u.Manages = append(u.Manages, core.Managed{
			Division: c.Division("managed_villages.division", m.GetDivision(), wire.Required),
			From:     c.Date("managed_villages.from_date", m.GetFromDate(), !wire.Required),
			Until:    c.Date("managed_villages.until_date", m.GetUntilDate(), !wire.Required),
		})
	}
	return u, c.Err()
}

func unitProto(u core.Unit) *registryv1.Unit {
	out := &registryv1.Unit{
		UnitId: u.ID, Name: u.Name, Kind: registryv1.UnitKind(u.Kind), Division: u.Division, Etag: etag(u.Version),
	}
	for _, m := range u.Manages {
		out.ManagedVillages = append(out.ManagedVillages, &registryv1.ManagedVillage{
			Division: m.Division, FromDate: wire.DateProto(m.From), UntilDate: wire.DateProto(m.Until),
		})
	}
	return out
}

func unitProtos(list []core.Unit) []*registryv1.Unit {
	out := make([]*registryv1.Unit, len(list))
	for i, u := range list {
		out[i] = unitProto(u)
	}
	return out
}
