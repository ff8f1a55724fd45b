package facts_test

import (
	"testing"
	"time"

	"xinju.dev/services/familyplanning/internal/core"
	"xinju.dev/services/familyplanning/internal/facts"
	"xinju.dev/services/familyplanning/internal/store"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordstore/recordtest"
	"xinju.dev/services/platform/residentlink"
	"xinju.dev/services/platform/sqlstore"
)

var (
	sets  = []migrate.Set{store.Migrations(), changefeed.Migrations(), idempotency.Migrations(), residentlink.Migrations()}
	start = civil.Must("2026-01-01")
)

func open(db *sqlstore.DB, now func() time.Time) store.Stores {
	return store.New(store.Deps{DB: db, Now: now, Facts: facts.All})
}

func TestMethodContract(t *testing.T) {
	recordtest.Run(t, recordtest.Subject[core.Method]{
		Sets: sets,
		Open: func(db *sqlstore.DB, now func() time.Time) recordtest.Records[core.Method] {
			return open(db, now).Methods
		},
		Base: func(m *core.Method) *record.Base { return &m.Base },
		Date: func(m core.Method) civil.Date { return m.From },
		Fact: facts.All.Method,
		Make: func(resident string, n int) core.Method {
			return core.Method{Base: record.Base{ResidentID: resident}, Kind: core.MethodKind(1 + n%9), From: start.AddDays(n / 3), Until: start.AddDays(n + 100), AdoptedDivision: "990101001201"}
		},
		Change: func(m *core.Method) { m.Until, m.AdoptedDivision = civil.None, "" },
	})
}

func TestPlanningServiceContract(t *testing.T) {
	recordtest.Run(t, recordtest.Subject[core.Service]{
		Sets: sets,
		Open: func(db *sqlstore.DB, now func() time.Time) recordtest.Records[core.Service] {
			return open(db, now).Services
		},
		Base: func(s *core.Service) *record.Base { return &s.Base },
		Date: func(s core.Service) civil.Date { return s.On },
		Fact: facts.All.Service,
		Make: func(resident string, n int) core.Service {
			return core.Service{Base: record.Base{ResidentID: resident}, On: start.AddDays(n / 3), Kind: 1 + n%7, Free: true, Quantity: n, Division: "990101001201"}
		},
		Change: func(s *core.Service) { s.Free, s.Quantity, s.Division = false, 0, "" },
	})
}
