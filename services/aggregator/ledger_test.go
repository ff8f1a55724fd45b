package aggregator_test

import (
	"context"
	"testing"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/testing/protocmp"
)

// startForm runs an aggregator with one form of the ledger.
func startForm(t *testing.T, db *sqlstore.DB, sources map[string]*source, form aggregator.Ledger) aggregatorv1.AggregatorServiceClient {
	t.Helper()
	return aggregatorv1.NewAggregatorServiceClient(connectForm(t, db, sources, form))
}

func connectForm(t *testing.T, db *sqlstore.DB, sources map[string]*source, form aggregator.Ledger) *grpc.ClientConn {
	t.Helper()
	clients := map[string]feedv1.ChangeFeedServiceClient{}
	for name, s := range sources {
		clients[name] = s.conn
	}
	deps := aggregator.Deps{DB: db, Now: testkit.NewClock(civil.Must("2020-12-31")).Now, Log: zap.NewNop(), Sources: clients, Ledger: form}
	service, err := aggregator.New(deps)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- service.Run(ctx, func() { close(ready) }) }()
	<-ready
	t.Cleanup(func() { cancel(); <-done })
	return testkit.Serve(t, service.Register)
}

func TestAProcessThatOnlyReadsAnswersWhatTheOtherOneSays(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		sources := newSources(t)
		registry := sources[aggregator.Registry]
		registry.write(theTree()...)
		for i, village := range []string{village1, village2, village1} {
			registry.write(adult([]string{"R1", "R2", "R3"}[i], village, "k", 20190101)...)
		}
		leads := startForm(t, db, sources, aggregator.InBoth)
		reads := startForm(t, db, nil, aggregator.InSQL)
		coverage := &aggregatorv1.GetCoverageRequest{Divisions: []string{county}, GroupLevel: 5}
		var want *aggregatorv1.GetCoverageResponse
		poll(t, "the reader has caught up", func() bool {
			var err error
			if want, err = leads.GetCoverage(t.Context(), coverage); err != nil {
				return false // the tree has not arrived
			}
			got, err := reads.GetCoverage(t.Context(), coverage)
			return err == nil && len(got.GetRows()) > 0 && cmp.Equal(want.GetRows(), got.GetRows(), protocmp.Transform()) && want.GetRows()[0].GetEligible() > 0
		})
		list := &aggregatorv1.ListMembersRequest{Division: county, IndicatorId: want.GetRows()[0].GetIndicatorId(), Set: aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE}
		members, err := leads.ListMembers(t.Context(), list)
		if err != nil {
			t.Fatal(err)
		}
		got, err := reads.ListMembers(t.Context(), list)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(members, got, protocmp.Transform()); diff != "" || len(got.GetMembers()) == 0 {
			t.Errorf("%d lines: %s", len(got.GetMembers()), diff)
		}
		trend := &aggregatorv1.GetTrendRequest{Division: county, IndicatorId: list.IndicatorId, FromDate: dateOf("2018-06-01"), UntilDate: dateOf("2021-06-01")}
		points, err := leads.GetTrend(t.Context(), trend)
		if err != nil {
			t.Fatal(err)
		}
		same, err := reads.GetTrend(t.Context(), trend)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(points.GetPoints(), same.GetPoints(), protocmp.Transform()); diff != "" {
			t.Error(diff)
		}
		_, err = reads.Rebuild(t.Context(), &aggregatorv1.RebuildRequest{RequestId: "01J8ZQ4T9WABCDEFGHJKMNPQRS"})
		if status.Code(err) != codes.FailedPrecondition {
			t.Errorf("a rebuild: %v", err)
		}
	})
}

func TestTheFormOfTheLedgerIsOneOfThree(t *testing.T) {
	for text, ok := range map[string]bool{"": true, "memory": true, "both": true, "sql": true, "SQL": false, "x": false} {
		var l aggregator.Ledger
		if err := l.UnmarshalText([]byte(text)); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}
