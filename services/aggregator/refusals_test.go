package aggregator_test

import (
	"slices"
	"testing"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"google.golang.org/genproto/googleapis/type/date"
)

func TestRefusals(t *testing.T) {
	s, _ := startOfThree(t, testkit.SQLite(t, aggregator.Migrations()...))
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
		"a list of a ratio": {"INDICATOR_HAS_NO_LIST", func() error {
			_, err := s.client.ListMembers(ctx, &aggregatorv1.ListMembersRequest{Division: county, IndicatorId: "DQS01", Set: aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE})
			return err
		}},
		"an explanation of what only other packs have": {"INDICATOR_NOT_IN_PACK", func() error {
			_, err := s.client.GetEligibility(ctx, &aggregatorv1.GetEligibilityRequest{ResidentId: "R1", RuleIds: []string{"FP06A"}})
			return err
		}},
		"an explanation of what no pack has": {"INDICATOR_NOT_FOUND", func() error {
			_, err := s.client.GetEligibility(ctx, &aggregatorv1.GetEligibilityRequest{ResidentId: "R1", RuleIds: []string{"NONE01"}})
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
