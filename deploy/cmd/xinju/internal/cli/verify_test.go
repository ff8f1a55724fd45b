package cli

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/services/platform/rpcserver"
)

// sharing answers for verifications and subscriptions, beside the other answers.
type sharing struct {
	fake
	registryv1.UnimplementedVerificationServiceServer
	feedv1.UnimplementedSubscriptionServiceServer
	sent     *registryv1.Verification
	listed   *registryv1.ListVerificationsRequest
	answered *registryv1.AnswerVerificationRequest
	made     *feedv1.Subscription
	replayed *feedv1.ReplaySubscriptionRequest
	due      bool
	peers    []*registryv1.ExchangePeer
}

func (f *sharing) start(t *testing.T) string {
	t.Helper()
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := rpcserver.New(rpcserver.Config{Name: "fake", Log: zap.NewNop(), Token: "token-of-a-test"})
	registryv1.RegisterRegistryServiceServer(srv.Registrar(), f)
	registryv1.RegisterPlaceServiceServer(srv.Registrar(), f)
	registryv1.RegisterVerificationServiceServer(srv.Registrar(), f)
	feedv1.RegisterSubscriptionServiceServer(srv.Registrar(), f)
	served := make(chan error, 1)
	go func() { served <- srv.Serve(lis) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := srv.Stop(ctx); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return runFile(t, lis.Addr().String(), "token-of-a-test")
}

func asked() *registryv1.Verification {
	return &registryv1.Verification{
		VerificationId: batchID, ResidentId: someone, Document: &registryv1.Document{Type: 1, Number: number}, Kind: registryv1.VerificationKind_VERIFICATION_KIND_HUKOU,
		Question: "户籍是否在贵处？", Asking: &registryv1.VerificationParty{Division: village}, Asked: &registryv1.VerificationParty{Division: county},
		State: registryv1.VerificationState_VERIFICATION_STATE_SENT, Standing: registryv1.VerificationStanding_VERIFICATION_STANDING_OPEN,
		SentDate: ymd(2026, 6, 15), DeadlineDate: ymd(2026, 6, 23), Etag: "5",
		Steps: []*registryv1.VerificationStep{{
			Number: 1, Action: registryv1.VerificationAction_VERIFICATION_ACTION_SEND, By: "E-007",
			Corrections: []*registryv1.ResidenceEvent{{Document: &registryv1.Document{Number: number}}},
		}},
	}
}

func (f *sharing) SendVerification(_ context.Context, r *registryv1.SendVerificationRequest) (*registryv1.SendVerificationResponse, error) {
	f.sent = r.GetVerification()
	return &registryv1.SendVerificationResponse{Verification: asked()}, nil
}

func (f *sharing) GetVerification(context.Context, *registryv1.GetVerificationRequest) (*registryv1.GetVerificationResponse, error) {
	return &registryv1.GetVerificationResponse{Verification: asked()}, nil
}

func (f *sharing) ListVerifications(_ context.Context, r *registryv1.ListVerificationsRequest) (*registryv1.ListVerificationsResponse, error) {
	f.listed = r
	return &registryv1.ListVerificationsResponse{Verifications: []*registryv1.Verification{asked()}}, nil
}

func (f *sharing) AnswerVerification(_ context.Context, r *registryv1.AnswerVerificationRequest) (*registryv1.AnswerVerificationResponse, error) {
	f.answered = r
	return &registryv1.AnswerVerificationResponse{Verification: asked()}, nil
}

func (f *sharing) GetVerificationStats(context.Context, *registryv1.GetVerificationStatsRequest) (*registryv1.GetVerificationStatsResponse, error) {
	s := &registryv1.VerificationStats{Sent: 3, Open: 3}
	if f.due {
		s = &registryv1.VerificationStats{Sent: 3, InTime: 2, Overdue: 1, Due: 3, FeedbackRate: new(2.0 / 3), MedianDays: new(int32(4)), P90Days: new(int32(9))}
	}
	return &registryv1.GetVerificationStatsResponse{Stats: s}, nil
}

func (f *sharing) ExportVerification(context.Context, *registryv1.ExportVerificationRequest) (*registryv1.ExportVerificationResponse, error) {
	return &registryv1.ExportVerificationResponse{Document: []byte(`{"format":"x"}`)}, nil
}

func (f *sharing) CreateSubscription(_ context.Context, r *feedv1.CreateSubscriptionRequest) (*feedv1.CreateSubscriptionResponse, error) {
	f.made = r.GetSubscription()
	return &feedv1.CreateSubscriptionResponse{Subscription: &feedv1.Subscription{SubscriptionId: batchID, Url: f.made.GetUrl(), State: feedv1.SubscriptionState_SUBSCRIPTION_STATE_ACTIVE}, Secret: "xjwh_once"}, nil
}

func (f *sharing) ListSubscriptions(context.Context, *feedv1.ListSubscriptionsRequest) (*feedv1.ListSubscriptionsResponse, error) {
	return &feedv1.ListSubscriptionsResponse{Subscriptions: []*feedv1.Subscription{{SubscriptionId: batchID, Url: "https://example.org/in", State: feedv1.SubscriptionState_SUBSCRIPTION_STATE_GAVE_UP, Reason: "TIMEOUT", Position: 5, Head: 12}}}, nil
}

func (f *sharing) ReplaySubscription(_ context.Context, r *feedv1.ReplaySubscriptionRequest) (*feedv1.ReplaySubscriptionResponse, error) {
	f.replayed = r
	return &feedv1.ReplaySubscriptionResponse{Subscription: &feedv1.Subscription{SubscriptionId: batchID, Run: 2}}, nil
}

func (f *sharing) ListDeliveries(context.Context, *feedv1.ListDeliveriesRequest) (*feedv1.ListDeliveriesResponse, error) {
	return &feedv1.ListDeliveriesResponse{Deliveries: []*feedv1.Delivery{{DeliveryId: other, FirstSequence: 1, LastSequence: 9, Tries: 2, HttpStatus: 500, Error: "HTTP_STATUS"}}}, nil
}

func TestVerificationsOnTheCommandLine(t *testing.T) {
	f := &sharing{}
	run := f.start(t)
	corrections := filepath.Join(t.TempDir(), "events.jsonl")
	if err := os.WriteFile(corrections, []byte("{\"type\":\"EVENT_TYPE_LEAVE\",\"effectiveDate\":{\"year\":2026,\"month\":6,\"day\":1}}\n\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	document := filepath.Join(t.TempDir(), "out.json")
	for _, c := range []struct {
		name, in string
		args     []string
		code     outcome.Code
		says     []string
	}{
		{"a list", "", []string{"verify", "list", "--standing", "overdue", "--division", "990101"}, 0, []string{batchID, "户籍 hukou", "办理中 open", village + " 东风村"}},
		{"one", "", []string{"verify", "show", batchID}, 0, []string{"户籍是否在贵处？", "发起 sent", "E-007", "2026-06-23"}},
		{"one as JSON", "", []string{"verify", "show", batchID, "-o", "json"}, 0, []string{`"number":`, "***"}},
		{"a question about a resident", "", []string{"verify", "send", someone, "--kind", "marital", "--question", "婚育情况？", "--asking", village, "--asked", county, "--by", "E-007"}, 0, []string{"已发出 sent"}},
		{"by document", number + "\n", []string{"verify", "send", "--document-stdin", "--kind", "identity", "--question", "是否本人？", "--asking", village, "--asked", county, "--by", "E-007"}, 0, nil},
		{"about nobody", "", []string{"verify", "send", "--kind", "identity", "--question", "？", "--asking", village, "--asked", county, "--by", "E-007"}, outcome.BadInput, nil},
		{"an answer", "", []string{"verify", "answer", batchID, "--by", "W-001", "--result", "denied", "--note", "已迁出", "--corrections", corrections}, 0, nil},
		{"numbers without any due", "", []string{"verify", "stats"}, 0, []string{"—"}},
		{"a document", "", []string{"verify", "export", batchID, "--peer", "there", "--to", document}, 0, nil},
		{"never over an existing file", "", []string{"verify", "export", batchID, "--peer", "there", "--to", document}, outcome.Failed, nil},
	} {
		code, out, errs := typed(t, Programs{}, c.in, nil, append(c.args, "--run", run)...)
		if code != c.code {
			t.Errorf("%s: code %d, %s", c.name, code, errs)
		}
		for _, want := range c.says {
			if !strings.Contains(out, want) {
				t.Errorf("%s: does not say %s:\n%s", c.name, want, out)
			}
		}
		if strings.Contains(out+errs, number) {
			t.Errorf("%s: shows the number of a document", c.name)
		}
	}
	if f.listed.GetStanding() != registryv1.VerificationStanding_VERIFICATION_STANDING_OVERDUE || f.listed.GetDivision() != county {
		t.Errorf("listed %v", f.listed)
	}
	if f.sent.GetDocument().GetNumber() != number || f.sent.GetResidentId() != "" {
		t.Errorf("sent %v", f.sent.GetKind())
	}
	if a := f.answered; a.GetEtag() != "5" || a.GetResult() != registryv1.AnswerResult_ANSWER_RESULT_DENIED || len(a.GetCorrections()) != 1 {
		t.Errorf("answered %v", a)
	}
	f.due = true
	if _, out, _ := typed(t, Programs{}, "", nil, "verify", "stats", "--run", run); !strings.Contains(out, "66.7 %") {
		t.Errorf("numbers: %s", out)
	}
	if raw, err := os.ReadFile(document); err != nil || string(raw) != `{"format":"x"}` {
		t.Errorf("%s, %v", raw, err)
	}
}

func TestSubscriptionsOnTheCommandLine(t *testing.T) {
	f := &sharing{}
	run := f.start(t)
	for _, c := range []struct {
		name string
		args []string
		code outcome.Code
		says []string
	}{
		{"a new one", []string{"subscriptions", "add", "https://example.org/in", "--kind", "residence,child-check", "--division", "990101"}, 0, []string{"xjwh_once", "投递中 active"}},
		{"a kind that there is not", []string{"subscriptions", "add", "https://example.org/in", "--kind", "gossip"}, outcome.BadInput, nil},
		{"the list", []string{"subscriptions", "list"}, 0, []string{"已放弃 gave up", "TIMEOUT", "7"}},
		{"deliveries", []string{"subscriptions", "deliveries", batchID}, 0, []string{"HTTP_STATUS", "否 no", "500"}},
		{"a replay", []string{"subscriptions", "replay", batchID, "--since", "2026-06-30T08:00:00+08:00"}, 0, []string{"2"}},
		{"a replay from no time", []string{"subscriptions", "replay", batchID, "--since", "yesterday"}, outcome.BadInput, nil},
	} {
		code, out, errs := typed(t, Programs{}, "", nil, append(c.args, "--run", run)...)
		if code != c.code {
			t.Errorf("%s: code %d, %s", c.name, code, errs)
		}
		for _, want := range c.says {
			if !strings.Contains(out, want) {
				t.Errorf("%s: does not say %s:\n%s", c.name, want, out)
			}
		}
	}
	if f.made.GetDivision() != county || len(f.made.GetKinds()) != 2 || f.replayed.GetSinceTime().AsTime().Hour() != 0 {
		t.Errorf("made %v, replayed %v", f.made, f.replayed)
	}
}
