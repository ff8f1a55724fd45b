package cli

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"google.golang.org/protobuf/types/known/timestamppb"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	typev1 "xinju.dev/api/gen/xinju/type/v1"

	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/rpcserver"
)

var errStaleItem = fault.New(fault.Stale, "TEST_ITEM_CHANGED", "the item was changed", "事项已变化")

// reviewing answers for the review queue, behind the production server.
type reviewing struct {
	registryv1.UnimplementedReviewServiceServer
	registryv1.UnimplementedPlaceServiceServer

	mu      sync.Mutex
	asked   *registryv1.ListReviewItemsRequest
	decided *registryv1.DecideReviewItemRequest
}

func (f *reviewing) start(t *testing.T) string {
	t.Helper()
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := rpcserver.New(rpcserver.Config{Name: "fake", Log: zap.NewNop(), Token: "token-of-a-test"})
	registryv1.RegisterReviewServiceServer(srv.Registrar(), f)
	registryv1.RegisterPlaceServiceServer(srv.Registrar(), f)
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

func (f *reviewing) GetDivision(_ context.Context, r *registryv1.GetDivisionRequest) (*registryv1.GetDivisionResponse, error) {
	return &registryv1.GetDivisionResponse{Division: &registryv1.Division{DivisionCode: r.GetDivisionCode(), Name: "一村"}}, nil
}

func duplicate() *registryv1.ReviewItem {
	return &registryv1.ReviewItem{
		ItemId: batchID, Kind: "DUPLICATE", Priority: registryv1.ReviewPriority_REVIEW_PRIORITY_HIGH, State: registryv1.ReviewState_REVIEW_STATE_OPEN,
		Divisions: []string{village}, ResidentIds: []string{someone, other}, Score: 31.42, Rules: []string{"SAME_NUMBER"}, Etag: "3",
		OpenTime: timestamppb.New(time.Date(2026, 6, 30, 1, 0, 0, 0, time.UTC)), TextZh: "疑似重复", TextEn: "may be one person",
		Fields: []*registryv1.FieldComparison{
			{Field: "document", Level: "EQUAL", Weight: 16.5, TextZh: "一致", TextEn: "equal"},
			{Field: "name", Level: "PINYIN", Weight: 8.85, TextZh: "同音不同字", TextEn: "read alike"},
			{Field: "birth_date", Level: "EQUAL", Weight: 14, TextZh: "一致", TextEn: "equal"},
			{Field: "phone", Level: "DIFFER", Weight: -1.05, TextZh: "不一致", TextEn: "different"},
		},
	}
}

func (f *reviewing) ListReviewItems(_ context.Context, r *registryv1.ListReviewItemsRequest) (*registryv1.ListReviewItemsResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = r
	flag := &registryv1.ReviewItem{
		ItemId: other, Kind: "OVERLAPPING_STAYS", Priority: registryv1.ReviewPriority_REVIEW_PRIORITY_NORMAL, Divisions: []string{village},
		ResidentIds: []string{someone}, OpenTime: timestamppb.New(time.Date(2026, 6, 29, 1, 0, 0, 0, time.UTC)),
	}
	return &registryv1.ListReviewItemsResponse{Items: []*registryv1.ReviewItem{duplicate(), flag}}, nil
}

func (f *reviewing) CountReviewItems(context.Context, *registryv1.CountReviewItemsRequest) (*registryv1.CountReviewItemsResponse, error) {
	return &registryv1.CountReviewItemsResponse{Counts: []*registryv1.ReviewCount{
		{Division: county, Kind: "DUPLICATE", Count: 12, TextZh: "疑似重复"}, {Division: village, Kind: "DUPLICATE", Count: 2, TextZh: "疑似重复"},
	}}, nil
}

func (f *reviewing) GetReviewItem(_ context.Context, r *registryv1.GetReviewItemRequest) (*registryv1.GetReviewItemResponse, error) {
	person := func(id, name, phone string) *registryv1.Resident {
		return &registryv1.Resident{
			ResidentId: id, Name: name, Sex: 1, BirthDate: ymd(1990, 3, 7), Phone: phone,
			Documents:  []*registryv1.Document{{Type: registryv1.DocumentType_DOCUMENT_TYPE_CITIZEN, Number: number}},
			Residences: []*registryv1.Residence{{Division: village, Address: "幸福路1号", ArrivedDate: ymd(2025, 3, 1)}},
		}
	}
	if r.GetItemId() == other {
		return &registryv1.GetReviewItemResponse{
			Item:      &registryv1.ReviewItem{ItemId: other, Kind: "LIST_DOCUMENT_CHANGED", ResidentIds: []string{someone}, Etag: "1"},
			Residents: []*registryv1.Resident{person(someone, "王浩然", "13900000001")},
			Listed:    &registryv1.ListedRow{Sender: "ga-990101", BatchId: batchID, Row: 14, Person: person("", "王浩然", "13900000002")},
		}, nil
	}
	return &registryv1.GetReviewItemResponse{
		Item: duplicate(), Residents: []*registryv1.Resident{person(someone, "王浩然", "13900000001"), person(other, "王浩燃", "13900000002")},
		Decisions: []*registryv1.ReviewDecision{{
			Verdict: registryv1.ReviewVerdict_REVIEW_VERDICT_LATER, DecidedBy: "县卫健局01", Note: "等回电", DecideTime: timestamppb.New(time.Date(2026, 6, 1, 1, 0, 0, 0, time.UTC)),
		}},
	}, nil
}

func (f *reviewing) DecideReviewItem(_ context.Context, r *registryv1.DecideReviewItemRequest) (*registryv1.DecideReviewItemResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.decided = r
	if r.GetEtag() != "3" {
		return nil, errStaleItem
	}
	i := duplicate()
	i.State = registryv1.ReviewState_REVIEW_STATE_MERGED
	return &registryv1.DecideReviewItemResponse{Item: i}, nil
}

func (f *reviewing) GetMatchProgress(context.Context, *registryv1.GetMatchProgressRequest) (*registryv1.GetMatchProgressResponse, error) {
	return &registryv1.GetMatchProgressResponse{
		Operation: &typev1.Operation{Kind: "registry.match", Stage: "build", Done: 2000, Total: 10000}, Position: 10, Head: 12, ComparedPairs: 3210, CappedEntries: 4,
	}, nil
}

func (f *reviewing) RebuildMatches(context.Context, *registryv1.RebuildMatchesRequest) (*registryv1.RebuildMatchesResponse, error) {
	return &registryv1.RebuildMatchesResponse{}, nil
}

func TestTheReviewQueueOnTheCommandLine(t *testing.T) {
	f := &reviewing{}
	run := f.start(t)
	for _, c := range []struct {
		name, line string
		code       outcome.Code
	}{
		{"review-list", "review list --division 990101", 0},
		{"review-list-csv", "review list -o csv", 0},
		{"review-count", "review count --division 990101 --by-child", 0},
		{"review-show", "review show " + batchID, 0},
		{"review-show-full", "review show --full " + batchID, 0},
		{"review-show-json", "review show -o json " + batchID, 0},
		{"review-decide", "review decide " + batchID + " --etag 3 --verdict merge --by 01", 0},
		{"review-decide-stale", "review decide " + batchID + " --etag 2 --verdict merge --by 01", outcome.CodeOf(errStaleItem)},
		{"review-progress", "review progress", 0},
		{"review-rebuild", "review rebuild", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, errs := typed(t, Programs{}, "", nil, append(strings.Fields(c.line), "--run", run)...)
			if code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			if strings.Contains(out+errs, number) || !strings.Contains(c.line, "--full") && strings.Contains(out, "王浩然") {
				t.Error("a number or a name was printed")
			}
			golden(t, "testdata/"+c.name+".txt", "$ xinju "+c.line+"\n"+out+"--- stderr\n"+errs)
		})
	}
}

func TestReviewAsksForWhatWasTyped(t *testing.T) {
	f := &reviewing{}
	run := f.start(t)
	if code, _, errs := typed(t, Programs{}, "", nil, "review", "list", "--division", "990101", "--kind", "DUPLICATE", "--priority", "high", "--limit", "7", "--run", run); code != 0 {
		t.Fatal(errs)
	}
	if r := f.asked; r.GetDivision() != county || r.GetKind() != "DUPLICATE" || r.GetPriority() != registryv1.ReviewPriority_REVIEW_PRIORITY_HIGH || r.GetPageSize() != 7 {
		t.Errorf("%v", r)
	}
	if code, _, errs := typed(t, Programs{}, "", nil, "review", "decide", batchID, "--etag", "3", "--verdict", "later", "--until", "2026-07-15", "--by", "李某", "--note", "等回电", "--run", run); code != 0 {
		t.Fatal(errs)
	}
	if r := f.decided; r.GetVerdict() != registryv1.ReviewVerdict_REVIEW_VERDICT_LATER || r.GetUntilDate().GetDay() != 15 || r.GetDecidedBy() != "李某" || r.GetNote() != "等回电" {
		t.Errorf("%v", r)
	}
	for _, line := range []string{
		"review decide " + batchID + " --etag 3 --verdict later --by x",
		"review decide " + batchID + " --etag 3 --verdict merge --until 2026-07-15 --by x",
		"review decide " + batchID + " --verdict merge --by x",
		"review decide short --etag 3 --verdict merge --by x",
		"review show short",
		"review list --priority urgent",
	} {
		if code, _, _ := typed(t, Programs{}, "", nil, append(strings.Fields(line), "--run", run)...); code != outcome.BadInput {
			t.Errorf("%s: exit code %d", line, code)
		}
	}
}

func TestARowOfAFullListIsShownBesideTheResident(t *testing.T) {
	f := &reviewing{}
	run := f.start(t)
	for _, line := range []string{"review show ", "review show -o json ", "review show --full "} {
		code, out, errs := typed(t, Programs{}, "", nil, append(strings.Fields(line+other), "--run", run)...)
		if code != 0 || !strings.Contains(out, "ga-990101") || !strings.Contains(out, batchID) || !strings.Contains(out, "14") {
			t.Errorf("%s%d %s %s", line, code, out, errs)
		}
		if strings.Contains(out, number) || strings.Contains(out, "王浩然") != strings.Contains(line, "--full") {
			t.Errorf("%sa number or a name was printed: %s", line, out)
		}
		if !strings.Contains(line, "json") && !strings.Contains(out, "名单新行 New row") {
			t.Errorf("%sthe row is not beside the resident: %s", line, out)
		}
	}
	if code, _, errs := typed(t, Programs{}, "", nil, "review", "decide", other, "--etag", "3", "--verdict", "merge", "--by", "01", "--resident", someone, "--run", run); code != 0 || f.decided.GetResidentId() != someone {
		t.Errorf("%s %v", errs, f.decided)
	}
}
