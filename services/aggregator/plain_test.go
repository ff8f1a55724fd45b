package aggregator_test

import (
	"testing"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

// TestUnderAPlainCountNobodyIsCoveredOrNot: an explanation says so, and a forecast has
// nobody become either.
func TestUnderAPlainCountNobodyIsCoveredOrNot(t *testing.T) {
	s := startChasing(t, testkit.SQLite(t, aggregator.Migrations()...))
	resp, err := s.client.GetEligibility(t.Context(), &aggregatorv1.GetEligibilityRequest{ResidentId: "R1", AsOfDate: dateOf("2020-12-31"), RuleIds: []string{"HED01", "HED02", "POP01"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range resp.GetRules() {
		if want := r.GetRuleId() != "HED01"; r.GetPlain() != want {
			t.Errorf("%s is a plain count: %v", r.GetRuleId(), r.GetPlain())
		}
	}
	ahead, err := s.chase.GetForecast(t.Context(), &aggregatorv1.GetForecastRequest{Division: county, ItemIds: []string{"HED02", "POP01"}, FromDate: dateOf("2019-12-01"), Days: 366, PageSize: 1000})
	if err != nil || ahead.GetTotalSize() == 0 {
		t.Fatalf("%v, %v", ahead, err)
	}
	for _, n := range ahead.GetTransitions() {
		if k := n.GetKind(); k != aggregatorv1.TransitionKind_TRANSITION_KIND_ENTERS && k != aggregatorv1.TransitionKind_TRANSITION_KIND_LEAVES {
			t.Errorf("%v", n)
		}
	}
}
