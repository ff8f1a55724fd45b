package intakestore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"

	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/outcome"
	"xinju.dev/services/platform/sqlstore"
)

// errRehearsed rolls back what a rehearsal did.
var errRehearsed = errors.New("feed: a rehearsal changes nothing")

// ApplyFeedChunk implements intake.Store.
func (s *SQL) ApplyFeedChunk(ctx context.Context, c intake.Chunk) error {
	if !c.ValidateOnly {
		return chunkError(s.db.Write(ctx, func(tx *gorm.DB) error {
			if err := moveBatch(tx, c); err != nil {
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
			if err := s.keepList(tx, c, outcomes); err != nil {
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
	outcomes, err := s.rehearse(ctx, c)
	if err != nil {
		return err
	}
	if err := c.Hook("chunk.rehearsed"); err != nil {
		return err
	}
	return chunkError(s.db.Write(ctx, func(tx *gorm.DB) error {
		if err := moveBatch(tx, c); err != nil {
			return err
		}
		return s.keepOutcomes(tx, c, outcomes)
	}))
}

// PrepareFeedChunk implements intake.Preparer.
func (s *SQL) PrepareFeedChunk(c intake.Chunk) {
	p, ok := s.apply.(Preparer)
	if !ok {
		return
	}
	items, at := make([]any, 0, len(c.Rows)), make([]int, 0, len(c.Rows))
	for i := range c.Rows {
		if c.Rows[i].Applies() {
			items, at = append(items, c.Rows[i].Item), append(at, i)
		}
	}
	p.PrepareItems(c.Source.Sender, items)
	for n, i := range at {
		c.Rows[i].Item = items[n]
	}
}

// RehearseFeedChunk implements intake.Store.
func (s *SQL) RehearseFeedChunk(ctx context.Context, c intake.Chunk) ([]intake.RowResult, error) {
	c.ValidateOnly = true
	outcomes, err := s.rehearse(ctx, c)
	if err != nil {
		return nil, err
	}
	results, _, _ := c.Settle(outcomes)
	return results, nil
}

// rehearse applies all rows in one transaction that is rolled back, so that
// they see each other as they would.
func (s *SQL) rehearse(ctx context.Context, c intake.Chunk) (outcomes []outcome.Outcome, err error) {
	err = s.db.Write(ctx, func(tx *gorm.DB) (err error) {
		if outcomes, _, err = s.applyRows(tx, c); err != nil {
			return err
		}
		return errRehearsed
	})
	if !errors.Is(err, errRehearsed) {
		return nil, chunkError(err)
	}
	return outcomes, nil
}

// moveBatch takes the batch's row first: two processes that hold the same chunk
// meet here, and one of them finds the batch moved. So does a chunk of a batch
// that somebody has cancelled.
func moveBatch(tx *gorm.DB, c intake.Chunk) error {
	up := tx.Exec(`UPDATE feed_batch SET next_offset = ?, next_line = ?, list_key = CASE WHEN ? = '' THEN list_key ELSE ? END, rate_milli = ?
		WHERE batch_id = ? AND next_offset = ? AND next_line = ? AND stage = ? AND state IN (1, 2)`,
		c.To.Offset, c.To.Line, c.Cursor, c.Cursor, int64(c.Rate*1000), c.BatchID, c.From.Offset, c.From.Line, c.Stage)
	if up.Error == nil && up.RowsAffected != 1 {
		return intake.ErrMoved
	}
	if up.Error != nil {
		return up.Error
	}
	var paused int
	if err := tx.Raw("SELECT paused FROM feed_sender WHERE sender = ?", c.Source.Sender).Scan(&paused).Error; err != nil {
		return err
	}
	if paused != 0 {
		return intake.ErrPaused
	}
	return nil
}

// applyRows gives the items of a chunk to the service, as of the day on which
// the file was received: a late restart must judge a row as the first try did.
func (s *SQL) applyRows(tx *gorm.DB, c intake.Chunk) ([]outcome.Outcome, []changefeed.Fact, error) {
	items, rows := c.Items()
	var all []outcome.Outcome
	var changed []changefeed.Fact
	for len(items) > 0 {
		n := min(len(items), intake.ChunkRows)
		call := Call{Target: c.Target, BatchID: c.BatchID, Sender: c.Source.Sender, Rows: rows[:n], At: c.Source.Received, Now: c.Now}
		outcomes, facts, err := s.apply.ApplyItems(tx, call, items[:n])
		if err == nil && len(outcomes) != n {
			err = fmt.Errorf("feed batch %s: %d outcomes for %d items", c.BatchID, len(outcomes), n)
		}
		if err != nil {
			return nil, nil, err
		}
		if n == len(items) && all == nil {
			return outcomes, facts, nil
		}
		all, changed = append(all, outcomes...), append(changed, facts...)
		items, rows = items[n:], rows[n:]
	}
	return all, changed, nil
}

var rowColumns = []string{"batch_id", "row_no", "outcome", "reason", "column_name", "event_id", "resident_id", "raw"}

func (s *SQL) keepOutcomes(tx *gorm.DB, c intake.Chunk, outcomes []outcome.Outcome) error {
	if len(c.Rows) == 0 {
		return nil
	}
	results, counts, reasons := c.Settle(outcomes)
	var rows [][]any
	unremarkable := make([]intake.RowResult, 0, len(results))
	for i := range results {
		r := &results[i]
		id := shorten(r.EventID, 64)
		if plain(r) {
			unremarkable = append(unremarkable, intake.RowResult{Number: r.Number, Outcome: r.Outcome, EventID: id, ResidentID: r.ResidentID})
			continue
		}
		var raw any
		if len(r.Raw) > 0 {
			sealed, err := s.seal.Seal("feed_row", feedRowID(c.BatchID, r.Number), "raw", r.Raw)
			if err != nil {
				return fmt.Errorf("feed batch %s: seal a row: %w", c.BatchID, err)
			}
			raw = sealed
		}
		rows = append(rows, []any{c.BatchID, r.Number, int32(r.Outcome), r.Reason, shorten(r.Column, 120), id, r.ResidentID, raw})
	}
	if err := sqlstore.InsertMany(tx, "feed_row", rowColumns, rows); err != nil {
		return err
	}
	if err := sqlstore.InsertMany(tx, "feed_pack", packColumns, packed(c.BatchID, unremarkable)); err != nil {
		return err
	}
	if c.Settled != nil {
		c.Settled(results)
	}
	return addCounts(tx, c.BatchID, counts, reasons)
}

// addCounts adds to the batch's counts; its row is locked since moveBatch.
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
