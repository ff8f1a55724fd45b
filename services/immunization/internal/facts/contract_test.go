package facts_test

import (
	"fmt"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"xinju.dev/services/immunization/internal/core"
	"xinju.dev/services/immunization/internal/facts"
	"xinju.dev/services/immunization/internal/store"
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
	start = civil.Must("2024-01-01")
)

func open(db *sqlstore.DB, now func() time.Time) store.Stores {
	return store.New(store.Deps{DB: db, Now: now, Facts: facts.All})
}

func TestDoseContract(t *testing.T) {
	products := []string{"HepB", "BCG", "DTaP-IPV/Hib"}
	recordtest.Run(t, recordtest.Subject[core.Dose]{
		Sets: sets,
		Open: func(db *sqlstore.DB, now func() time.Time) recordtest.Records[core.Dose] { return open(db, now).Doses },
		Base: func(d *core.Dose) *record.Base { return &d.Base },
		Date: func(d core.Dose) civil.Date { return d.On },
		Fact: facts.All.Dose,
		Make: func(resident string, n int) core.Dose {
			return core.Dose{
				Base: record.Base{ResidentID: resident}, On: start.AddDays(n / 3), Product: products[n%3],
				Lot: fmt.Sprint("L", n), Site: core.Sites[n%5], UnitID: "01J00000000000000000000009",
			}
		},
		Change: func(d *core.Dose) { d.Lot, d.Site, d.Elsewhere = "", "PO", true },
	})
}

func TestCertificateContract(t *testing.T) {
	recordtest.Run(t, recordtest.Subject[core.Certificate]{
		Sets: sets,
		Open: func(db *sqlstore.DB, now func() time.Time) recordtest.Records[core.Certificate] {
			return open(db, now).Certificates
		},
		Base: func(c *core.Certificate) *record.Base { return &c.Base },
		Date: func(c core.Certificate) civil.Date { return c.Issued },
		Fact: facts.All.Certificate,
		Make: func(resident string, n int) core.Certificate {
			return core.Certificate{Base: record.Base{ResidentID: resident}, Issued: start.AddDays(n / 3), Number: fmt.Sprint(n), UnitID: "01J00000000000000000000009"}
		},
		Change: func(c *core.Certificate) { c.Number, c.UnitID = "", "" },
	})
}

func TestADoseGivenElsewhereIsOfNoUnitHere(t *testing.T) {
	for elsewhere, want := range map[bool]string{false: "01J00000000000000000000009", true: ""} {
		var body feedv1.DoseFact
		fact := facts.All.Dose(core.Dose{Product: "MMR", On: start, Elsewhere: elsewhere, UnitID: "01J00000000000000000000009"})
		if err := proto.Unmarshal(fact.Body, &body); err != nil || body.GetUnitId() != want || body.GetOnYmd() != 20240101 || body.GetProduct() != "MMR" {
			t.Errorf("elsewhere %v: %v, %v", elsewhere, &body, err)
		}
	}
}
