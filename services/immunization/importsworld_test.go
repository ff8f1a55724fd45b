package immunization_test

import (
	"bytes"
	"fmt"
	"testing"

	"go.uber.org/zap"
	"gorm.io/gorm"

	intakev1 "xinju.dev/api/gen/xinju/intake/v1"

	"xinju.dev/services/immunization"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/recordintake"
	"xinju.dev/services/platform/recordintake/recordintaketest"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"
)

// Invented people of division 99….
const (
	numberA = "990101199006300058"
	numberB = "990101202308310029"
	unitID  = "01J00000000000000000000091"
)

// world is an immunization service that takes files, on 2026-06-30.
type world struct {
	recordintaketest.World
	db     *sqlstore.DB
	people *recordintaketest.People
	clock  *testkit.Clock
	dir    string
	log    *zap.Logger
}

func newImports(t *testing.T, db *sqlstore.DB) *world {
	w := &world{db: db, people: &recordintaketest.People{}, clock: testkit.NewClock(civil.Must("2026-06-30")), dir: t.TempDir(), log: zap.NewNop()}
	sealer, err := seal.NewAES(bytes.Repeat([]byte{'i'}, 32), seal.Key{Version: 1, Secret: bytes.Repeat([]byte{'k'}, 32)})
	if err != nil {
		t.Fatal(err)
	}
	w.people.SetUnits(recordintake.Unit{ID: unitID, Name: "东街接种门诊"}, recordintake.Unit{ID: unitID[:25] + "2", Name: "卫生室"}, recordintake.Unit{ID: unitID[:25] + "3", Name: "卫生室"})
	w.World = recordintaketest.World{T: t, Serve: testkit.Serve, Build: func(hooks func(string) error) recordintaketest.Service {
		svc, err := immunization.New(immunization.Deps{
			DB: db, Now: w.clock.Now, Log: w.log, Import: recordintake.Settings{SpoolDir: w.dir, Sealer: sealer, Registry: w.people}, Hooks: hooks,
		})
		if err != nil {
			t.Fatal(err)
		}
		return svc
	}}
	return w
}

func eachImports(t *testing.T, test func(t *testing.T, w *world)) {
	testkit.EachEngine(t, immunization.Migrations(), func(t *testing.T, db *sqlstore.DB) { test(t, newImports(t, db)) })
}

func doses(sender string) *intakev1.ImportHeader {
	return &intakev1.ImportHeader{Kind: "doses", Sender: sender, FileName: "doses.csv"}
}

// retry tries waiting rows again, as a restarted process would.
func (w *world) retry() {
	w.T.Helper()
	if _, err := w.Build(nil).Imports().Retry(w.T.Context()); err != nil {
		w.T.Fatal(err)
	}
}

// said is every live dose.
func (w *world) said() []string {
	w.T.Helper()
	return w.lines("SELECT resident_id, on_date, product, lot_number, unit_id FROM dose WHERE deleted = 0 ORDER BY resident_id, on_date, product")
}

func (w *world) lines(query string) (out []string) {
	w.T.Helper()
	err := w.db.Read(w.T.Context(), func(tx *gorm.DB) error {
		var rows []map[string]any
		err := tx.Raw(query).Scan(&rows).Error
		for _, r := range rows {
			out = append(out, fmt.Sprint(r["resident_id"], " ", r["on_date"], " ", r["product"], " ", r["lot_number"], " ", r["unit_id"]))
		}
		return err
	})
	if err != nil {
		w.T.Fatal(err)
	}
	return out
}

// head is how many changes the feed has.
func (w *world) head() (n int) {
	w.T.Helper()
	if err := w.db.Read(w.T.Context(), func(tx *gorm.DB) error { return tx.Raw("SELECT head FROM feed_head").Scan(&n).Error }); err != nil {
		w.T.Fatal(err)
	}
	return n
}
