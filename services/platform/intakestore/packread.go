package intakestore

import (
	"cmp"
	"database/sql"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/outcome"
	"xinju.dev/services/platform/sqlstore"
)

// packColumns are those of feed_pack.
var packColumns = []string{"batch_id", "last_row", "outcomes", "pack"}

// packed puts results into rows of feed_pack. Row numbers grow.
func packed(batchID string, results []intake.RowResult) (rows [][]any) {
	for run := range slices.Chunk(results, packRows) {
		pack, outcomes := encodePack(run)
		rows = append(rows, []any{batchID, run[len(run)-1].Number, outcomes, pack})
	}
	return rows
}

// packsAtOnce is how many packs one statement reads.
const packsAtOnce = 4

// selectPacked returns rows after a number out of packs, those of the given
// outcomes, in ascending order.
func selectPacked(tx *gorm.DB, batchID string, after, limit int, outcomes int64) (out []intake.RowResult, err error) {
	for from := after; len(out) < limit; {
		found := 0
		err := sqlstore.Query(tx, func(rows *sql.Rows) error {
			var pack []byte
			if err := rows.Scan(&from, &pack); err != nil {
				return err
			}
			found++
			list, err := decodePack(pack)
			if err != nil {
				return fmt.Errorf("feed batch %s: %w", batchID, err)
			}
			for _, r := range list {
				if r.Number > after && outcomes&mask(r.Outcome) != 0 && len(out) < limit {
					out = append(out, r)
				}
			}
			return nil
		}, "SELECT last_row, pack FROM feed_pack WHERE batch_id = ? AND last_row > ? AND outcomes & ? <> 0 ORDER BY last_row LIMIT ?",
			batchID, from, outcomes, packsAtOnce)
		if err != nil || found < packsAtOnce {
			return out, err
		}
	}
	return out, nil
}

// selectResults returns rows after a number, out of packs and by themselves, in
// ascending order.
func selectResults(tx *gorm.DB, f intake.RowFilter, outcomes []outcome.Code, after, limit int) (out []intake.RowResult, err error) {
	inPacks := mask(outcome.Created, outcome.Updated, outcome.Unchanged, outcome.Duplicate)
	if len(outcomes) > 0 {
		inPacks &= mask(outcomes...)
	}
	if f.Reason == "" && inPacks != 0 {
		if out, err = selectPacked(tx, f.BatchID, after, limit, inPacks); err != nil {
			return nil, err
		}
	}
	where, args := rowWhere(f, outcomes, after)
	single, err := selectRows(tx, where+" ORDER BY row_no LIMIT ?", append(args, limit)...)
	if err != nil || len(out) == 0 || len(single) == 0 {
		return append(out, single...), err
	}
	out = append(out, single...)
	slices.SortFunc(out, func(a, b intake.RowResult) int { return cmp.Compare(a.Number, b.Number) })
	return out[:min(limit, len(out))], nil
}
