package edge_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

// TestEveryNumberCarriesTheAddressThatOpensIt asks over REST, and then calls each
// address: it must lead to the call that lists exactly that number.
func TestEveryNumberCarriesTheAddressThatOpensIt(t *testing.T) {
	f := newFake(t)
	h := f.gateway(t)
	day := &date.Date{Year: 2026, Month: 6, Day: 30}
	row := &aggregatorv1.CoverageRow{Division: "990101000000", IndicatorId: "HED01", AsOfDate: day, Eligible: 3, Covered: 1}
	plain := &aggregatorv1.CoverageRow{UnitId: "01U", UnitRole: aggregatorv1.UnitRole_UNIT_ROLE_PROVIDER, IndicatorId: "DOSES", AsOfDate: day, Plain: true}
	ratio := &aggregatorv1.CoverageRow{Division: "990101000000", IndicatorId: "BASE", AsOfDate: day, Ratio: &aggregatorv1.CoverageRatio{
		NumeratorTerms: []*aggregatorv1.CoverageTerm{
			{IndicatorId: "POP", Division: "990101000000", AsOfDate: day, HasValue: true, Set: aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE},
			{FigureId: "staff", Division: "990101000000", AsOfDate: day},
			{IndicatorId: "SHARE", Division: "990101000000", AsOfDate: day, HasValue: true},
		},
	}}
	waiting := &aggregatorv1.CoverageRow{Division: "990101000000", IndicatorId: "SOON", AsOfDate: day, Awaits: "x"}
	row.Beside = []*aggregatorv1.CoverageRow{proto.CloneOf(plain)}
	f.answer = func(_ seen, _ grpc.ServerStream, out proto.Message) error {
		proto.Merge(out, &aggregatorv1.GetCoverageResponse{Rows: []*aggregatorv1.CoverageRow{row, plain, ratio, waiting}})
		return nil
	}
	w := do(h, "GET", "/v1/coverage?divisions=990101000000", "")
	var got struct {
		Rows []map[string]any `json:"rows"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || len(got.Rows) != 4 {
		t.Fatal(w.Body.String(), err)
	}
	uri := func(m map[string]any, key string) string { s, _ := m[key].(string); return s }
	unit := "/v1/unit-members?as_of_date=2026-06-30&indicator_id=DOSES&set=MEMBER_SET_ELIGIBLE&unit_id=01U&unit_role=UNIT_ROLE_PROVIDER"
	members := "/v1/coverage:members?as_of_date=2026-06-30&division=990101000000&indicator_id=HED01&set="
	terms, _ := got.Rows[2]["ratio"].(map[string]any)["numeratorTerms"].([]any)
	want := []string{
		members + "MEMBER_SET_ELIGIBLE", members + "MEMBER_SET_COVERED", members + "MEMBER_SET_UNCOVERED", unit, unit, "", "",
		"/v1/coverage:members?as_of_date=2026-06-30&division=990101000000&indicator_id=POP&set=MEMBER_SET_ELIGIBLE",
		"/v1/figures:read?as_of_date=2026-06-30&division=990101000000&figure_id=staff",
		"/v1/coverage?as_of_date=2026-06-30&divisions=990101000000&indicator_ids=SHARE",
	}
	beside, _ := got.Rows[0]["beside"].([]any)
	shown := []string{
		uri(got.Rows[0], "eligibleListUri"), uri(got.Rows[0], "coveredListUri"), uri(got.Rows[0], "uncoveredListUri"),
		uri(beside[0].(map[string]any), "eligibleListUri"), uri(got.Rows[1], "eligibleListUri"), uri(got.Rows[1], "coveredListUri"), uri(got.Rows[3], "eligibleListUri"),
		uri(terms[0].(map[string]any), "listUri"), uri(terms[1].(map[string]any), "listUri"), uri(terms[2].(map[string]any), "listUri"),
	}
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Fatal(diff)
	}
	f.answer = nil
	for address, asked := range map[string]proto.Message{
		shown[2]: &aggregatorv1.ListMembersRequest{Division: "990101000000", IndicatorId: "HED01", AsOfDate: day, Set: aggregatorv1.MemberSet_MEMBER_SET_UNCOVERED},
		unit: &aggregatorv1.ListUnitMembersRequest{
			UnitId: "01U", UnitRole: aggregatorv1.UnitRole_UNIT_ROLE_PROVIDER, IndicatorId: "DOSES", AsOfDate: day, Set: aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE,
		},
		shown[8]: &aggregatorv1.ReadFigureRequest{FigureId: "staff", Division: "990101000000", AsOfDate: day},
		shown[9]: &aggregatorv1.GetCoverageRequest{Divisions: []string{"990101000000"}, IndicatorIds: []string{"SHARE"}, AsOfDate: day},
	} {
		w := do(h, "GET", address, "")
		f.mu.Lock()
		last := f.calls[len(f.calls)-1].msg
		f.mu.Unlock()
		if w.Code != 200 || !proto.Equal(last, asked) {
			t.Errorf("%s: %d, asked %v", address, w.Code, last)
		}
	}
}

// TestWhatCouldNotBePlacedOpensIntoItsList asks over REST, and calls the addresses.
func TestWhatCouldNotBePlacedOpensIntoItsList(t *testing.T) {
	f := newFake(t)
	h := f.gateway(t)
	f.answer = func(_ seen, _ grpc.ServerStream, out proto.Message) error {
		proto.Merge(out, &aggregatorv1.GetUnplacedResponse{AsOfDate: &date.Date{Year: 2026, Month: 6, Day: 30}, Counts: []*aggregatorv1.UnplacedCount{
			{Kind: aggregatorv1.UnplacedKind_UNPLACED_KIND_NOWHERE, Count: 2}, {Kind: aggregatorv1.UnplacedKind_UNPLACED_KIND_EVENT, IndicatorId: "HED02@event", Count: 1},
		}})
		return nil
	}
	var got struct {
		Counts []struct{ ListURI string } `json:"counts"`
	}
	if w := do(h, "GET", "/v1/unplaced", ""); json.Unmarshal(w.Body.Bytes(), &got) != nil || len(got.Counts) != 2 {
		t.Fatal(w.Body.String())
	}
	f.answer = nil
	for i, want := range []string{
		"/v1/unplaced/members?as_of_date=2026-06-30&kind=UNPLACED_KIND_NOWHERE",
		"/v1/unplaced/members?as_of_date=2026-06-30&indicator_id=HED02%40event&kind=UNPLACED_KIND_EVENT",
	} {
		if got.Counts[i].ListURI != want {
			t.Errorf("%q, want %q", got.Counts[i].ListURI, want)
		}
		if w := do(h, "GET", got.Counts[i].ListURI, ""); w.Code != 200 {
			t.Errorf("%s: %d %s", want, w.Code, w.Body)
		}
	}
}

// TestEveryCountOfAForecastOpensIntoItsPeople: the address asks for exactly the
// item, the kind and the days of the count.
func TestEveryCountOfAForecastOpensIntoItsPeople(t *testing.T) {
	f := newFake(t)
	h := f.gateway(t)
	asked := &aggregatorv1.GetForecastRequest{}
	f.answer = func(s seen, _ grpc.ServerStream, out proto.Message) error {
		if r, ok := s.msg.(*aggregatorv1.GetForecastRequest); ok {
			asked = r
		}
		kind := aggregatorv1.TransitionKind_TRANSITION_KIND_ENTERS
		proto.Merge(out, &aggregatorv1.GetForecastResponse{
			Division: "990101000000",
			Days: []*aggregatorv1.ForecastCount{{
				ItemId: "HED01", Kind: kind, Count: 2,
				FirstDate: &date.Date{Year: 2026, Month: 7, Day: 1}, LastDate: &date.Date{Year: 2026, Month: 7, Day: 1},
			}},
			Weeks: []*aggregatorv1.ForecastCount{{
				ItemId: "HED01", Kind: kind, Count: 5,
				FirstDate: &date.Date{Year: 2026, Month: 7, Day: 1}, LastDate: &date.Date{Year: 2026, Month: 7, Day: 3},
			}},
		})
		return nil
	}
	w := do(h, "GET", "/v1/forecast?division=990101000000&item_ids=HED01&item_ids=EHR03&days=3&from_date=2026-06-30", "")
	var got struct {
		Days, Weeks []struct {
			ListURI string `json:"listUri"`
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || len(got.Days) != 1 || len(got.Weeks) != 1 {
		t.Fatal(w.Body.String(), err)
	}
	for uri, days := range map[string]int32{got.Days[0].ListURI: 1, got.Weeks[0].ListURI: 3} {
		if w := do(h, "GET", uri, ""); w.Code != 200 {
			t.Fatal(uri, w.Body.String())
		}
		want := &aggregatorv1.GetForecastRequest{
			Division: "990101000000", ItemIds: []string{"HED01"}, Kind: aggregatorv1.TransitionKind_TRANSITION_KIND_ENTERS,
			FromDate: &date.Date{Year: 2026, Month: 6, Day: 30}, Days: days,
		}
		if !proto.Equal(asked, want) {
			t.Errorf("%s asks for %v", uri, asked)
		}
	}
}
