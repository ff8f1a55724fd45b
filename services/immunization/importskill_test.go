package immunization_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/immunization"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/recordintake/recordintaketest"
	"xinju.dev/services/testkit"
)

func TestKilledAnywhereAnImportEndsAsIfUndisturbed(t *testing.T) {
	var file strings.Builder
	file.WriteString("记录编号,公民身份号码,接种日期,疫苗,批号\n")
	r := rand.New(rand.NewPCG(3, 3))
	products := []string{"HepB", "MMR", "BCG", "DTaP"}
	for i := range 4000 {
		who := []string{numberA, numberB, "990101201910010032"}[r.IntN(3)]
		fmt.Fprintf(&file, "%d,%s,%s,%s,L%d\n", i/2*(1+r.IntN(2)), who, civil.Must("2020-01-01").AddDays(r.IntN(2000)), products[r.IntN(4)], r.IntN(3))
	}
	fill := func(w *world, kill func(string) error) int {
		w.People.Know(numberA, resident)
		w.People.Know(numberB, sibling)
		b, err := w.Send(doses("cdc"), file.String())
		if err != nil {
			t.Fatal(err)
		}
		kills := 0
		for {
			err := w.Run(kill)
			if err == nil {
				break
			}
			if !errors.Is(err, recordintaketest.ErrKilled) {
				t.Fatal(err)
			}
			kills++
		}
		w.Batch("doses", b.GetBatchId())
		return kills
	}
	const query = "SELECT outcome AS resident_id, row_no AS on_date, reason AS product, column_name AS lot_number, event_id AS unit_id FROM feed_row ORDER BY row_no"
	whole := newImports(t, testkit.SQLite(t, immunization.Migrations()...))
	fill(whole, nil)
	if n := len(whole.said()); n < 500 {
		t.Fatalf("only %d doses", n)
	}
	eachImports(t, func(t *testing.T, w *world) {
		k := rand.New(rand.NewPCG(5, 5))
		kills := fill(w, func(string) error {
			if k.IntN(5) == 0 {
				return recordintaketest.ErrKilled
			}
			return nil
		})
		if kills < 3 {
			t.Errorf("only %d kills", kills)
		}
		if diff := cmp.Diff(whole.said(), w.said()); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(whole.lines(query), w.lines(query)); diff != "" {
			t.Error(diff)
		}
	})
}
