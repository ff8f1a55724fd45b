package webhook

import (
	"context"
	"database/sql"
	"time"

	"gorm.io/gorm"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/ids"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/platform/wire"
)

// RotateSubscriptionSecret implements feedv1.SubscriptionServiceServer.
func (v *server) RotateSubscriptionSecret(ctx context.Context, req *feedv1.RotateSubscriptionSecretRequest) (*feedv1.RotateSubscriptionSecretResponse, error) {
	version, err := versionOf(req.GetEtag())
	if err != nil {
		return nil, err
	}
	s, err := v.queue.change(ctx, req.GetSubscriptionId(), version, func(s *subscription) error {
		s.secret = newSecret()
		return nil
	})
	if err != nil {
		return nil, err
	}
	out, err := v.shown(ctx, s)
	return &feedv1.RotateSubscriptionSecretResponse{Subscription: out, Secret: s.secret}, err
}

// ReplaySubscription implements feedv1.SubscriptionServiceServer.
func (v *server) ReplaySubscription(ctx context.Context, req *feedv1.ReplaySubscriptionRequest) (*feedv1.ReplaySubscriptionResponse, error) {
	version, err := versionOf(req.GetEtag())
	if err != nil {
		return nil, err
	}
	var c wire.Check
	after := req.GetAfterPosition()
	since := c.Time("since_time", req.GetSinceTime(), !wire.Required)
	if req.GetSinceTime() != nil && after != 0 {
		c.Refuse("since_time", "与 after_position 只能取一 not together with after_position")
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	head, err := changefeed.ReadHead(ctx, v.queue.db)
	if err != nil {
		return nil, err
	}
	if !since.IsZero() {
		if after, err = v.queue.since(ctx, since); err != nil {
			return nil, err
		}
		after = max(after, head.Trimmed)
	}
	switch {
	case after < 0 || after > head.Position:
		return nil, changefeed.ErrAhead
	case after < head.Trimmed:
		return nil, changefeed.ErrTrimmed
	}
	s, err := v.queue.change(ctx, req.GetSubscriptionId(), version, func(s *subscription) error {
		s.epoch, s.position, s.sequence = head.Epoch, after, 0
		s.run++
		return nil
	})
	if err != nil {
		return nil, err
	}
	out, err := v.shown(ctx, s)
	return &feedv1.ReplaySubscriptionResponse{Subscription: out}, err
}

// TestSubscription implements feedv1.SubscriptionServiceServer.
func (v *server) TestSubscription(ctx context.Context, req *feedv1.TestSubscriptionRequest) (*feedv1.TestSubscriptionResponse, error) {
	s, err := v.queue.get(ctx, req.GetSubscriptionId())
	if err != nil {
		return nil, err
	}
	p := parcel{id: ids.New(v.queue.now()), run: s.run}
	body, err := ping(v.name, p.id)
	if err != nil {
		return nil, err
	}
	began := v.queue.now().UnixMilli()
	o := v.send.post(ctx, s, p.id, body)
	err = v.queue.db.Write(ctx, func(tx *gorm.DB) error {
		if err := v.queue.log(tx, s.id, p, began); err != nil {
			return err
		}
		return v.queue.note(tx, p.id, o, v.queue.now().UnixMilli())
	})
	if err != nil {
		return nil, err
	}
	list, _, err := v.queue.deliveries(ctx, s.id, p.id, page.Query{Size: 1})
	if err == nil && len(list) == 0 {
		err = ErrNotFound // it was deleted meanwhile
	}
	if err != nil {
		return nil, err
	}
	return &feedv1.TestSubscriptionResponse{Delivery: list[0]}, nil
}

// ListDeliveries implements feedv1.SubscriptionServiceServer.
func (v *server) ListDeliveries(ctx context.Context, req *feedv1.ListDeliveriesRequest) (*feedv1.ListDeliveriesResponse, error) {
	if _, err := v.queue.get(ctx, req.GetSubscriptionId()); err != nil {
		return nil, err
	}
	list, next, err := v.queue.deliveries(ctx, req.GetSubscriptionId(), "", page.Query{Size: int(req.GetPageSize()), Token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	return &feedv1.ListDeliveriesResponse{Deliveries: list, NextPageToken: next}, nil
}

// deliveries pages through the log of a subscription, newest first; one names a
// single delivery.
func (q *queue) deliveries(ctx context.Context, subscription, one string, p page.Query) (out []*feedv1.Delivery, next page.Next, err error) {
	limit, err := p.Limit()
	if err != nil {
		return nil, "", err
	}
	filter := []byte("webhook.delivery\x00" + subscription)
	before, err := p.Key(filter)
	if err != nil {
		return nil, "", err
	}
	where, args := "subscription_id = ?", []any{subscription}
	if one != "" {
		where, args = where+" AND delivery_id = ?", append(args, one)
	}
	if before != "" {
		where, args = where+" AND delivery_id < ?", append(args, before)
	}
	err = q.db.Read(ctx, func(tx *gorm.DB) error {
		out = nil
		return sqlstore.Query(tx, func(r *sql.Rows) error {
			d := &feedv1.Delivery{}
			var created, updated int64
			err := r.Scan(&d.DeliveryId, &d.Run, &d.FirstSequence, &d.LastSequence, &d.Tries, &d.HttpStatus, &d.Delivered, &d.Error, &d.DurationMs, &created, &updated)
			d.CreateTime, d.UpdateTime = wire.TimeProto(time.UnixMilli(created)), wire.TimeProto(time.UnixMilli(updated))
			if d.LastSequence == 0 {
				d.FirstSequence = 0
			}
			out = append(out, d)
			return err
		}, "SELECT delivery_id, run, first_sequence, last_sequence, tries, http_status, delivered, failure, duration_ms, created_ms, updated_ms FROM webhook_delivery WHERE "+where+" ORDER BY delivery_id DESC LIMIT ?",
			append(args, limit+1)...)
	})
	if err == nil && len(out) > limit {
		out = out[:limit]
		next = page.Encode(filter, out[limit-1].GetDeliveryId())
	}
	return out, next, err
}
