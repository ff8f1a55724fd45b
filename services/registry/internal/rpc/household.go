package rpc

import (
	"context"
	"time"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/wire"
	"xinju.dev/services/registry/internal/core"
)

// HouseholdReader says who belongs to a resident.
type HouseholdReader interface {
	Household(ctx context.Context, id string, day civil.Date) (core.Household, error)
}

// Households implements registryv1.HouseholdServiceServer.
type Households struct {
	registryv1.UnsafeHouseholdServiceServer
	reader HouseholdReader
	now    func() time.Time
}

var _ registryv1.HouseholdServiceServer = (*Households)(nil)

// NewHouseholds returns a server over a store.
func NewHouseholds(reader HouseholdReader, now func() time.Time) *Households {
	return &Households{reader: reader, now: now}
}

// GetHousehold implements registryv1.HouseholdServiceServer.
func (h *Households) GetHousehold(ctx context.Context, req *registryv1.GetHouseholdRequest) (*registryv1.GetHouseholdResponse, error) {
	var c wire.Check
	day := c.Date("as_of_date", req.GetAsOfDate(), !wire.Required)
	if err := c.Err(); err != nil {
		return nil, err
	}
	if day == civil.None {
		day = civil.DateOf(h.now())
	}
	home, err := h.reader.Household(ctx, req.GetResidentId(), day)
	if err != nil {
		return nil, err
	}
	out := &registryv1.GetHouseholdResponse{
		Resident: residentProto(home.Resident), AsOfDate: wire.DateProto(home.Day), PermitHolder: home.Holder, SameAddressCount: int32(home.AtAddress),
	}
	for _, m := range home.Members {
		out.Members = append(out.Members, memberProto(m))
	}
	return out, nil
}

func memberProto(m core.Member) *registryv1.HouseholdMember {
	out := &registryv1.HouseholdMember{
		Resident: residentProto(m.Resident), SameAddress: m.SameAddress, PermitHolder: m.Holder, CohabitingFamily: m.CohabitingFamily(),
	}
	for _, t := range m.Ties {
		out.Ties = append(out.Ties, &registryv1.HouseholdTie{
			Kind: registryv1.HouseholdTieKind(t.Kind), RelationId: t.RelationID, StartDate: wire.DateProto(t.From), EndDate: wire.DateProto(t.Until),
		})
	}
	for _, s := range m.Shared {
		out.SharedSpans = append(out.SharedSpans, &registryv1.SharedSpan{FromDate: wire.DateProto(s.From), UntilDate: wire.DateProto(s.Until)})
	}
	return out
}
