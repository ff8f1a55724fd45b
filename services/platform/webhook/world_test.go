package webhook_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"gorm.io/gorm"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/platform/webhook"
	"xinju.dev/services/testkit"
)

var sets = []migrate.Set{changefeed.Migrations(), idempotency.Migrations(), webhook.Migrations()}

// quick are settings under which a test need not wait.
var quick = webhook.Settings{
	Timeout: 5 * time.Second, FirstRetry: time.Millisecond, MaxRetry: 4 * time.Millisecond, Poll: 5 * time.Millisecond, GiveUp: time.Hour,
}

// world is a feed with its subscriptions, served and delivered.
type world struct {
	feedv1.SubscriptionServiceClient
	db    *sqlstore.DB
	hooks *webhook.Hooks
}

func build(t testing.TB, db *sqlstore.DB, set webhook.Settings, now func() time.Time) *world {
	t.Helper()
	plain, err := seal.NewPlain([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	hooks := webhook.New(webhook.Deps{Name: "registry", Source: changefeed.Source{DB: db}, Sealer: plain, Log: zap.NewNop(), Now: now, Settings: set})
	conn := testkit.Serve(t, func(r grpc.ServiceRegistrar) { feedv1.RegisterSubscriptionServiceServer(r, hooks) })
	return &world{feedv1.NewSubscriptionServiceClient(conn), db, hooks}
}

// run delivers until the returned function is called.
func (w *world) run(t testing.TB) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.hooks.Run(ctx, func() {}) }()
	once := sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(once)
	return once
}

func (w *world) subscribe(t testing.TB, url string, kinds ...feedv1.FactKind) (*feedv1.Subscription, string) {
	t.Helper()
	resp, err := w.CreateSubscription(t.Context(), &feedv1.CreateSubscriptionRequest{Subscription: &feedv1.Subscription{Url: url, Kinds: kinds}})
	if err != nil {
		t.Fatal(err)
	}
	return resp.GetSubscription(), resp.GetSecret()
}

func (w *world) get(t testing.TB, id string) *feedv1.Subscription {
	t.Helper()
	resp, err := w.GetSubscription(t.Context(), &feedv1.GetSubscriptionRequest{SubscriptionId: id})
	if err != nil {
		t.Fatal(err)
	}
	return resp.GetSubscription()
}

// add commits facts about R1: doses with even numbers, certificates with odd ones.
func (w *world) add(t testing.TB, from, n int) {
	t.Helper()
	var facts []changefeed.Fact
	for i := from; i < from+n; i++ {
		kind, body := feedv1.FactKind_FACT_KIND_DOSE, proto.Message(&feedv1.DoseFact{OnYmd: 20260301, Product: "DTaP"})
		if i%2 == 1 {
			kind, body = feedv1.FactKind_FACT_KIND_CERTIFICATE, &feedv1.CertificateFact{IssuedYmd: 20260301}
		}
		raw, err := proto.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		facts = append(facts, changefeed.Fact{Kind: int32(kind), ID: fmt.Sprint("f", i), ResidentID: "R1", Version: 1, Body: raw})
	}
	if err := w.db.Write(context.WithoutCancel(t.Context()), func(tx *gorm.DB) error { return changefeed.Append(tx, facts...) }); err != nil {
		t.Fatal(err)
	}
}

// got is one event as a receiver reads it, with the whole of its JSON.
type got struct {
	ID, Type, Subject, Sequence, Source, SpecVersion string
	Run                                              int64
	Data                                             struct{ FactID string }
	raw                                              string
}

// receiver is somebody else's server. It verifies with its own code.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	secret string
	answer func(n int, w http.ResponseWriter, r *http.Request) // of the n-th request, from 0; nil accepts
	n      int
	events []got // of accepted requests, in order
	bad    []string
	more   chan struct{}
}

func receive(t testing.TB) *receiver {
	r := &receiver{more: make(chan struct{}, 1)}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	t.Cleanup(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, b := range r.bad {
			t.Error(b)
		}
	})
	return r
}

// verify is written from the description alone.
func verify(secret string, h http.Header, body []byte) bool {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(h.Get("Xinju-Timestamp")))
	mac.Write([]byte{'.'})
	mac.Write(body)
	return hmac.Equal([]byte(h.Get("Xinju-Signature")), []byte("v1="+hex.EncodeToString(mac.Sum(nil))))
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return
	}
	r.mu.Lock()
	n, answer, secret := r.n, r.answer, r.secret
	r.n++
	if !verify(secret, req.Header, body) {
		r.bad = append(r.bad, "a request is not signed with the secret")
	}
	r.mu.Unlock()
	if answer != nil {
		rec := &first{ResponseWriter: w}
		answer(n, rec, req)
		if rec.status < 200 || rec.status > 299 {
			r.wake()
			return
		}
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(body, &raw); err != nil {
		r.refuse("a body that is no JSON list")
	}
	r.mu.Lock()
	for _, one := range raw {
		var g got
		if err := json.Unmarshal(one, &g); err != nil || g.SpecVersion != "1.0" {
			r.bad = append(r.bad, "an event that is no CloudEvent 1.0")
		}
		g.raw = string(one)
		r.events = append(r.events, g)
	}
	r.mu.Unlock()
	r.wake()
}

func (r *receiver) refuse(why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bad = append(r.bad, why)
}

func (r *receiver) wake() {
	select {
	case r.more <- struct{}{}:
	default:
	}
}

// first remembers the status; an answer that writes none is 200.
type first struct {
	http.ResponseWriter
	status int
}

func (f *first) WriteHeader(n int) { f.status = n; f.ResponseWriter.WriteHeader(n) }

func (r *receiver) expect(secret string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secret = secret
}

func (r *receiver) behave(answer func(n int, w http.ResponseWriter, req *http.Request)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = answer
}

func (r *receiver) all() []got {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]got(nil), r.events...)
}

// distinct checks that events came in order with repetitions of what was sent
// before only, byte for byte, and returns each once.
func distinct(t testing.TB, events []got) []got {
	t.Helper()
	var out []got
	for _, e := range events {
		n := 0
		if _, err := fmt.Sscan(e.Sequence, &n); err != nil {
			t.Fatalf("sequence %q", e.Sequence)
		}
		switch {
		case n == len(out)+1:
			out = append(out, e)
		case n < 1 || n > len(out)+1:
			t.Fatalf("sequence %d follows %d", n, len(out))
		case out[n-1].raw != e.raw:
			t.Fatalf("sequence %d says another thing than before", n)
		}
	}
	return out
}

// until waits for a number of distinct events.
func (r *receiver) until(t testing.TB, n int) []got {
	t.Helper()
	deadline := time.NewTimer(30 * time.Second)
	defer deadline.Stop()
	for {
		if out := distinct(t, r.all()); len(out) >= n {
			return out
		}
		select {
		case <-r.more:
		case <-deadline.C:
			t.Fatalf("%d of %d events came", len(distinct(t, r.all())), n)
		}
	}
}

// await polls the subscription until it is as wanted.
func (w *world) await(t testing.TB, id string, what string, ok func(*feedv1.Subscription) bool) *feedv1.Subscription {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for range 5000 {
		if s := w.get(t, id); ok(s) {
			return s
		}
		<-tick.C
	}
	t.Fatalf("never %s: %v", what, w.get(t, id))
	return nil
}

func reason(err error) string {
	for _, d := range status.Convert(err).Details() {
		if i, ok := d.(*errdetails.ErrorInfo); ok {
			return i.GetReason()
		}
	}
	return ""
}
