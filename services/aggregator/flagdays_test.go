package aggregator_test

import (
	"fmt"
	"testing"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"github.com/google/go-cmp/cmp"
)

// TestADecisionLeavesTheQualityOfEarlierMonthsAsItWas: a suspected duplicate counts
// from the day on which it was found until that of the decision, before and after
// the decision is known; a flag without days counts on all, until it is gone.
func TestADecisionLeavesTheQualityOfEarlierMonthsAsItWas(t *testing.T) {
	const duplicate = "DUPLICATE_SUSPECTED"
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		sources := newSources(t)
		registry := sources[aggregator.Registry]
		registry.write(theTree()...)
		person := func(id string, version int64, flags []string, spans ...*feedv1.FlagSpan) {
			f := of(feedv1.FactKind_FACT_KIND_PERSON, "person "+id, id, &feedv1.PersonFact{
				BirthYmd: 19900630, Sex: 2, Hukou: []*feedv1.HukouSpan{{Division: "340101"}}, Flags: flags, FlagSpans: spans,
			})
			f.Version = version
			registry.write(f)
		}
		for _, id := range []string{"DATED", "OLD", "PLAIN"} {
			registry.write(of(feedv1.FactKind_FACT_KIND_RESIDENCE, "stay "+id, id, &feedv1.ResidenceFact{
				Division: village1, ArrivedYmd: 20190101, RegisteredYmd: 20190102, Reason: 1, SortKey: "k",
			}))
		}
		person("DATED", 1, []string{duplicate}, &feedv1.FlagSpan{Flag: duplicate, FromYmd: 20200310})
		person("OLD", 1, []string{duplicate})
		person("PLAIN", 1, nil)
		for _, name := range []string{aggregator.Archive, aggregator.Immunization, aggregator.Maternal, aggregator.FamilyPlanning} {
			sources[name].write(education("of "+name, "nobody", 20200101))
		}
		s := startWith(t, db, sources, nil)
		months := func() (out []string) {
			s.follow()
			resp, err := s.client.GetTrend(t.Context(), &aggregatorv1.GetTrendRequest{
				Division: county, IndicatorId: "DQD01", FromDate: dateOf("2020-02-01"), UntilDate: dateOf("2020-06-30"),
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range resp.GetPoints() {
				out = append(out, fmt.Sprintf("%02d %d/%d", p.GetAsOfDate().GetMonth(), p.GetCovered(), p.GetEligible()))
			}
			return out
		}
		if diff := cmp.Diff([]string{"02 2/3", "03 1/3", "04 1/3", "05 1/3", "06 1/3"}, months()); diff != "" {
			t.Error("open:", diff)
		}
		person("DATED", 2, nil, &feedv1.FlagSpan{Flag: duplicate, FromYmd: 20200310, UntilYmd: 20200531})
		if diff := cmp.Diff([]string{"02 2/3", "03 1/3", "04 1/3", "05 2/3", "06 2/3"}, months()); diff != "" {
			t.Error("decided on the last of May:", diff)
		}
		person("OLD", 2, nil)
		if diff := cmp.Diff([]string{"02 3/3", "03 2/3", "04 2/3", "05 3/3", "06 3/3"}, months()); diff != "" {
			t.Error("an old one is gone:", diff)
		}
	})
}
