package recordintake

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/outcome"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/sqlstore"
)

// list pages through the batches of a kind, latest first.
func (im *Import) list(ctx context.Context, k *Kind, sender string, q page.Query) ([]intake.Batch, page.Next, error) {
	limit, err := q.Limit()
	if err != nil {
		return nil, "", err
	}
	filter := fmt.Appendf(nil, "record_import\x00%s\x00%s", k.name, sender)
	before, err := q.Key(filter)
	if err != nil {
		return nil, "", err
	}
	var ids []string
	err = im.db.Read(ctx, func(tx *gorm.DB) error {
		tx = tx.Table("feed_batch").Where("target = ?", k.target())
		if before != "" {
			tx = tx.Where("batch_id < ?", before)
		}
		if sender != "" {
			tx = tx.Where("sender = ?", sender)
		}
		return tx.Order("batch_id DESC").Limit(limit+1).Pluck("batch_id", &ids).Error
	})
	if err != nil {
		return nil, "", err
	}
	next := ""
	if len(ids) > limit {
		ids = ids[:limit]
		next = page.Encode(filter, ids[limit-1])
	}
	out := make([]intake.Batch, len(ids))
	for i, id := range ids {
		if out[i], err = im.batches.FeedBatch(ctx, id); err != nil {
			return nil, "", err
		}
	}
	return out, next, nil
}

// became says of rows that waited what they are now.
func (im *Import) became(ctx context.Context, b intake.Batch, rows []intake.RowResult) error {
	at := map[int]int{}
	var numbers []int
	for i, r := range rows {
		if r.Outcome == outcome.Pending && r.Now != 0 {
			at[r.Number] = i
			numbers = append(numbers, r.Number)
		}
	}
	if len(numbers) == 0 {
		return nil
	}
	return im.db.Read(ctx, func(tx *gorm.DB) error {
		return sqlstore.InKeys(tx, numbers, func(list string, args []any) error {
			var now []struct {
				RowNo      int
				Outcome    outcome.Code
				ResidentID string
			}
			err := tx.Raw("SELECT row_no, outcome, resident_id FROM record_import_row WHERE batch_id = ? AND row_no IN "+list, append([]any{b.ID}, args...)...).Scan(&now).Error
			for _, n := range now {
				r := &rows[at[n.RowNo]]
				r.Now, r.ResidentID = n.Outcome, n.ResidentID
			}
			return err
		})
	})
}
