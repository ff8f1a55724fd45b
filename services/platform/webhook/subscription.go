package webhook

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/ids"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/platform/sqlstore"
)

// topic is announced when a subscription changed by other than its deliveries.
const topic = "webhook"

// subscription is one row.
type subscription struct {
	id, url, description string
	filter               changefeed.Filter
	active               bool
	version              int64 // of what callers set
	secret               string

	epoch    string // of the feed
	position int64  // dealt with
	run      int64
	sequence int64 // acknowledged in this run

	failures int
	failing  int64 // since when, Unix milliseconds; 0 when not
	next     int64 // not before, Unix milliseconds
	gaveUp   bool
	reason   string
	created  int64
}

// queue keeps subscriptions and what they have coming.
type queue struct {
	db   *sqlstore.DB
	seal seal.Sealer
	now  func() time.Time
	set  Settings
}

const selectSubscription = "SELECT subscription_id, url, description, kinds, division, active, version, secret, epoch, position, run, sequence, failures, failing_ms, next_ms, gave_up, reason, created_ms FROM webhook_subscription"

func (q *queue) scan(r *sql.Rows) (s subscription, err error) {
	var kinds string
	var sealed []byte
	err = r.Scan(&s.id, &s.url, &s.description, &kinds, &s.filter.Division, &s.active, &s.version, &sealed, &s.epoch, &s.position, &s.run, &s.sequence,
		&s.failures, &s.failing, &s.next, &s.gaveUp, &s.reason, &s.created)
	if err != nil {
		return s, err
	}
	for k := range strings.SplitSeq(kinds, ",") {
		if n, err := strconv.ParseInt(k, 10, 32); err == nil {
			s.filter.Kinds = append(s.filter.Kinds, int32(n))
		}
	}
	secret, err := q.seal.Open("webhook_subscription", s.id, "secret", sealed)
	s.secret = string(secret)
	return s, err
}

func joined(kinds []int32) string {
	return strings.Trim(strings.Join(strings.Fields(fmt.Sprint(kinds)), ","), "[]")
}

func (q *queue) take(tx *gorm.DB, id, lock string) (s subscription, err error) {
	found := false
	err = sqlstore.Query(tx, func(r *sql.Rows) error {
		found = true
		s, err = q.scan(r)
		return err
	}, selectSubscription+" WHERE subscription_id = ?"+lock, id)
	if err == nil && !found {
		err = ErrNotFound
	}
	return s, err
}

// locked takes a row for change; version 0 compares nothing.
func (q *queue) locked(tx *gorm.DB, id string, version int64) (subscription, error) {
	lock := ""
	if sqlstore.EngineOf(tx) == sqlstore.MySQL {
		lock = " FOR UPDATE"
	}
	s, err := q.take(tx, id, lock)
	if err == nil && version != 0 && version != s.version {
		err = ErrChanged
	}
	return s, err
}

func (q *queue) get(ctx context.Context, id string) (s subscription, err error) {
	err = q.db.Read(ctx, func(tx *gorm.DB) error {
		s, err = q.take(tx, id, "")
		return err
	})
	return s, err
}

// list pages through subscriptions by identifier.
func (q *queue) list(ctx context.Context, p page.Query) (out []subscription, next page.Next, err error) {
	limit, err := p.Limit()
	if err != nil {
		return nil, "", err
	}
	filter := []byte("webhook.subscription")
	after, err := p.Key(filter)
	if err != nil {
		return nil, "", err
	}
	err = q.db.Read(ctx, func(tx *gorm.DB) error {
		out = nil
		return sqlstore.Query(tx, func(r *sql.Rows) error {
			s, err := q.scan(r)
			out = append(out, s)
			return err
		}, selectSubscription+" WHERE subscription_id > ? ORDER BY subscription_id LIMIT ?", after, limit+1)
	})
	if err == nil && len(out) > limit {
		out = out[:limit]
		next = page.Encode(filter, out[limit-1].id)
	}
	return out, next, err
}

// create adds a subscription that begins at the head of the feed. again says
// that the request was made before.
func (q *queue) create(ctx context.Context, req record.Request, s subscription) (out subscription, again bool, err error) {
	head, err := changefeed.ReadHead(ctx, q.db)
	if err != nil {
		return s, false, err
	}
	err = q.db.Write(ctx, func(tx *gorm.DB) error {
		prior, found, err := idempotency.Claim(tx, "webhook.create", req.ID, req.Digest)
		if err != nil {
			return err
		}
		if again = found; found {
			out, err = q.take(tx, string(prior), "")
			return err
		}
		count := 0
		err = sqlstore.Query(tx, func(r *sql.Rows) error { return r.Scan(&count) }, "SELECT COUNT(*) FROM webhook_subscription")
		if err != nil {
			return err
		}
		if count >= maxSubscriptions {
			return ErrTooMany
		}
		out = s
		out.id, out.active, out.version, out.run, out.created = ids.New(q.now()), true, 1, 1, q.now().UnixMilli()
		out.epoch, out.position = head.Epoch, head.Position
		sealed, err := q.seal.Seal("webhook_subscription", out.id, "secret", []byte(out.secret))
		if err != nil {
			return err
		}
		err = sqlstore.InsertMany(tx, "webhook_subscription",
			[]string{"subscription_id", "url", "description", "kinds", "division", "active", "version", "secret", "epoch", "position", "run", "sequence", "failures", "failing_ms", "next_ms", "gave_up", "reason", "created_ms"},
			[][]any{{out.id, out.url, out.description, joined(out.filter.Kinds), out.filter.Division, true, out.version, sealed, out.epoch, out.position, out.run, 0, 0, 0, 0, false, "", out.created}})
		if err != nil {
			return err
		}
		sqlstore.Announce(tx, topic)
		return idempotency.Keep(tx, "webhook.create", req.ID, req.Digest, []byte(out.id))
	})
	return out, again, err
}

// change rewrites what callers set. A subscription that was given up is taken up
// again when it is active afterwards.
func (q *queue) change(ctx context.Context, id string, version int64, edit func(*subscription) error) (out subscription, err error) {
	err = q.db.Write(ctx, func(tx *gorm.DB) error {
		s, err := q.locked(tx, id, version)
		if err != nil {
			return err
		}
		was := s.version
		if err := edit(&s); err != nil {
			return err
		}
		s.version++
		if s.active {
			s.failures, s.failing, s.next, s.gaveUp, s.reason = 0, 0, 0, false, ""
		}
		sealed, err := q.seal.Seal("webhook_subscription", s.id, "secret", []byte(s.secret))
		if err != nil {
			return err
		}
		up := tx.Exec("UPDATE webhook_subscription SET url = ?, description = ?, active = ?, version = ?, secret = ?, epoch = ?, position = ?, run = ?, sequence = ?, failures = ?, failing_ms = ?, next_ms = ?, gave_up = ?, reason = ? WHERE subscription_id = ? AND version = ?",
			s.url, s.description, s.active, s.version, sealed, s.epoch, s.position, s.run, s.sequence, s.failures, s.failing, s.next, s.gaveUp, s.reason, id, was)
		if up.Error != nil {
			return up.Error
		}
		if up.RowsAffected != 1 {
			return ErrChanged
		}
		out = s
		sqlstore.Announce(tx, topic)
		// What was written down for an earlier run is not sent any more.
		return sqlstore.Exec(tx, "DELETE FROM webhook_outbox WHERE subscription_id = ? AND run <> ?", id, s.run)
	})
	return out, err
}

// drop forgets a subscription.
func (q *queue) drop(ctx context.Context, id string, version int64) error {
	return q.db.Write(ctx, func(tx *gorm.DB) error {
		if _, err := q.locked(tx, id, version); err != nil {
			return err
		}
		sqlstore.Announce(tx, topic)
		for _, table := range []string{"webhook_subscription", "webhook_outbox", "webhook_delivery"} {
			if err := sqlstore.Exec(tx, "DELETE FROM "+table+" WHERE subscription_id = ?", id); err != nil {
				return err
			}
		}
		return nil
	})
}
