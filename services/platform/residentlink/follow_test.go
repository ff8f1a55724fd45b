package residentlink_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/residentlink"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"gorm.io/gorm"
)

// registry is a registry that has nothing but its change feed, behind the
// production interceptors.
type registry struct {
	t    *testing.T
	db   *sqlstore.DB
	feed feedv1.ChangeFeedServiceClient

	mu    sync.Mutex
	facts map[string]changefeed.Fact
}

func newRegistry(t *testing.T) *registry {
	t.Helper()
	r := &registry{t: t, db: testkit.SQLite(t, changefeed.Migrations()), facts: map[string]changefeed.Fact{}}
	r.feed = feedv1.NewChangeFeedServiceClient(testkit.Serve(t, func(s grpc.ServiceRegistrar) {
		feedv1.RegisterChangeFeedServiceServer(s, changefeed.NewServer(r.db, r))
	}))
	return r
}

// ListFacts implements changefeed.Lister.
func (r *registry) ListFacts(_ context.Context, after string, limit int) ([]changefeed.Fact, string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var keys []string
	for key, f := range r.facts {
		if key > after && !f.Deleted {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	var out []changefeed.Fact
	for _, key := range keys[:min(limit, len(keys))] {
		out = append(out, r.facts[key])
	}
	if len(keys) > limit {
		return out, keys[limit-1], nil
	}
	return out, "", nil
}

func (r *registry) write(facts ...changefeed.Fact) {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range facts {
		key := fmt.Sprintf("%d %s", facts[i].Kind, facts[i].ID)
		facts[i].Version = r.facts[key].Version + 1
		r.facts[key] = facts[i]
	}
	err := r.db.Write(r.t.Context(), func(tx *gorm.DB) error { return changefeed.Append(tx, facts...) })
	if err != nil {
		r.t.Fatal(err)
	}
}

// link merges an identifier into another; "" parts it again.
func (r *registry) link(linked, into string) {
	r.t.Helper()
	body, err := proto.Marshal(&feedv1.LinkFact{IntoId: into})
	if err != nil {
		r.t.Fatal(err)
	}
	r.write(changefeed.Fact{Kind: int32(feedv1.FactKind_FACT_KIND_LINK), ID: linked, ResidentID: linked, Deleted: into == "", Body: body})
}

// noise is n changes of other kinds.
func (r *registry) noise(n int) {
	r.t.Helper()
	facts := make([]changefeed.Fact, n)
	for i := range facts {
		id := fmt.Sprintf("P%05d", i)
		facts[i] = changefeed.Fact{Kind: int32(feedv1.FactKind_FACT_KIND_PERSON), ID: id, ResidentID: id, Body: []byte{}}
	}
	r.write(facts...)
}

// following runs a follower until stop or the end of the test.
func following(t *testing.T, d residentlink.Deps) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- residentlink.New(d).Run(ctx, func() {}) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("run: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// becomes waits until a person has these identifiers.
func becomes(t *testing.T, db *sqlstore.DB, id string, want ...string) {
	t.Helper()
	late := time.NewTimer(30 * time.Second)
	defer late.Stop()
	for {
		stored := db.Announced(residentlink.Topic)
		got := expand(t, db, id)
		if slices.Equal(got, want) {
			return
		}
		select {
		case <-stored:
		case <-late.C:
			t.Fatalf("%s is %v, want %v", id, got, want)
		}
	}
}

func TestLinksAreFollowed(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		r := newRegistry(t)
		r.noise(30)
		r.link("B", "A")
		d := residentlink.Deps{DB: db, Service: "archive", Registry: r.feed, Metrics: prometheus.NewRegistry()}
		stop := following(t, d)
		becomes(t, db, "B", "A", "B") // from the list of what holds
		r.noise(3)
		r.link("C", "A")
		becomes(t, db, "A", "A", "B", "C") // from the changes
		r.link("B", "")
		becomes(t, db, "A", "A", "C")
		stop()

		r.noise(1500) // more than a page
		r.link("C", "")
		r.link("D", "A")
		following(t, d)
		becomes(t, db, "A", "A", "D") // from where it was
	})
}

func TestARestoredRegistryIsReadAnew(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		r := newRegistry(t)
		r.link("B", "A")
		r.link("C", "A")
		following(t, residentlink.Deps{DB: db, Service: "archive", Registry: r.feed})
		becomes(t, db, "A", "A", "B", "C")
		r.mu.Lock() // as if the backup had never known of C, and B were another's
		clear(r.facts)
		r.mu.Unlock()
		r.link("B", "E")
		if _, err := changefeed.Renew(t.Context(), r.db); err != nil {
			t.Fatal(err)
		}
		becomes(t, db, "C", "C")
		becomes(t, db, "B", "E", "B")
		r.link("F", "E")
		becomes(t, db, "B", "E", "B", "F") // and goes on
	})
}

func TestAFeedThatWasTrimmedIsReadAnew(t *testing.T) {
	db, r := testkit.SQLite(t, sets...), newRegistry(t)
	d := residentlink.Deps{DB: db, Service: "archive", Registry: r.feed}
	r.link("B", "A")
	stop := following(t, d)
	becomes(t, db, "A", "A", "B")
	stop()
	r.link("C", "A")
	r.link("B", "")
	if err := changefeed.Trim(t.Context(), r.db, 3); err != nil {
		t.Fatal(err)
	}
	following(t, d)
	becomes(t, db, "A", "A", "C")
}

func TestHowFarBehindIsShown(t *testing.T) {
	db, r, figures := testkit.SQLite(t, sets...), newRegistry(t), prometheus.NewRegistry()
	r.link("B", "A")
	following(t, residentlink.Deps{DB: db, Service: "archive", Registry: r.feed, Metrics: figures})
	r.link("C", "A")
	becomes(t, db, "A", "A", "B", "C")
	families, err := figures.Gather()
	if err != nil || len(families) != 1 || families[0].GetName() != "xinju_residentlink_feed_lag" {
		t.Fatalf("%v, %v", families, err)
	}
	if got := families[0].GetMetric()[0].GetLabel()[0].GetValue(); got != "archive" {
		t.Errorf("the figure is of %s", got)
	}
}

func TestWithoutARegistryTheLogSaysSo(t *testing.T) {
	core, logs := observer.New(zap.WarnLevel)
	stop := following(t, residentlink.Deps{DB: testkit.SQLite(t, sets...), Service: "archive", Log: zap.New(core)})
	stop()
	if n := logs.FilterMessageSnippet("no address of the registry").Len(); n != 1 {
		t.Errorf("%d warnings, want 1", n)
	}
}

// scripted is a source that answers one stream as it was told to.
type scripted struct {
	feedv1.ChangeFeedServiceClient
	pages chan *feedv1.WatchChangesResponse
	lists chan *feedv1.ListFactsResponse
}

func (s *scripted) ListFacts(context.Context, *feedv1.ListFactsRequest, ...grpc.CallOption) (*feedv1.ListFactsResponse, error) {
	return <-s.lists, nil
}

func (s *scripted) WatchChanges(ctx context.Context, _ *feedv1.WatchChangesRequest, _ ...grpc.CallOption) (grpc.ServerStreamingClient[feedv1.WatchChangesResponse], error) {
	return &stream{ctx: ctx, pages: s.pages}, nil
}

type stream struct {
	grpc.ServerStreamingClient[feedv1.WatchChangesResponse]
	ctx   context.Context
	pages chan *feedv1.WatchChangesResponse
}

func (s *stream) Recv() (*feedv1.WatchChangesResponse, error) {
	select {
	case p := <-s.pages:
		return p, nil
	case <-s.ctx.Done():
		return nil, s.ctx.Err()
	}
}

func linkFact(linked, into string, version int64) *feedv1.Fact {
	return &feedv1.Fact{
		Kind: feedv1.FactKind_FACT_KIND_LINK, FactId: linked, ResidentId: linked, Version: version,
		Body: &feedv1.Fact_Link{Link: &feedv1.LinkFact{IntoId: into}},
	}
}

// TestWhatAPageLeavesOut: a run that a filter skipped is no gap, a position that
// nobody accounts for is one, and then everything is read anew.
func TestWhatAPageLeavesOut(t *testing.T) {
	change := func(position int64, linked string) *feedv1.Change {
		return &feedv1.Change{Position: position, Fact: linkFact(linked, "A", 1)}
	}
	for name, c := range map[string]struct {
		page *feedv1.WatchChangesResponse
		gap  bool
	}{
		"every position":            {&feedv1.WatchChangesResponse{Changes: []*feedv1.Change{change(11, "B"), change(12, "C")}}, false},
		"the rest was skipped":      {&feedv1.WatchChangesResponse{Position: 30, Changes: []*feedv1.Change{change(12, "B"), change(20, "C")}, Skipped: []*feedv1.SkippedRange{{First: 11, Last: 11}, {First: 13, Last: 19}, {First: 21, Last: 30}}}, false},
		"a position is missing":     {&feedv1.WatchChangesResponse{Changes: []*feedv1.Change{change(12, "B"), change(13, "C")}}, true},
		"between two changes":       {&feedv1.WatchChangesResponse{Changes: []*feedv1.Change{change(11, "B"), change(13, "C")}}, true},
		"it reaches further":        {&feedv1.WatchChangesResponse{Position: 14, Changes: []*feedv1.Change{change(11, "B"), change(12, "C")}}, true},
		"a run that goes backwards": {&feedv1.WatchChangesResponse{Skipped: []*feedv1.SkippedRange{{First: 11, Last: 9}}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			db := testkit.SQLite(t, sets...)
			s := &scripted{pages: make(chan *feedv1.WatchChangesResponse, 1), lists: make(chan *feedv1.ListFactsResponse, 2)}
			s.lists <- &feedv1.ListFactsResponse{Epoch: "E", SnapshotPosition: 10}
			s.lists <- &feedv1.ListFactsResponse{Epoch: "E", SnapshotPosition: 10, Facts: []*feedv1.Fact{linkFact("Z", "A", 1)}}
			s.pages <- c.page
			following(t, residentlink.Deps{DB: db, Service: "archive", Registry: s})
			if c.gap {
				becomes(t, db, "A", "A", "Z")
				return
			}
			becomes(t, db, "A", "A", "B", "C")
			if diff := cmp.Diff(1, len(s.lists)); diff != "" {
				t.Error("it was read anew")
			}
		})
	}
}
