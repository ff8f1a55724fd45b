package cli

import (
	"context"
	"net"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/grpc"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	intakev1 "xinju.dev/api/gen/xinju/intake/v1"
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	typev1 "xinju.dev/api/gen/xinju/type/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/rpcserver"
)

const (
	county  = "990101000000"
	village = "990101001001"
	batchID = "01JZ8M3Q4R5S6T7V8W9X0Y1Z2A"
	someone = "01JZ8M3Q4R5S6T7V8W9X0Y1Z2B"
	other   = "01JZ8M3Q4R5S6T7V8W9X0Y1Z2C"
	number  = "990101199003076538" // invented: 99 is nowhere in China
	damaged = "990101199003076530" // its check digit is wrong
)

var (
	errNoPerson   = fault.New(fault.NotFound, "TEST_RESIDENT_NOT_FOUND", "no such resident", "没有该居民")
	errNoDivision = fault.New(fault.Invalid, "TEST_DIVISION", "the division is not valid", "区划无效")
	errDamaged    = fault.New(fault.Invalid, "TEST_NUMBER", "the check digit is wrong", "校验码错误")
	errStops      = fault.New(fault.Unavailable, "TEST_STOPPING", "the server is stopping", "服务正在停止")
)

// fake answers for all services, behind the production server. It remembers what
// was asked.
type fake struct {
	registryv1.UnimplementedRegistryServiceServer
	registryv1.UnimplementedPlaceServiceServer
	registryv1.UnimplementedFeedIntakeServiceServer
	aggregatorv1.UnimplementedAggregatorServiceServer

	refused int32                              // rows of the batch
	known   bool                               // the file was imported before
	members int                                // length of the list of uncovered
	stops   bool                               // the service goes away while a batch is watched
	feed    registryv1.FeedIntakeServiceServer // instead of the fake's own
	records intakev1.RecordImportServiceServer // nil: none
	more    func(grpc.ServiceRegistrar)        // further services; nil: none

	mu       sync.Mutex
	header   *registryv1.FeedHeader
	file     []byte
	coverage *aggregatorv1.GetCoverageRequest
	pages    []int32
	alarm    string
	problems []*aggregatorv1.PackProblem
}

// start serves f on a loopback port and returns the run file that leads there.
func (f *fake) start(t *testing.T) string {
	t.Helper()
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	feed := f.feed
	if feed == nil {
		feed = f
	}
	srv := rpcserver.New(rpcserver.Config{Name: "fake", Log: zap.NewNop(), Token: "token-of-a-test"})
	for _, register := range []func(grpc.ServiceRegistrar){
		func(r grpc.ServiceRegistrar) { registryv1.RegisterRegistryServiceServer(r, f) },
		func(r grpc.ServiceRegistrar) { registryv1.RegisterPlaceServiceServer(r, f) },
		func(r grpc.ServiceRegistrar) { registryv1.RegisterFeedIntakeServiceServer(r, feed) },
		func(r grpc.ServiceRegistrar) { aggregatorv1.RegisterAggregatorServiceServer(r, f) },
	} {
		register(srv.Registrar())
	}
	if f.records != nil {
		intakev1.RegisterRecordImportServiceServer(srv.Registrar(), f.records)
	}
	if f.more != nil {
		f.more(srv.Registrar())
	}
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

func runFile(t *testing.T, addr, token string) string {
	t.Helper()
	r := client.Run{Token: token, GRPC: map[string]string{}}
	for _, name := range client.Services {
		r.GRPC[name] = addr
	}
	file := filepath.Join(t.TempDir(), "run.json")
	if err := client.WriteRun(file, r); err != nil {
		t.Fatal(err)
	}
	return file
}

func ymd(y, m, d int32) *date.Date { return &date.Date{Year: y, Month: m, Day: d} }

func (f *fake) GetCoverage(_ context.Context, r *aggregatorv1.GetCoverageRequest) (*aggregatorv1.GetCoverageResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.coverage = r
	if r.GetDivisions()[0] != county {
		return nil, errNoDivision.On("divisions[0]", "unknown")
	}
	return &aggregatorv1.GetCoverageResponse{PackId: "xiangan-2018", AsOfDate: ymd(2026, 6, 30), Rows: []*aggregatorv1.CoverageRow{
		{Division: county, DivisionName: "临江县", IndicatorId: "IMM03", IndicatorName: "儿童建证率", Eligible: 1000, Covered: 899, HasRate: true, Rate: 0.899999, HasTarget: true, Target: 0.9, TargetText: "≥ 90 %", Gap: 1, HasGap: true},
		{Division: county, DivisionName: "临江县", IndicatorId: "HR01", IndicatorName: "建档率", HasTarget: true, Target: 0.8, TargetText: "≥ 80 %"},
		{Division: county, DivisionName: "临江县", IndicatorId: "ED01", IndicatorName: "健康教育", Awaits: "education.session"},
	}, Positions: []*aggregatorv1.FeedPosition{{Source: "registry", Position: 10, Head: 12}}}, nil
}

func (f *fake) GetTrend(_ context.Context, r *aggregatorv1.GetTrendRequest) (*aggregatorv1.GetTrendResponse, error) {
	return &aggregatorv1.GetTrendResponse{Division: r.GetDivision(), IndicatorId: r.GetIndicatorId(), Points: []*aggregatorv1.TrendPoint{
		{AsOfDate: ymd(2026, 5, 31)}, {AsOfDate: ymd(2026, 6, 30), Eligible: 4, Covered: 3, HasRate: true, Rate: 0.75},
	}}, nil
}

func (f *fake) ListUncovered(_ context.Context, r *aggregatorv1.ListUncoveredRequest) (*aggregatorv1.ListUncoveredResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pages = append(f.pages, r.GetPageSize())
	begin := len(r.GetPageToken())
	end := min(begin+int(r.GetPageSize()), f.members)
	resp := &aggregatorv1.ListUncoveredResponse{TotalSize: int32(f.members)}
	for i := begin; i < end; i++ {
		id := someone
		if i == 1 {
			id = other
		}
		resp.Members = append(resp.Members, &aggregatorv1.Member{ResidentId: id, Village: village, UnitId: "unit", SinceDate: ymd(2026, 3, 1)})
	}
	if end < f.members {
		resp.NextPageToken = string(make([]byte, end))
	}
	return resp, nil
}

// ListMembers lists one person.
func (f *fake) ListMembers(_ context.Context, r *aggregatorv1.ListMembersRequest) (*aggregatorv1.ListMembersResponse, error) {
	return &aggregatorv1.ListMembersResponse{TotalSize: 1, LineCount: 1, Members: []*aggregatorv1.Member{
		{ResidentId: someone, Village: village, Weight: 1, SinceDate: ymd(2026, 3, 1), Covered: r.GetSet() == aggregatorv1.MemberSet_MEMBER_SET_COVERED},
	}}, nil
}

func (f *fake) BatchGetResidents(_ context.Context, r *registryv1.BatchGetResidentsRequest) (*registryv1.BatchGetResidentsResponse, error) {
	resp := &registryv1.BatchGetResidentsResponse{}
	for _, id := range r.GetResidentIds() {
		if id == someone {
			resp.Residents = append(resp.Residents, resident())
		}
	}
	return resp, nil
}

func (f *fake) GetResident(_ context.Context, r *registryv1.GetResidentRequest) (*registryv1.GetResidentResponse, error) {
	if r.GetResidentId() != someone {
		return nil, errNoPerson
	}
	return &registryv1.GetResidentResponse{Resident: resident()}, nil
}

func resident() *registryv1.Resident {
	return &registryv1.Resident{
		ResidentId: someone, Name: "王小明", Sex: 1, BirthDate: ymd(1990, 3, 7), Phone: "13900000000", Employer: "某厂",
		Documents:  []*registryv1.Document{{Type: registryv1.DocumentType_DOCUMENT_TYPE_CITIZEN, Number: number}},
		Residences: []*registryv1.Residence{{Division: village, Address: "东风路 1 号", ArrivedDate: ymd(2025, 12, 1), Reason: registryv1.ResidenceReason_RESIDENCE_REASON_WORK}},
		Hukou:      []*registryv1.HukouEntry{{Division: "990201"}},
	}
}

func (f *fake) LookupResidents(_ context.Context, r *registryv1.LookupResidentsRequest) (*registryv1.LookupResidentsResponse, error) {
	result := &registryv1.LookupResult{Reason: "RESIDENT_NOT_FOUND"}
	if d := r.GetDocuments()[0]; d.GetNumber() == number && d.GetType() == registryv1.DocumentType_DOCUMENT_TYPE_CITIZEN {
		result = &registryv1.LookupResult{ResidentId: someone}
	} else if d.GetNumber() == damaged {
		result = &registryv1.LookupResult{Reason: errDamaged.Reason}
	}
	return &registryv1.LookupResidentsResponse{Results: []*registryv1.LookupResult{result}}, nil
}

func (f *fake) GetDivision(_ context.Context, r *registryv1.GetDivisionRequest) (*registryv1.GetDivisionResponse, error) {
	names := map[string]string{village: "东风村", "990201000000": "山阳县"}
	return &registryv1.GetDivisionResponse{Division: &registryv1.Division{Name: names[r.GetDivisionCode()]}}, nil
}

func (f *fake) GetUnit(context.Context, *registryv1.GetUnitRequest) (*registryv1.GetUnitResponse, error) {
	return &registryv1.GetUnitResponse{Unit: &registryv1.Unit{Name: "城关卫生院"}}, nil
}

func (f *fake) GetEligibility(_ context.Context, r *aggregatorv1.GetEligibilityRequest) (*aggregatorv1.GetEligibilityResponse, error) {
	if r.GetResidentId() != someone {
		return nil, errNoPerson
	}
	return &aggregatorv1.GetEligibilityResponse{PackId: "xiangan-2018", Division: village, Rules: []*aggregatorv1.RuleEligibility{
		{
			RuleId: "R-IMM-3M", Name: "满三个月免费接种", Kind: aggregatorv1.RuleKind_RULE_KIND_RULE, Eligible: true, EligibleFromDate: ymd(2026, 3, 1), Reason: "居住已满 3 个月",
			Why: &aggregatorv1.Node{Predicate: "all", Text: "全部满足 all of", Holds: true, FromDate: ymd(2026, 3, 1), Children: []*aggregatorv1.Node{
				{Predicate: "lived", Text: "居住满 3 个月", Holds: true, FromDate: ymd(2026, 3, 1), Facts: []*aggregatorv1.UsedFact{{Kind: "residence", FactId: "01R", Text: "2025-12-01 来"}}},
				{Predicate: "age", Text: "0–6 岁", UntilDate: ymd(1997, 3, 6)},
			}},
			Citations: []*aggregatorv1.Citation{{Document: "《某通知》", Clause: "第三条", Text: "居住满三个月的……"}},
		},
		{RuleId: "IMM03", Name: "儿童建证率", Kind: aggregatorv1.RuleKind_RULE_KIND_INDICATOR, NextChangeDate: ymd(2026, 9, 1)},
		{RuleId: "ED01", Name: "健康教育", Kind: aggregatorv1.RuleKind_RULE_KIND_INDICATOR, Awaits: "education.session"},
	}}, nil
}

func (f *fake) GetFollowing(context.Context, *aggregatorv1.GetFollowingRequest) (*aggregatorv1.GetFollowingResponse, error) {
	return &aggregatorv1.GetFollowingResponse{Digest: "abc", Residents: 7, Positions: []*aggregatorv1.FeedPosition{{Source: "registry", Epoch: "e1", Position: 10, Head: 12, Alarm: f.alarm}}}, nil
}

func (f *fake) ListPolicyPacks(context.Context, *aggregatorv1.ListPolicyPacksRequest) (*aggregatorv1.ListPolicyPacksResponse, error) {
	return &aggregatorv1.ListPolicyPacksResponse{Packs: []*aggregatorv1.PolicyPack{pack()}}, nil
}

func (f *fake) GetPolicyPack(context.Context, *aggregatorv1.GetPolicyPackRequest) (*aggregatorv1.GetPolicyPackResponse, error) {
	return &aggregatorv1.GetPolicyPackResponse{Pack: pack()}, nil
}

func pack() *aggregatorv1.PolicyPack {
	return &aggregatorv1.PolicyPack{
		PackId: "xiangan-2018", Version: 1, Name: "翔安", Extends: "national", ValidFromDate: ymd(2018, 1, 1), SourceYaml: "pack: xiangan-2018\n",
		Items: []*aggregatorv1.PackItem{{ItemId: "IMM03", Name: "儿童建证率", Kind: aggregatorv1.RuleKind_RULE_KIND_INDICATOR, TargetText: "≥ 90 %"}},
	}
}

func (f *fake) ValidatePolicyPack(_ context.Context, r *aggregatorv1.ValidatePolicyPackRequest) (*aggregatorv1.ValidatePolicyPackResponse, error) {
	return &aggregatorv1.ValidatePolicyPackResponse{Problems: f.problems, CasesRun: 3}, nil
}

func addressOf(t *testing.T, file string) string {
	t.Helper()
	r, err := client.ReadRun(file)
	if err != nil {
		t.Fatal(err)
	}
	return r.GRPC["registry"]
}

// Rebuild begins a rebuild that the first look finds ended.
func (f *fake) Rebuild(context.Context, *aggregatorv1.RebuildRequest) (*aggregatorv1.RebuildResponse, error) {
	return &aggregatorv1.RebuildResponse{Operation: &typev1.Operation{OperationId: "op", State: typev1.OperationState_OPERATION_STATE_RUNNING}}, nil
}

func (f *fake) GetOperation(_ context.Context, r *aggregatorv1.GetOperationRequest) (*aggregatorv1.GetOperationResponse, error) {
	return &aggregatorv1.GetOperationResponse{Operation: &typev1.Operation{
		OperationId: r.GetOperationId(), State: typev1.OperationState_OPERATION_STATE_SUCCEEDED, Done: 42, Total: 42,
	}}, nil
}
