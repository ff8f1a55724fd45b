package aggregator_test

import (
	"fmt"
	"slices"
	"testing"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
)

// merge is what the registry says when one resident turns out to be another, and
// part when it was not so: the facts of the one leave the feed and come back.
func merge(linked, into string) []changefeed.Fact {
	return []changefeed.Fact{
		of(feedv1.FactKind_FACT_KIND_LINK, linked, linked, &feedv1.LinkFact{IntoId: into}),
		{Kind: int32(feedv1.FactKind_FACT_KIND_PERSON), ID: "person " + linked, ResidentID: linked},
		{Kind: int32(feedv1.FactKind_FACT_KIND_RESIDENCE), ID: "stay " + linked, ResidentID: linked},
	}
}

func part(linked string, was []changefeed.Fact) []changefeed.Fact {
	return append([]changefeed.Fact{{Kind: int32(feedv1.FactKind_FACT_KIND_LINK), ID: linked, ResidentID: linked}}, was...)
}

// TestMergedResidentsOverTheFeeds: coverage, lists and explanations of a person
// whom the registry first took for two.
func TestMergedResidentsOverTheFeeds(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		s, sources := startOfThree(t, db)
		list := func() (out []string) {
			t.Helper()
			resp, err := s.client.ListMembers(t.Context(), &aggregatorv1.ListMembersRequest{
				Division: county, IndicatorId: "HED01", AsOfDate: dateOf("2020-12-31"), Set: aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE,
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range resp.GetMembers() {
				out = append(out, fmt.Sprint(m.GetResidentId(), " ", m.GetCovered()))
			}
			return out
		}
		ask := func(id string) *aggregatorv1.GetEligibilityResponse {
			t.Helper()
			resp, err := s.client.GetEligibility(t.Context(), &aggregatorv1.GetEligibilityRequest{ResidentId: id, AsOfDate: dateOf("2020-12-31"), RuleIds: []string{"HED01"}})
			if err != nil {
				t.Fatal(err)
			}
			return resp
		}
		before := s.following()
		if got := fmt.Sprint(list()); got != "[R2 false R1 true]" {
			t.Fatalf("before: %s", got)
		}
		sources[aggregator.Registry].write(merge("R1", "R2")...)
		sources[aggregator.Registry].write(merge("nobody", "R2")[:1]...)
		if f := s.follow(); f.GetResidents() != 2 || f.GetOrphans() != 0 {
			t.Errorf("merged: %d residents, %d orphans", f.GetResidents(), f.GetOrphans())
		}
		if got := fmt.Sprint(list()); got != "[R2 true]" {
			t.Errorf("merged: %s", got)
		}
		for _, id := range []string{"R1", "R2", "nobody"} {
			got := ask(id)
			if got.GetResidentId() != "R2" || !slices.Equal(got.GetMergedResidentIds(), []string{"R1", "nobody"}) || !got.GetRules()[0].GetCovered() {
				t.Errorf("asked for %s: %v", id, got)
			}
		}
		sources[aggregator.Registry].write(part("R1", adult("R1", village1, "b", 20200101))...)
		sources[aggregator.Registry].write(part("nobody", nil)...)
		if after := s.follow(); after.GetResidents() != before.GetResidents() || after.GetOrphans() != before.GetOrphans() {
			t.Errorf("parted: %v, before %v", after, before)
		}
		if got := fmt.Sprint(list()); got != "[R2 false R1 true]" {
			t.Errorf("parted: %s", got)
		}
		if got := ask("R1"); got.GetResidentId() != "R1" || len(got.GetMergedResidentIds()) != 0 {
			t.Errorf("parted: %v", got)
		}
	})
}
