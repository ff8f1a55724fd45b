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

	"github.com/google/go-cmp/cmp"
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

func TestCoverageOfACounty(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		sources := newSources(t)
		threeAdults(sources)
		s := start(t, db, sources)
		f := s.follow()
		if f.GetResidents() != 4 || f.GetOrphans() != 1 {
			t.Errorf("residents %d, orphans %d; want 4 and 1", f.GetResidents(), f.GetOrphans())
		}
		for name, c := range map[string]struct {
			req  *aggregatorv1.GetCoverageRequest
			want []number
		}{
			"the county before the third has lived there six months": {
				&aggregatorv1.GetCoverageRequest{Divisions: []string{county}, IndicatorIds: []string{"HED01"}, AsOfDate: dateOf("2020-12-31")},
				[]number{{county, "演示县", "HED01", 2, 1, 1, true, 0.5, "≥ 95 %"}},
			},
			"its towns the day after, when nobody has been taught this year": {
				&aggregatorv1.GetCoverageRequest{Divisions: []string{county}, GroupLevel: 4, IndicatorIds: []string{"HED01"}, AsOfDate: dateOf("2021-01-01")},
				[]number{{town1, "东镇", "HED01", 2, 0, 2, true, 0, "≥ 95 %"}, {town2, "西镇", "HED01", 1, 0, 1, true, 0, "≥ 95 %"}},
			},
			"a village without anybody has no rate and no gap": {
				&aggregatorv1.GetCoverageRequest{Divisions: []string{village2}, IndicatorIds: []string{"HED01"}, AsOfDate: dateOf("2020-12-31")},
				[]number{{village2, "二村", "HED01", 0, 0, 0, false, 0, "≥ 95 %"}},
			},
			"absent date is today": {
				&aggregatorv1.GetCoverageRequest{Divisions: []string{town2}, IndicatorIds: []string{"HED01"}},
				[]number{{town2, "西镇", "HED01", 0, 0, 0, false, 0, "≥ 95 %"}},
			},
		} {
			t.Run(name, func(t *testing.T) {
				if diff := cmp.Diff(c.want, s.coverage(c.req)); diff != "" {
					t.Error(diff)
				}
			})
		}
	})
}

func TestTrendList(t *testing.T) {
	sources := newSources(t)
	threeAdults(sources)
	s := start(t, testkit.SQLite(t, aggregator.Migrations()...), sources)
	s.follow()

	trend, err := s.client.GetTrend(t.Context(), &aggregatorv1.GetTrendRequest{Division: county, IndicatorId: "HED01", FromDate: dateOf("2020-06-15"), UntilDate: dateOf("2020-09-01")})
	if err != nil {
		t.Fatal(err)
	}
	var got []int32
	for _, p := range trend.GetPoints() {
		got = append(got, p.GetEligible(), p.GetCovered())
	}
	if diff := cmp.Diff([]int32{0, 0, 1, 1, 2, 1, 2, 1}, got); diff != "" {
		t.Errorf("June to September: %s", diff)
	}

	var ids []string
	token := ""
	for {
		list, err := s.client.ListUncovered(t.Context(), &aggregatorv1.ListUncoveredRequest{Division: county, IndicatorId: "HED01", AsOfDate: dateOf("2021-01-01"), PageSize: 1, PageToken: token})
		if err != nil {
			t.Fatal(err)
		}
		if list.GetTotalSize() != 3 {
			t.Errorf("total %d, want 3", list.GetTotalSize())
		}
		for _, m := range list.GetMembers() {
			ids = append(ids, m.GetResidentId()+" "+m.GetVillage()+" "+m.GetUnitId())
		}
		if token = list.GetNextPageToken(); token == "" {
			break
		}
	}
	if diff := cmp.Diff([]string{"R2 " + village1 + " " + clinic, "R1 " + village1 + " " + clinic, "R3 " + village3 + " "}, ids); diff != "" {
		t.Errorf("by village and address: %s", diff)
	}
}

func TestEligibilityIsExplained(t *testing.T) {
	sources := newSources(t)
	threeAdults(sources)
	s := start(t, testkit.SQLite(t, aggregator.Migrations()...), sources)
	s.follow()
	resp, err := s.client.GetEligibility(t.Context(), &aggregatorv1.GetEligibilityRequest{ResidentId: "R3", AsOfDate: dateOf("2020-12-31"), RuleIds: []string{"HED01"}})
	if err != nil {
		t.Fatal(err)
	}
	if resp.GetPackId() != "demo-990101" || resp.GetDivision() != village3 || len(resp.GetRules()) != 1 {
		t.Fatalf("pack %s, division %s, %d rules", resp.GetPackId(), resp.GetDivision(), len(resp.GetRules()))
	}
	r := resp.GetRules()[0]
	if r.GetEligible() || !cmp.Equal(r.GetEligibleFromDate().GetYear(), int32(2021)) || r.GetWhy() == nil || len(r.GetCitations()) == 0 || r.GetReason() == "" {
		t.Errorf("not yet eligible, from 2021, with reason, tree and clause; got %v", r)
	}
}

func TestRefusals(t *testing.T) {
	sources := newSources(t)
	threeAdults(sources)
	s := start(t, testkit.SQLite(t, aggregator.Migrations()...), sources)
	s.follow()
	ctx := t.Context()
	for name, c := range map[string]struct {
		reason string
		call   func() error
	}{
		"an unknown division": {"DIVISION_NOT_FOUND", func() error {
			_, err := s.client.GetCoverage(ctx, &aggregatorv1.GetCoverageRequest{Divisions: []string{"990199000000"}})
			return err
		}},
		"an unknown division of a list": {"DIVISION_NOT_FOUND", func() error {
			_, err := s.client.ListUncovered(ctx, &aggregatorv1.ListUncoveredRequest{Division: "990199000000", IndicatorId: "HED01"})
			return err
		}},
		"an unknown indicator": {"INDICATOR_NOT_FOUND", func() error {
			_, err := s.client.GetCoverage(ctx, &aggregatorv1.GetCoverageRequest{Divisions: []string{county}, IndicatorIds: []string{"NONE01"}})
			return err
		}},
		"a code that is none": {"FIELD_INVALID", func() error {
			_, err := s.client.GetCoverage(ctx, &aggregatorv1.GetCoverageRequest{Divisions: []string{"9901"}})
			return err
		}},
		"a date that is none": {"FIELD_INVALID", func() error {
			_, err := s.client.GetCoverage(ctx, &aggregatorv1.GetCoverageRequest{Divisions: []string{county}, AsOfDate: &date.Date{Year: 2025, Month: 2, Day: 30}})
			return err
		}},
		"a trend that is too long": {"FIELD_INVALID", func() error {
			_, err := s.client.GetTrend(ctx, &aggregatorv1.GetTrendRequest{Division: county, IndicatorId: "HED01", FromDate: dateOf("2000-01-01"), UntilDate: dateOf("2020-01-01")})
			return err
		}},
		"a list without a set": {"FIELD_INVALID", func() error {
			_, err := s.client.ListMembers(ctx, &aggregatorv1.ListMembersRequest{Division: county, IndicatorId: "HED01"})
			return err
		}},
		"another query's token": {"PAGE_TOKEN_INVALID", func() error {
			_, err := s.client.ListUncovered(ctx, &aggregatorv1.ListUncoveredRequest{Division: county, IndicatorId: "HED01", PageToken: "AAAA"})
			return err
		}},
		"a negative page": {"PAGE_SIZE_INVALID", func() error {
			_, err := s.client.ListUncovered(ctx, &aggregatorv1.ListUncoveredRequest{Division: county, IndicatorId: "HED01", PageSize: -1})
			return err
		}},
		"an unknown resident": {"RESIDENT_UNKNOWN", func() error {
			_, err := s.client.GetEligibility(ctx, &aggregatorv1.GetEligibilityRequest{ResidentId: "R99"})
			return err
		}},
		"an unknown operation": {"OPERATION_NOT_FOUND", func() error {
			_, err := s.client.GetOperation(ctx, &aggregatorv1.GetOperationRequest{OperationId: "01ARZ3NDEKTSV4RRFFQ69G5FAV"})
			return err
		}},
		"an unknown pack": {"PACK_NOT_FOUND", func() error {
			_, err := s.client.GetPolicyPack(ctx, &aggregatorv1.GetPolicyPackRequest{PackId: "nowhere"})
			return err
		}},
		"more divisions than a thousand": {"FIELD_INVALID", func() error {
			_, err := s.client.GetCoverage(ctx, &aggregatorv1.GetCoverageRequest{Divisions: slices.Repeat([]string{county}, 1001)})
			return err
		}},
		"no division": {"FIELD_INVALID", func() error {
			_, err := s.client.GetCoverage(ctx, &aggregatorv1.GetCoverageRequest{})
			return err
		}},
		"an empty code": {"FIELD_INVALID", func() error {
			_, err := s.client.GetCoverage(ctx, &aggregatorv1.GetCoverageRequest{Divisions: []string{""}})
			return err
		}},
		"an endless list of indicators": {"FIELD_INVALID", func() error {
			_, err := s.client.GetCoverage(ctx, &aggregatorv1.GetCoverageRequest{Divisions: []string{county}, IndicatorIds: slices.Repeat([]string{"HED01"}, 201)})
			return err
		}},
		"an endless list of rules": {"FIELD_INVALID", func() error {
			_, err := s.client.GetEligibility(ctx, &aggregatorv1.GetEligibilityRequest{ResidentId: "R1", RuleIds: slices.Repeat([]string{"HED01"}, 201)})
			return err
		}},
		"an answer that is too large": {"COVERAGE_TOO_LARGE", func() error {
			_, err := s.client.GetCoverage(ctx, &aggregatorv1.GetCoverageRequest{Divisions: slices.Repeat([]string{county}, 1000), IndicatorIds: slices.Repeat([]string{"HED01"}, 21)})
			return err
		}},
		"an unknown rule": {"INDICATOR_NOT_FOUND", func() error {
			_, err := s.client.GetEligibility(ctx, &aggregatorv1.GetEligibilityRequest{ResidentId: "R1", RuleIds: []string{"R-NONE"}})
			return err
		}},
		"a date before the calendar of the suite": {"FIELD_INVALID", func() error {
			_, err := s.client.GetCoverage(ctx, &aggregatorv1.GetCoverageRequest{Divisions: []string{county}, AsOfDate: &date.Date{Year: 1}})
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := reason(c.call()); got != c.reason {
				t.Errorf("reason %q, want %q", got, c.reason)
			}
		})
	}
}

func reason(err error) string {
	for _, d := range status.Convert(err).Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok {
			return info.GetReason()
		}
	}
	return ""
}

func TestPolicyPacksAreShownAndChecked(t *testing.T) {
	s := start(t, testkit.SQLite(t, aggregator.Migrations()...), newSources(t))
	var ids []string
	token := ""
	for {
		list, err := s.client.ListPolicyPacks(t.Context(), &aggregatorv1.ListPolicyPacksRequest{PageSize: 2, PageToken: token})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range list.GetPacks() {
			ids = append(ids, p.GetPackId())
		}
		if token = list.GetNextPageToken(); token == "" {
			break
		}
	}
	if !slices.Contains(ids, "xiangan-2018") || !slices.IsSorted(ids) {
		t.Errorf("packs %v", ids)
	}
	one, err := s.client.GetPolicyPack(t.Context(), &aggregatorv1.GetPolicyPackRequest{PackId: "xiangan-2018"})
	if err != nil || one.GetPack().GetSourceYaml() == "" || len(one.GetPack().GetItems()) == 0 {
		t.Fatalf("pack %v, err %v", one.GetPack().GetPackId(), err)
	}
	good, err := s.client.ValidatePolicyPack(t.Context(), &aggregatorv1.ValidatePolicyPackRequest{SourceYaml: one.GetPack().GetSourceYaml()})
	if err != nil || len(good.GetProblems()) != 0 || good.GetCasesRun() == 0 {
		t.Errorf("its own file: %v, %v", good, err)
	}
	bad, err := s.client.ValidatePolicyPack(t.Context(), &aggregatorv1.ValidatePolicyPackRequest{SourceYaml: "id: x\nrubbish: 1\n"})
	if err != nil || len(bad.GetProblems()) == 0 {
		t.Errorf("rubbish: %v, %v", bad, err)
	}
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

func TestRebuildOverTheFeeds(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		sources := newSources(t)
		threeAdults(sources)
		s := start(t, db, sources)
		s.follow()
		sources[aggregator.Archive].write(education("E1", "R1", 20200506), changefeed.Fact{Kind: int32(feedv1.FactKind_FACT_KIND_EDUCATION), ID: "E2", ResidentID: "R3"})
		before := s.follow()

		op := s.rebuilt("again")
		if op.GetState() != typev1.OperationState_OPERATION_STATE_SUCCEEDED || op.GetDone() == 0 {
			t.Fatalf("operation %v", op)
		}
		if again := s.rebuilt("again"); again.GetOperationId() != op.GetOperationId() {
			t.Error("the retry began another rebuild")
		}
		if after := s.following(); after.GetDigest() != before.GetDigest() {
			t.Errorf("digest %s, before %s", after.GetDigest(), before.GetDigest())
		}
		sources[aggregator.Archive].write(education("E3", "R2", 20200707)) // following goes on
		s.follow()
		if got := s.coverage(&aggregatorv1.GetCoverageRequest{Divisions: []string{county}, IndicatorIds: []string{"HED01"}}); got[0].Covered != 2 {
			t.Errorf("after the rebuild %v", got)
		}
	})
}

func TestARestoredSourceStopsUntilARebuild(t *testing.T) {
	sources := newSources(t)
	threeAdults(sources)
	s := start(t, testkit.SQLite(t, aggregator.Migrations()...), sources)
	s.follow()
	archive := sources[aggregator.Archive]
	if _, err := changefeed.Renew(t.Context(), archive.db); err != nil {
		t.Fatal(err)
	}
	archive.write(education("E3", "R2", 20200707))
	alarm := func() string {
		for _, p := range s.following().GetPositions() {
			if p.GetSource() == aggregator.Archive {
				return p.GetAlarm()
			}
		}
		return ""
	}
	poll(t, "the alarm", func() bool { return alarm() != "" })
	if got := alarm(); got != "FEED_EPOCH_CHANGED" {
		t.Errorf("alarm %s", got)
	}
	sources[aggregator.Registry].write(adult("R4", village2, "d", 20200101)...) // the others go on
	poll(t, "the registry", func() bool { return s.following().GetResidents() == 5 })

	if op := s.rebuilt(""); op.GetState() != typev1.OperationState_OPERATION_STATE_SUCCEEDED {
		t.Fatalf("operation %v", op)
	}
	s.follow()
	if got := alarm(); got != "" {
		t.Errorf("alarm %s after the rebuild", got)
	}
	if got := s.coverage(&aggregatorv1.GetCoverageRequest{Divisions: []string{county}, IndicatorIds: []string{"HED01"}}); got[0].Covered != 2 {
		t.Errorf("after the rebuild %v", got)
	}
}
