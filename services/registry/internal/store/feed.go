package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/intake"
)

var (
	_ intake.Store  = (*SQL)(nil)
	_ intake.Reader = (*SQL)(nil)
)

// CreateFeedBatch implements intake.Store.
func (s *SQL) CreateFeedBatch(ctx context.Context, b intake.Batch) (first intake.Batch, fresh bool, err error) {
	row, err := feedRowOf(b)
	if err != nil {
		return intake.Batch{}, false, err
	}
	err = s.db.Write(ctx, func(tx *gorm.DB) error { return tx.Create(&row).Error })
	if err == nil {
		return b, true, nil
	}
	if !errors.Is(err, sqlstore.ErrDuplicate) {
		return intake.Batch{}, false, err
	}
	var there feedBatchRow // not row: gorm would look for its key as well
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		return tx.Where("sender = ? AND content_key = ?", row.Sender, row.ContentKey).Take(&there).Error
	})
	if err != nil {
		return intake.Batch{}, false, err
	}
	first, err = there.batch()
	return first, false, err
}

// FeedBatch implements intake.Store and intake.Reader.
func (s *SQL) FeedBatch(ctx context.Context, id string) (intake.Batch, error) {
	var row feedBatchRow
	err := s.db.Read(ctx, func(tx *gorm.DB) error { return tx.Where("batch_id = ?", id).Take(&row).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return intake.Batch{}, intake.ErrBatchNotFound
	}
	if err != nil {
		return intake.Batch{}, err
	}
	return row.batch()
}

// NextFeedBatch implements intake.Store.
func (s *SQL) NextFeedBatch(ctx context.Context, spool string) (b intake.Batch, ok bool, err error) {
	var row feedBatchRow
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		return tx.Where("state < ? AND spool = ?", int32(intake.Succeeded), spool).Order("batch_id").Take(&row).Error
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
	return s.changeFeedBatch(ctx, id, map[string]any{"state": int32(intake.Running), "started_ms": ms(now)})
}

// AdoptFeedBatch implements intake.Store.
func (s *SQL) AdoptFeedBatch(ctx context.Context, id, spool string) error {
	return s.changeFeedBatch(ctx, id, map[string]any{"spool": spool})
}

// FinishFeedBatch implements intake.Store. The content of a batch that failed
// may be sent again.
func (s *SQL) FinishFeedBatch(ctx context.Context, id string, state intake.State, failure string, now time.Time) error {
	set := map[string]any{"state": int32(state), "failure": failure, "ended_ms": ms(now)}
	if state == intake.Failed {
		set["content_key"] = id
	}
	return s.changeFeedBatch(ctx, id, set)
}

func (s *SQL) changeFeedBatch(ctx context.Context, id string, set map[string]any) error {
	return s.db.Write(ctx, func(tx *gorm.DB) error {
		up := tx.Model(&feedBatchRow{}).Where("batch_id = ? AND state < ?", id, int32(intake.Succeeded)).Updates(set)
		if up.Error == nil && up.RowsAffected != 1 {
			return intake.ErrMoved
		}
		return up.Error
	})
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
