package changefeed_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"gorm.io/gorm"
)

// table is a lister over facts in memory, in the order of their ids.
type table map[string]changefeed.Fact

func (m table) ListFacts(_ context.Context, after string, limit int) (facts []changefeed.Fact, next string, err error) {
	var keys []string
	for k := range m {
		if k > after {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	for _, k := range keys[:min(limit, len(keys))] {
		facts = append(facts, m[k])
	}
	if len(keys) > limit {
		next = keys[limit-1]
	}
	return facts, next, nil
}

func dose(t *testing.T, id string, version int64, ymd int32) changefeed.Fact {
	t.Helper()
	body, err := proto.MarshalOptions{Deterministic: true}.Marshal(&feedv1.DoseFact{OnYmd: ymd, Product: "DTaP"})
	if err != nil {
		t.Fatal(err)
	}
	return changefeed.Fact{Kind: int32(feedv1.FactKind_FACT_KIND_DOSE), ID: id, ResidentID: "R1", Version: version, Body: body}
}

func serve(t *testing.T, db *sqlstore.DB, facts changefeed.Lister, poll, heartbeat time.Duration) feedv1.ChangeFeedServiceClient {
	t.Helper()
	srv := changefeed.NewServer(db, facts)
	srv.SetTimes(poll, heartbeat)
	return feedv1.NewChangeFeedServiceClient(testkit.Serve(t, func(r grpc.ServiceRegistrar) { feedv1.RegisterChangeFeedServiceServer(r, srv) }))
}

func TestReadChangesCarriesTheBodyInTheFieldOfItsKind(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		gone := dose(t, "a", 2, 0)
		gone.Deleted = true
		given := dose(t, "a", 1, 20260301)
		given.Recorded = civil.Must("2026-03-02")
		add(t, db, given, gone)
		client := serve(t, db, table{}, time.Second, time.Second)
		got, err := client.ReadChanges(t.Context(), &feedv1.ReadChangesRequest{})
		if err != nil {
			t.Fatal(err)
		}
		want := &feedv1.ReadChangesResponse{Epoch: got.GetEpoch(), Head: 2, Position: 2, ResumeToken: got.GetResumeToken(), Changes: []*feedv1.Change{
			{Position: 1, Fact: &feedv1.Fact{
				Kind: feedv1.FactKind_FACT_KIND_DOSE, FactId: "a", ResidentId: "R1", Version: 1, RecordedYmd: 20260302,
				Body: &feedv1.Fact_Dose{Dose: &feedv1.DoseFact{OnYmd: 20260301, Product: "DTaP"}},
			}},
			{Position: 2, Fact: &feedv1.Fact{Kind: feedv1.FactKind_FACT_KIND_DOSE, FactId: "a", ResidentId: "R1", Version: 2, Deleted: true}},
		}}
		if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestEveryKindHasItsBodyAtTheSameDistance(t *testing.T) {
	fields := (&feedv1.Fact{}).ProtoReflect().Descriptor().Fields()
	for n, name := range feedv1.FactKind_name {
		if n == 0 {
			continue
		}
		f := fields.ByNumber(protowire.Number(10 + n))
		if f == nil || !strings.EqualFold("FACT_KIND_"+string(f.Name()), name) {
			t.Errorf("%s has no body in field %d", name, 10+n)
		}
	}
}

func TestAWatcherIsWokenByACommit(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		client := serve(t, db, table{}, time.Hour, time.Hour) // only a commit can wake it
		add(t, db, fact0(t, 1), fact0(t, 2))
		ctx, leave := context.WithCancel(t.Context())
		defer leave()
		watch, err := client.WatchChanges(ctx, &feedv1.WatchChangesRequest{Limit: 2})
		if err != nil {
			t.Fatal(err)
		}
		at := int64(0)
		for n := range 20 {
			for want := int64(2 + n); at < want; {
				resp, err := watch.Recv()
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range resp.GetChanges() {
					if c.GetPosition() != at+1 {
						t.Fatalf("position %d follows %d", c.GetPosition(), at)
					}
					at++
				}
			}
			add(t, db, fact0(t, int64(3+n)))
		}
		leave()
		for err == nil {
			_, err = watch.Recv()
		}
		if status.Code(err) != codes.Canceled {
			t.Errorf("after leaving: %v", err)
		}
	})
}

func TestAWatcherHearsHeartbeatsAndOfCommitsNobodyAnnounced(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		add(t, db, fact0(t, 1))
		client := serve(t, db, table{}, 5*time.Millisecond, 5*time.Millisecond)
		watch, err := client.WatchChanges(t.Context(), &feedv1.WatchChangesRequest{After: 1})
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			resp, err := watch.Recv()
			if err != nil || resp.GetHead() != 1 || len(resp.GetChanges()) != 0 || resp.GetEpoch() == "" {
				t.Fatalf("heartbeat %v, %v", resp, err)
			}
		}
		// As another process would write it.
		ctx := t.Context()
		tx, err := db.SQL().BeginTx(ctx, nil) // together: a head without its changes is a gap
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.ExecContext(ctx, "UPDATE feed_head SET head = 2 WHERE id = 1"); err != nil {
			t.Fatal(err)
		}
		pack, _ := changefeed.EncodePack([]changefeed.Fact{fact0(t, 2)})
		if _, err := tx.ExecContext(ctx, "INSERT INTO feed_change (last_position, first_position, pack) VALUES (2, 2, ?)", pack); err != nil {
			t.Fatal(err)
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		for {
			resp, err := watch.Recv()
			if err != nil {
				t.Fatal(err)
			}
			if len(resp.GetChanges()) == 1 {
				return
			}
		}
	})
}

func TestARenewedEpochEndsAWatch(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		client := serve(t, db, table{}, time.Hour, time.Hour)
		watch, err := client.WatchChanges(t.Context(), &feedv1.WatchChangesRequest{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := watch.Recv(); err != nil {
			t.Fatal(err)
		}
		if _, err := changefeed.Renew(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		if _, err := watch.Recv(); status.Code(err) != codes.FailedPrecondition {
			t.Errorf("got %v, want FAILED_PRECONDITION", err)
		}
	})
}

func TestListFactsAndTheChangesAfterItsPositionAreTheState(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		state := table{}
		write := func(f changefeed.Fact) {
			t.Helper()
			err := db.Write(t.Context(), func(tx *gorm.DB) error { return changefeed.Append(tx, f) })
			if err != nil {
				t.Fatal(err)
			}
			if state[f.ID] = f; f.Deleted {
				delete(state, f.ID)
			}
		}
		for i := range 20 {
			write(dose(t, fmt.Sprintf("%03d", i), 1, 20260101))
		}
		client := serve(t, db, state, time.Second, time.Second)

		got := map[string]*feedv1.Fact{}
		apply := func(f *feedv1.Fact) {
			if old := got[f.GetFactId()]; old == nil || old.GetVersion() < f.GetVersion() {
				got[f.GetFactId()] = f
			}
		}
		req, position, epoch := &feedv1.ListFactsRequest{PageSize: 6}, int64(0), ""
		for n := 0; ; n++ {
			resp, err := client.ListFacts(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			if n > 0 && (resp.GetSnapshotPosition() != position || resp.GetEpoch() != epoch) {
				t.Fatalf("page %d is of position %d, not %d", n, resp.GetSnapshotPosition(), position)
			}
			position, epoch = resp.GetSnapshotPosition(), resp.GetEpoch()
			for _, f := range resp.GetFacts() {
				apply(f)
			}
			// Meanwhile facts behind, at and ahead of the page change, come and go.
			write(dose(t, fmt.Sprintf("%03d", n), 2, 20260202))
			write(dose(t, fmt.Sprintf("%03d", 19-n), 2, 20260303))
			write(dose(t, fmt.Sprintf("000-%d", n), 1, 20260404))
			gone := dose(t, fmt.Sprintf("%03d", 10+n), 3, 0)
			gone.Deleted = true
			write(gone)
			if req.PageToken = resp.GetNextPageToken(); req.PageToken == "" {
				break
			}
		}
		if position != 20 {
			t.Fatalf("snapshot position %d, want 20", position)
		}
		resp, err := client.ReadChanges(t.Context(), &feedv1.ReadChangesRequest{Epoch: epoch, After: position})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range resp.GetChanges() {
			apply(c.GetFact())
		}
		versions := map[string]int64{}
		for id, f := range got {
			if !f.GetDeleted() {
				versions[id] = f.GetVersion()
			}
		}
		want := map[string]int64{}
		for id, f := range state {
			want[id] = f.Version
		}
		if diff := cmp.Diff(want, versions); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAListOfFactsEndsWhenItsPositionCannotBeGoneOnFrom(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		state := table{"a": dose(t, "a", 1, 1), "b": dose(t, "b", 1, 1)}
		client := serve(t, db, state, time.Second, time.Second)
		first, err := client.ListFacts(t.Context(), &feedv1.ListFactsRequest{PageSize: 1})
		if err != nil {
			t.Fatal(err)
		}
		next := &feedv1.ListFactsRequest{PageSize: 1, PageToken: first.GetNextPageToken()}
		add(t, db, fact0(t, 1), fact0(t, 2))
		if err := changefeed.Trim(t.Context(), db, 1); err != nil {
			t.Fatal(err)
		}
		if _, err := client.ListFacts(t.Context(), next); status.Code(err) != codes.FailedPrecondition {
			t.Errorf("after a trim: %v, want FAILED_PRECONDITION", err)
		}
		if _, err := changefeed.Renew(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		if _, err := client.ListFacts(t.Context(), next); status.Code(err) != codes.FailedPrecondition {
			t.Errorf("after a renewal: %v, want FAILED_PRECONDITION", err)
		}
		for _, bad := range []*feedv1.ListFactsRequest{{PageSize: -1}, {PageToken: "x"}} {
			if _, err := client.ListFacts(t.Context(), bad); status.Code(err) != codes.InvalidArgument {
				t.Errorf("%v: %v, want INVALID_ARGUMENT", bad, err)
			}
		}
	})
}

func fact0(t *testing.T, n int64) changefeed.Fact { return dose(t, fmt.Sprint(n), 1, 20260301) }
