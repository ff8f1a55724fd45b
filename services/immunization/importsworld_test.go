package immunization_test

import (
	"fmt"
	"testing"
	"time"

	"go.uber.org/zap"
	"gorm.io/gorm"

	intakev1 "xinju.dev/api/gen/xinju/intake/v1"

	"xinju.dev/services/immunization"
	"xinju.dev/services/platform/recordintake"
	"xinju.dev/services/platform/recordintake/recordintaketest"
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
	*recordintaketest.World
	db  *sqlstore.DB
	log *zap.Logger
}

func newImports(t *testing.T, db *sqlstore.DB) *world {
	w := &world{db: db, log: zap.NewNop()}
	w.World = recordintaketest.New(t, func(now func() time.Time, files recordintake.Settings, hooks func(string) error) (recordintaketest.Service, error) {
		return immunization.New(immunization.Deps{DB: db, Now: now, Log: w.log, Import: files, Hooks: hooks})
	})
	w.People.SetUnits(recordintake.Unit{ID: unitID, Name: "东街接种门诊"}, recordintake.Unit{ID: unitID[:25] + "2", Name: "卫生室"}, recordintake.Unit{ID: unitID[:25] + "3", Name: "卫生室"})
	return w
}

func eachImports(t *testing.T, test func(t *testing.T, w *world)) {
	testkit.EachEngine(t, immunization.Migrations(), func(t *testing.T, db *sqlstore.DB) { test(t, newImports(t, db)) })
}

func doses(sender string) *intakev1.ImportHeader {
	return &intakev1.ImportHeader{Kind: "doses", Sender: sender, FileName: "doses.csv"}
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
