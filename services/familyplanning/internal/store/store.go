// Package store keeps the family-planning service's records in SQL.
package store

import (
	"embed"
	"io/fs"
	"time"

	"xinju.dev/services/familyplanning/internal/core"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordstore"
	"xinju.dev/services/platform/residentlink"
	"xinju.dev/services/platform/sqlstore"
)

//go:embed migrations
var files embed.FS

// Migrations of the service's own tables.
func Migrations() migrate.Set {
	sub, _ := fs.Sub(files, "migrations") // cannot fail: the folder is embedded above
	return migrate.Set{Name: "familyplanning", FS: sub}
}

// Deps is what the stores need. The facts are given by the service, so that no
// wire format is known here.
type Deps struct {
	DB    *sqlstore.DB
	Now   func() time.Time
	Facts Facts
}

// Facts makes the after-images of records for the change feed.
type Facts struct {
	Method  func(core.Method) changefeed.Fact
	Service func(core.Service) changefeed.Fact
}

// Stores are the kinds of record that the service keeps.
type Stores struct {
	Methods  *recordstore.Store[core.Method, methodRow]
	Services *recordstore.Store[core.Service, serviceRow]
}

// New returns the stores over an already migrated database.
func New(d Deps) Stores {
	return Stores{
		Methods: recordstore.New(d.DB, d.Now, recordstore.Kind[core.Method, methodRow]{
			Name: "method",
			Base: func(m *core.Method) *record.Base { return &m.Base },
			ToRow: func(m core.Method) methodRow {
				return methodRow{recordstore.RowOf(m.Base, m.From), int(m.Kind), m.Until, m.AdoptedDivision, m.UnitID}
			},
			FromRow: func(r methodRow) core.Method {
				return core.Method{Base: r.Base(), From: r.OnDate, Kind: core.MethodKind(r.Kind), Until: r.Until, AdoptedDivision: r.AdoptedDivision, UnitID: r.UnitID}
			},
			Fact:    d.Facts.Method,
			Persons: residentlink.Expand,
		}),
		Services: recordstore.New(d.DB, d.Now, recordstore.Kind[core.Service, serviceRow]{
			Name: "planning_service",
			Base: func(s *core.Service) *record.Base { return &s.Base },
			ToRow: func(s core.Service) serviceRow {
				return serviceRow{recordstore.RowOf(s.Base, s.On), s.Kind, s.Free, s.Division, s.Quantity, s.UnitID}
			},
			FromRow: func(r serviceRow) core.Service {
				return core.Service{Base: r.Base(), On: r.OnDate, Kind: r.Kind, Free: r.Free, Division: r.Division, Quantity: r.Quantity, UnitID: r.UnitID}
			},
			Fact:    d.Facts.Service,
			Persons: residentlink.Expand,
		}),
	}
}

// Lister lists the current facts of all kinds, by resident.
func (s Stores) Lister() changefeed.Lister {
	return recordstore.Listers(map[string]recordstore.Ordered{"method": s.Methods, "service": s.Services})
}

type methodRow struct {
	recordstore.BaseRow
	Kind            int
	Until           civil.Date `gorm:"column:until_date"`
	AdoptedDivision string
	UnitID          string
}

func (methodRow) TableName() string { return "contraception_method" }

type serviceRow struct {
	recordstore.BaseRow
	Kind     int
	Free     bool
	Division string
	Quantity int
	UnitID   string
}

func (serviceRow) TableName() string { return "planning_service" }
