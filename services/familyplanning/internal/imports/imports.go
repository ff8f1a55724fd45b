// Package imports says what rows of files are to the family-planning service:
// services given and methods in use that are recorded elsewhere. It reads and
// compares; what becomes of a row is decided by platform/recordintake.
package imports

import (
	_ "embed"

	"xinju.dev/services/familyplanning/internal/core"
	"xinju.dev/services/familyplanning/internal/store"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordintake"
)

var (
	//go:embed services.yaml
	servicesYAML []byte
	//go:embed methods.yaml
	methodsYAML []byte
)

const mostPieces = 10_000

// Kinds are the kinds of record that come as files.
func Kinds(s store.Stores) ([]*recordintake.Kind, error) {
	services, err := recordintake.Of(recordintake.Spec[core.Service, store.ServiceRow]{
		Name: "planning-services", Columns: servicesYAML, Store: s.Services,
		Base: func(s *core.Service) *record.Base { return &s.Base },
		Unit: func(s *core.Service) *string { return &s.UnitID },
		Read: func(r *recordintake.Reader) core.Service {
			return core.Service{
				On: r.Past("service_date", recordintake.Needed), Kind: r.Number("kind", recordintake.Needed), Free: r.Yes("free", false),
				Division: r.Division("division"), Quantity: r.Count("quantity", 0, mostPieces),
			}
		},
		Same: func(a, b core.Service) bool { return a.On == b.On && a.Kind == b.Kind && a.Quantity == b.Quantity },
	})
	if err != nil {
		return nil, err
	}
	methods, err := recordintake.Of(recordintake.Spec[core.Method, store.MethodRow]{
		Name: "methods", Columns: methodsYAML, Store: s.Methods,
		Base: func(m *core.Method) *record.Base { return &m.Base },
		Unit: func(m *core.Method) *string { return &m.UnitID },
		Read: func(r *recordintake.Reader) core.Method {
			m := core.Method{
				Kind: core.MethodKind(r.Number("kind", recordintake.Needed)), From: r.Past("start_date", recordintake.Needed),
				Until: r.Day("end_date", !recordintake.Needed), AdoptedDivision: r.Division("adopted_division"),
			}
			r.After("end_date", m.Until, m.From)
			return m
		},
		Same: func(a, b core.Method) bool { return a.From == b.From && a.Kind == b.Kind },
	})
	return []*recordintake.Kind{services, methods}, err
}
