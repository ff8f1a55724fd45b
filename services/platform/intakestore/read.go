package intakestore

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/outcome"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/sqlstore"
)

// FeedRows implements intake.Reader, by row number. It fails with
// FEED_BATCH_NOT_FOUND, FEED_OUTCOME_UNKNOWN and PAGE_TOKEN_INVALID.
func (s *SQL) FeedRows(ctx context.Context, f intake.RowFilter, q page.Query) ([]intake.RowResult, page.Next, error) {
	limit, err := q.Limit()
	if err != nil {
		return nil, "", err
	}
	outcomes := slices.Clone(f.Outcomes)
	slices.Sort(outcomes)
	outcomes = slices.Compact(outcomes)
	if n := len(outcomes); n > 0 && (!outcomes[0].Known() || !outcomes[n-1].Known()) {
		return nil, "", intake.ErrOutcome.On("outcomes", "1–7")
	}
	filter := fmt.Appendf(nil, "feed_row\x00%s\x00%v\x00%s", f.BatchID, outcomes, f.Reason)
	key, err := q.Key(filter)
	if err != nil {
		return nil, "", err
	}
	after := 0
	if key != "" {
		if after, err = strconv.Atoi(key); err != nil {
			return nil, "", page.ErrToken
		}
	}
	var out []intake.RowResult
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		b, err := takeBatch(tx, f.BatchID, "")
		if err != nil {
			return err
		}
		if out, err = selectResults(tx, f, outcomes, after, limit+1); err != nil || b.ValidateOnly {
			return err
		}
		return s.resolve(tx, b, out)
	})
	if err != nil {
		return nil, "", err
	}
	next := ""
	if len(out) > limit {
		out = out[:limit]
		next = page.Encode(filter, strconv.Itoa(out[limit-1].Number))
	}
	return out, next, nil
}

// resolve says of rows that waited what they are now.
func (s *SQL) resolve(tx *gorm.DB, b intake.Batch, rows []intake.RowResult) error {
	var waited []intake.RowResult
	for _, r := range rows {
		if r.Outcome == outcome.Pending {
			waited = append(waited, r)
		}
	}
	if len(waited) == 0 || b.State == intake.Withdrawn {
		return nil
	}
	still, err := s.apply.Waiting(tx, b, waited)
	if err != nil {
		return fmt.Errorf("feed batch %s: what became of rows that waited: %w", b.ID, err)
	}
	for i := range rows {
		if r := &rows[i]; r.Outcome == outcome.Pending {
			if r.Now = outcome.Updated; still[r.Number] {
				r.Now = outcome.Pending
			}
		}
	}
	return nil
}

// waitingRows is how many rows that waited are asked about at once.
const waitingRows = 1000

// StillPending implements intake.Reader.
func (s *SQL) StillPending(ctx context.Context, batchID string) (n int64, err error) {
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		b, err := takeBatch(tx, batchID, "")
		n = b.Counts[outcome.Pending]
		if err != nil || n == 0 || b.ValidateOnly || b.State == intake.Withdrawn {
			return err
		}
		n = 0
		for after := 0; ; {
			rows, err := selectRows(tx, " WHERE batch_id = ? AND row_no > ? AND outcome = 5 AND outcome > 3 ORDER BY row_no LIMIT ?", batchID, after, waitingRows)
			if err != nil || len(rows) == 0 {
				return err
			}
			still, err := s.apply.Waiting(tx, b, rows)
			if err != nil {
				return err
			}
			n += int64(len(still))
			after = rows[len(rows)-1].Number
		}
	})
	return n, err
}

func rowWhere(f intake.RowFilter, outcomes []outcome.Code, after int) (where string, args []any) {
	where, args = " WHERE batch_id = ? AND row_no > ?", []any{f.BatchID, after}
	if len(outcomes) > 0 {
		where += " AND outcome IN (" + strings.Repeat(",?", len(outcomes))[1:] + ")"
		for _, o := range outcomes {
			args = append(args, int32(o))
		}
		if outcomes[0] > outcome.Unchanged {
			where += " AND outcome > 3" // the index of rows to look at holds only these
		}
	}
	if f.Reason != "" {
		where += " AND reason = ?"
		args = append(args, f.Reason)
	}
	return where, args
}

func selectRows(tx *gorm.DB, rest string, args ...any) (out []intake.RowResult, err error) {
	err = sqlstore.Query(tx, func(rows *sql.Rows) error {
		r, err := scanRow(rows)
		out = append(out, r)
		return err
	}, rowSelect+rest, args...)
	return out, err
}

// ResultsFrom implements intake.Store.
func (s *SQL) ResultsFrom(ctx context.Context, batchID string, from, limit int) (out []intake.RowResult, err error) {
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		out, err = selectResults(tx, intake.RowFilter{BatchID: batchID}, nil, from-1, limit)
		return err
	})
	return out, err
}

// RefusedRows implements intake.Reader.
func (s *SQL) RefusedRows(ctx context.Context, batchID string, after, limit int) ([]intake.RowResult, error) {
	var out []intake.RowResult
	err := s.db.Read(ctx, func(tx *gorm.DB) error {
		out = out[:0]
		return sqlstore.Query(tx, func(rows *sql.Rows) error {
			var r intake.RowResult
			if err := rows.Scan(&r.Number, &r.Reason, &r.Column, &r.Raw); err != nil {
				return err
			}
			out = append(out, r)
			return nil
		}, "SELECT row_no, reason, column_name, raw FROM feed_row WHERE batch_id = ? AND outcome = 7 AND outcome > 3 AND row_no > ? ORDER BY row_no LIMIT ?",
			batchID, after, limit)
	})
	for i := range out {
		r := &out[i]
		if err == nil {
			r.Outcome = outcome.Refused
			r.Raw, err = s.seal.Open("feed_row", feedRowID(batchID, r.Number), "raw", r.Raw)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("feed batch %s: read its refused rows: %w", batchID, err)
	}
	return out, nil
}
