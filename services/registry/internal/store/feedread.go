package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"

	"gorm.io/gorm"

	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/intake"
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
	if n := len(outcomes); n > 0 && (outcomes[0] < core.Created || outcomes[n-1] > core.Refused) {
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
	if _, err := s.FeedBatch(ctx, f.BatchID); err != nil {
		return nil, "", err
	}
	where, args := feedRowWhere(f, outcomes, after)
	var out []intake.RowResult
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		out = out[:0]
		return sqlstore.Query(tx, func(rows *sql.Rows) error {
			r, err := scanFeedRow(rows)
			out = append(out, r)
			return err
		}, feedRowSelect+where+" ORDER BY row_no LIMIT ?", append(args, limit+1)...)
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

func feedRowWhere(f intake.RowFilter, outcomes []core.OutcomeCode, after int) (where string, args []any) {
	where, args = " WHERE batch_id = ? AND row_no > ?", []any{f.BatchID, after}
	if len(outcomes) > 0 {
		where += " AND outcome IN (" + marks(len(outcomes)) + ")"
		for _, o := range outcomes {
			args = append(args, int32(o))
		}
		if outcomes[0] > core.Unchanged {
			where += " AND outcome > 3" // the index of rows to look at holds only these
		}
	}
	if f.Reason != "" {
		where += " AND reason = ?"
		args = append(args, f.Reason)
	}
	return where, args
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
		}, "SELECT row_no, reason, column_name, raw FROM feed_row WHERE batch_id = ? AND outcome = 7 AND row_no > ? ORDER BY row_no LIMIT ?",
			batchID, after, limit)
	})
	for i := range out {
		r := &out[i]
		if err == nil {
			r.Outcome = core.Refused
			r.Raw, err = s.seal.Open("feed_row", feedRowID(batchID, r.Number), "raw", r.Raw)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("feed batch %s: read its refused rows: %w", batchID, err)
	}
	return out, nil
}
