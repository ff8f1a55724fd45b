package aggregator_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	typev1 "xinju.dev/api/gen/xinju/type/v1"

	"go.uber.org/zap"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
)

// suite is the aggregator behind the production interceptors, and its sources.
type suite struct {
	t       testing.TB
	sources map[string]*source
	client  aggregatorv1.AggregatorServiceClient
	conn    *grpc.ClientConn
	stop    func()
}

func newSources(t testing.TB) map[string]*source {
	out := map[string]*source{}
	for _, name := range aggregator.SourceNames() {
		out[name] = newSource(t)
	}
	return out
}

// start runs an aggregator on a database until stop or the end of the test.
func start(t testing.TB, db *sqlstore.DB, sources map[string]*source) *suite {
	t.Helper()
	return startWith(t, db, sources, nil)
}

// startOfThree starts a suite on three adults and waits until they are counted.
func startOfThree(t testing.TB, db *sqlstore.DB) (*suite, map[string]*source) {
	t.Helper()
	sources := newSources(t)
	threeAdults(sources)
	s := start(t, db, sources)
	s.follow()
	return s, sources
}

// startWith is start under other policy packs.
func startWith(t testing.TB, db *sqlstore.DB, sources map[string]*source, packs *aggregator.Packs, change ...func(*aggregator.Deps)) *suite {
	t.Helper()
	clients := map[string]feedv1.ChangeFeedServiceClient{}
	for name, s := range sources {
		clients[name] = s.conn
	}
	deps := aggregator.Deps{
		DB: db, Now: testkit.NewClock(civil.Must("2020-12-31")).Now, Log: zap.NewNop(), Sources: clients, Packs: packs,
	}
	for _, f := range change {
		f(&deps)
	}
	service, err := aggregator.New(deps)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- service.Run(ctx, func() { close(ready) }) }()
	select {
	case <-ready:
	case err := <-done:
		t.Fatalf("run: %v", err)
	}
	stopped := false
	conn := testkit.Serve(t, service.Register)
	s := &suite{t: t, sources: sources, client: aggregatorv1.NewAggregatorServiceClient(conn), conn: conn}
	s.stop = func() {
		if !stopped {
			stopped = true
			cancel()
			<-done
		}
	}
	t.Cleanup(s.stop)
	return s
}

// poll asks until enough is true.
func poll(t testing.TB, what string, enough func() bool) {
	t.Helper()
	deadline := time.NewTimer(30 * time.Second)
	defer deadline.Stop()
	for !enough() {
		tick := time.NewTimer(5 * time.Millisecond)
		select {
		case <-deadline.C:
			t.Fatalf("%s: it did not happen", what)
		case <-tick.C:
		}
	}
}

// follow waits until everything written is applied.
func (s *suite) follow() *aggregatorv1.GetFollowingResponse {
	s.t.Helper()
	heads := map[string]int64{}
	for name, src := range s.sources {
		h, err := changefeed.ReadHead(s.t.Context(), src.db)
		if err != nil {
			s.t.Fatal(err)
		}
		heads[name] = h.Position
	}
	var last *aggregatorv1.GetFollowingResponse
	poll(s.t, "following", func() bool {
		last = s.following()
		for _, p := range last.GetPositions() {
			if p.GetPosition() < heads[p.GetSource()] || p.GetEpoch() == "" {
				return false
			}
		}
		return true
	})
	return last
}

func (s *suite) following() *aggregatorv1.GetFollowingResponse {
	s.t.Helper()
	resp, err := s.client.GetFollowing(s.t.Context(), &aggregatorv1.GetFollowingRequest{})
	if err != nil {
		s.t.Fatal(err)
	}
	return resp
}

func dateOf(s string) *date.Date {
	y, m, d := civil.Must(s).YMD()
	return &date.Date{Year: int32(y), Month: int32(m), Day: int32(d)}
}

// number is the part of a row that tests look at.
type number struct {
	Division, Name, Indicator string
	Eligible, Covered, Gap    int32
	HasRate                   bool
	Rate                      float64
	Target                    string
}

func (s *suite) coverage(req *aggregatorv1.GetCoverageRequest) []number {
	s.t.Helper()
	resp, err := s.client.GetCoverage(s.t.Context(), req)
	if err != nil {
		s.t.Fatal(err)
	}
	var out []number
	for _, r := range resp.GetRows() {
		out = append(out, number{r.GetDivision(), r.GetDivisionName(), r.GetIndicatorId(), r.GetEligible(), r.GetCovered(), r.GetGap(), r.GetHasRate(), r.GetRate(), r.GetTargetText()})
	}
	return out
}

// threeAdults live in the county; two of them had health education this year.
func threeAdults(sources map[string]*source) {
	registry := sources[aggregator.Registry]
	registry.write(theTree()...)
	registry.write(slices.Concat(adult("R1", village1, "b", 20200101), adult("R2", village1, "a", 20200201), adult("R3", village3, "c", 20200701))...)
	sources[aggregator.Archive].write(education("E1", "R1", 20200505), education("E2", "R3", 20200909), education("E9", "nobody", 20200909))
}

func reason(err error) string {
	for _, d := range status.Convert(err).Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok {
			return info.GetReason()
		}
	}
	return ""
}

// rebuilt starts a rebuild and waits for its end.
func (s *suite) rebuilt(requestID string) *typev1.Operation {
	s.t.Helper()
	begun, err := s.client.Rebuild(s.t.Context(), &aggregatorv1.RebuildRequest{RequestId: requestID})
	if err != nil {
		s.t.Fatal(err)
	}
	var op *typev1.Operation
	poll(s.t, "the rebuild", func() bool {
		resp, err := s.client.GetOperation(s.t.Context(), &aggregatorv1.GetOperationRequest{OperationId: begun.GetOperation().GetOperationId()})
		if err != nil {
			s.t.Fatal(err)
		}
		op = resp.GetOperation()
		return op.GetEndTime() != nil
	})
	return op
}
