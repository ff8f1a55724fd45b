package webhook_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/platform/webhook"
	"xinju.dev/services/testkit"
)

func each(t *testing.T, set webhook.Settings, test func(t *testing.T, w *world)) {
	t.Helper()
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) { test(t, build(t, db, set, nil)) })
}

func TestWhatChangesIsDeliveredInOrderAndSigned(t *testing.T) {
	each(t, quick, func(t *testing.T, w *world) {
		w.add(t, 0, 3) // before anybody subscribed
		r := receive(t)
		sub, secret := w.subscribe(t, r.URL+"/in?x=1")
		r.expect(secret)
		w.run(t)
		w.add(t, 3, 250)
		events := r.until(t, 250)
		for i, e := range events {
			if e.Data.FactID != fmt.Sprint("f", 3+i) || e.Subject != "R1" || e.Source != "/xinju/registry" || e.Run != 1 || !strings.HasSuffix(e.ID, fmt.Sprint("/", 4+i)) {
				t.Fatalf("event %d is %+v", i, e)
			}
		}
		if e := events[1]; e.Type != "dev.xinju.fact.dose" || !strings.Contains(e.raw, `"data":{"kind":"FACT_KIND_DOSE","factId":"f4","residentId":"R1","version":"1","dose":{"onYmd":20260301,"product":"DTaP"}}`) {
			t.Errorf("an event reads %s", e.raw)
		}
		s := w.await(t, sub.GetSubscriptionId(), "caught up", func(s *feedv1.Subscription) bool { return s.GetPosition() == 253 && s.GetSequence() == 250 })
		if s.GetState() != feedv1.SubscriptionState_SUBSCRIPTION_STATE_ACTIVE || s.GetHead() != 253 {
			t.Errorf("afterwards it is %v", s)
		}
		log, err := w.ListDeliveries(t.Context(), &feedv1.ListDeliveriesRequest{SubscriptionId: sub.GetSubscriptionId()})
		if err != nil {
			t.Fatal(err)
		}
		last := int64(0)
		for i := len(log.GetDeliveries()) - 1; i >= 0; i-- {
			d := log.GetDeliveries()[i]
			if d.GetFirstSequence() != last+1 || !d.GetDelivered() || d.GetHttpStatus() != 200 || d.GetTries() != 1 {
				t.Errorf("delivery %v follows sequence %d", d, last)
			}
			last = d.GetLastSequence()
		}
		if last != 250 {
			t.Errorf("the log ends at %d", last)
		}
	})
}

func TestAFilterSkipsAndTheSequenceStaysDense(t *testing.T) {
	each(t, quick, func(t *testing.T, w *world) {
		r := receive(t)
		sub, secret := w.subscribe(t, r.URL, feedv1.FactKind_FACT_KIND_DOSE)
		r.expect(secret)
		w.run(t)
		w.add(t, 0, 21)
		for _, e := range r.until(t, 11) {
			if e.Type != "dev.xinju.fact.dose" {
				t.Errorf("given a %s", e.Type)
			}
		}
		w.add(t, 31, 1) // nothing of it is asked for
		w.await(t, sub.GetSubscriptionId(), "past what is left out", func(s *feedv1.Subscription) bool { return s.GetPosition() == 22 && s.GetSequence() == 11 })
	})
}

// A receiver that fails in every way, and a sender that is killed at random
// points: what comes is everything, in order, with repetitions only.
func TestTroubleRepeatsAndLosesNothing(t *testing.T) {
	each(t, quick, func(t *testing.T, w *world) {
		random := rand.New(rand.NewPCG(3, 1))
		r := receive(t)
		r.behave(func(n int, rw http.ResponseWriter, req *http.Request) {
			switch n % 5 {
			case 0:
				rw.WriteHeader(http.StatusInternalServerError)
			case 1: // cut, after the work was done: the receiver has it, the sender does not know
				if conn, _, err := rw.(*first).ResponseWriter.(http.Hijacker).Hijack(); err == nil {
					rw.(*first).status = 200
					_ = conn.Close()
				}
			case 2:
				http.Redirect(rw, req, "/elsewhere", http.StatusTemporaryRedirect)
			default:
				rw.WriteHeader(http.StatusNoContent)
			}
		})
		sub, secret := w.subscribe(t, r.URL)
		r.expect(secret)
		const all = 600
		written := make(chan struct{})
		go func() {
			defer close(written)
			for i := 0; i < all; i += 20 {
				w.add(t, i, 20)
			}
		}()
		for range 12 {
			stop := w.run(t)
			timer := time.NewTimer(time.Duration(random.IntN(25)) * time.Millisecond)
			<-timer.C
			stop()
		}
		<-written
		w.run(t)
		for i, e := range r.until(t, all) {
			if e.Data.FactID != fmt.Sprint("f", i) {
				t.Fatalf("event %d is %s", i, e.Data.FactID)
			}
		}
		if n := len(r.all()); n == all {
			t.Error("nothing came twice: the test proves little")
		}
		w.await(t, sub.GetSubscriptionId(), "caught up", func(s *feedv1.Subscription) bool { return s.GetSequence() == all && s.GetFailures() == 0 })
	})
}

func TestASlowReceiverHoldsNobodyUp(t *testing.T) {
	each(t, quick, func(t *testing.T, w *world) {
		slow, fast := receive(t), receive(t)
		hold := make(chan struct{})
		slow.behave(func(_ int, rw http.ResponseWriter, _ *http.Request) { <-hold; rw.WriteHeader(200) })
		_, one := w.subscribe(t, slow.URL)
		_, two := w.subscribe(t, fast.URL)
		slow.expect(one)
		fast.expect(two)
		w.run(t)
		w.add(t, 0, 300)
		fast.until(t, 300)
		if n := len(slow.all()); n != 0 {
			t.Errorf("the slow one has %d", n)
		}
		close(hold)
		slow.until(t, 300)
	})
}

func TestASilentReceiverTimesOutAndIsGivenUpAndTakenUpAgain(t *testing.T) {
	set := quick
	set.Timeout, set.GiveUp = 20*time.Millisecond, 60*time.Millisecond
	each(t, set, func(t *testing.T, w *world) {
		r := receive(t)
		r.behave(func(_ int, _ http.ResponseWriter, req *http.Request) { <-req.Context().Done() })
		sub, secret := w.subscribe(t, r.URL)
		r.expect(secret)
		w.run(t)
		w.add(t, 0, 5)
		id := sub.GetSubscriptionId()
		w.await(t, id, "retrying", func(s *feedv1.Subscription) bool { return s.GetReason() == "TIMEOUT" && s.GetFailures() > 0 })
		s := w.await(t, id, "given up", func(s *feedv1.Subscription) bool {
			return s.GetState() == feedv1.SubscriptionState_SUBSCRIPTION_STATE_GAVE_UP
		})
		if s.GetPosition() != 0 || s.GetSequence() != 0 || s.GetNextTryTime() != nil {
			t.Errorf("given up as %v", s)
		}
		r.behave(nil)
		s.Active = true
		if _, err := w.UpdateSubscription(t.Context(), &feedv1.UpdateSubscriptionRequest{Subscription: s, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"active"}}}); err != nil {
			t.Fatal(err)
		}
		r.until(t, 5)
	})
}

func TestGoneIsGivenUpAtOnceAndPausedIsLeftAlone(t *testing.T) {
	each(t, quick, func(t *testing.T, w *world) {
		r := receive(t)
		r.behave(func(_ int, rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusGone) })
		sub, secret := w.subscribe(t, r.URL)
		r.expect(secret)
		idle, _ := w.subscribe(t, r.URL)
		if _, err := w.UpdateSubscription(t.Context(), &feedv1.UpdateSubscriptionRequest{
			Subscription: &feedv1.Subscription{SubscriptionId: idle.GetSubscriptionId(), Etag: idle.GetEtag()}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"active"}},
		}); err != nil {
			t.Fatal(err)
		}
		w.run(t)
		w.add(t, 0, 1)
		w.await(t, sub.GetSubscriptionId(), "given up", func(s *feedv1.Subscription) bool {
			return s.GetState() == feedv1.SubscriptionState_SUBSCRIPTION_STATE_GAVE_UP && s.GetReason() == "GONE" && s.GetFailures() == 1
		})
		if s := w.get(t, idle.GetSubscriptionId()); s.GetState() != feedv1.SubscriptionState_SUBSCRIPTION_STATE_PAUSED || s.GetFailures() != 0 {
			t.Errorf("the paused one: %v", s)
		}
	})
}

func TestAReplayIsANewRun(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		clock := testkit.NewClock(civil.Must("2026-06-30"))
		began := clock.Now()
		w := build(t, db, quick, clock.Now)
		r := receive(t)
		sub, secret := w.subscribe(t, r.URL)
		r.expect(secret)
		w.run(t)
		id := sub.GetSubscriptionId()
		w.add(t, 0, 4)
		w.await(t, id, "caught up", func(s *feedv1.Subscription) bool { return s.GetSequence() == 4 })
		clock.Advance(2 * time.Minute)
		between := clock.Now()
		w.add(t, 4, 2)
		w.await(t, id, "caught up", func(s *feedv1.Subscription) bool { return s.GetSequence() == 6 })
		firstRun := r.all()

		for _, c := range []struct {
			name string
			req  *feedv1.ReplaySubscriptionRequest
			run  int64
			want int
		}{
			{"from a position", &feedv1.ReplaySubscriptionRequest{AfterPosition: 2}, 2, 4},
			{"from the beginning", &feedv1.ReplaySubscriptionRequest{}, 3, 6},
			{"from a time before everything", &feedv1.ReplaySubscriptionRequest{SinceTime: timestamppb.New(began.Add(-time.Hour))}, 4, 6},
			{"from a time between", &feedv1.ReplaySubscriptionRequest{SinceTime: timestamppb.New(between)}, 5, 2},
		} {
			from := len(r.all())
			c.req.SubscriptionId = id
			if _, err := w.ReplaySubscription(t.Context(), c.req); err != nil {
				t.Fatal(err)
			}
			w.await(t, id, c.name, func(s *feedv1.Subscription) bool {
				return s.GetRun() == c.run && s.GetPosition() == 6 && s.GetSequence() >= int64(c.want)
			})
			again := distinct(t, r.all()[from:])
			if c.name != "from a time between" && len(again) != c.want {
				t.Errorf("%s: %d events, want %d", c.name, len(again), c.want)
			}
			for i, e := range again {
				if e.Run != c.run || e.ID != firstRun[6-len(again)+i].ID {
					t.Errorf("%s: event %d is %s of run %d", c.name, i, e.ID, e.Run)
				}
			}
		}
		for name, c := range map[string]struct {
			req  *feedv1.ReplaySubscriptionRequest
			want string
		}{
			"beyond the head":        {&feedv1.ReplaySubscriptionRequest{SubscriptionId: id, AfterPosition: 7}, changefeed.ErrAhead.Reason},
			"both position and time": {&feedv1.ReplaySubscriptionRequest{SubscriptionId: id, AfterPosition: 1, SinceTime: timestamppb.Now()}, "FIELD_INVALID"},
			"of nobody":              {&feedv1.ReplaySubscriptionRequest{SubscriptionId: "x"}, webhook.ErrNotFound.Reason},
			"with an etag of before": {&feedv1.ReplaySubscriptionRequest{SubscriptionId: id, Etag: "1"}, webhook.ErrChanged.Reason},
		} {
			if _, err := w.ReplaySubscription(t.Context(), c.req); reason(err) != c.want {
				t.Errorf("%s: %v, want %s", name, err, c.want)
			}
		}
	})
}

func TestAFeedThatWasReplacedStopsTheDelivery(t *testing.T) {
	each(t, quick, func(t *testing.T, w *world) {
		r := receive(t)
		sub, secret := w.subscribe(t, r.URL)
		r.expect(secret)
		if _, err := changefeed.Renew(t.Context(), w.db); err != nil {
			t.Fatal(err)
		}
		w.add(t, 0, 1)
		w.run(t)
		id := sub.GetSubscriptionId()
		w.await(t, id, "given up", func(s *feedv1.Subscription) bool {
			return s.GetReason() == "FEED" && s.GetState() == feedv1.SubscriptionState_SUBSCRIPTION_STATE_GAVE_UP
		})
		if _, err := w.ReplaySubscription(t.Context(), &feedv1.ReplaySubscriptionRequest{SubscriptionId: id}); err != nil {
			t.Fatal(err)
		}
		r.until(t, 1)
	})
}
