package webhook

import (
	"context"
	"strconv"
	"time"

	"google.golang.org/protobuf/proto"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordrpc"
	"xinju.dev/services/platform/wire"
)

// server implements feedv1.SubscriptionServiceServer.
type server struct {
	// Unsafe, so that a new RPC breaks the build instead of answering Unimplemented.
	feedv1.UnsafeSubscriptionServiceServer
	queue  *queue
	send   sender
	source changefeed.Source
	name   string
}

var _ feedv1.SubscriptionServiceServer = (*server)(nil)

// CreateSubscription implements feedv1.SubscriptionServiceServer.
func (v *server) CreateSubscription(ctx context.Context, req *feedv1.CreateSubscriptionRequest) (*feedv1.CreateSubscriptionResponse, error) {
	in := req.GetSubscription()
	s := subscription{url: in.GetUrl(), secret: newSecret()}
	var err error
	if s.filter, err = changefeed.FilterOf("subscription", in.GetKinds(), in.GetDivision()); err != nil {
		return nil, err
	}
	var c wire.Check
	s.description = c.Text("subscription.description", in.GetDescription(), 100, !wire.Required)
	if err := c.Err(); err != nil {
		return nil, err
	}
	if _, err := checkURL(s.url, v.queue.set); err != nil {
		return nil, err
	}
	if err := v.admit(ctx, s.filter); err != nil {
		return nil, err
	}
	if len(req.GetRequestId()) > 64 {
		return nil, recordrpc.ErrRequestID
	}
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(req)
	if err != nil {
		return nil, err
	}
	out, again, err := v.queue.create(ctx, record.NewRequest(req.GetRequestId(), raw), s)
	if err != nil {
		return nil, err
	}
	resp := &feedv1.CreateSubscriptionResponse{}
	if !again {
		resp.Secret = out.secret
	}
	resp.Subscription, err = v.shown(ctx, out)
	return resp, err
}

// admit refuses a filter that the feed cannot be read through.
func (v *server) admit(ctx context.Context, f changefeed.Filter) error {
	if f.Division == "" {
		return nil
	}
	if v.source.Places == nil {
		return changefeed.ErrFilter
	}
	_, err := v.source.Places.Prefix(ctx, f.Division)
	return err
}

// GetSubscription implements feedv1.SubscriptionServiceServer.
func (v *server) GetSubscription(ctx context.Context, req *feedv1.GetSubscriptionRequest) (*feedv1.GetSubscriptionResponse, error) {
	s, err := v.queue.get(ctx, req.GetSubscriptionId())
	if err != nil {
		return nil, err
	}
	out, err := v.shown(ctx, s)
	return &feedv1.GetSubscriptionResponse{Subscription: out}, err
}

// ListSubscriptions implements feedv1.SubscriptionServiceServer.
func (v *server) ListSubscriptions(ctx context.Context, req *feedv1.ListSubscriptionsRequest) (*feedv1.ListSubscriptionsResponse, error) {
	list, next, err := v.queue.list(ctx, page.Query{Size: int(req.GetPageSize()), Token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	head, err := changefeed.ReadHead(ctx, v.queue.db)
	if err != nil {
		return nil, err
	}
	out := &feedv1.ListSubscriptionsResponse{NextPageToken: next}
	for _, s := range list {
		out.Subscriptions = append(out.Subscriptions, subscriptionProto(s, head.Position))
	}
	return out, nil
}

// UpdateSubscription implements feedv1.SubscriptionServiceServer.
func (v *server) UpdateSubscription(ctx context.Context, req *feedv1.UpdateSubscriptionRequest) (*feedv1.UpdateSubscriptionResponse, error) {
	in := req.GetSubscription()
	version, err := record.ParseEtag(in.GetEtag())
	if err != nil {
		return nil, err
	}
	paths := req.GetUpdateMask().GetPaths()
	if len(paths) == 0 {
		paths = []string{"url", "description", "active"}
	}
	s, err := v.queue.change(ctx, in.GetSubscriptionId(), version, func(s *subscription) error {
		var c wire.Check
		for _, p := range paths {
			switch p {
			case "url":
				if _, err := checkURL(in.GetUrl(), v.queue.set); err != nil {
					return err
				}
				s.url = in.GetUrl()
			case "description":
				s.description = c.Text("subscription.description", in.GetDescription(), 100, !wire.Required)
			case "active":
				s.active = in.GetActive()
			default:
				return recordrpc.ErrMask.On("update_mask", "不存在或不可修改 unknown or fixed")
			}
		}
		return c.Err()
	})
	if err != nil {
		return nil, err
	}
	out, err := v.shown(ctx, s)
	return &feedv1.UpdateSubscriptionResponse{Subscription: out}, err
}

// DeleteSubscription implements feedv1.SubscriptionServiceServer.
func (v *server) DeleteSubscription(ctx context.Context, req *feedv1.DeleteSubscriptionRequest) (*feedv1.DeleteSubscriptionResponse, error) {
	version, err := versionOf(req.GetEtag())
	if err != nil {
		return nil, err
	}
	return &feedv1.DeleteSubscriptionResponse{}, v.queue.drop(ctx, req.GetSubscriptionId(), version)
}

// versionOf reads an etag that may be left out.
func versionOf(etag string) (int64, error) {
	if etag == "" {
		return 0, nil
	}
	return record.ParseEtag(etag)
}

func (v *server) shown(ctx context.Context, s subscription) (*feedv1.Subscription, error) {
	head, err := changefeed.ReadHead(ctx, v.queue.db)
	return subscriptionProto(s, head.Position), err
}

func subscriptionProto(s subscription, head int64) *feedv1.Subscription {
	out := &feedv1.Subscription{
		SubscriptionId: s.id, Url: s.url, Description: s.description, Division: s.filter.Division, Active: s.active,
		Reason: s.reason, Position: s.position, Head: head, Run: s.run, Sequence: s.sequence, Failures: int32(s.failures),
		CreateTime: wire.TimeProto(time.UnixMilli(s.created)), Etag: strconv.FormatInt(s.version, 10),
	}
	for _, k := range s.filter.Kinds {
		out.Kinds = append(out.Kinds, feedv1.FactKind(k))
	}
	switch {
	case !s.active:
		out.State = feedv1.SubscriptionState_SUBSCRIPTION_STATE_PAUSED
	case s.gaveUp:
		out.State = feedv1.SubscriptionState_SUBSCRIPTION_STATE_GAVE_UP
	case s.failures > 0:
		out.State, out.NextTryTime = feedv1.SubscriptionState_SUBSCRIPTION_STATE_RETRYING, wire.TimeProto(time.UnixMilli(s.next))
	default:
		out.State = feedv1.SubscriptionState_SUBSCRIPTION_STATE_ACTIVE
	}
	return out
}
