package timeline_test

import (
	"fmt"

	"xinju.dev/services/aggregator/internal/timeline"
	"xinju.dev/services/platform/civil"
)

// Who came on 2 December, went home over the Spring Festival for 20 days and is
// back: which days does "has lived here for three months" hold?
func Example() {
	day := civil.Must
	present := timeline.Set{
		{From: day("2025-12-02"), To: day("2026-02-01")},
		{From: day("2026-02-21"), To: civil.Forever},
	}
	spell := timeline.Bridge(nil, present, 30)                              // 20 days do not interrupt
	lasting := timeline.Lasting(nil, spell, 3, civil.Anniversary)           // from 2 March on
	eligible := timeline.Intersect(nil, lasting, present)                   // away is not counted
	child := timeline.Set{{From: day("2020-05-01"), To: day("2027-05-01")}} // under seven
	eligible = timeline.Intersect(nil, eligible, child)
	for _, v := range eligible {
		fmt.Println(v.From, "to", v.To-1)
	}
	fmt.Println(eligible.Contains(day("2026-03-01")), eligible.NextChange(day("2026-01-01")))
	// Output:
	// 2026-03-02 to 2027-04-30
	// false 2026-03-02
}
