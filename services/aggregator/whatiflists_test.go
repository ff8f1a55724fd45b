package aggregator_test

import (
	"errors"
	"io"
	"testing"
	"testing/fstest"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

// TestEveryNumberOfAWhatIfOpensWithoutItsRules: the rules are kept under the name
// that the answer gives, and each count is the sum of its list.
func TestEveryNumberOfAWhatIfOpensWithoutItsRules(t *testing.T) {
	packs, err := policy.Load(fstest.MapFS{"lessons.yaml": {Data: []byte(lessonsPack)}})
	if err != nil {
		t.Fatal(err)
	}
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		sources := newSources(t)
		sources[aggregator.Registry].write(theTree()...)
		for i, id := range []string{"A", "B", "C"} {
			sources[aggregator.Registry].write(adult(id, []string{village1, village2, village3}[i], id, 20190101)...)
			sources[aggregator.Archive].write(education("1 "+id, id, 20200301))
		}
		sources[aggregator.Archive].write(education("2 B", "B", 20200401))
		s := startWith(t, db, sources, packs)
		s.follow()
		client := aggregatorv1.NewPolicyPackServiceClient(s.conn)
		first := triedAll(t, client, &aggregatorv1.WhatIfRequest{SourceYaml: twoLessons, Division: county, AsOfDate: dateOf("2020-12-31"), GroupLevel: 5, MaxPeople: -1})
		if len(first.numbers) != 3 || first.trial == "" {
			t.Fatalf("the county and two villages change: %v", first)
		}
		for _, n := range first.numbers {
			for list, want := range map[aggregatorv1.WhatIfList][2]int32{
				aggregatorv1.WhatIfList_WHAT_IF_LIST_UNSPECIFIED:  {n.GetNewCovered() - n.GetOldCovered(), n.GetChanges()},
				aggregatorv1.WhatIfList_WHAT_IF_LIST_OLD_ELIGIBLE: {n.GetOldEligible(), n.GetOldEligible()},
				aggregatorv1.WhatIfList_WHAT_IF_LIST_OLD_COVERED:  {n.GetOldCovered(), n.GetOldCovered()},
				aggregatorv1.WhatIfList_WHAT_IF_LIST_NEW_ELIGIBLE: {n.GetNewEligible(), n.GetNewEligible()},
				aggregatorv1.WhatIfList_WHAT_IF_LIST_NEW_COVERED:  {n.GetNewCovered(), n.GetNewCovered()},
			} {
				opened := triedAll(t, client, &aggregatorv1.WhatIfRequest{
					TrialId: first.trial, Division: n.GetDivision(), IndicatorIds: []string{n.GetIndicatorId()}, AsOfDate: n.GetAsOfDate(), List: list,
				})
				if got := [2]int32{opened.sum(list), int32(len(opened.people))}; got != want || opened.trial != first.trial && len(opened.numbers) > 0 {
					t.Errorf("%v of %s: sum and length %v, want %v", list, n.GetDivision(), got, want)
				}
			}
		}
		for wrong, req := range map[string]*aggregatorv1.WhatIfRequest{
			"POLICY_TRIAL_NOT_FOUND": {TrialId: "0123456789abcdef", Division: county},
			"FIELD_INVALID":          {TrialId: first.trial, SourceYaml: twoLessons, Division: county},
		} {
			stream, err := client.WhatIf(t.Context(), req)
			if err == nil {
				_, err = stream.Recv()
			}
			if reason(err) != wrong {
				t.Errorf("%v, want %s", err, wrong)
			}
		}
	})
}

// triedWhole is a what-if put together.
type triedWhole struct {
	numbers []*aggregatorv1.WhatIfNumber
	people  []*aggregatorv1.WhatIfChange
	trial   string
}

// sum is what the lines add up to in the count that they were asked for by; of the
// changes what they add to the covered.
func (w *triedWhole) sum(list aggregatorv1.WhatIfList) (n int32) {
	for _, p := range w.people {
		switch list {
		case aggregatorv1.WhatIfList_WHAT_IF_LIST_OLD_ELIGIBLE:
			n += p.GetOldEligible()
		case aggregatorv1.WhatIfList_WHAT_IF_LIST_OLD_COVERED:
			n += p.GetOldCovered()
		case aggregatorv1.WhatIfList_WHAT_IF_LIST_NEW_ELIGIBLE:
			n += p.GetNewEligible()
		case aggregatorv1.WhatIfList_WHAT_IF_LIST_NEW_COVERED:
			n += p.GetNewCovered()
		default:
			n += p.GetNewCovered() - p.GetOldCovered()
		}
	}
	return n
}

func triedAll(t *testing.T, client aggregatorv1.PolicyPackServiceClient, req *aggregatorv1.WhatIfRequest) (out triedWhole) {
	t.Helper()
	stream, err := client.WhatIf(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	for {
		m, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out.numbers, out.people = append(out.numbers, m.GetNumbers()...), append(out.people, m.GetPeople()...)
		if m.GetTrialId() != "" {
			out.trial = m.GetTrialId()
		}
	}
}
