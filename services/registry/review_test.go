package registry_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/grpc"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry"
	"xinju.dev/services/testkit"
)

// reviewed is a registry that runs and takes files, with its review queue.
type reviewed struct {
	suite
	queue registryv1.ReviewServiceClient
	homes registryv1.HouseholdServiceClient
	files registryv1.FeedIntakeServiceClient
}

func eachRunning(t *testing.T, test func(t *testing.T, s reviewed)) {
	t.Helper()
	testkit.EachEngine(t, registry.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		sealer, err := seal.NewPlain([]byte(strings.Repeat("k", 32)))
		if err != nil {
			t.Fatal(err)
		}
		clock := testkit.NewClock(civil.Must("2026-06-30"))
		svc, err := registry.New(registry.Deps{DB: db, Now: clock.Now, Log: zap.NewNop(), Sealer: sealer, SpoolDir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
		ready, ended := make(chan struct{}), make(chan error, 1)
		go func() { ended <- svc.Run(ctx, func() { close(ready) }) }()
		t.Cleanup(func() {
			stop()
			if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
		select {
		case <-ready:
		case err := <-ended:
			ended <- nil
			t.Fatal(err)
		}
		conn := testkit.Serve(t, func(r grpc.ServiceRegistrar) { svc.Register(r) })
		s := reviewed{
			suite: suite{RegistryServiceClient: registryv1.NewRegistryServiceClient(conn), places: registryv1.NewPlaceServiceClient(conn)},
			queue: registryv1.NewReviewServiceClient(conn), homes: registryv1.NewHouseholdServiceClient(conn),
			files: registryv1.NewFeedIntakeServiceClient(conn),
		}
		county(t, s.suite)
		test(t, s)
	})
}

// open waits until the background search has brought n items.
func (s reviewed) open(t *testing.T, n int) []*registryv1.ReviewItem {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		resp, err := s.queue.ListReviewItems(t.Context(), &registryv1.ListReviewItemsRequest{Division: "990101000000", Kind: "DUPLICATE"})
		if err != nil {
			t.Fatal(err)
		}
		if len(resp.GetItems()) == n {
			return resp.GetItems()
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%d items open, want %d", len(resp.GetItems()), n)
		case <-tick.C:
		}
	}
}

func (s reviewed) arrives(t *testing.T, name string, d *registryv1.Document) *registryv1.Resident {
	t.Helper()
	out, err := s.CreateResident(t.Context(), &registryv1.CreateResidentRequest{
		Resident:  &registryv1.Resident{Name: name, BirthDate: day("1990-06-30"), Documents: []*registryv1.Document{d}},
		Residence: &registryv1.Residence{Division: village, Address: "幸福路1号", ArrivedDate: day("2025-03-01")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.GetResident()
}

func TestDuplicatesAreFoundMergedAndParted(t *testing.T) {
	eachRunning(t, func(t *testing.T, s reviewed) {
		ctx := t.Context()
		a := s.arrives(t, "王伟", citizen(man))
		b := s.arrives(t, "王玮", &registryv1.Document{Type: registryv1.DocumentType_DOCUMENT_TYPE_OTHER, Number: man})
		item := s.open(t, 1)[0]
		if !slices.Contains(item.GetRules(), "SAME_NUMBER") || item.GetTextZh() == "" || item.GetDivisions()[0] != village || item.GetPriority() != registryv1.ReviewPriority_REVIEW_PRIORITY_HIGH {
			t.Errorf("%v", item)
		}
		full, err := s.queue.GetReviewItem(ctx, &registryv1.GetReviewItemRequest{ItemId: item.GetItemId()})
		if err != nil || len(full.GetResidents()) != 2 || full.GetResidents()[0].GetResidentId() != item.GetResidentIds()[0] {
			t.Fatal(full, err)
		}
		counts, err := s.queue.CountReviewItems(ctx, &registryv1.CountReviewItemsRequest{Division: "990101000000", ByChild: true})
		if err != nil || len(counts.GetCounts()) != 2 || counts.GetCounts()[1].GetDivision() != "990101001000" || counts.GetCounts()[1].GetCount() != 1 {
			t.Errorf("%v %v", counts, err)
		}
		decide := func(etag string, v registryv1.ReviewVerdict, request string) (*registryv1.ReviewItem, error) {
			out, err := s.queue.DecideReviewItem(ctx, &registryv1.DecideReviewItemRequest{
				ItemId: item.GetItemId(), Etag: etag, Verdict: v, DecidedBy: "县卫健局01", Note: "已核实", RequestId: request,
			})
			return out.GetItem(), err
		}
		if _, err := decide("99", registryv1.ReviewVerdict_REVIEW_VERDICT_MERGE, ""); reason(err) != "REVIEW_ITEM_CHANGED" {
			t.Error(reason(err))
		}
		if _, err := decide(item.GetEtag(), registryv1.ReviewVerdict_REVIEW_VERDICT_RESOLVED, ""); reason(err) != "REVIEW_DECISION_UNFIT" {
			t.Error(reason(err))
		}
		merged, err := decide(item.GetEtag(), registryv1.ReviewVerdict_REVIEW_VERDICT_MERGE, "r1")
		if err != nil || merged.GetState() != registryv1.ReviewState_REVIEW_STATE_MERGED {
			t.Fatal(merged, err)
		}
		if again, err := decide(item.GetEtag(), registryv1.ReviewVerdict_REVIEW_VERDICT_MERGE, "r1"); err != nil || again.GetEtag() != merged.GetEtag() {
			t.Error(again, err)
		}
		s.open(t, 0)
		for _, id := range []string{a.GetResidentId(), b.GetResidentId()} {
			got, err := s.GetResident(ctx, &registryv1.GetResidentRequest{ResidentId: id})
			if err != nil || got.GetResident().GetResidentId() != min(a.GetResidentId(), b.GetResidentId()) {
				t.Errorf("%v", err)
			}
		}
		if _, err := decide(merged.GetEtag(), registryv1.ReviewVerdict_REVIEW_VERDICT_UNMERGE, ""); err != nil {
			t.Fatal(err)
		}
		s.open(t, 1)
		for _, was := range []*registryv1.Resident{a, b} {
			got, err := s.GetResident(ctx, &registryv1.GetResidentRequest{ResidentId: was.GetResidentId()})
			if err != nil || got.GetResident().GetName() != was.GetName() || len(got.GetResident().GetDocuments()) != 1 {
				t.Errorf("not as before: %v", err)
			}
		}
		p, err := s.queue.GetMatchProgress(ctx, &registryv1.GetMatchProgressRequest{})
		if err != nil || p.GetOperation().GetStage() != "follow" || p.GetComparedPairs() == 0 || p.GetOperation().GetTotal() != 2 {
			t.Errorf("%v %v", p, err)
		}
		if r, err := s.queue.RebuildMatches(ctx, &registryv1.RebuildMatchesRequest{}); err != nil || r.GetOperation().GetStage() != "clear" {
			t.Errorf("%v %v", r, err)
		}
		s.open(t, 1)
	})
}

func TestTheQueueRefusesWhatItDoesNotKnow(t *testing.T) {
	eachRunning(t, func(t *testing.T, s reviewed) {
		ctx := t.Context()
		for _, c := range []struct {
			want string
			err  error
		}{
			{"REVIEW_KIND_UNKNOWN", second(s.queue.ListReviewItems(ctx, &registryv1.ListReviewItemsRequest{Kind: "NO_SUCH"}))},
			{"FIELD_INVALID", second(s.queue.ListReviewItems(ctx, &registryv1.ListReviewItemsRequest{Division: "99"}))},
			{"FIELD_INVALID", second(s.queue.ListReviewItems(ctx, &registryv1.ListReviewItemsRequest{Priority: 9}))},
			{"DIVISION_NOT_FOUND", second(s.queue.ListReviewItems(ctx, &registryv1.ListReviewItemsRequest{Division: "990199000000"}))},
			{"PAGE_TOKEN_INVALID", second(s.queue.ListReviewItems(ctx, &registryv1.ListReviewItemsRequest{PageToken: "x"}))},
			{"DIVISION_NOT_FOUND", second(s.queue.CountReviewItems(ctx, &registryv1.CountReviewItemsRequest{Division: "990199000000"}))},
			{"REVIEW_ITEM_NOT_FOUND", second(s.queue.GetReviewItem(ctx, &registryv1.GetReviewItemRequest{ItemId: "01JZ0000000000000000000000"}))},
			{"ETAG_INVALID", second(s.queue.DecideReviewItem(ctx, &registryv1.DecideReviewItemRequest{ItemId: "01JZ0000000000000000000000"}))},
			{"FIELD_INVALID", second(s.queue.DecideReviewItem(ctx, &registryv1.DecideReviewItemRequest{ItemId: "01JZ0000000000000000000000", Etag: "1", Verdict: 1}))},
			{"FIELD_INVALID", second(s.queue.DecideReviewItem(ctx, &registryv1.DecideReviewItemRequest{ItemId: "01JZ0000000000000000000000", Etag: "1", Verdict: 4, DecidedBy: "x"}))},
			{"REVIEW_ITEM_NOT_FOUND", second(s.queue.DecideReviewItem(ctx, &registryv1.DecideReviewItemRequest{ItemId: "01JZ0000000000000000000000", Etag: "1", Verdict: 1, DecidedBy: "x"}))},
			{"RESIDENT_NOT_FOUND", second(s.homes.GetHousehold(ctx, &registryv1.GetHouseholdRequest{ResidentId: "01JZ0000000000000000000000"}))},
			{"FIELD_INVALID", second(s.homes.GetHousehold(ctx, &registryv1.GetHouseholdRequest{ResidentId: "01JZ0000000000000000000000", AsOfDate: &date.Date{Year: 2025, Month: 2, Day: 29}}))},
		} {
			if got := reason(c.err); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestAHouseholdOverTheWire(t *testing.T) {
	eachRunning(t, func(t *testing.T, s reviewed) {
		ctx := t.Context()
		husband := s.arrives(t, "王伟", citizen(man))
		wife := s.arrives(t, "李秀英", citizen(woman))
		if _, err := s.CreateRelation(ctx, &registryv1.CreateRelationRequest{Relation: &registryv1.Relation{
			ResidentId: husband.GetResidentId(), OtherResidentId: wife.GetResidentId(), Kind: registryv1.RelationKind_RELATION_KIND_SPOUSE, StartDate: day("2015-10-01"),
		}}); err != nil {
			t.Fatal(err)
		}
		child := s.arrives(t, "王小宝", citizen(girl))
		if _, err := s.CreateRelation(ctx, &registryv1.CreateRelationRequest{Relation: &registryv1.Relation{
			ResidentId: wife.GetResidentId(), OtherResidentId: child.GetResidentId(), Kind: registryv1.RelationKind_RELATION_KIND_CHILD, StartDate: day("2012-03-15"),
		}}); err != nil {
			t.Fatal(err)
		}
		home, err := s.homes.GetHousehold(ctx, &registryv1.GetHouseholdRequest{ResidentId: child.GetResidentId()})
		if err != nil || len(home.GetMembers()) != 2 || home.GetSameAddressCount() != 2 || home.GetAsOfDate().GetMonth() != 6 {
			t.Fatal(home, err)
		}
		for _, m := range home.GetMembers() {
			if !m.GetSameAddress() || m.GetSharedSpans()[0].GetFromDate().GetYear() != 2025 || m.GetSharedSpans()[0].GetUntilDate() != nil {
				t.Errorf("%v", m)
			}
			mother := m.GetResident().GetResidentId() == wife.GetResidentId()
			if mother != m.GetCohabitingFamily() || mother && m.GetTies()[0].GetKind() != registryv1.HouseholdTieKind_HOUSEHOLD_TIE_KIND_MOTHER {
				t.Errorf("%v", m)
			}
		}
	})
}
