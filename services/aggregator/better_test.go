package aggregator_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"github.com/google/go-cmp/cmp"
)

// missedPack counts who was not taught: less of it is better. SIZE is neither.
const missedPack = `
id: missed
version: 1
name: {zh: 漏教, en: missed}
warnings: {minimum: 1, yellow: {below_points: 5, bottom: half}, red: {months: 0}}
indicators:
  - id: MISSED
    name: {zh: 漏教率, en: missed}
    kind: stock
    better: lower
    eligible: {present: {}}
    covered: {not: {events: {kind: education, within: calendar_year}}}
  - id: SIZE
    name: {zh: 人数, en: people}
    kind: stock
    eligible: {present: {}}
`

// TestWhereLessIsBetterTheCoveredAreLookedAfter: of a rate of those who missed a
// lesson the league begins with the village that has none, the list to be worked
// through holds those who missed it, and it closes with the lesson.
func TestWhereLessIsBetterTheCoveredAreLookedAfter(t *testing.T) {
	packs, err := policy.Load(fstest.MapFS{"missed.yaml": {Data: []byte(missedPack)}})
	if err != nil {
		t.Fatal(err)
	}
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		sources := newSources(t)
		sources[aggregator.Registry].write(theTree()...)
		for id, village := range map[string]string{"A": village1, "B": village1, "C": village2, "D": village2} {
			sources[aggregator.Registry].write(adult(id, village, id, 20190101)...)
		}
		for _, name := range []string{aggregator.Immunization, aggregator.Maternal, aggregator.FamilyPlanning} {
			sources[name].write(education("of "+name, "nobody", 20200101))
		}
		sources[aggregator.Archive].write(education("1", "A", 20200301), education("2", "C", 20200302), education("3", "D", 20200303))
		s := startWith(t, db, sources, packs)
		s.follow()
		day := dateOf("2020-06-30")
		league := func(indicator string) (out []string) {
			resp, err := aggregatorv1.NewLeagueServiceClient(s.conn).GetLeague(t.Context(), &aggregatorv1.GetLeagueRequest{
				Division: county, Level: 5, IndicatorId: indicator, AsOfDate: day,
			})
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, fmt.Sprint(resp.GetBetter(), " ", resp.GetSmallerIsBetter(), " ", resp.GetBetterText() != ""))
			for _, x := range resp.GetStandings() {
				out = append(out, fmt.Sprint(x.GetRow().GetDivision(), " ", x.GetRank(), " ", x.GetRow().GetValue(), " ", x.GetWarning(), " ", x.GetRow().GetBetter()))
			}
			return out
		}
		same := func(what string, want, got []string) {
			t.Helper()
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", what, diff)
			}
		}
		same("missed", []string{
			"BETTER_WAY_LOWER true true", village2 + " 1 0 WARNING_LEVEL_NONE BETTER_WAY_LOWER", village1 + " 2 50 WARNING_LEVEL_YELLOW BETTER_WAY_LOWER",
		}, league("MISSED"))
		same("people", []string{
			"BETTER_WAY_NEITHER false true", village1 + " 1 2 WARNING_LEVEL_NONE BETTER_WAY_NEITHER", village2 + " 1 2 WARNING_LEVEL_NONE BETTER_WAY_NEITHER",
			"990101002201 3 0 WARNING_LEVEL_NONE BETTER_WAY_NEITHER", // the last in size, and not warned
		}, league("SIZE"))

		chase := aggregatorv1.NewChaseServiceClient(s.conn)
		listed := func(state aggregatorv1.ChaseState) (out []string) {
			resp, err := chase.ListChase(t.Context(), &aggregatorv1.ListChaseRequest{Division: county, IndicatorId: "MISSED", AsOfDate: day, State: state})
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range resp.GetLines() {
				out = append(out, l.GetMember().GetResidentId()+" "+strings.TrimPrefix(l.GetState().String(), "CHASE_STATE_"))
			}
			return out
		}
		same("who missed it", []string{"B UNASSIGNED"}, listed(0))
		assigned, err := chase.AssignChase(t.Context(), &aggregatorv1.AssignChaseRequest{
			Division: county, AsOfDate: day, AssignedTo: "甲",
			Entries: []*aggregatorv1.ChaseKey{{ResidentId: "A", IndicatorId: "MISSED"}, {ResidentId: "B", IndicatorId: "MISSED"}},
		})
		if err != nil || assigned.GetAssignedCount() != 1 {
			t.Errorf("%v, %v", assigned, err)
		}
		same("asked", []string{"B ASSIGNED"}, listed(aggregatorv1.ChaseState_CHASE_STATE_ASSIGNED))
		sources[aggregator.Archive].write(education("4", "B", 20200629))
		s.follow()
		same("taught since", nil, listed(0))
		same("closed", []string{"B CLOSED"}, listed(aggregatorv1.ChaseState_CHASE_STATE_CLOSED))
		stats, err := chase.GetChaseStats(t.Context(), &aggregatorv1.GetChaseStatsRequest{Division: county, IndicatorId: "MISSED", AsOfDate: day})
		if err != nil {
			t.Fatal(err)
		}
		var uncovered, closed int32
		for _, r := range stats.GetRows() {
			uncovered, closed = uncovered+r.GetUncovered(), closed+r.GetClosed()
		}
		if uncovered != 0 || closed != 1 {
			t.Errorf("%v", stats)
		}

		fewer := strings.NewReplacer("version: 1", "version: 2", "eligible: {present: {}}\n", "eligible: {all: [{present: {}}, {age: {from: 200y}}]}\n").Replace(missedPack)
		stream, err := aggregatorv1.NewPolicyPackServiceClient(s.conn).WhatIf(t.Context(), &aggregatorv1.WhatIfRequest{
			SourceYaml: fewer, Division: county, AsOfDate: day, IndicatorIds: []string{"SIZE"},
		})
		if err != nil {
			t.Fatal(err)
		}
		var numbers, states []string
		for {
			m, err := stream.Recv()
			if err != nil {
				break
			}
			for _, n := range m.GetNumbers() {
				numbers = append(numbers, fmt.Sprint(n.GetIndicatorId(), n.GetOldEligible(), n.GetNewEligible(), n.GetOldPlain(), n.GetNewPlain(), n.GetHasOldRate(), n.GetHasNewRate()))
			}
			for _, p := range m.GetPeople() {
				states = append(states, fmt.Sprint(p.GetOldState(), " ", p.GetNewState()))
			}
		}
		same("a plain count has no rate", []string{fmt.Sprint("SIZE", int32(4), int32(0), true, true, false, false)}, numbers)
		counted := "WHAT_IF_STATE_COUNTED WHAT_IF_STATE_OUT"
		same("nor anybody uncovered", []string{counted, counted, counted, counted}, states)
	})
}
