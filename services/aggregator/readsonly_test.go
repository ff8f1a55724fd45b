package aggregator_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
)

// asking is a call whose answer must be the same from both processes.
type asking struct {
	name string
	ask  func(ctx context.Context, c *grpc.ClientConn) (proto.Message, error)
}

func call[Q, A proto.Message](method string, q Q, a A) asking {
	return asking{method, func(ctx context.Context, c *grpc.ClientConn) (proto.Message, error) {
		out := a.ProtoReflect().New().Interface()
		return out, c.Invoke(ctx, method, q, out)
	}}
}

// TestAProcessThatOnlyReadsAnswersAllThatIsRead asks every reading call of both
// processes, and every writing one of the process that only reads.
func TestAProcessThatOnlyReadsAnswersAllThatIsRead(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		sources := newSources(t)
		registry := sources[aggregator.Registry]
		registry.write(theTree()...)
		for id, village := range map[string]string{"R1": village1, "R2": village2, "R3": village1, "R4": "990999999999"} {
			registry.write(adult(id, village, "k"+id, 20190101)...)
		}
		sources[aggregator.Archive].write(education("E1", "R1", 20200505),
			of(feedv1.FactKind_FACT_KIND_EDUCATION, "E2", "R2", &feedv1.EducationFact{OnYmd: 20200606, Form: 2, UnitId: "nobody"}))
		for _, name := range []string{aggregator.Immunization, aggregator.Maternal, aggregator.FamilyPlanning} {
			sources[name].write()
		}
		leads, reads := connectForm(t, db, sources, aggregator.InBoth), connectForm(t, db, nil, aggregator.InSQL)
		day, hed := dateOf("2020-12-31"), "HED01"
		poll(t, "both say the same", func() bool {
			ask := call(aggregatorv1.AggregatorService_GetCoverage_FullMethodName, &aggregatorv1.GetCoverageRequest{Divisions: []string{county}, IndicatorIds: []string{hed}}, &aggregatorv1.GetCoverageResponse{})
			a, err := ask.ask(t.Context(), leads)
			if err != nil {
				return false
			}
			b, err := ask.ask(t.Context(), reads)
			got := b.(*aggregatorv1.GetCoverageResponse).GetRows()
			return err == nil && len(got) == 1 && got[0].GetEligible() == 3 && got[0].GetCovered() == 2 && got[0].GetHasRate() &&
				cmp.Equal(a.(*aggregatorv1.GetCoverageResponse).GetRows(), got, protocmp.Transform())
		})
		assigned := &aggregatorv1.AssignChaseRequest{Division: county, AssignedTo: "甲", Filter: &aggregatorv1.AssignFilter{IndicatorId: hed}}
		if _, err := aggregatorv1.NewChaseServiceClient(leads).AssignChase(t.Context(), assigned); err != nil {
			t.Fatal(err)
		}
		frozen := freezeOn(t, leads)
		uncovered := aggregatorv1.MemberSet_MEMBER_SET_UNCOVERED
		for _, q := range []asking{
			call(aggregatorv1.AggregatorService_GetEligibility_FullMethodName, &aggregatorv1.GetEligibilityRequest{ResidentId: "R3"}, &aggregatorv1.GetEligibilityResponse{}),
			call(aggregatorv1.AggregatorService_ListUncovered_FullMethodName, &aggregatorv1.ListUncoveredRequest{Division: county, IndicatorId: hed}, &aggregatorv1.ListUncoveredResponse{}),
			call(aggregatorv1.AggregatorService_GetFollowing_FullMethodName, &aggregatorv1.GetFollowingRequest{}, &aggregatorv1.GetFollowingResponse{}),
			call(aggregatorv1.AggregatorService_GetPolicyPack_FullMethodName, &aggregatorv1.GetPolicyPackRequest{PackId: "national"}, &aggregatorv1.GetPolicyPackResponse{}),
			call(aggregatorv1.LeagueService_GetLeague_FullMethodName, &aggregatorv1.GetLeagueRequest{Division: county, IndicatorId: hed}, &aggregatorv1.GetLeagueResponse{}),
			call(aggregatorv1.LeagueService_GetWarnings_FullMethodName, &aggregatorv1.GetWarningsRequest{Division: county}, &aggregatorv1.GetWarningsResponse{}),
			call(aggregatorv1.LeagueService_ListUnitMembers_FullMethodName, &aggregatorv1.ListUnitMembersRequest{UnitId: clinic, Division: county, IndicatorId: hed, Set: uncovered}, &aggregatorv1.ListUnitMembersResponse{}),
			call(aggregatorv1.UnplacedService_GetUnplaced_FullMethodName, &aggregatorv1.GetUnplacedRequest{AsOfDate: day}, &aggregatorv1.GetUnplacedResponse{}),
			call(aggregatorv1.UnplacedService_ListUnplaced_FullMethodName, &aggregatorv1.ListUnplacedRequest{Kind: aggregatorv1.UnplacedKind_UNPLACED_KIND_NOWHERE}, &aggregatorv1.ListUnplacedResponse{}),
			call(aggregatorv1.FigureService_ListFigures_FullMethodName, &aggregatorv1.ListFiguresRequest{}, &aggregatorv1.ListFiguresResponse{}),
			call(aggregatorv1.ChaseService_ListChase_FullMethodName, &aggregatorv1.ListChaseRequest{Division: county, IndicatorId: hed}, &aggregatorv1.ListChaseResponse{}),
			call(aggregatorv1.ChaseService_ListChase_FullMethodName, &aggregatorv1.ListChaseRequest{Division: county, IndicatorId: hed, AssignedTo: "甲"}, &aggregatorv1.ListChaseResponse{}),
			call(aggregatorv1.ChaseService_GetChaseStats_FullMethodName, &aggregatorv1.GetChaseStatsRequest{Division: county, IndicatorId: hed}, &aggregatorv1.GetChaseStatsResponse{}),
			call(aggregatorv1.ChaseService_ListChaseHistory_FullMethodName, &aggregatorv1.ListChaseHistoryRequest{ResidentId: "R3", IndicatorId: hed}, &aggregatorv1.ListChaseHistoryResponse{}),
			call(aggregatorv1.ChaseService_GetForecast_FullMethodName, &aggregatorv1.GetForecastRequest{Division: county, Days: 40, ItemIds: []string{hed}}, &aggregatorv1.GetForecastResponse{}),
			call(aggregatorv1.PolicyPackService_ListPolicyPackVersions_FullMethodName, &aggregatorv1.ListPolicyPackVersionsRequest{PackId: "national"}, &aggregatorv1.ListPolicyPackVersionsResponse{}),
			call(aggregatorv1.ReportService_GetReport_FullMethodName, &aggregatorv1.GetReportRequest{ReportId: frozen}, &aggregatorv1.GetReportResponse{}),
			call(aggregatorv1.ReportService_ListReports_FullMethodName, &aggregatorv1.ListReportsRequest{}, &aggregatorv1.ListReportsResponse{}),
			call(aggregatorv1.ReportService_ListReportMembers_FullMethodName, &aggregatorv1.ListReportMembersRequest{ReportId: frozen, Division: county, IndicatorId: hed, Set: uncovered}, &aggregatorv1.ListReportMembersResponse{}),
			call(aggregatorv1.ReportService_VerifyReport_FullMethodName, &aggregatorv1.VerifyReportRequest{ReportId: frozen}, &aggregatorv1.VerifyReportResponse{}),
			call(aggregatorv1.ReportService_CompareReport_FullMethodName, &aggregatorv1.CompareReportRequest{ReportId: frozen, OtherReportId: frozen}, &aggregatorv1.CompareReportResponse{}),
			{"watch", watchOnce},
			{"what if", whatIfOnce},
			{"render", func(ctx context.Context, c *grpc.ClientConn) (proto.Message, error) {
				return renderOnce(ctx, c, frozen)
			}},
		} {
			want, err := q.ask(t.Context(), leads)
			if err != nil {
				t.Fatal(q.name, err)
			}
			got, err := q.ask(t.Context(), reads)
			if diff := cmp.Diff(want, got, protocmp.Transform(), protocmp.IgnoreFields(&aggregatorv1.FeedPosition{}, "contact_time"), protocmp.IgnoreFields(&aggregatorv1.WatchEligibilityResponse{}, "resume_token"), protocmp.IgnoreFields(&aggregatorv1.WhatIfSummary{}, "seconds")); diff != "" || err != nil {
				t.Errorf("%s: %v %s", q.name, err, diff)
			}
		}
		for _, q := range []asking{
			call(aggregatorv1.AggregatorService_Rebuild_FullMethodName, &aggregatorv1.RebuildRequest{}, &aggregatorv1.RebuildResponse{}),
			call(aggregatorv1.FigureService_LoadFigures_FullMethodName, &aggregatorv1.LoadFiguresRequest{}, &aggregatorv1.LoadFiguresResponse{}),
			call(aggregatorv1.FigureService_DeleteFigure_FullMethodName, &aggregatorv1.DeleteFigureRequest{}, &aggregatorv1.DeleteFigureResponse{}),
			call(aggregatorv1.ChaseService_AssignChase_FullMethodName, assigned, &aggregatorv1.AssignChaseResponse{}),
			call(aggregatorv1.ChaseService_RecordChaseOutcome_FullMethodName, &aggregatorv1.RecordChaseOutcomeRequest{}, &aggregatorv1.RecordChaseOutcomeResponse{}),
			call(aggregatorv1.PolicyPackService_LoadPolicyPack_FullMethodName, &aggregatorv1.LoadPolicyPackRequest{}, &aggregatorv1.LoadPolicyPackResponse{}),
			call(aggregatorv1.PolicyPackService_RetirePolicyPack_FullMethodName, &aggregatorv1.RetirePolicyPackRequest{}, &aggregatorv1.RetirePolicyPackResponse{}),
			call(aggregatorv1.ReportService_FreezeReport_FullMethodName, &aggregatorv1.FreezeReportRequest{Division: county, AsOfDate: day}, &aggregatorv1.FreezeReportResponse{}),
			call(aggregatorv1.ReportService_CompareReport_FullMethodName, &aggregatorv1.CompareReportRequest{ReportId: frozen}, &aggregatorv1.CompareReportResponse{}),
			call(aggregatorv1.ReportService_SignReport_FullMethodName, &aggregatorv1.SignReportRequest{ReportId: frozen}, &aggregatorv1.SignReportResponse{}),
			call(aggregatorv1.ReportService_PutReportTemplate_FullMethodName, &aggregatorv1.PutReportTemplateRequest{}, &aggregatorv1.PutReportTemplateResponse{}),
			call(aggregatorv1.ReportService_DeleteReportTemplate_FullMethodName, &aggregatorv1.DeleteReportTemplateRequest{}, &aggregatorv1.DeleteReportTemplateResponse{}),
		} {
			if _, err := q.ask(t.Context(), reads); reason(err) != "AGGREGATOR_READS_ONLY" {
				t.Errorf("%s: %v", q.name, err)
			}
		}
	})
}

func freezeOn(t *testing.T, c *grpc.ClientConn) string {
	t.Helper()
	reports := aggregatorv1.NewReportServiceClient(c)
	resp, err := reports.FreezeReport(t.Context(), &aggregatorv1.FreezeReportRequest{Division: county, AsOfDate: dateOf("2020-12-31"), WithLists: true})
	if err != nil {
		t.Fatal(err)
	}
	id := resp.GetReport().GetReportId()
	poll(t, "the report is made", func() bool {
		got, err := reports.GetReport(t.Context(), &aggregatorv1.GetReportRequest{ReportId: id})
		return err == nil && got.GetReport().GetState() == aggregatorv1.ReportState_REPORT_STATE_FROZEN
	})
	return id
}

// watchOnce hears everybody, in one message.
func watchOnce(ctx context.Context, c *grpc.ClientConn) (proto.Message, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := aggregatorv1.NewEligibilityFeedServiceClient(c).WatchEligibility(ctx, &aggregatorv1.WatchEligibilityRequest{Division: county})
	if err != nil {
		return nil, err
	}
	return stream.Recv()
}

func whatIfOnce(ctx context.Context, c *grpc.ClientConn) (proto.Message, error) {
	stream, err := aggregatorv1.NewPolicyPackServiceClient(c).WhatIf(ctx, &aggregatorv1.WhatIfRequest{
		Division: county, SourceYaml: "id: county-990101\nversion: 1\nname: {zh: 某县, en: a county}\njurisdiction: \"990101001000\"\nextends: national\nvalid_from: 2020-01-01\n",
	})
	if err != nil {
		return nil, err
	}
	var last *aggregatorv1.WhatIfResponse
	for {
		m, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return last, nil
		}
		if err != nil {
			return nil, err
		}
		last = m
	}
}

func renderOnce(ctx context.Context, c *grpc.ClientConn, id string) (proto.Message, error) {
	stream, err := aggregatorv1.NewReportServiceClient(c).RenderReport(ctx, &aggregatorv1.RenderReportRequest{
		ReportId: id, Form: aggregatorv1.ReportForm_REPORT_FORM_LEDGER, Format: aggregatorv1.ReportFormat_REPORT_FORMAT_CSV,
	})
	if err != nil {
		return nil, err
	}
	var all bytes.Buffer
	for {
		m, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return &aggregatorv1.RenderReportResponse{Data: all.Bytes()}, nil
		}
		if err != nil {
			return nil, err
		}
		all.Write(m.GetData())
	}
}
