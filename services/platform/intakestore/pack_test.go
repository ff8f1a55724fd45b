package intakestore

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
	"pgregory.net/rapid"

	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/outcome"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"
)

func drawResults(t *rapid.T) []intake.RowResult {
	number := 0
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) intake.RowResult {
		number += rapid.IntRange(1, 3).Draw(t, "step")
		return intake.RowResult{
			Number: number, Outcome: outcome.Code(rapid.IntRange(1, 4).Draw(t, "outcome")),
			EventID:    rapid.OneOf(rapid.StringMatching(`E00[0-9]{2}-A`), rapid.StringN(0, 64, 200)).Draw(t, "event"),
			ResidentID: rapid.StringMatching(`(01JQ[A-Z]{3})?`).Draw(t, "resident"),
		}
	}), 1, 40).Draw(t, "rows")
}

func TestAPackHoldsWhatWasPutIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := drawResults(t)
		pack, outcomes := encodePack(rows)
		got, err := decodePack(pack)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(rows, got); d != "" {
			t.Fatal(d)
		}
		for _, c := range []outcome.Code{1, 2, 3, 4} {
			has := slices.ContainsFunc(rows, func(r intake.RowResult) bool { return r.Outcome == c })
			if (outcomes&mask(c) != 0) != has {
				t.Fatalf("outcomes %b, %d in it: %v", outcomes, c, has)
			}
		}
		at := rapid.IntRange(0, len(pack)-1).Draw(t, "damaged")
		pack[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
		if _, err := decodePack(pack); !errors.Is(err, errPack) {
			t.Fatalf("damaged: %v", err)
		}
		if _, err := decodePack(pack[:at]); !errors.Is(err, errPack) {
			t.Fatalf("cut: %v", err)
		}
	})
}

func FuzzAPackFromAnywhere(f *testing.F) {
	pack, _ := encodePack([]intake.RowResult{{Number: 2, Outcome: outcome.Created, EventID: "E1"}, {Number: 3, Outcome: outcome.Duplicate, EventID: "E2"}})
	f.Add(pack)
	f.Add([]byte{packVersion})
	f.Fuzz(func(t *testing.T, pack []byte) {
		if rows, err := decodePack(pack); err == nil && len(rows) > len(pack) {
			t.Error("more rows than bytes")
		}
	})
}

func TestRowsOutOfPacksAndByThemselvesComeInOneOrder(t *testing.T) {
	testkit.EachEngine(t, []migrate.Set{Migrations()}, func(t *testing.T, db *sqlstore.DB) {
		var all, plain []intake.RowResult
		var single [][]any
		const batch = "01JQBATCH00000000000000001"
		for n := 2; n < 3500; n++ {
			r := intake.RowResult{Number: n, Outcome: outcome.Code(1 + n%4), EventID: fmt.Sprint("E", n)}
			if n%7 == 0 {
				r.Outcome, r.Reason = outcome.Refused, "REASON"
				single = append(single, []any{batch, n, int32(r.Outcome), r.Reason, "", r.EventID, "", nil})
			} else {
				plain = append(plain, r)
			}
			all = append(all, r)
		}
		err := db.Write(t.Context(), func(tx *gorm.DB) error {
			if err := sqlstore.InsertMany(tx, "feed_row", rowColumns, single); err != nil {
				return err
			}
			return sqlstore.InsertMany(tx, "feed_pack", packColumns, packed(batch, plain))
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			outcomes     []outcome.Code
			reason       string
			after, limit int
		}{
			{nil, "", 0, 100},
			{nil, "", 995, 50},
			{nil, "", 0, 5000},
			{[]outcome.Code{1}, "", 100, 700},
			{[]outcome.Code{2, 7}, "", 1500, 60},
			{[]outcome.Code{7}, "REASON", 0, 20},
			{nil, "REASON", 3000, 100},
			{[]outcome.Code{4}, "REASON", 0, 10},
			{[]outcome.Code{5, 6}, "", 0, 10},
		} {
			var want []intake.RowResult
			for _, r := range all {
				if r.Number > c.after && len(want) < c.limit && (c.reason == "" || r.Reason == c.reason) &&
					(len(c.outcomes) == 0 || slices.Contains(c.outcomes, r.Outcome)) {
					want = append(want, r)
				}
			}
			err := db.Read(t.Context(), func(tx *gorm.DB) error {
				got, err := selectResults(tx, intake.RowFilter{BatchID: batch, Reason: c.reason}, c.outcomes, c.after, c.limit)
				if d := cmp.Diff(want, got); d != "" {
					t.Errorf("%+v: %s", c, d)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}
