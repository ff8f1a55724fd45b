package cli

import (
	"context"
	"sync"

	"google.golang.org/grpc"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	typev1 "xinju.dev/api/gen/xinju/type/v1"
)

// answering answers for what the aggregator offers beside numbers and lists.
type answering struct {
	aggregatorv1.UnimplementedChaseServiceServer
	aggregatorv1.UnimplementedLeagueServiceServer
	aggregatorv1.UnimplementedFigureServiceServer
	aggregatorv1.UnimplementedUnplacedServiceServer
	aggregatorv1.UnimplementedPolicyPackServiceServer
	aggregatorv1.UnimplementedReportServiceServer
	aggregatorv1.UnimplementedEligibilityFeedServiceServer

	broken bool // reports fail and are not intact

	mu       sync.Mutex
	assigned *aggregatorv1.AssignChaseRequest
	noted    *aggregatorv1.RecordChaseOutcomeRequest
	loaded   *aggregatorv1.LoadFiguresRequest
	watched  *aggregatorv1.WatchEligibilityRequest
	template *aggregatorv1.PutReportTemplateRequest
	dropped  *aggregatorv1.DeleteReportTemplateRequest
	asked    *aggregatorv1.GetForecastRequest
}

func (f *answering) register(r grpc.ServiceRegistrar) {
	aggregatorv1.RegisterChaseServiceServer(r, f)
	aggregatorv1.RegisterLeagueServiceServer(r, f)
	aggregatorv1.RegisterFigureServiceServer(r, f)
	aggregatorv1.RegisterUnplacedServiceServer(r, f)
	aggregatorv1.RegisterPolicyPackServiceServer(r, f)
	aggregatorv1.RegisterReportServiceServer(r, f)
	aggregatorv1.RegisterEligibilityFeedServiceServer(r, f)
}

func (f *answering) remember(asked func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	asked()
}

func chased() *aggregatorv1.ChaseEntry {
	return &aggregatorv1.ChaseEntry{ResidentId: someone, IndicatorId: "HED01", AssignedTo: "网格员甲", DueDate: ymd(2026, 7, 10), Etag: "3"}
}

func (*answering) ListChase(_ context.Context, r *aggregatorv1.ListChaseRequest) (*aggregatorv1.ListChaseResponse, error) {
	if r.GetDivision() != county {
		return nil, errNoDivision
	}
	return &aggregatorv1.ListChaseResponse{TotalSize: 1, Lines: []*aggregatorv1.ChaseLine{{
		Member: &aggregatorv1.Member{ResidentId: someone, Village: village, SinceDate: ymd(2026, 1, 1)}, Entry: chased(),
		State: aggregatorv1.ChaseState_CHASE_STATE_ASSIGNED, Overdue: true,
	}}}, nil
}

func (*answering) GetUnplaced(context.Context, *aggregatorv1.GetUnplacedRequest) (*aggregatorv1.GetUnplacedResponse, error) {
	return &aggregatorv1.GetUnplacedResponse{AsOfDate: ymd(2026, 6, 30), Counts: []*aggregatorv1.UnplacedCount{
		{Kind: aggregatorv1.UnplacedKind_UNPLACED_KIND_EVENT, IndicatorId: "HED01", IndicatorName: "健康教育覆盖率", Count: 1, LineCount: 1},
	}}, nil
}

func (*answering) ListUnplaced(context.Context, *aggregatorv1.ListUnplacedRequest) (*aggregatorv1.ListUnplacedResponse, error) {
	return &aggregatorv1.ListUnplacedResponse{TotalSize: 1, LineCount: 1, Members: []*aggregatorv1.Member{
		{ResidentId: someone, EventId: "E1", EventDate: ymd(2026, 1, 2), Weight: 1},
	}}, nil
}

func (f *answering) AssignChase(_ context.Context, r *aggregatorv1.AssignChaseRequest) (*aggregatorv1.AssignChaseResponse, error) {
	f.remember(func() { f.assigned = r })
	return &aggregatorv1.AssignChaseResponse{AssignedCount: 2, SkippedCount: 1, DueDate: ymd(2026, 7, 10)}, nil
}

func (f *answering) RecordChaseOutcome(_ context.Context, r *aggregatorv1.RecordChaseOutcomeRequest) (*aggregatorv1.RecordChaseOutcomeResponse, error) {
	f.remember(func() { f.noted = r })
	return &aggregatorv1.RecordChaseOutcomeResponse{Entry: chased(), Hint: "请发起协查 send a verification"}, nil
}

func (*answering) ListChaseHistory(context.Context, *aggregatorv1.ListChaseHistoryRequest) (*aggregatorv1.ListChaseHistoryResponse, error) {
	return &aggregatorv1.ListChaseHistoryResponse{TotalSize: 1, States: []*aggregatorv1.ChaseEntry{chased()}}, nil
}

func (*answering) GetChaseStats(context.Context, *aggregatorv1.GetChaseStatsRequest) (*aggregatorv1.GetChaseStatsResponse, error) {
	return &aggregatorv1.GetChaseStatsResponse{AsOfDate: ymd(2026, 6, 30), Rows: []*aggregatorv1.ChaseStat{{Division: county, DivisionName: "临江县", Uncovered: 7, WithEntry: 5, NotFound: 1}}}, nil
}

func (f *answering) GetForecast(_ context.Context, r *aggregatorv1.GetForecastRequest) (*aggregatorv1.GetForecastResponse, error) {
	f.remember(func() { f.asked = r })
	const enters = aggregatorv1.TransitionKind_TRANSITION_KIND_ENTERS
	return &aggregatorv1.GetForecastResponse{
		TotalSize:   1,
		Transitions: []*aggregatorv1.Transition{{ItemId: "HED01", OnDate: ymd(2026, 7, 3), Kind: enters, ResidentId: someone, Village: village}},
		Weeks:       []*aggregatorv1.ForecastCount{{ItemId: "HED01", FirstDate: ymd(2026, 7, 1), LastDate: ymd(2026, 7, 7), Kind: enters, Count: 1}},
		Days:        []*aggregatorv1.ForecastCount{{ItemId: "HED01", FirstDate: ymd(2026, 7, 3), LastDate: ymd(2026, 7, 3), Kind: enters, Count: 1}},
		Positions:   []*aggregatorv1.FeedPosition{{Source: "registry", Position: 10, Head: 12}},
	}, nil
}

func (f *answering) WatchEligibility(r *aggregatorv1.WatchEligibilityRequest, out grpc.ServerStreamingServer[aggregatorv1.WatchEligibilityResponse]) error {
	f.remember(func() { f.watched = r })
	if err := out.Send(&aggregatorv1.WatchEligibilityResponse{Restarted: true, ResumeToken: "a", Residents: []*aggregatorv1.ResidentAnswers{{ResidentId: someone, Village: village}}}); err != nil {
		return err
	}
	return out.Send(&aggregatorv1.WatchEligibilityResponse{ResumeToken: "b", CaughtUp: true})
}

func ranked() *aggregatorv1.Standing {
	return &aggregatorv1.Standing{
		Row: &aggregatorv1.CoverageRow{
			Division: county, DivisionName: "临江县", IndicatorId: "EHR03", IndicatorName: "建档率", Eligible: 100, Covered: 70, HasRate: true, Rate: 0.7, HasTarget: true, Target: 0.8, TargetText: "≥ 80 %", Gap: 10, HasGap: true,
		},
		Rank: 2, RankBefore: 3, RankChange: 1, HasRateChange: true, RateChange: 0.05, ProjectedDate: ymd(2026, 9, 1), Warning: aggregatorv1.WarningLevel_WARNING_LEVEL_YELLOW, WarningText: "低于目标 below the target",
	}
}

// scored is the score of a place that is made of one rate.
func scored(division string) *aggregatorv1.Standing {
	return &aggregatorv1.Standing{Rank: 1, Row: &aggregatorv1.CoverageRow{
		Division: division, IndicatorId: qualityScore, Kind: aggregatorv1.IndicatorKind_INDICATOR_KIND_RATIO, HasRate: true, Rate: 0.82, AsOfDate: ymd(2026, 6, 30),
		Ratio: &aggregatorv1.CoverageRatio{Numerator: "251690/3611", Denominator: "85", NumeratorTerms: []*aggregatorv1.CoverageTerm{{
			Division: division, IndicatorId: "DQC01", Set: aggregatorv1.MemberSet_MEMBER_SET_UNCOVERED, Times: "20", HasValue: true, Value: "141/157", AsOfDate: ymd(2026, 6, 30),
		}}},
	}}
}

func (*answering) GetLeague(_ context.Context, r *aggregatorv1.GetLeagueRequest) (*aggregatorv1.GetLeagueResponse, error) {
	one := ranked()
	if r.GetIndicatorId() == qualityScore {
		one = scored(r.GetDivision())
	}
	return &aggregatorv1.GetLeagueResponse{PackId: "xiangan-2018", Minimum: 30, AsOfDate: ymd(2026, 6, 30), BeforeDate: ymd(2026, 5, 31), Standings: []*aggregatorv1.Standing{one}}, nil
}

func (*answering) GetWarnings(_ context.Context, r *aggregatorv1.GetWarningsRequest) (*aggregatorv1.GetWarningsResponse, error) {
	one := ranked()
	one.Warning = aggregatorv1.WarningLevel_WARNING_LEVEL_RED
	left := int32(0)
	if r.GetHeadlinesOnly() {
		left = 5
	}
	return &aggregatorv1.GetWarningsResponse{PackId: "xiangan-2018", LookedAt: 12, LeftOutCount: left, AsOfDate: ymd(2026, 6, 30), Warnings: []*aggregatorv1.Standing{one}}, nil
}

func populace() *aggregatorv1.Figure {
	return &aggregatorv1.Figure{FigureId: "registered_population", Division: county, Year: 2025, Value: "81650", Source: "统计年报", Etag: "1"}
}

func (f *answering) LoadFigures(_ context.Context, r *aggregatorv1.LoadFiguresRequest) (*aggregatorv1.LoadFiguresResponse, error) {
	f.remember(func() { f.loaded = r })
	return &aggregatorv1.LoadFiguresResponse{Created: int32(len(r.GetFigures()))}, nil
}

func (*answering) ListFigures(context.Context, *aggregatorv1.ListFiguresRequest) (*aggregatorv1.ListFiguresResponse, error) {
	own := &aggregatorv1.Figure{FigureId: "verifications_due", Division: county, Value: "0", Source: "registry", RecordedBy: broughtBy, Etag: "1"}
	return &aggregatorv1.ListFiguresResponse{Figures: []*aggregatorv1.Figure{own, populace()}}, nil
}

func (*answering) ReadFigure(context.Context, *aggregatorv1.ReadFigureRequest) (*aggregatorv1.ReadFigureResponse, error) {
	return &aggregatorv1.ReadFigureResponse{FigureName: "户籍人口", MissingText: "下级缺数 a part is missing", MissingDivisions: []string{village}, Parts: []*aggregatorv1.Figure{populace()}}, nil
}

func (*answering) DeleteFigure(context.Context, *aggregatorv1.DeleteFigureRequest) (*aggregatorv1.DeleteFigureResponse, error) {
	return &aggregatorv1.DeleteFigureResponse{}, nil
}

func (*answering) LoadPolicyPack(_ context.Context, r *aggregatorv1.LoadPolicyPackRequest) (*aggregatorv1.LoadPolicyPackResponse, error) {
	resp := &aggregatorv1.LoadPolicyPackResponse{Pack: pack(), CasesRun: 2}
	if !r.GetDryRun() {
		resp.Operation = begun()
	}
	return resp, nil
}

func begun() *typev1.Operation {
	return &typev1.Operation{OperationId: "op", State: typev1.OperationState_OPERATION_STATE_RUNNING}
}

func (*answering) RetirePolicyPack(context.Context, *aggregatorv1.RetirePolicyPackRequest) (*aggregatorv1.RetirePolicyPackResponse, error) {
	return &aggregatorv1.RetirePolicyPackResponse{Operation: begun()}, nil
}

func (*answering) ListPolicyPackVersions(context.Context, *aggregatorv1.ListPolicyPackVersionsRequest) (*aggregatorv1.ListPolicyPackVersionsResponse, error) {
	return &aggregatorv1.ListPolicyPackVersionsResponse{Versions: []*aggregatorv1.PolicyPackVersion{{Version: 2, InUse: true, LoadedBy: "token"}, {Version: 1, BuiltIn: true}}}, nil
}

func (*answering) GetPolicyPackVersion(context.Context, *aggregatorv1.GetPolicyPackVersionRequest) (*aggregatorv1.GetPolicyPackVersionResponse, error) {
	return &aggregatorv1.GetPolicyPackVersionResponse{Version: &aggregatorv1.PolicyPackVersion{SourceYaml: "id: x\n"}}, nil
}

func (*answering) WhatIf(_ *aggregatorv1.WhatIfRequest, out grpc.ServerStreamingServer[aggregatorv1.WhatIfResponse]) error {
	if err := out.Send(&aggregatorv1.WhatIfResponse{Progress: &aggregatorv1.WhatIfProgress{Done: 1, Total: 2}}); err != nil {
		return err
	}
	if err := out.Send(&aggregatorv1.WhatIfResponse{
		Numbers: []*aggregatorv1.WhatIfNumber{
			{Division: county, IndicatorId: "HED01", OldEligible: 3, NewEligible: 2, OldCovered: 1, NewCovered: 1, Changes: 1},
			{Division: county, IndicatorId: "POP01", OldEligible: 9, NewEligible: 8, OldPlain: true, NewPlain: true, Changes: 1},
		},
		People: []*aggregatorv1.WhatIfChange{{ResidentId: someone, IndicatorId: "HED01", OldState: aggregatorv1.WhatIfState_WHAT_IF_STATE_COUNTED}},
	}); err != nil {
		return err
	}
	return out.Send(&aggregatorv1.WhatIfResponse{Summary: &aggregatorv1.WhatIfSummary{PackId: "x", AsOfDate: ymd(2026, 6, 30), Residents: 2, TotalChanges: 1, ListedChanges: 1}})
}
