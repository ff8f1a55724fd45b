package recordintake

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"

	"gorm.io/gorm"

	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/intakestore"
	"xinju.dev/services/platform/outcome"
	"xinju.dev/services/platform/sqlstore"
)

// A row that waits keeps what was sent, sealed, until it is applied: should it be
// refused then, it comes back with the other refused rows of its batch.

func rawID(batch string, row int) string { return batch + "/" + strconv.Itoa(row) }

func (im *Import) sealRaw(batch string, row int, raw []byte) ([]byte, error) {
	sealed, err := im.sealer.Seal("record_import_row", rawID(batch, row), "raw", raw)
	if err != nil {
		return nil, fmt.Errorf("import %s: seal a row: %w", batch, err)
	}
	return sealed, nil
}

// refusals reads the refused rows of a batch, also those that were refused after
// they had waited. It implements intake.Reader.
type refusals struct {
	*intakestore.SQL
	im *Import
}

// RefusedRows implements intake.Reader.
func (r refusals) RefusedRows(ctx context.Context, batchID string, after, limit int) ([]intake.RowResult, error) {
	out, err := r.SQL.RefusedRows(ctx, batchID, after, limit)
	if err != nil {
		return nil, err
	}
	later, err := r.im.refusedLater(ctx, batchID, after, limit)
	if err != nil {
		return nil, err
	}
	out = append(out, later...)
	slices.SortFunc(out, func(a, b intake.RowResult) int { return cmp.Compare(a.Number, b.Number) })
	return out[:min(limit, len(out))], nil
}

// refusedLater are rows that waited and were refused then, after a row number.
// Of those that waited before what was sent was kept, nothing can be given back.
func (im *Import) refusedLater(ctx context.Context, batchID string, after, limit int) (out []intake.RowResult, err error) {
	err = im.db.Read(ctx, func(tx *gorm.DB) error {
		out = out[:0]
		return sqlstore.Query(tx, func(rows *sql.Rows) error {
			r := intake.RowResult{Outcome: outcome.Refused}
			err := rows.Scan(&r.Number, &r.Reason, &r.Column, &r.Raw)
			out = append(out, r)
			return err
		}, "SELECT row_no, reason, column_name, raw FROM record_import_row WHERE batch_id = ? AND outcome = ? AND raw IS NOT NULL AND row_no > ? ORDER BY row_no LIMIT ?",
			batchID, int32(outcome.Refused), after, limit)
	})
	for i := range out {
		if err == nil {
			out[i].Raw, err = im.sealer.Open("record_import_row", rawID(batchID, out[i].Number), "raw", out[i].Raw)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("import %s: read what was refused later: %w", batchID, err)
	}
	return out, nil
}
