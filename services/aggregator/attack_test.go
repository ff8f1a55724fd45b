package aggregator_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
)

func TestTokensOfOtherQueriesAndForgedOnesAreRefused(t *testing.T) {
	s, _ := startOfThree(t, testkit.SQLite(t, aggregator.Migrations()...))
	ask := func(change func(*aggregatorv1.ListMembersRequest)) (*aggregatorv1.ListMembersResponse, error) {
		req := &aggregatorv1.ListMembersRequest{
			Division: county, IndicatorId: "HED01", AsOfDate: dateOf("2021-01-01"), PageSize: 1,
			Set: aggregatorv1.MemberSet_MEMBER_SET_UNCOVERED,
		}
		change(req)
		return s.client.ListMembers(t.Context(), req)
	}
	first, err := ask(func(*aggregatorv1.ListMembersRequest) {})
	if err != nil || first.GetNextPageToken() == "" {
		t.Fatalf("%v, %v", first, err)
	}
	token := first.GetNextPageToken()
	for name, change := range map[string]func(*aggregatorv1.ListMembersRequest){
		"of another day":       func(r *aggregatorv1.ListMembersRequest) { r.AsOfDate = dateOf("2021-01-02") },
		"of another division":  func(r *aggregatorv1.ListMembersRequest) { r.Division = town1 },
		"of another indicator": func(r *aggregatorv1.ListMembersRequest) { r.IndicatorId = "EHR03" },
		"of another set":       func(r *aggregatorv1.ListMembersRequest) { r.Set = aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE },
		"with a changed end":   func(r *aggregatorv1.ListMembersRequest) { r.PageToken = token[:len(token)-4] + "AAAA" },
		"cut off":              func(r *aggregatorv1.ListMembersRequest) { r.PageToken = token[:20] },
		"of another place": func(r *aggregatorv1.ListMembersRequest) {
			raw, err := base64.RawURLEncoding.DecodeString(token)
			if err != nil {
				t.Fatal(err)
			}
			raw[len(raw)/2]++
			r.PageToken = base64.RawURLEncoding.EncodeToString(raw)
		},
		"very long": func(r *aggregatorv1.ListMembersRequest) { r.PageToken = strings.Repeat("A", 1<<20) },
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ask(func(r *aggregatorv1.ListMembersRequest) { r.PageToken = token; change(r) })
			if got := reason(err); got != "PAGE_TOKEN_INVALID" {
				t.Errorf("reason %q", got)
			}
		})
	}
	if second, err := ask(func(r *aggregatorv1.ListMembersRequest) { r.PageToken = token }); err != nil || len(second.GetMembers()) != 1 {
		t.Errorf("its own token: %v, %v", second, err)
	}
}

func TestAnyDayOfTheCalendarHasAnAnswer(t *testing.T) {
	s, _ := startOfThree(t, testkit.SQLite(t, aggregator.Migrations()...))
	for day, want := range map[string]int32{"1900-01-01": 0, "1949-12-31": 0, "2020-06-30": 0, "2020-07-01": 1, "2099-12-31": 3, "2100-01-01": 3, "2500-02-28": 3, "9999-12-31": 3} {
		req := &aggregatorv1.GetCoverageRequest{Divisions: []string{county}, IndicatorIds: []string{"EHR03"}, AsOfDate: dateOf(day)}
		if got := s.coverage(req); got[0].Eligible != want {
			t.Errorf("on %s %d, want %d", day, got[0].Eligible, want)
		}
		list, err := s.client.ListMembers(t.Context(), &aggregatorv1.ListMembersRequest{
			Division: county, IndicatorId: "EHR03", AsOfDate: dateOf(day), Set: aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE,
		})
		if err != nil || list.GetTotalSize() != want || len(list.GetMembers()) != int(want) {
			t.Errorf("on %s the list has %d of %d, %v", day, len(list.GetMembers()), list.GetTotalSize(), err)
		}
	}
}

// TestAVillageThatEnds: its people are counted on, and every answer about them
// and about the village that is gone says something.
func TestAVillageThatEnds(t *testing.T) {
	s, sources := startOfThree(t, testkit.SQLite(t, aggregator.Migrations()...))
	count := func(code, day string) int32 {
		return s.coverage(&aggregatorv1.GetCoverageRequest{Divisions: []string{code}, IndicatorIds: []string{"EHR03"}, AsOfDate: dateOf(day)})[0].Eligible
	}
	end := func(successors ...string) {
		sources[aggregator.Registry].write(of(feedv1.FactKind_FACT_KIND_DIVISION, "division "+village1, "", &feedv1.DivisionFact{
			Code: village1, Name: "一村", Level: 5, Parent: town1, ValidUntilYmd: 20201031, Successors: successors,
		}))
		s.follow()
	}
	for _, c := range []struct {
		name       string
		successors []string
		where      string
	}{
		{"merged into another", []string{village2}, village2},
		{"merged into one of another town", []string{village3}, village3},
		{"divided", []string{village2, village3}, town1},
		{"without a successor", nil, town1},
	} {
		t.Run(c.name, func(t *testing.T) {
			end(c.successors...)
			if a, b, whole := count(village1, "2020-10-31"), count(village1, "2020-11-01"), count(county, "2020-11-01"); a != 2 || b != 0 || whole != 2 {
				t.Errorf("the village has %d and %d, the county %d; want 2, 0, 2", a, b, whole)
			}
			list, err := s.client.ListMembers(t.Context(), &aggregatorv1.ListMembersRequest{
				Division: c.where, IndicatorId: "EHR03", AsOfDate: dateOf("2020-11-01"), Set: aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE,
			})
			if err != nil || len(list.GetMembers()) != 2 || list.GetMembers()[0].GetResidentId() != "R2" || list.GetMembers()[0].GetVillage() != c.where {
				t.Errorf("listed in the order of their addresses: %v, %v", list, err)
			}
			who, err := s.client.GetEligibility(t.Context(), &aggregatorv1.GetEligibilityRequest{ResidentId: "R1", AsOfDate: dateOf("2020-11-01"), RuleIds: []string{"EHR03"}})
			if err != nil || who.GetDivision() != c.where || !who.GetRules()[0].GetEligible() {
				t.Errorf("%v, %v", who, err)
			}
		})
	}
}

func TestWhoeverHasNoPlaceIsExplainedAllTheSame(t *testing.T) {
	sources := newSources(t)
	threeAdults(sources)
	sources[aggregator.Registry].write(adult("R8", "990101999999", "z", 20200101)...)
	sources[aggregator.Registry].write(adult("R9", village1, "z", 20200101)[0])
	sources[aggregator.Registry].write(adult("R7", village1, "z", 20200101)...)
	sources[aggregator.Registry].write(changefeed.Fact{Kind: int32(feedv1.FactKind_FACT_KIND_PERSON), ID: "person R7", ResidentID: "R7"})
	s := start(t, testkit.SQLite(t, aggregator.Migrations()...), sources)
	s.follow()
	for id, want := range map[string]string{
		"nobody": "登记服务尚无此人的基本信息", // an event about somebody unknown
		"R7":     "登记服务尚无此人的基本信息", // the person was voided, the stay is there
		"R8":     "居住地代码990101999999不在区划表中",
		"R9":     "没有有效的居住记录",
	} {
		resp, err := s.client.GetEligibility(t.Context(), &aggregatorv1.GetEligibilityRequest{ResidentId: id})
		if err != nil || len(resp.GetRules()) == 0 {
			t.Fatalf("%s: %v, %v", id, resp, err)
		}
		for _, r := range resp.GetRules() {
			if r.GetEligible() {
				t.Errorf("%s: %s holds", id, r.GetRuleId())
			}
			if r.GetAwaits() == "" && r.GetKind() == aggregatorv1.RuleKind_RULE_KIND_RULE && !strings.Contains(r.GetReason(), want) {
				t.Errorf("%s: %s", id, r.GetReason())
			}
		}
	}
}
