package webhook

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/sqlstore"
)

// markEvery is how exactly the feed's times are known: it keeps none itself.
const markEvery = time.Minute

// mark remembers where the head of the feed was, at most once a minute and only
// when it has moved.
func (q *queue) mark(ctx context.Context) error {
	head, err := changefeed.ReadHead(ctx, q.db)
	if err != nil {
		return err
	}
	now := q.now().UnixMilli()
	var position, at int64
	err = q.db.Read(ctx, func(tx *gorm.DB) error {
		position, at = -1, 0
		return sqlstore.Query(tx, func(r *sql.Rows) error { return r.Scan(&position, &at) }, "SELECT position, at_ms FROM webhook_mark ORDER BY position DESC LIMIT 1")
	})
	if err != nil || head.Position <= position || position >= 0 && now-at < markEvery.Milliseconds() {
		return err
	}
	err = q.db.Write(ctx, func(tx *gorm.DB) error {
		if err := sqlstore.Exec(tx, "DELETE FROM webhook_mark WHERE position < ?", head.Trimmed); err != nil {
			return err
		}
		return sqlstore.InsertMany(tx, "webhook_mark", []string{"position", "at_ms"}, [][]any{{head.Position, now}})
	})
	if errors.Is(err, sqlstore.ErrDuplicate) { // another process marked the same place
		return nil
	}
	return err
}

// since returns a position before which everything was committed before t. What
// is after it may have been committed up to a minute before t.
func (q *queue) since(ctx context.Context, t time.Time) (position int64, err error) {
	err = q.db.Read(ctx, func(tx *gorm.DB) error {
		position = 0
		return sqlstore.Query(tx, func(r *sql.Rows) error { return r.Scan(&position) },
			"SELECT position FROM webhook_mark WHERE at_ms < ? ORDER BY at_ms DESC LIMIT 1", t.UnixMilli())
	})
	return position, err
}
