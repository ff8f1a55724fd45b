package webhook

import (
	"context"
	"database/sql"

	"gorm.io/gorm"

	"xinju.dev/services/platform/ids"
	"xinju.dev/services/platform/sqlstore"
)

// parcel is a batch that was written down and is not acknowledged yet.
type parcel struct {
	id          string
	run         int64
	first, last int64
	position    int64
	body        []byte
}

// waiting returns the parcel of a subscription's present run.
func (q *queue) waiting(ctx context.Context, s subscription) (p parcel, found bool, err error) {
	err = q.db.Read(ctx, func(tx *gorm.DB) error {
		found = false
		return sqlstore.Query(tx, func(r *sql.Rows) error {
			found = true
			return r.Scan(&p.id, &p.run, &p.first, &p.last, &p.position, &p.body)
		}, "SELECT delivery_id, run, first_sequence, last_sequence, position, body FROM webhook_outbox WHERE subscription_id = ? AND run = ?", s.id, s.run)
	})
	return p, found, err
}

// put writes a batch down before it is sent. Nothing is written when the
// subscription has begun another run or has moved on.
func (q *queue) put(ctx context.Context, s subscription, b *batch) error {
	now := q.now()
	p := parcel{id: ids.New(now), run: s.run, first: s.sequence + 1, last: s.sequence + int64(len(b.events)), position: b.position, body: b.body()}
	return q.db.Write(ctx, func(tx *gorm.DB) error {
		at, err := q.locked(tx, s.id, 0)
		if err != nil {
			return err
		}
		if at.run != s.run || at.position != s.position {
			return nil
		}
		err = sqlstore.InsertMany(tx, "webhook_outbox", []string{"subscription_id", "delivery_id", "run", "first_sequence", "last_sequence", "position", "body"},
			[][]any{{s.id, p.id, p.run, p.first, p.last, p.position, p.body}})
		if err != nil {
			return err
		}
		if err := q.log(tx, s.id, p, now.UnixMilli()); err != nil {
			return err
		}
		return q.shorten(tx, s.id)
	})
}

func (q *queue) log(tx *gorm.DB, subscription string, p parcel, now int64) error {
	return sqlstore.InsertMany(tx, "webhook_delivery",
		[]string{"delivery_id", "subscription_id", "run", "first_sequence", "last_sequence", "tries", "http_status", "delivered", "failure", "duration_ms", "created_ms", "updated_ms"},
		[][]any{{p.id, subscription, p.run, p.first, p.last, 0, 0, false, "", 0, now, now}})
}

// shorten keeps the newest deliveries of the log.
func (q *queue) shorten(tx *gorm.DB, subscription string) error {
	oldest := ""
	err := sqlstore.Query(tx, func(r *sql.Rows) error { return r.Scan(&oldest) },
		"SELECT delivery_id FROM webhook_delivery WHERE subscription_id = ? ORDER BY delivery_id DESC LIMIT 1 OFFSET ?", subscription, q.set.Keep)
	if err != nil || oldest == "" {
		return err
	}
	return sqlstore.Exec(tx, "DELETE FROM webhook_delivery WHERE subscription_id = ? AND delivery_id <= ?", subscription, oldest)
}

// skip moves a subscription over positions that its filter leaves out.
func (q *queue) skip(ctx context.Context, s subscription, position int64) error {
	return q.db.Write(ctx, func(tx *gorm.DB) error {
		return sqlstore.Exec(tx, "UPDATE webhook_subscription SET position = ? WHERE subscription_id = ? AND run = ? AND position = ?", position, s.id, s.run, s.position)
	})
}

// done notes what became of a try. A run that has ended meanwhile is left alone.
func (q *queue) done(ctx context.Context, s subscription, p parcel, o outcome) error {
	now := q.now().UnixMilli()
	return q.db.Write(ctx, func(tx *gorm.DB) error {
		at, err := q.locked(tx, s.id, 0)
		if err != nil {
			return err
		}
		if err := q.note(tx, p.id, o, now); err != nil {
			return err
		}
		if at.run != p.run {
			return nil
		}
		if o.code == "" {
			err := sqlstore.Exec(tx, "UPDATE webhook_subscription SET position = ?, sequence = ?, failures = 0, failing_ms = 0, next_ms = 0, reason = '' WHERE subscription_id = ? AND run = ? AND sequence = ?",
				p.position, p.last, s.id, p.run, p.first-1)
			if err != nil {
				return err
			}
			return sqlstore.Exec(tx, "DELETE FROM webhook_outbox WHERE subscription_id = ? AND delivery_id = ?", s.id, p.id)
		}
		return q.fail(tx, at, o.code, now)
	})
}

func (q *queue) note(tx *gorm.DB, delivery string, o outcome, now int64) error {
	return sqlstore.Exec(tx, "UPDATE webhook_delivery SET tries = tries + 1, http_status = ?, delivered = ?, failure = ?, duration_ms = ?, updated_ms = ? WHERE delivery_id = ?",
		o.status, o.code == "", o.code, o.took.Milliseconds(), now, delivery)
}

// fail puts the next try off, longer each time, or gives the subscription up.
func (q *queue) fail(tx *gorm.DB, s subscription, code string, now int64) error {
	if s.failing == 0 {
		s.failing = now
	}
	s.failures++
	gaveUp := code == codeGone || code == codeFeed || now-s.failing >= q.set.GiveUp.Milliseconds()
	next := now + backoff(q.set, s.failures).Milliseconds()
	return sqlstore.Exec(tx, "UPDATE webhook_subscription SET failures = ?, failing_ms = ?, next_ms = ?, gave_up = ?, reason = ? WHERE subscription_id = ?",
		s.failures, s.failing, next, gaveUp, code, s.id)
}

// stuck gives a subscription up whose feed cannot be read on from its position.
func (q *queue) stuck(ctx context.Context, s subscription) error {
	return q.db.Write(ctx, func(tx *gorm.DB) error {
		at, err := q.locked(tx, s.id, 0)
		if err != nil || at.run != s.run {
			return err
		}
		return q.fail(tx, at, codeFeed, q.now().UnixMilli())
	})
}
