package facts_test

import (
	"testing"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/maternal/internal/core"
	"xinju.dev/services/maternal/internal/facts"
	"xinju.dev/services/maternal/internal/store"
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

const unit = "01J00000000000000000000009"

func open(db *sqlstore.DB, now func() time.Time) store.Stores {
	return store.New(store.Deps{DB: db, Now: now, Facts: facts.All})
}

// mothers gives each resident of a contract test a pregnancy whose id is the
// resident's, past the feed, whose positions the contract counts.
type mothers struct {
	t     *testing.T
	db    *sqlstore.DB
	known map[string]bool
	ended civil.Date
}

func (m *mothers) in(db *sqlstore.DB) { m.db, m.known = db, map[string]bool{} }

func (m *mothers) pregnancy(resident string) string {
	if m.known[resident] {
		return resident
	}
	m.known[resident] = true
	err := m.db.Write(m.t.Context(), func(tx *gorm.DB) error {
		return tx.Exec(`INSERT INTO pregnancy (id, resident_id, on_date, version, created_ms, updated_ms, deleted, lmp_date, due_date, risk, ended_date, outcome, unit_id)
			VALUES (?, ?, 20251101, 1, 1, 1, 0, 20251001, 20260708, 0, ?, ?, '')`, resident, resident, m.ended, min(1, int(m.ended))).Error
	})
	if err != nil {
		m.t.Error(err)
	}
	return resident
}

func TestPregnancyContract(t *testing.T) {
	recordtest.Run(t, recordtest.Subject[core.Pregnancy]{
		Sets: sets,
		Open: func(db *sqlstore.DB, now func() time.Time) recordtest.Records[core.Pregnancy] {
			return open(db, now).Pregnancies
		},
		Base: func(p *core.Pregnancy) *record.Base { return &p.Base },
		Date: func(p core.Pregnancy) civil.Date { return p.Registered },
		Fact: facts.All.Pregnancy,
		Make: func(resident string, n int) core.Pregnancy {
			day := start.AddDays(n / 3)
			return core.Pregnancy{Base: record.Base{ResidentID: resident}, Registered: day, LMP: day.AddDays(-n), Risk: 1 + n%5, UnitID: unit}
		},
		Change: func(p *core.Pregnancy) {
			p.Risk, p.UnitID, p.Ended, p.Outcome = 0, "", p.Registered.AddDays(30), core.Miscarriage
		},
	})
}

func TestAntenatalVisitContract(t *testing.T) {
	m := &mothers{t: t}
	recordtest.Run(t, recordtest.Subject[core.Antenatal]{
		Sets: sets,
		Open: func(db *sqlstore.DB, now func() time.Time) recordtest.Records[core.Antenatal] {
			m.in(db)
			return open(db, now).Antenatals
		},
		Base: func(v *core.Antenatal) *record.Base { return &v.Base },
		Date: func(v core.Antenatal) civil.Date { return v.On },
		Fact: facts.All.Antenatal,
		Make: func(resident string, n int) core.Antenatal {
			return core.Antenatal{Base: record.Base{ResidentID: resident}, PregnancyID: m.pregnancy(resident), On: start.AddDays(n / 3), UnitID: unit}
		},
		Change: func(v *core.Antenatal) { v.Week, v.UnitID = 40, "" },
	})
}

// The contract is about the deliveries themselves; what they do to pregnancies
// has tests of its own.
func TestDeliveryContract(t *testing.T) {
	m := &mothers{t: t}
	recordtest.Run(t, recordtest.Subject[core.Delivery]{
		Sets: sets, OnePerResident: true,
		Open: func(db *sqlstore.DB, now func() time.Time) recordtest.Records[core.Delivery] {
			m.in(db)
			return open(db, now).Deliveries.Store
		},
		Base: func(d *core.Delivery) *record.Base { return &d.Base },
		Date: func(d core.Delivery) civil.Date { return d.On },
		Fact: facts.All.Delivery,
		Make: func(resident string, n int) core.Delivery {
			return core.Delivery{
				Base: record.Base{ResidentID: resident}, PregnancyID: m.pregnancy(resident), On: start.AddDays(n / 3), LiveBirths: 1, Stillbirths: n % 2,
				InHospital: true, ChildIDs: []string{resident, unit}, UnitID: unit,
			}
		},
		Change: func(d *core.Delivery) { d.InHospital, d.ChildIDs, d.LiveBirths, d.Stillbirths = false, nil, 0, 2 },
	})
}

func TestPostnatalVisitContract(t *testing.T) {
	m := &mothers{t: t, ended: start}
	recordtest.Run(t, recordtest.Subject[core.Postnatal]{
		Sets: sets,
		Open: func(db *sqlstore.DB, now func() time.Time) recordtest.Records[core.Postnatal] {
			m.in(db)
			return open(db, now).Postnatals
		},
		Base: func(v *core.Postnatal) *record.Base { return &v.Base },
		Date: func(v core.Postnatal) civil.Date { return v.On },
		Fact: facts.All.Postnatal,
		Make: func(resident string, n int) core.Postnatal {
			return core.Postnatal{Base: record.Base{ResidentID: resident}, PregnancyID: m.pregnancy(resident), On: start.AddDays(n / 3), Kind: 1, UnitID: unit}
		},
		Change: func(v *core.Postnatal) { v.Kind, v.UnitID = 2, "" },
	})
}

func TestChildCheckContract(t *testing.T) {
	recordtest.Run(t, recordtest.Subject[core.ChildCheck]{
		Sets: sets,
		Open: func(db *sqlstore.DB, now func() time.Time) recordtest.Records[core.ChildCheck] {
			return open(db, now).Checks
		},
		Base: func(c *core.ChildCheck) *record.Base { return &c.Base },
		Date: func(c core.ChildCheck) civil.Date { return c.On },
		Fact: facts.All.Check,
		Make: func(resident string, n int) core.ChildCheck {
			return core.ChildCheck{
				Base: record.Base{ResidentID: resident}, On: start.AddDays(n / 3), Kind: 1 + n%4, AgeMonths: n, WeightKG: 3.45 + float64(n)/10, HeightCM: 50.1, UnitID: unit,
			}
		},
		Change: func(c *core.ChildCheck) { c.WeightKG, c.HeightCM, c.AgeMonths = 0, 0, 0 },
	})
}
