package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"

	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/intake"
)

// errRehearsed rolls back what a rehearsal did.
var errRehearsed = errors.New("feed: a rehearsal changes nothing")

// ApplyFeedChunk implements intake.Store.
func (s *SQL) ApplyFeedChunk(ctx context.Context, c intake.Chunk) error {
	if !c.ValidateOnly {
		return chunkError(s.db.Write(ctx, func(tx *gorm.DB) error {
			if err := moveFeedBatch(tx, c); err != nil {
				return err
			}
			outcomes, facts, err := s.applyRows(tx, c)
			if err != nil {
				return err
			}
			if err := c.Hook("chunk.events"); err != nil {
				return err
			}
			if err := s.keepOutcomes(tx, c, outcomes); err != nil {
				return err
			}
			if err := c.Hook("chunk.outcomes"); err != nil {
				return err
			}
			if err := changefeed.Append(tx, facts...); err != nil {
				return err
			}
			return c.Hook("chunk.facts")
		}))
	}
	var outcomes []core.Outcome
	err := s.db.Write(ctx, func(tx *gorm.DB) (err error) {
		if outcomes, _, err = s.applyRows(tx, c); err != nil {
			return err
		}
		return errRehearsed
	})
	if !errors.Is(err, errRehearsed) {
		return chunkError(err)
	}
	if err := c.Hook("chunk.rehearsed"); err != nil {
		return err
	}
	return chunkError(s.db.Write(ctx, func(tx *gorm.DB) error {
		if err := moveFeedBatch(tx, c); err != nil {
			return err
		}
		return s.keepOutcomes(tx, c, outcomes)
	}))
}

// moveFeedBatch takes the batch's row first: two processes that hold the same
// chunk meet here, and one of them finds the batch moved.
func moveFeedBatch(tx *gorm.DB, c intake.Chunk) error {
	up := tx.Exec("UPDATE feed_batch SET next_offset = ?, next_line = ?, rate_milli = ? WHERE batch_id = ? AND next_offset = ? AND state < ?",
		c.To, c.Line, int64(c.Rate*1000), c.BatchID, c.From, int32(intake.Succeeded))
	if up.Error == nil && up.RowsAffected != 1 {
		return intake.ErrMoved
	}
	return up.Error
}

// applyRows gives the events of a chunk to the registry, as of the day on which
// the file was received: a late restart must judge a row as the first try did.
func (s *SQL) applyRows(tx *gorm.DB, c intake.Chunk) ([]core.Outcome, []changefeed.Fact, error) {
	events, rows := c.Events()
	if len(events) == 0 {
		return nil, nil, nil
	}
	outcomes, facts, err := s.applyEvents(tx, events, Source{BatchID: c.BatchID, Rows: rows}, c.Received)
	if err == nil && len(outcomes) != len(events) {
		err = fmt.Errorf("feed batch %s: %d outcomes for %d events", c.BatchID, len(outcomes), len(events))
	}
	return outcomes, facts, err
}

var feedRowColumns = []string{"batch_id", "row_no", "outcome", "reason", "column_name", "event_id", "resident_id", "raw"}

func (s *SQL) keepOutcomes(tx *gorm.DB, c intake.Chunk, outcomes []core.Outcome) error {
	if len(c.Rows) == 0 {
		return nil
	}
	results, counts, reasons := c.Settle(outcomes)
	rows := make([][]any, len(results))
	for i, r := range results {
		var raw any
		if len(r.Raw) > 0 {
			sealed, err := s.seal.Seal("feed_row", feedRowID(c.BatchID, r.Number), "raw", r.Raw)
			if err != nil {
				return fmt.Errorf("feed batch %s: seal a row: %w", c.BatchID, err)
			}
			raw = sealed
		}
		rows[i] = []any{c.BatchID, r.Number, int32(r.Outcome), r.Reason, shorten(r.Column, 120), shorten(r.EventID, 64), r.ResidentID, raw}
	}
	if err := sqlstore.InsertMany(tx, "feed_row", feedRowColumns, rows); err != nil {
		return err
	}
	return addCounts(tx, c.BatchID, counts, reasons)
}

// addCounts adds to the batch's counts; its row is locked since moveFeedBatch.
func addCounts(tx *gorm.DB, batchID string, counts intake.Counts, reasons map[intake.ReasonKey]int64) error {
	var row feedBatchRow
	if err := tx.Select("counts", "reasons").Where("batch_id = ?", batchID).Take(&row).Error; err != nil {
		return err
	}
	sum, err := parseCounts(row.Counts)
	if err != nil {
		return err
	}
	all, err := parseReasons(row.Reasons)
	if err != nil {
		return err
	}
	for i, n := range counts {
		sum[i] += n
	}
	for k, n := range reasons {
		all[k] += n
	}
	return tx.Exec("UPDATE feed_batch SET counts = ?, reasons = ? WHERE batch_id = ?", countsText(sum), reasonsText(all), batchID).Error
}

// feedRowID is the place that a row's text is sealed to.
func feedRowID(batchID string, number int) string { return batchID + "/" + strconv.Itoa(number) }

func shorten(s string, characters int) string {
	if len(s) <= characters || utf8.RuneCountInString(s) <= characters {
		return s
	}
	return string([]rune(s)[:characters])
}

// chunkError tells errors that lie in the chunk from those that lie elsewhere.
func chunkError(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, changefeed.ErrTooMany) {
		return fmt.Errorf("%w: %w", intake.ErrChunk, err)
	}
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.Invalid {
		return fmt.Errorf("%w: %w", intake.ErrChunk, err)
	}
	if d, ok := errors.AsType[*sqlstore.DriverError](err); ok && valueRefused(d) {
		return fmt.Errorf("%w: %w", intake.ErrChunk, err)
	}
	return err
}

// valueRefused reports a statement that failed for what a row says: too long,
// out of range, not a character, a constraint.
func valueRefused(d *sqlstore.DriverError) bool {
	if d.Engine == sqlstore.MySQL {
		switch d.Number {
		case 1264, 1265, 1292, 1366, 1406, 1048, 3140, 4025:
			return true
		}
		return false
	}
	const constraint, tooBig, mismatch = 19, 18, 20
	return d.Number&0xff == constraint || d.Number&0xff == tooBig || d.Number&0xff == mismatch
}
