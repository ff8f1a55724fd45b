// Package store keeps the maternal service's records in SQL.
package store

import (
	"embed"
	"io/fs"
	"time"

	"xinju.dev/services/maternal/internal/core"
	"xinju.dev/services/platform/changefeed"
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
	return migrate.Set{Name: "maternal", FS: sub}
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
	Pregnancy func(core.Pregnancy) changefeed.Fact
	Antenatal func(core.Antenatal) changefeed.Fact
	Delivery  func(core.Delivery) changefeed.Fact
	Postnatal func(core.Postnatal) changefeed.Fact
	Check     func(core.ChildCheck) changefeed.Fact
}

// Stores are the kinds of record that the service keeps.
type Stores struct {
	Pregnancies Pregnancies
	Antenatals  *recordstore.Store[core.Antenatal, antenatalRow]
	Deliveries  Deliveries
	Postnatals  *recordstore.Store[core.Postnatal, postnatalRow]
	Checks      *recordstore.Store[core.ChildCheck, checkRow]
}

// New returns the stores over an already migrated database.
func New(d Deps) Stores {
	p := newPregnancies(d)
	return Stores{
		Pregnancies: p, Antenatals: newAntenatals(d), Deliveries: newDeliveries(d, p), Postnatals: newPostnatals(d),
		Checks: recordstore.New(d.DB, d.Now, recordstore.Kind[core.ChildCheck, checkRow]{
			Name: "child_check",
			Base: func(c *core.ChildCheck) *record.Base { return &c.Base },
			ToRow: func(c core.ChildCheck) checkRow {
				return checkRow{recordstore.RowOf(c.Base, c.On), c.Kind, c.AgeMonths, c.WeightKG, c.HeightCM, c.UnitID}
			},
			FromRow: func(r checkRow) core.ChildCheck {
				return core.ChildCheck{Base: r.Base(), On: r.OnDate, Kind: r.Kind, AgeMonths: r.AgeMonths, WeightKG: r.WeightKG, HeightCM: r.HeightCM, UnitID: r.UnitID}
			},
			Fact:    d.Facts.Check,
			Persons: residentlink.Expand,
		}),
	}
}

// Lister lists the current facts of all kinds, by resident.
func (s Stores) Lister() changefeed.Lister {
	return recordstore.Listers(map[string]recordstore.Ordered{
		"1-pregnancy": s.Pregnancies, "2-antenatal": s.Antenatals, "3-delivery": s.Deliveries, "4-postnatal": s.Postnatals, "5-check": s.Checks,
	})
}

type checkRow struct {
	recordstore.BaseRow
	Kind      int
	AgeMonths int
	WeightKG  float64 `gorm:"column:weight_kg"`
	HeightCM  float64 `gorm:"column:height_cm"`
	UnitID    string
}

func (checkRow) TableName() string { return "child_check" }
