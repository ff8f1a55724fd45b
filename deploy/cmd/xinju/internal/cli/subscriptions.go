package cli

import (
	"fmt"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

type subscriptionsCmds struct {
	List       subscriptionsList       `cmd:"" help:"列出订阅。Subscriptions and how far they are."`
	Add        subscriptionsAdd        `cmd:"" help:"新增订阅；密钥只显示这一次。Add one; its secret is shown this once."`
	Pause      subscriptionsPause      `cmd:"" help:"暂停投递。Stop delivering."`
	Resume     subscriptionsResume     `cmd:"" help:"恢复投递，包括已放弃的。Deliver again, also what was given up."`
	Replay     subscriptionsReplay     `cmd:"" help:"从某位置或时间重新投递。Deliver again from a position or a time."`
	Test       subscriptionsTest       `cmd:"" help:"发送一次测试请求。Send one test request."`
	Deliveries subscriptionsDeliveries `cmd:"" help:"投递记录。What was sent and what came back."`
	Rotate     subscriptionsRotate     `cmd:"" help:"更换密钥。Make a new secret."`
	Remove     subscriptionsRemove     `cmd:"" help:"删除订阅。End a subscription."`
}

var subscriptionStates = map[feedv1.SubscriptionState]string{
	feedv1.SubscriptionState_SUBSCRIPTION_STATE_ACTIVE: "投递中 active", feedv1.SubscriptionState_SUBSCRIPTION_STATE_RETRYING: "重试中 retrying",
	feedv1.SubscriptionState_SUBSCRIPTION_STATE_PAUSED: "已暂停 paused", feedv1.SubscriptionState_SUBSCRIPTION_STATE_GAVE_UP: "已放弃 gave up",
}

func subscriptionTable(list ...*feedv1.Subscription) *show.Table {
	t := &show.Table{Columns: []show.Column{
		{Key: "subscription_id", Title: "订阅 Subscription"},
		{Key: "url", Title: "地址 URL"},
		{Key: "state", Title: "状态 State"},
		{Key: "reason", Title: "原因 Reason"},
		{Key: "sequence", Title: "已送 Sequence", Right: true},
		{Key: "lag", Title: "滞后 Lag", Right: true},
		{Key: "run", Title: "轮次 Run", Right: true},
		{Key: "kinds", Title: "类别 Kinds"},
		{Key: "division", Title: "区划 Division"},
		{Key: "description"},
		{Key: "position"},
		{Key: "failures"},
	}}
	for _, s := range list {
		var kinds []string
		for _, k := range s.GetKinds() {
			kinds = append(kinds, strings.ToLower(strings.TrimPrefix(k.String(), "FACT_KIND_")))
		}
		t.Add(s.GetSubscriptionId(), s.GetUrl(), coded(s.GetState(), "SUBSCRIPTION_STATE_", subscriptionStates), orNil(s.GetReason()), s.GetSequence(),
			s.GetHead()-s.GetPosition(), s.GetRun(), orNil(strings.Join(kinds, ",")), orNil(s.GetDivision()), orNil(s.GetDescription()), s.GetPosition(), s.GetFailures())
	}
	return t
}

type subscriptionsList struct {
	connected
	listing
}

// Run asks and prints.
func (c subscriptionsList) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		list, _, err := collect(0, func(size int32, token string) (page[*feedv1.Subscription], error) {
			resp, err := s.Subscriptions.ListSubscriptions(a.ctx, &feedv1.ListSubscriptionsRequest{PageSize: size, PageToken: token})
			return page[*feedv1.Subscription]{resp.GetSubscriptions(), resp.GetNextPageToken()}, err
		})
		if err != nil {
			return err
		}
		return subscriptionTable(list...).Write(a.Out, c.Output)
	})
}

type subscriptionsAdd struct {
	connected
	listing
	URL         string       `arg:"" help:"接收地址，https；本机可用 http。Where to deliver: https, or http on this machine."`
	Kinds       []string     `name:"kind" sep:"," placeholder:"KIND" help:"只投递这些类别，如 residence、permit，可重复。Only these kinds of facts; repeatable."`
	Division    divisionCode `placeholder:"CODE" help:"只投递该区划的。Only what concerns this division."`
	Description string       `placeholder:"TEXT" help:"说明。For people."`
}

// Run adds the subscription and prints the secret on a line of its own.
func (c subscriptionsAdd) Run(a *app) error {
	in := &feedv1.Subscription{Url: c.URL, Description: c.Description, Division: string(c.Division)}
	for _, k := range c.Kinds {
		n, ok := feedv1.FactKind_value["FACT_KIND_"+strings.ToUpper(strings.ReplaceAll(k, "-", "_"))]
		if !ok {
			return outcome.Usage("没有这个类别："+k, "there is no such kind")
		}
		in.Kinds = append(in.Kinds, feedv1.FactKind(n))
	}
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Subscriptions.CreateSubscription(a.ctx, &feedv1.CreateSubscriptionRequest{Subscription: in})
		if err != nil {
			return err
		}
		return writeSecret(a, c.Output, resp.GetSubscription(), resp.GetSecret())
	})
}

func writeSecret(a *app, format show.Format, s *feedv1.Subscription, secret string) error {
	t := subscriptionTable(s)
	t.Columns = append(t.Columns, show.Column{Key: "secret"})
	t.Rows[0] = append(t.Rows[0], secret)
	if err := t.Write(a.Out, format); err != nil || format != show.Eyes {
		return err
	}
	_, err := fmt.Fprintf(a.Out, "\n密钥（只显示这一次）Secret, shown this once: %s\n", secret)
	return err
}

// one names a subscription.
type one struct {
	connected
	listing
	ID string `arg:"" help:"订阅编号。Identifier of the subscription."`
}

// active sets whether changes are delivered.
func (c one) active(a *app, on bool) error {
	return c.dial(func(s *client.Suite) error {
		now, err := s.Subscriptions.GetSubscription(a.ctx, &feedv1.GetSubscriptionRequest{SubscriptionId: c.ID})
		if err != nil {
			return err
		}
		resp, err := s.Subscriptions.UpdateSubscription(a.ctx, &feedv1.UpdateSubscriptionRequest{
			Subscription: &feedv1.Subscription{SubscriptionId: c.ID, Etag: now.GetSubscription().GetEtag(), Active: on}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"active"}},
		})
		if err != nil {
			return err
		}
		return subscriptionTable(resp.GetSubscription()).Write(a.Out, c.Output)
	})
}

type subscriptionsPause struct{ one }

// Run pauses.
func (c subscriptionsPause) Run(a *app) error { return c.active(a, false) }

type subscriptionsResume struct{ one }

// Run resumes.
func (c subscriptionsResume) Run(a *app) error { return c.active(a, true) }

type subscriptionsReplay struct {
	one
	After int64  `placeholder:"N" help:"重新投递该位置之后的变更，0 为从头。Deliver what follows this position; 0 from the beginning."`
	Since string `placeholder:"TIME" help:"改为按时间，如 2026-06-30T08:00:00+08:00。Instead, what was committed since a time."`
}

// Run begins a new run.
func (c subscriptionsReplay) Run(a *app) error {
	req := &feedv1.ReplaySubscriptionRequest{SubscriptionId: c.ID, AfterPosition: c.After}
	if c.Since != "" {
		at, err := time.Parse(time.RFC3339, c.Since)
		if err != nil {
			return outcome.Usage("时间要写成 2026-06-30T08:00:00+08:00", "a time is written 2026-06-30T08:00:00+08:00")
		}
		req.SinceTime = timestamppb.New(at)
	}
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Subscriptions.ReplaySubscription(a.ctx, req)
		if err != nil {
			return err
		}
		return subscriptionTable(resp.GetSubscription()).Write(a.Out, c.Output)
	})
}

type subscriptionsTest struct{ one }

// Run sends one request.
func (c subscriptionsTest) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Subscriptions.TestSubscription(a.ctx, &feedv1.TestSubscriptionRequest{SubscriptionId: c.ID})
		if err != nil {
			return err
		}
		return deliveryTable(resp.GetDelivery()).Write(a.Out, c.Output)
	})
}

func deliveryTable(list ...*feedv1.Delivery) *show.Table {
	t := &show.Table{Columns: []show.Column{
		{Key: "create_time", Title: "时间 Time"},
		{Key: "first_sequence", Title: "自 From", Right: true},
		{Key: "last_sequence", Title: "至 To", Right: true},
		{Key: "run", Title: "轮次 Run", Right: true},
		{Key: "tries", Title: "次数 Tries", Right: true},
		{Key: "delivered", Title: "送达 Delivered"},
		{Key: "http_status", Title: "HTTP", Right: true},
		{Key: "error", Title: "错误 Error"},
		{Key: "duration_ms", Title: "毫秒 ms", Right: true},
		{Key: "delivery_id"},
	}}
	for _, d := range list {
		delivered := cellOf(d.GetDelivered(), map[bool]string{true: "是 yes", false: "否 no"}[d.GetDelivered()])
		t.Add(d.GetCreateTime().AsTime().Format("2006-01-02T15:04:05Z"), d.GetFirstSequence(), d.GetLastSequence(), d.GetRun(), d.GetTries(), delivered, d.GetHttpStatus(), orNil(d.GetError()), d.GetDurationMs(), d.GetDeliveryId())
	}
	return t
}

type subscriptionsDeliveries struct {
	one
	Limit int `default:"20" placeholder:"N" help:"最多列出多少，0 为全部，默认 20。At most so many, 0 for all; 20 by default."`
}

// Run asks and prints.
func (c subscriptionsDeliveries) Run(a *app) error {
	if err := checkLimit(c.Limit); err != nil {
		return err
	}
	return c.dial(func(s *client.Suite) error {
		return listed(a, c.Limit, c.Output, func(size int32, token string) (page[*feedv1.Delivery], error) {
			resp, err := s.Subscriptions.ListDeliveries(a.ctx, &feedv1.ListDeliveriesRequest{SubscriptionId: c.ID, PageSize: size, PageToken: token})
			return page[*feedv1.Delivery]{resp.GetDeliveries(), resp.GetNextPageToken()}, err
		}, deliveryTable)
	})
}

type subscriptionsRotate struct{ one }

// Run makes a new secret.
func (c subscriptionsRotate) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Subscriptions.RotateSubscriptionSecret(a.ctx, &feedv1.RotateSubscriptionSecretRequest{SubscriptionId: c.ID})
		if err != nil {
			return err
		}
		return writeSecret(a, c.Output, resp.GetSubscription(), resp.GetSecret())
	})
}

type subscriptionsRemove struct{ one }

// Run ends the subscription.
func (c subscriptionsRemove) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		_, err := s.Subscriptions.DeleteSubscription(a.ctx, &feedv1.DeleteSubscriptionRequest{SubscriptionId: c.ID})
		return err
	})
}
