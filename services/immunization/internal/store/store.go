// Package store keeps the immunization service's records in SQL.
package store

import (
	"embed"
	"io/fs"
	"time"

	"xinju.dev/services/immunization/internal/core"
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
	return migrate.Set{Name: "immunization", FS: sub}
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
	Dose        func(core.Dose) changefeed.Fact
	Certificate func(core.Certificate) changefeed.Fact
}

// Stores are the kinds of record that the service keeps.
type Stores struct {
	Doses        Doses
	Certificates *recordstore.Store[core.Certificate, certificateRow]
}

// New returns the stores over an already migrated database.
func New(d Deps) Stores {
	return Stores{
		Doses: newDoses(d),
		Certificates: recordstore.New(d.DB, d.Now, recordstore.Kind[core.Certificate, certificateRow]{
			Name: "certificate",
			Base: func(c *core.Certificate) *record.Base { return &c.Base },
			ToRow: func(c core.Certificate) certificateRow {
				return certificateRow{recordstore.RowOf(c.Base, c.Issued), c.Number, c.UnitID}
			},
			FromRow: func(r certificateRow) core.Certificate {
				return core.Certificate{Base: r.Base(), Issued: r.OnDate, Number: r.Number, UnitID: r.UnitID}
			},
			Fact:    d.Facts.Certificate,
			Persons: residentlink.Expand,
		}),
	}
}

// Lister lists the current facts of all kinds, by resident.
func (s Stores) Lister() changefeed.Lister {
	return recordstore.Listers(map[string]recordstore.Ordered{"certificate": s.Certificates, "dose": s.Doses})
}

type certificateRow struct {
	recordstore.BaseRow
	Number string
	UnitID string
}

func (certificateRow) TableName() string { return "vaccination_certificate" }
