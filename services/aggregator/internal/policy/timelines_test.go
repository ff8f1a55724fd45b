package policy_test

import (
	"testing"

	"xinju.dev/services/aggregator/internal/brute"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/testkit"
)

// TestTimelinesSayWhatIsExplainedOnEveryDay asks every day of some years about
// invented residents: what a rule's timeline says is what the pack that governs
// on the day explains.
func TestTimelinesSayWhatIsExplainedOnEveryDay(t *testing.T) {
	packs, err := policy.Default()
	if err != nil {
		t.Fatal(err)
	}
	world := brute.World()
	holds := 0
	for seed := range uint64(testkit.Histories(12, 100)) {
		r := brute.Invent(seed)
		days := map[string]policy.Entitled{}
		for _, e := range packs.Timelines(r, world) {
			days[e.Rule] = e
		}
		for day := civil.Must("2016-12-20"); day < civil.Must("2024-03-10"); day += 3 {
			pack, village, ok := packs.PackOf(r, world, day)
			if !ok {
				continue
			}
			told := map[string]bool{}
			for _, x := range pack.Explain(r, world, day) {
				if x.Kind != policy.RuleItem {
					continue
				}
				told[x.ID] = x.Eligible && village != ""
			}
			for id, e := range days {
				if got := e.Days.Contains(day); got != told[id] {
					t.Fatalf("seed %d, %s on %v: the timeline says %t, the explanation %t", seed, id, day, got, told[id])
				} else if got {
					holds++
				}
			}
			for id, yes := range told {
				if _, has := days[id]; yes && !has {
					t.Fatalf("seed %d, %s on %v: explained, but without a timeline", seed, id, day)
				}
			}
		}
	}
	if holds < 1000 && !testkit.Racing {
		t.Errorf("rules held %d times: the test shows little", holds)
	}
}

func TestSomebodyUnknownIsEntitledToNothing(t *testing.T) {
	packs, err := policy.Default()
	if err != nil {
		t.Fatal(err)
	}
	r := brute.Invent(3)
	if len(packs.Timelines(r, brute.World())) == 0 {
		t.Fatal("the resident is entitled to nothing anyway: the test shows nothing")
	}
	r.Person.ID = ""
	if got := packs.Timelines(r, brute.World()); got != nil {
		t.Errorf("entitled to %v", got)
	}
}
