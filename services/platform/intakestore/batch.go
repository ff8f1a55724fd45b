package intakestore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/sqlstore"
)

// CreateFeedBatch implements intake.Store. Batches of one sender are created one
// after the other, so that their receipts are a chain.
func (s *SQL) CreateFeedBatch(ctx context.Context, b intake.Batch) (first intake.Batch, fresh bool, err error) {
	err = s.db.Write(ctx, func(tx *gorm.DB) error {
		first, fresh = b, true
		sender, err := lockSender(tx, b.Sender)
		if err != nil {
			return err
		}
		if there, err := sameContent(tx, b); err != nil || there.BatchID != "" {
			if err == nil {
				fresh = false
				first, err = there.batch()
			}
			return err
		}
		if err := checkSequence(tx, b); err != nil {
			return err
		}
		if !b.ValidateOnly {
			first.Previous = sender.LastReceipt
		}
		row, err := rowOf(first)
		if err != nil {
			return err
		}
		if err := tx.Create(&row).Error; err != nil || b.ValidateOnly {
			return err
		}
		return sqlstore.Exec(tx, "UPDATE feed_sender SET first_ms = CASE WHEN first_ms = 0 THEN ? ELSE first_ms END, last_ms = ?, last_batch = ?, last_receipt = ? WHERE sender = ?",
			ms(b.Received), ms(b.Received), b.ID, intake.NewReceipt(first).Hash(), b.Sender)
	})
	if err != nil {
		return intake.Batch{}, false, err
	}
	return first, fresh, nil
}

func sameContent(tx *gorm.DB, b intake.Batch) (feedBatchRow, error) {
	var there feedBatchRow
	err := tx.Where("sender = ? AND content_key = ?", b.Sender, contentKey(b)).Take(&there).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return feedBatchRow{}, nil
	}
	return there, err
}

// checkSequence refuses a number that stands for another content. What failed or
// was withdrawn gives its number free.
func checkSequence(tx *gorm.DB, b intake.Batch) error {
	if b.Manifest.Sequence == 0 || b.ValidateOnly {
		return nil
	}
	var n int64
	err := tx.Raw("SELECT COUNT(*) FROM feed_batch WHERE sender = ? AND sequence = ? AND sequence > 0 AND validate_only = 0 AND state NOT IN (4, 8)",
		b.Sender, b.Manifest.Sequence).Scan(&n).Error
	if err == nil && n > 0 {
		err = intake.ErrSequenceUsed.With("sequence", fmt.Sprint(b.Manifest.Sequence))
	}
	return err
}

// FeedBatch implements intake.Store and intake.Reader.
func (s *SQL) FeedBatch(ctx context.Context, id string) (b intake.Batch, err error) {
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		b, err = takeBatch(tx, id, "")
		return err
	})
	return b, err
}

// takeBatch reads a batch; lock is "" or the ending of a locking read.
func takeBatch(tx *gorm.DB, id, lock string) (intake.Batch, error) {
	var row feedBatchRow
	found := tx.Raw("SELECT * FROM feed_batch WHERE batch_id = ?"+lock, id).Scan(&row)
	if found.Error != nil {
		return intake.Batch{}, found.Error
	}
	if found.RowsAffected == 0 {
		return intake.Batch{}, intake.ErrBatchNotFound
	}
	return row.batch()
}

// NextFeedBatch implements intake.Store.
func (s *SQL) NextFeedBatch(ctx context.Context, spool string) (b intake.Batch, ok bool, err error) {
	var row feedBatchRow
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		return tx.Where(`state IN (1, 2, 7) AND (state = 7 OR kind <> 3 AND spool = ?
			AND NOT EXISTS (SELECT 1 FROM feed_sender WHERE feed_sender.sender = feed_batch.sender AND paused = 1))`, spool).
			Order("batch_id").Take(&row).Error
	})
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return intake.Batch{}, false, nil
	}
	if err != nil {
		return intake.Batch{}, false, err
	}
	b, err = row.batch()
	return b, err == nil, err
}

// StartFeedBatch implements intake.Store.
func (s *SQL) StartFeedBatch(ctx context.Context, id string, now time.Time) error {
	return s.changeOpen(ctx, id, map[string]any{
		"state": int32(intake.Running), "started_ms": gorm.Expr("CASE WHEN started_ms = 0 THEN ? ELSE started_ms END", ms(now)),
	})
}

// AdoptFeedBatch implements intake.Store.
func (s *SQL) AdoptFeedBatch(ctx context.Context, id, spool string) error {
	return s.db.Write(ctx, func(tx *gorm.DB) error {
		up := tx.Model(&feedBatchRow{}).Where("batch_id = ? AND state IN (1, 2, 5, 6)", id).Updates(map[string]any{"spool": spool})
		if up.Error == nil && up.RowsAffected != 1 {
			return intake.ErrMoved
		}
		return up.Error
	})
}

// FinishFeedBatch implements intake.Store. The content of a batch that failed
// may be sent again; a full list that was applied is from now on the one that
// the next is compared with.
func (s *SQL) FinishFeedBatch(ctx context.Context, id string, state intake.State, failure string, now time.Time) error {
	return s.db.Write(ctx, func(tx *gorm.DB) error {
		b, err := takeBatch(tx, id, forUpdate(tx))
		if err != nil {
			return err
		}
		if !b.State.Open() {
			return intake.ErrMoved
		}
		set := map[string]any{"state": int32(state), "failure": failure, "ended_ms": ms(now)}
		if state == intake.Failed {
			set["content_key"] = id
		}
		if err := tx.Model(&feedBatchRow{}).Where("batch_id = ?", id).Updates(set).Error; err != nil || b.ValidateOnly {
			return err
		}
		if err := sqlstore.Exec(tx, "UPDATE feed_sender SET row_total = row_total + ? WHERE sender = ?", b.Counts.Received(), b.Sender); err != nil {
			return err
		}
		if b.Kind != intake.Snapshot || state != intake.Succeeded {
			return nil
		}
		return sqlstore.Exec(tx, "UPDATE feed_sender SET snapshot_old = snapshot, snapshot = ? WHERE sender = ? AND snapshot <> ?", id, b.Sender, id)
	})
}

func (s *SQL) changeOpen(ctx context.Context, id string, set map[string]any) error {
	return s.db.Write(ctx, func(tx *gorm.DB) error {
		up := tx.Model(&feedBatchRow{}).Where("batch_id = ? AND state IN (1, 2)", id).Updates(set)
		if up.Error == nil && up.RowsAffected != 1 {
			return intake.ErrMoved
		}
		return up.Error
	})
}

// ChangeFeedBatch implements intake.Store.
func (s *SQL) ChangeFeedBatch(ctx context.Context, id string, c intake.Change) (b intake.Batch, err error) {
	err = s.db.Write(ctx, func(tx *gorm.DB) error {
		if b, err = takeBatch(tx, id, forUpdate(tx)); err != nil {
			return err
		}
		if !contains(c.From, b.State) {
			return intake.ErrBatchState.With("state", fmt.Sprint(int32(b.State)))
		}
		if b.State == c.To && c.To != intake.Withdrawing {
			return nil
		}
		before := b.State
		change(&b, c)
		row, err := rowOf(b)
		if err != nil {
			return err
		}
		set := map[string]any{
			"state": row.State, "failure": row.Failure, "ended_ms": row.EndedMs, "diff": row.Diff, "undone": row.Undone, "withdrawn_by": row.WithdrawnBy,
		}
		if c.To == intake.Withdrawn {
			set["content_key"] = id // sent again it is a new batch
		}
		if err := tx.Model(&feedBatchRow{}).Where("batch_id = ?", id).Updates(set).Error; err != nil || c.To != intake.Withdrawn || before == c.To {
			return err
		}
		return takeBack(tx, b)
	})
	return b, err
}

func contains(list []intake.State, s intake.State) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func change(b *intake.Batch, c intake.Change) {
	b.State, b.Undone = c.To, max(b.Undone, c.Undone)
	switch c.To {
	case intake.Queued, intake.Running:
		b.Failure, b.Ended = "", time.Time{}
		b.Diff.Confirmed = b.Diff.Confirmed || c.Confirmed
	case intake.Held:
		b.Failure, b.Ended = b.Diff.Hold, time.Time{}
	default:
		b.Ended = c.Now
	}
	if c.By != "" {
		b.WithdrawnBy = shorten(c.By, 200)
	}
}

// takeBack lets the list before a withdrawn one hold again.
func takeBack(tx *gorm.DB, b intake.Batch) error {
	err := sqlstore.Exec(tx, "UPDATE feed_sender SET row_total = CASE WHEN row_total > ? THEN row_total - ? ELSE 0 END WHERE sender = ?",
		b.Counts.Received(), b.Counts.Received(), b.Sender)
	if err != nil || b.Kind != intake.Snapshot {
		return err
	}
	old, err := baseOf(tx, b.Diff.Base)
	if err != nil {
		return err
	}
	return sqlstore.Exec(tx, "UPDATE feed_sender SET snapshot = ?, snapshot_old = ? WHERE sender = ? AND snapshot = ?", b.Diff.Base, old, b.Sender, b.ID)
}

// FeedBatches implements intake.Reader, latest first.
func (s *SQL) FeedBatches(ctx context.Context, sender string, q page.Query) ([]intake.Batch, page.Next, error) {
	limit, err := q.Limit()
	if err != nil {
		return nil, "", err
	}
	filter := []byte("feed_batch\x00" + sender)
	before, err := q.Key(filter)
	if err != nil {
		return nil, "", err
	}
	var rows []feedBatchRow
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		if before != "" {
			tx = tx.Where("batch_id < ?", before)
		}
		if sender != "" {
			tx = tx.Where("sender = ?", sender)
		}
		return tx.Order("batch_id DESC").Limit(limit + 1).Find(&rows).Error
	})
	if err != nil {
		return nil, "", err
	}
	next := ""
	if len(rows) > limit {
		rows = rows[:limit]
		next = page.Encode(filter, rows[limit-1].BatchID)
	}
	out := make([]intake.Batch, len(rows))
	for i, r := range rows {
		if out[i], err = r.batch(); err != nil {
			return nil, "", err
		}
	}
	return out, next, nil
}
