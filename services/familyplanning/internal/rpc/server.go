// Package rpc speaks the family-planning service's protobuf. It translates; it
// decides nothing.
package rpc

import (
	familyplanningv1 "xinju.dev/api/gen/xinju/familyplanning/v1"

	"xinju.dev/services/familyplanning/internal/core"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordrpc"
	"xinju.dev/services/platform/wire"
)

// Server implements familyplanningv1.FamilyPlanningServiceServer.
type Server struct {
	// Unsafe, so that a new RPC breaks the build instead of answering Unimplemented.
	familyplanningv1.UnsafeFamilyPlanningServiceServer
	methods  recordrpc.Server[core.Method, *familyplanningv1.Method]
	services recordrpc.Server[core.Service, *familyplanningv1.PlanningService]
}

var _ familyplanningv1.FamilyPlanningServiceServer = (*Server)(nil)

// Stores keep the service's records.
type Stores struct {
	Methods  recordrpc.Store[core.Method]
	Services recordrpc.Store[core.Service]
}

// New returns a server over the stores.
func New(s Stores) *Server {
	return &Server{methods: recordrpc.New(methodKind, s.Methods), services: recordrpc.New(serviceKind, s.Services)}
}

var methodKind = recordrpc.Kind[core.Method, *familyplanningv1.Method]{
	Name: "method", Plural: "methods",
	FromProto: methodFrom, ToProto: methodProto,
	Base: func(m *core.Method) *record.Base { return &m.Base },
}

func methodFrom(p *familyplanningv1.Method) (core.Method, error) {
	var c wire.Check
	m := core.Method{
		Base:            record.Base{ResidentID: c.ID("resident_id", p.GetResidentId(), wire.Required)},
		Kind:            core.MethodKind(c.Enum("kind", int32(p.GetKind()), familyplanningv1.MethodKind_name, wire.Required)),
		From:            c.Date("start_date", p.GetStartDate(), wire.Required),
		Until:           c.Date("end_date", p.GetEndDate(), !wire.Required),
		AdoptedDivision: c.Division("adopted_division", p.GetAdoptedDivision(), !wire.Required),
		UnitID:          c.ID("unit_id", p.GetUnitId(), !wire.Required),
	}
	if m.Until != civil.None && m.Until < m.From {
		c.Refuse("end_date", "早于开始日期 before start_date")
	}
	return m, c.Err()
}

func methodProto(m core.Method) *familyplanningv1.Method {
	return &familyplanningv1.Method{
		MethodId: m.ID, ResidentId: m.ResidentID, Kind: familyplanningv1.MethodKind(m.Kind), StartDate: wire.DateProto(m.From), EndDate: wire.DateProto(m.Until),
		AdoptedDivision: m.AdoptedDivision, LongActing: m.Kind.LongActing(), UnitId: m.UnitID,
		Etag: m.Etag(), Deleted: m.Deleted, CreateTime: wire.TimeProto(m.CreateTime), UpdateTime: wire.TimeProto(m.UpdateTime),
	}
}

var serviceKind = recordrpc.Kind[core.Service, *familyplanningv1.PlanningService]{
	Name: "planning_service", Plural: "planning_services",
	FromProto: serviceFrom, ToProto: serviceProto,
	Base: func(s *core.Service) *record.Base { return &s.Base },
}

func serviceFrom(p *familyplanningv1.PlanningService) (core.Service, error) {
	var c wire.Check
	s := core.Service{
		Base:     record.Base{ResidentID: c.ID("resident_id", p.GetResidentId(), wire.Required)},
		On:       c.Date("service_date", p.GetServiceDate(), wire.Required),
		Kind:     c.Enum("kind", int32(p.GetKind()), familyplanningv1.PlanningServiceKind_name, wire.Required),
		Free:     p.GetFree(),
		Division: c.Division("division", p.GetDivision(), !wire.Required),
		Quantity: c.Range("quantity", p.GetQuantity(), 0, 10_000),
		UnitID:   c.ID("unit_id", p.GetUnitId(), !wire.Required),
	}
	return s, c.Err()
}

func serviceProto(s core.Service) *familyplanningv1.PlanningService {
	return &familyplanningv1.PlanningService{
		PlanningServiceId: s.ID, ResidentId: s.ResidentID, ServiceDate: wire.DateProto(s.On), Kind: familyplanningv1.PlanningServiceKind(s.Kind),
		Free: s.Free, Division: s.Division, Quantity: int32(s.Quantity), UnitId: s.UnitID,
		Etag: s.Etag(), Deleted: s.Deleted, CreateTime: wire.TimeProto(s.CreateTime), UpdateTime: wire.TimeProto(s.UpdateTime),
	}
}
