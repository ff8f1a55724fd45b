package e2e_test

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/e2e"
)

// pair is two residents who are one person; one of them stands for both.
type pair struct{ stands, linked string }

// one says whether two residents are one person for everybody who was asked,
// each with the records of both.
func (p *play) one(all e2e.Everything, who pair) {
	p.Helper()
	for _, id := range []string{who.stands, who.linked} {
		if got := p.resident(&registryv1.GetResidentRequest{ResidentId: id}); !slices.Equal(got.GetMergedResidentIds(), []string{who.linked}) {
			p.Error("the registry does not show who is merged")
		}
	}
	p.stand(all, who)
	p.records(func(all e2e.Everything) string { return p.both(all, "archives "+who.stands, `"residentId":"`, 2) })
}

// stand says whether everybody answers for one identifier as for the one that
// stands for it, and no list holds the first.
func (p *play) stand(all e2e.Everything, who pair) {
	p.Helper()
	stands, linked := who.stands, who.linked
	for _, id := range []string{stands, linked} {
		if got := p.resident(&registryv1.GetResidentRequest{ResidentId: id}); got.GetResidentId() != stands {
			p.Error("the registry does not show the one who stands for both")
		}
	}
	due := fmt.Sprintf("eligibility %v ", today)
	if all[due+linked] != all[due+stands] || !strings.Contains(all[due+linked], `"residentId":"`+stands+`"`) {
		p.Error("who is owed what depends on the identifier")
	}
	for key, answer := range all {
		if (strings.HasPrefix(key, "list ") || strings.HasPrefix(key, "resident ")) && strings.Contains(answer, `"residentId":"`+linked+`"`) {
			p.Errorf("%s still has the identifier that stands for nobody", key)
		}
	}
	p.records(func(all e2e.Everything) string {
		for key, answer := range all {
			if list, about := strings.CutSuffix(key, " "+linked); about && answer != all[list+" "+stands] {
				return "the " + list + " of the two identifiers differ"
			}
		}
		return ""
	})
}

// both counts what stands how often in an answer.
func (p *play) both(all e2e.Everything, key, what string, want int) string {
	if n := strings.Count(all[key], what); n != want {
		return fmt.Sprintf("%s holds %d of %d", key, n, want)
	}
	return ""
}

// counted says how the numbers of the county changed when pairs were merged:
// whoever was counted twice is counted once, nobody else moved.
func (p *play) counted(before, after map[string]map[string]int, pairs ...pair) {
	p.Helper()
	twice := 0
	for indicator, list := range after {
		was := before[indicator]
		for _, pair := range pairs {
			stands, linked := pair.stands, pair.linked
			if was[stands] > 0 && was[linked] > 0 {
				want := 1
				if indicator == "INF01" {
					want = was[stands] + was[linked] // counts cases, not people
				}
				if twice++; list[stands] != want {
					p.Errorf("%s counts the person %d times, not %d", indicator, list[stands], want)
				}
			}
			if list[linked] > 0 {
				p.Errorf("%s still counts the second identifier", indicator)
			}
			for _, m := range []map[string]int{list, was} {
				delete(m, stands)
				delete(m, linked)
			}
		}
		for id := range was {
			if list[id] != was[id] {
				p.Errorf("%s: somebody else was counted %d times and is %d times", indicator, was[id], list[id])
			}
		}
		if len(list) != len(was) {
			p.Errorf("%s: %d others, before %d", indicator, len(list), len(was))
		}
	}
	p.Logf("%d numbers counted somebody twice", twice)
	if twice < 6 {
		p.Errorf("only %d numbers counted somebody twice: nothing was tried", twice)
	}
}

var counting = []string{"EHR03", "HED01", "IMM03", "CHD01", "MAT01", "INF01"}

func (p *play) lists() map[string]map[string]int {
	p.Helper()
	p.settle()
	out := map[string]map[string]int{}
	for _, indicator := range counting {
		out[indicator] = p.listed(indicator, aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE)
	}
	return out
}

func mergedAtADesk(p *play) {
	ids := p.family(10, "01")
	var pairs []pair
	for i := range 2 {
		pairs = append(pairs, pair{stands: min(ids[i], ids[i+2]), linked: max(ids[i], ids[i+2])})
	}
	items := []string{p.duplicate(pairs[0]), p.duplicate(pairs[1])}
	before, lists, apart, flags := p.everything(), p.lists(), p.latest(ids...), p.flagged(ids)
	for _, who := range pairs {
		if p.listed("HED01", aggregatorv1.MemberSet_MEMBER_SET_COVERED)[who.stands] != 0 {
			p.Fatal("somebody is covered already: nothing is tried")
		}
	}

	for _, item := range items {
		if state := p.decide(item, registryv1.ReviewVerdict_REVIEW_VERDICT_MERGE); state != registryv1.ReviewState_REVIEW_STATE_MERGED {
			p.Errorf("merged, the item is %v", state)
		}
	}
	together, one := p.everything(), p.latest(ids...)
	for _, pair := range pairs {
		p.one(together, pair)
	}
	p.counted(lists, p.lists(), pairs...)
	for _, who := range pairs { // whose only lecture was recorded under the other identifier
		if p.listed("HED01", aggregatorv1.MemberSet_MEMBER_SET_COVERED)[who.stands] != 1 {
			p.Error("what was recorded under the second identifier does not count")
		}
	}
	p.replays()
	for _, id := range ids {
		p.asKnown("before the merge", id, apart, before["get "+id])
		p.asKnown("while merged", id, one, together["get "+id])
	}

	p.flags(ids, func(open []string) bool { // two homes at a time
		return slices.ContainsFunc(open, func(s string) bool { return strings.HasPrefix(s, "OVERLAPPING_STAYS") })
	})

	for _, item := range items {
		if state := p.decide(item, registryv1.ReviewVerdict_REVIEW_VERDICT_UNMERGE); state == registryv1.ReviewState_REVIEW_STATE_MERGED {
			p.Error("parted again, the item is still merged")
		}
	}
	p.settle()
	p.asBefore(before)
	p.same("parted again", before, p.everything())
	p.flags(ids, func(open []string) bool { return slices.Equal(open, flags) })
	for _, id := range ids {
		p.asKnown("before the merge, asked after it was undone", id, apart, before["get "+id])
		p.asKnown("while merged, asked after it was undone", id, one, together["get "+id])
	}
}

// asKnown asks for a resident as known at an earlier instant.
func (p *play) asKnown(when, id string, at *timestamppb.Timestamp, want string) {
	p.Helper()
	got, err := p.to.Registry.GetResident(p.Context(), &registryv1.GetResidentRequest{ResidentId: id, KnownTime: at})
	if err != nil {
		p.Fatalf("%s: %v", when, err)
	}
	if text := e2e.Text(got); text != want {
		p.Errorf("%s:\n- %s\n+ %s", when, want, text)
	}
}

// latest is when the registry last recorded something about residents.
func (p *play) latest(ids ...string) *timestamppb.Timestamp {
	p.Helper()
	last := &timestamppb.Timestamp{}
	for _, id := range ids {
		got, err := p.to.Registry.ListResidenceEvents(p.Context(), &registryv1.ListResidenceEventsRequest{ResidentId: id})
		if err != nil {
			p.Fatal(err)
		}
		for _, e := range got.GetEvents() {
			if e.GetRecordTime().AsTime().After(last.AsTime()) {
				last = e.GetRecordTime()
			}
		}
	}
	return last
}
