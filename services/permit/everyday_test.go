package permit

import (
	"fmt"
	"slices"
	"testing"

	"xinju.dev/services/platform/civil"
)

// TestEveryDayOfLatenessUnderEveryPlacesRule lets an endorsement come on every day
// from before the window to two years after it, under every rule of every place,
// and compares with the diary on the days around: the last day of a grace or a
// limit, its eve and its morrow are among them, rest days and all.
func TestEveryDayOfLatenessUnderEveryPlacesRule(t *testing.T) {
	rules, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	verdicts := map[string]bool{}
	for i := range rules.list {
		rule := &rules.list[i]
		if rule.EveryMonths <= 0 {
			continue
		}
		for _, issued := range []string{"2024-02-29", "2022-11-30"} {
			from := civil.Must(issued)
			first := from.AddMonths(rule.EveryMonths)
			before := diary{rule: *rule, card: Card{Issued: from}, base: from} // the same for every endorsement
			for today := from; today < first-40; today++ {
				before.live(today)
			}
			for late := max(first-40, from); late <= first.AddDays(400); late++ {
				c := Card{Issued: from, Endorsed: []civil.Date{late}}
				runs := rule.Runs(c, nil)
				verdicts[rule.ID+" "+verdictOf(runs, late)] = true
				d := before
				d.card = c
				for today := max(first-40, from); today <= late+1; today++ {
					d.live(today)
					if today < first-2 || today > first+2 && today < late-1 {
						continue
					}
					if want, got := d.says(today), runsSay(runs, today); got != want {
						t.Fatalf("%s, issued %s, endorsed %s (%+d days): on %s %s, the diary says %s", rule.ID, from, late, late-first, today, got, want)
					}
				}
			}
		}
	}
	for _, want := range []string{"SHIJIAZHUANG resumed", "SHIJIAZHUANG anew", "XUCHANG resumed", "XUCHANG ended"} {
		if !verdicts[want] {
			t.Errorf("no day of lateness ends in %q: %v", want, verdicts)
		}
	}
}

func (d *diary) says(today civil.Date) string {
	if !d.holds {
		return "not holding"
	}
	return fmt.Sprintf("counted from %s, continuous since %s", today.AddDays(1-d.counted), today.AddDays(1-d.unbroken))
}

func runsSay(runs []Run, today civil.Date) string {
	i := slices.IndexFunc(runs, func(x Run) bool { return x.From <= today && today < x.To })
	if i < 0 {
		return "not holding"
	}
	return fmt.Sprintf("counted from %s, continuous since %s", runs[i].Counted, runs[i].Since)
}

// verdictOf names what became of the years.
func verdictOf(runs []Run, late civil.Date) string {
	switch last := runs[len(runs)-1]; {
	case len(runs) == 1 && last.To <= late:
		return "ended"
	case len(runs) == 1:
		return "in time"
	case last.Since == runs[0].Since:
		return "bridged"
	case last.Counted == late:
		return "anew"
	}
	return "resumed"
}
