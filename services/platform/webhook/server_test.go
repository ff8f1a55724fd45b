package webhook_test

import (
	"context"
	"database/sql"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"gorm.io/gorm"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/platform/webhook"
	"xinju.dev/services/testkit"
)

func TestAddressesOfReceivers(t *testing.T) {
	db := testkit.SQLite(t, sets...)
	strict, lax := build(t, db, quick, nil), quick
	lax.AllowPrivate = true
	open := build(t, db, lax, nil)
	for url, want := range map[string]string{ // which of the two take it
		"https://example.org/in": "both", "https://example.org:8443/in?k=v": "both", "http://127.0.0.1:9/x": "both", "http://localhost/": "both",
		"https://[::1]/": "both", "https://8.8.8.8/": "both", "https://10.0.0.1/": "open", "https://192.168.3.4/": "open", "https://100.64.0.1/": "open",
		"https://[fd00::1]/": "open", "https://[::ffff:10.0.0.1]/": "open",
		"http://example.org/": "", "ftp://127.0.0.1/": "", "https://user@example.org/": "", "https://example.org/#x": "", "https:example.org": "",
		"https://169.254.169.254/latest": "", "https://0.0.0.0/": "", "https://[fe80::1]/": "", "https://224.0.0.1/": "", "https://[64:ff9b::a00:1]/": "",
		"https://[2002:a00:1::]/": "", "": "", "https://": "", "http://127.0.0.1.example.org/": "", "https://" + strings.Repeat("a", 600) + "/": "",
	} {
		for name, w := range map[string]*world{"strict": strict, "open": open} {
			resp, err := w.CreateSubscription(t.Context(), &feedv1.CreateSubscriptionRequest{Subscription: &feedv1.Subscription{Url: url}})
			ok := want == "both" || want == name
			if ok != (err == nil) || !ok && reason(err) != webhook.ErrURL.Reason {
				t.Errorf("%s, %s: %v", name, url, err)
			}
			if err == nil {
				if _, err := w.DeleteSubscription(t.Context(), &feedv1.DeleteSubscriptionRequest{SubscriptionId: resp.GetSubscription().GetSubscriptionId()}); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func TestATestSaysWhatCameBack(t *testing.T) {
	each(t, quick, func(t *testing.T, w *world) {
		r := receive(t)
		sub, secret := w.subscribe(t, r.URL)
		r.expect(secret)
		closed := httptest.NewServer(http.NotFoundHandler())
		closed.Close()
		secure := httptest.NewTLSServer(http.NotFoundHandler())
		defer secure.Close()
		for _, c := range []struct {
			name, url string
			answer    int
			status    int32
			code      string
		}{
			{"accepted", r.URL, 204, 204, ""},
			{"refused", r.URL, 403, 403, "HTTP_STATUS"},
			{"sent elsewhere", r.URL, 302, 302, "REDIRECT"},
			{"nobody there", closed.URL, 0, 0, "CONNECTION"},
			{"an unknown certificate", secure.URL, 0, 0, "TLS"},
		} {
			r.behave(func(_ int, rw http.ResponseWriter, _ *http.Request) {
				rw.Header().Set("Location", "http://169.254.169.254/")
				rw.WriteHeader(c.answer)
			})
			cur := w.get(t, sub.GetSubscriptionId())
			cur.Url = c.url
			if _, err := w.UpdateSubscription(t.Context(), &feedv1.UpdateSubscriptionRequest{Subscription: cur, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"url"}}}); err != nil {
				t.Fatal(err)
			}
			got, err := w.TestSubscription(t.Context(), &feedv1.TestSubscriptionRequest{SubscriptionId: sub.GetSubscriptionId()})
			if err != nil {
				t.Fatal(err)
			}
			if d := got.GetDelivery(); d.GetHttpStatus() != c.status || d.GetError() != c.code || d.GetTries() != 1 || d.GetDelivered() != (c.code == "") || d.GetLastSequence() != 0 {
				t.Errorf("%s: %v", c.name, d)
			}
		}
		if e := r.all(); len(e) != 1 || e[0].Type != "dev.xinju.ping" {
			t.Errorf("received %v", e)
		}
		if s := w.get(t, sub.GetSubscriptionId()); s.GetSequence() != 0 || s.GetFailures() != 0 {
			t.Errorf("tests moved the subscription: %v", s)
		}
	})
}

func TestASecretIsShownOnceAndKeptSealedApart(t *testing.T) {
	each(t, quick, func(t *testing.T, w *world) {
		req := &feedv1.CreateSubscriptionRequest{RequestId: "one", Subscription: &feedv1.Subscription{Url: "https://example.org/", Description: "县平台"}}
		first, err := w.CreateSubscription(t.Context(), req)
		if err != nil || len(first.GetSecret()) < 40 {
			t.Fatalf("%v, %v", first, err)
		}
		again, err := w.CreateSubscription(t.Context(), req)
		if err != nil || again.GetSecret() != "" || again.GetSubscription().GetSubscriptionId() != first.GetSubscription().GetSubscriptionId() {
			t.Errorf("a retry: %v, %v", again, err)
		}
		req.Subscription.Description = "市平台"
		if _, err := w.CreateSubscription(t.Context(), req); reason(err) != idempotency.ErrReused.Reason {
			t.Errorf("another request with the same id: %v", err)
		}
		rotated, err := w.RotateSubscriptionSecret(t.Context(), &feedv1.RotateSubscriptionSecretRequest{SubscriptionId: first.GetSubscription().GetSubscriptionId()})
		if err != nil || rotated.GetSecret() == first.GetSecret() || len(rotated.GetSecret()) < 40 {
			t.Errorf("a new secret: %v, %v", rotated, err)
		}
		var kept []byte
		err = w.db.Read(t.Context(), func(tx *gorm.DB) error {
			return sqlstore.Query(tx, func(r *sql.Rows) error { return r.Scan(&kept) }, "SELECT secret FROM webhook_subscription")
		})
		if err != nil || string(kept) == rotated.GetSecret() || !strings.HasSuffix(string(kept), rotated.GetSecret()) {
			t.Errorf("the plain suite marks what it keeps: %v", err) // the aes suite's own tests show that it hides it
		}
	})
}

func TestSubscriptionsHaveLimitsAndVersions(t *testing.T) {
	each(t, quick, func(t *testing.T, w *world) {
		var ids []string
		for range 100 {
			s, _ := w.subscribe(t, "https://example.org/")
			ids = append(ids, s.GetSubscriptionId())
		}
		_, err := w.CreateSubscription(t.Context(), &feedv1.CreateSubscriptionRequest{Subscription: &feedv1.Subscription{Url: "https://example.org/"}})
		if reason(err) != webhook.ErrTooMany.Reason {
			t.Errorf("one more: %v", err)
		}
		seen, req := 0, &feedv1.ListSubscriptionsRequest{PageSize: 30}
		for n := 0; n == 0 || req.GetPageToken() != ""; n++ {
			resp, err := w.ListSubscriptions(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range resp.GetSubscriptions() {
				if s.GetSubscriptionId() != ids[seen] {
					t.Fatalf("place %d", seen)
				}
				seen++
			}
			req.PageToken = resp.GetNextPageToken()
		}
		if seen != 100 {
			t.Errorf("listed %d", seen)
		}
		for name, c := range map[string]struct {
			s    *feedv1.Subscription
			mask string
			want string
		}{
			"an etag of before":  {&feedv1.Subscription{SubscriptionId: ids[0], Etag: "9"}, "active", webhook.ErrChanged.Reason},
			"no etag":            {&feedv1.Subscription{SubscriptionId: ids[0]}, "active", "ETAG_INVALID"},
			"a fixed field":      {&feedv1.Subscription{SubscriptionId: ids[0], Etag: "1"}, "division", "UPDATE_MASK_INVALID"},
			"an address":         {&feedv1.Subscription{SubscriptionId: ids[0], Etag: "1", Url: "http://example.org/"}, "url", webhook.ErrURL.Reason},
			"a long description": {&feedv1.Subscription{SubscriptionId: ids[0], Etag: "1", Description: strings.Repeat("长", 101)}, "description", "FIELD_INVALID"},
		} {
			_, err := w.UpdateSubscription(t.Context(), &feedv1.UpdateSubscriptionRequest{Subscription: c.s, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{c.mask}}})
			if reason(err) != c.want {
				t.Errorf("%s: %v, want %s", name, err, c.want)
			}
		}
		if _, err := w.CreateSubscription(context.Background(), &feedv1.CreateSubscriptionRequest{Subscription: &feedv1.Subscription{Url: "https://example.org/", Division: "990101000000"}}); reason(err) != "FEED_FILTER_UNSUPPORTED" {
			t.Errorf("a division where nobody knows any: %v", err)
		}
	})
}
