package facts_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"xinju.dev/services/archive/internal/core"
	"xinju.dev/services/archive/internal/facts"
	"xinju.dev/services/archive/internal/store"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordstore/recordtest"
	"xinju.dev/services/platform/residentlink"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"
)

var sets = []migrate.Set{store.Migrations(), changefeed.Migrations(), idempotency.Migrations(), residentlink.Migrations()}

func stores(t *testing.T) func(db *sqlstore.DB, now func() time.Time) store.Stores {
	sealer, err := seal.NewPlain(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	return func(db *sqlstore.DB, now func() time.Time) store.Stores {
		return store.New(store.Deps{DB: db, Now: now, Sealer: sealer, Facts: facts.All})
	}
}

var start = civil.Must("2026-01-01")

func TestHealthArchiveContract(t *testing.T) {
	open := stores(t)
	recordtest.Run(t, recordtest.Subject[core.HealthArchive]{
		Sets: sets, OnePerResident: true,
		Open: func(db *sqlstore.DB, now func() time.Time) recordtest.Records[core.HealthArchive] {
			return open(db, now).Archives
		},
		Base: func(a *core.HealthArchive) *record.Base { return &a.Base },
		Date: func(a core.HealthArchive) civil.Date { return a.Opened },
		Fact: facts.All.Archive,
		Make: func(resident string, n int) core.HealthArchive {
			day := start.AddDays(n / 3)
			a := core.HealthArchive{
				Base: record.Base{ResidentID: resident}, Number: fmt.Sprintf("990101001201%05d", n), Opened: day, Touched: day, Electronic: true,
				Group: core.Chronic, Verified: true, UnitID: "01J00000000000000000000009",
				Form: core.Form{Ethnic: "01", ContactName: "某人", ContactPhone: "19900000000", Allergies: []string{"101"}},
			}
			a.StandardOn = core.Judge(a, nil)
			return a
		},
		Change: func(a *core.HealthArchive) { a.Electronic, a.Form.ContactPhone = false, "" },
	})
}

func TestEducationAttendanceContract(t *testing.T) {
	open := stores(t)
	recordtest.Run(t, recordtest.Subject[core.Attendance]{
		Sets: sets,
		Open: func(db *sqlstore.DB, now func() time.Time) recordtest.Records[core.Attendance] {
			return open(db, now).Attendances
		},
		Base: func(a *core.Attendance) *record.Base { return &a.Base },
		Date: func(a core.Attendance) civil.Date { return a.On },
		Fact: facts.All.Attendance,
		Make: func(resident string, n int) core.Attendance {
			return core.Attendance{Base: record.Base{ResidentID: resident}, On: start.AddDays(n / 3), Form: 1 + n%5, Topic: fmt.Sprint(n)}
		},
		Change: func(a *core.Attendance) { a.Form, a.Topic = 2, "" },
	})
}

func TestInfectiousCaseContract(t *testing.T) {
	open := stores(t)
	recordtest.Run(t, recordtest.Subject[core.InfectiousCase]{
		Sets: sets,
		Open: func(db *sqlstore.DB, now func() time.Time) recordtest.Records[core.InfectiousCase] {
			return open(db, now).Cases
		},
		Base: func(c *core.InfectiousCase) *record.Base { return &c.Base },
		Date: func(c core.InfectiousCase) civil.Date { return c.Registered },
		Fact: facts.All.Case,
		Make: func(resident string, n int) core.InfectiousCase {
			at := time.UnixMilli(1_780_000_000_000 + int64(n)).UTC()
			return core.InfectiousCase{Base: record.Base{ResidentID: resident}, Disease: "MEASLES", Registered: start.AddDays(n / 3), Diagnosed: at, Reported: at.Add(time.Hour)}
		},
		Change: func(c *core.InfectiousCase) { c.Reported, c.Outbreak = time.Time{}, true },
	})
}

func TestAnArchiveWhoseContactCannotBeOpenedIsNotOverwritten(t *testing.T) {
	open := func(secret byte) seal.Sealer {
		s, err := seal.NewAES(make([]byte, 32), seal.Key{Version: 1, Secret: bytes.Repeat([]byte{secret}, 32)})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	db, now := testkit.SQLite(t, sets...), testkit.NewClock(start).Now
	made, err := store.New(store.Deps{DB: db, Now: now, Sealer: open(1), Facts: facts.All}).Archives.Create(t.Context(), record.Request{}, []core.HealthArchive{{
		Base: record.Base{ResidentID: "01J00000000000000000000001"}, Opened: start, Touched: start, Group: core.Child, Form: core.Form{ContactName: "某人"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	other := store.New(store.Deps{DB: db, Now: now, Sealer: open(2), Facts: facts.All}).Archives
	read, err := other.Get(t.Context(), made[0].ID)
	if err != nil {
		t.Fatalf("it cannot even be read: %v", err)
	}
	if _, err := other.Update(t.Context(), read); !errors.Is(err, seal.ErrSealed) {
		t.Errorf("the update: %v", err)
	}
}
