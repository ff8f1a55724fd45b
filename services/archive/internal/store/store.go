// Package store keeps the archive service's records in SQL.
package store

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"time"

	"xinju.dev/services/archive/internal/core"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordstore"
	"xinju.dev/services/platform/residentlink"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/platform/sqlstore"

	"gorm.io/gorm"
)

//go:embed migrations
var files embed.FS

// Migrations of the service's own tables.
func Migrations() migrate.Set {
	sub, _ := fs.Sub(files, "migrations") // cannot fail: the folder is embedded above
	return migrate.Set{Name: "archive", FS: sub}
}

// Deps is what the stores need. The facts are given by the service, so that no
// wire format is known here.
type Deps struct {
	DB     *sqlstore.DB
	Now    func() time.Time
	Sealer seal.Sealer
	Facts  Facts
}

// Facts makes the after-images of records for the change feed.
type Facts struct {
	Archive    func(core.HealthArchive) changefeed.Fact
	Attendance func(core.Attendance) changefeed.Fact
	Case       func(core.InfectiousCase) changefeed.Fact
}

// Stores are the kinds of record that the service keeps.
type Stores struct {
	Archives    Archives
	Attendances *recordstore.Store[core.Attendance, attendanceRow]
	Cases       *recordstore.Store[core.InfectiousCase, caseRow]
}

// New returns the stores over an already migrated database.
func New(d Deps) Stores {
	return Stores{
		Archives: newArchives(d),
		Attendances: recordstore.New(d.DB, d.Now, recordstore.Kind[core.Attendance, attendanceRow]{
			Name: "education_attendance",
			Base: func(a *core.Attendance) *record.Base { return &a.Base },
			ToRow: func(a core.Attendance) attendanceRow {
				return attendanceRow{recordstore.RowOf(a.Base, a.On), a.Form, a.Topic, a.UnitID}
			},
			FromRow: func(r attendanceRow) core.Attendance {
				return core.Attendance{Base: r.Base(), On: r.OnDate, Form: r.Form, Topic: r.Topic, UnitID: r.UnitID}
			},
			Fact:    d.Facts.Attendance,
			Persons: residentlink.Expand,
		}),
		Cases: recordstore.New(d.DB, d.Now, recordstore.Kind[core.InfectiousCase, caseRow]{
			Name:    "infectious_case",
			Base:    func(c *core.InfectiousCase) *record.Base { return &c.Base },
			ToRow:   caseToRow,
			FromRow: caseFromRow,
			Fact:    d.Facts.Case,
			Persons: residentlink.Expand,
		}),
	}
}

// Lister lists the current facts of all kinds, by resident.
func (s Stores) Lister() changefeed.Lister {
	return recordstore.Listers(map[string]recordstore.Ordered{
		"archive": s.Archives, "attendance": s.Attendances, "case": s.Cases,
	})
}

type attendanceRow struct {
	recordstore.BaseRow
	Form   int
	Topic  string
	UnitID string
}

func (attendanceRow) TableName() string { return "education_attendance" }

type caseRow struct {
	recordstore.BaseRow
	Disease     string
	DiagnosedMS int64 `gorm:"column:diagnosed_ms"`
	ReportedMS  int64 `gorm:"column:reported_ms"`
	Outbreak    bool
	UnitID      string
}

func (caseRow) TableName() string { return "infectious_case" }

func caseToRow(c core.InfectiousCase) caseRow {
	return caseRow{recordstore.RowOf(c.Base, c.Registered), c.Disease, millis(c.Diagnosed), millis(c.Reported), c.Outbreak, c.UnitID}
}

func caseFromRow(r caseRow) core.InfectiousCase {
	return core.InfectiousCase{
		Base: r.Base(), Disease: r.Disease, Registered: r.OnDate, Diagnosed: instant(r.DiagnosedMS), Reported: instant(r.ReportedMS),
		Outbreak: r.Outbreak, UnitID: r.UnitID,
	}
}

// millis and instant keep the zero time as 0.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// Archives keeps health archives, at most one open one a resident.
type Archives struct {
	*recordstore.Store[core.HealthArchive, archiveRow]
}

type archiveRow struct {
	recordstore.BaseRow
	Number     string
	Closed     civilDate `gorm:"column:closed_date"`
	Touched    civilDate `gorm:"column:touched_date"`
	Electronic bool
	Grp        int `gorm:"column:population_group"`
	Form       string
	Contact    []byte // sealed: name and telephone of the person to contact
	Verified   bool
	UnitID     string
	StandardOn string
	// OpenSlot makes a second open archive of a resident a duplicate: "open", or
	// the archive's own id once it is closed or withdrawn.
	OpenSlot string
}

const table = "health_archive"

func (archiveRow) TableName() string { return table }

func newArchives(d Deps) Archives {
	k := recordstore.Kind[core.HealthArchive, archiveRow]{
		Name:    "health_archive",
		Base:    func(a *core.HealthArchive) *record.Base { return &a.Base },
		ToRow:   func(a core.HealthArchive) archiveRow { return archiveToRow(d.Sealer, a) },
		FromRow: func(r archiveRow) core.HealthArchive { return archiveFromRow(d.Sealer, r) },
		Fact:    d.Facts.Archive,
		Persons: residentlink.Expand,
		Before:  judge(d.Sealer),
		Frees:   []string{"open_slot"},
	}
	return Archives{recordstore.New(d.DB, d.Now, k)}
}

// judge completes archives with the days on which they passed the standard-form
// test, from the days stored before. An archive whose contact cannot be opened
// (its key is not here) is not overwritten: the contact would be lost.
func judge(sealer seal.Sealer) func(tx *gorm.DB, items []core.HealthArchive) error {
	return func(tx *gorm.DB, items []core.HealthArchive) error {
		for i := range items {
			before, err := judgedBefore(tx, sealer, items[i])
			if err != nil {
				return err
			}
			items[i].StandardOn = core.Judge(items[i], before)
		}
		return nil
	}
}

func judgedBefore(tx *gorm.DB, sealer seal.Sealer, a core.HealthArchive) (before []core.Span, err error) {
	if a.Version == 1 {
		return nil, nil
	}
	var stored archiveRow
	if err := tx.Select("standard_on", "contact").Where("id = ?", a.ID).Take(&stored).Error; err != nil {
		return nil, err
	}
	if _, err := sealer.Open(table, a.ID, "contact", stored.Contact); err != nil {
		return nil, err
	}
	return before, json.Unmarshal([]byte(stored.StandardOn), &before)
}

// Create implements the record contract and names the one conflict it can meet.
func (a Archives) Create(ctx context.Context, req record.Request, items []core.HealthArchive) ([]core.HealthArchive, error) {
	out, err := a.Store.Create(ctx, req, items)
	return out, archiveFault(err)
}

// Update implements the record contract.
func (a Archives) Update(ctx context.Context, item core.HealthArchive) (core.HealthArchive, error) {
	out, err := a.Store.Update(ctx, item)
	return out, archiveFault(err)
}

func archiveFault(err error) error {
	if errors.Is(err, sqlstore.ErrDuplicate) {
		return core.ErrArchiveExists.Because(err)
	}
	return err
}
