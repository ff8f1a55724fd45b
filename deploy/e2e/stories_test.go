package e2e_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/e2e"
	"xinju.dev/deploy/loader"
	"xinju.dev/deploy/synthetic"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/wire"
)

// play is one story of a loaded suite: somebody is found to be somebody else.
type play struct {
	*testing.T
	to     *client.Suite
	county *synthetic.County
	wanted e2e.Wanted
	nth    int // of the stories, from 0
	events int // recorded so far

	arrivals []*registryv1.ResidenceEvent // of the latest family
	read     map[string]*e2e.Reader       // of each source, from its first change on
}

// stories plays all of them. Each leaves behind what it found but for its own
// people, and the aggregator's state can be built again afterwards.
//
// They are about the days given, of which the first is today: another day asks
// the same rules about another date and costs as much again, so that one of the
// topologies asks about all of them and the others about today. The two longest
// stories are played where all are asked about.
func stories(t *testing.T, to *client.Suite, c *synthetic.County, days []civil.Date) {
	read := map[string]*e2e.Reader{}
	for source, feed := range to.Changes {
		read[source] = e2e.NewReader(feed)
	}
	for nth, one := range []struct {
		name string
		play func(p *play)
		days int // that it is worth playing for
	}{
		{"residents merged at a desk are one, and two again", mergedAtADesk, 1},
		{"a corrected number leads to somebody known, and back", correctedIntoAnother, 2},
		{"merges of merges are undone in any order", mergedInAChain, 2},
		{"an answer changes facts once it is accepted", answeredFromElsewhere, 1},
		{"a batch withdrawn leaves no trace", withdrawnBatch, 1},
	} {
		if len(days) < one.days {
			continue
		}
		t.Run(one.name, func(t *testing.T) {
			p := &play{T: t, to: to, county: c, nth: nth, read: read}
			p.wanted.Days = days
			one.play(p)
			p.replays()
		})
	}
	(&play{T: t, to: to, county: c}).settle()
	rebuilt(t, to)
}

// record sends events in the name of a sender and returns whom they are about.
// No event may be refused.
func (p *play) record(sender string, events ...*registryv1.ResidenceEvent) (ids []string) {
	p.Helper()
	for _, e := range events {
		if e.EventId == "" {
			p.events++
			e.EventId = fmt.Sprintf("story-%d-%d", p.nth, p.events)
		}
	}
	got, err := p.to.Registry.BatchRecordEvents(p.Context(), &registryv1.BatchRecordEventsRequest{Sender: sender, Events: events})
	if err != nil {
		p.Fatal(err)
	}
	for i, o := range got.GetOutcomes() {
		if o.GetOutcome() == registryv1.RowOutcome_ROW_OUTCOME_REFUSED || o.GetOutcome() == registryv1.RowOutcome_ROW_OUTCOME_PENDING {
			p.Fatalf("event %s about %q: %s %s", events[i].GetEventId(), events[i].GetReplacesEventId(), o.GetOutcome(), o.GetReason())
		}
		ids = append(ids, o.GetResidentId())
	}
	return ids
}

// settle waits until everybody has followed the registry, and whoever looks alike is
// flagged: else that happens anywhere between before and after.
func (p *play) settle() {
	p.Helper()
	p.searched()
	if err := loader.WaitFollowed(p.Context(), p.to, nil); err != nil {
		p.Fatal(err)
	}
}

// everything asks everything once everybody has followed.
func (p *play) everything() e2e.Everything {
	p.Helper()
	p.settle()
	all, err := e2e.AskEverything(p.Context(), p.to, p.wanted)
	if err != nil {
		p.Fatal(err)
	}
	return all
}

// same fails when two answers differ, and says which, without printing all.
func (p *play) same(when string, want, got e2e.Everything) {
	p.Helper()
	keys := slices.Sorted(maps.Keys(want))
	for key := range got {
		if _, there := want[key]; !there {
			keys = append(keys, key)
		}
	}
	shown := 0
	for _, key := range keys {
		if want[key] != got[key] {
			if shown++; shown <= 12 {
				p.Errorf("%s, %s:\n- %s\n+ %s", when, key, e2e.Readable(key, want[key]), e2e.Readable(key, got[key]))
			}
		}
	}
	if shown > 12 {
		p.Errorf("%s, and %d more of %d answers", when, shown-12, len(keys))
	}
}

// records asks the record services, until wrong finds nothing wrong: they follow
// the registry by themselves.
func (p *play) records(wrong func(all e2e.Everything) string) {
	p.Helper()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	for {
		all := e2e.Everything{}
		for _, id := range p.wanted.Residents {
			got, err := e2e.Records(p.Context(), p.to, id)
			if err != nil {
				p.Fatal(err)
			}
			maps.Copy(all, got)
		}
		what := wrong(all)
		if what == "" {
			return
		}
		select {
		case <-deadline.C:
			p.Fatalf("the record services: %s", what)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// asBefore waits until the record services answer as they did.
func (p *play) asBefore(before e2e.Everything) {
	p.Helper()
	p.records(func(all e2e.Everything) string {
		for key, is := range all {
			if before[key] != is {
				return key + " is not as before"
			}
		}
		return ""
	})
}

// replays reads every change feed to its end and holds what a reader then has who
// began with the first change against the facts that the source lists.
func (p *play) replays() {
	p.Helper()
	for source, feed := range p.to.Changes {
		want, err := e2e.Facts(p.Context(), feed)
		if err != nil {
			p.Fatal(err)
		}
		got, err := p.read[source].Read(p.Context())
		if err != nil {
			p.Fatalf("the changes of %s: %v", source, err)
		}
		if len(want) == 0 {
			p.Fatalf("%s lists no facts", source)
		}
		differ := 0
		for key := range merged(want, got) {
			if proto.Equal(want[key], got[key]) {
				continue
			}
			if differ++; differ < 5 {
				p.Errorf("%s %s (-listed +replayed):\n%s", source, key, cmp.Diff(want[key], got[key], protocmp.Transform()))
			}
		}
		if differ > 0 {
			p.Errorf("%s: %d facts differ", source, differ)
		}
	}
}

func merged(a, b map[string]*feedv1.Fact) map[string]*feedv1.Fact {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

func (p *play) resident(req *registryv1.GetResidentRequest) *registryv1.Resident {
	p.Helper()
	got, err := p.to.Registry.GetResident(p.Context(), req)
	if err != nil {
		p.Fatal(err)
	}
	return got.GetResident()
}

// county is the number of an indicator for the whole county today.
func (p *play) number(indicator string) *aggregatorv1.CoverageRow {
	p.Helper()
	got, err := p.to.Aggregator.GetCoverage(p.Context(), &aggregatorv1.GetCoverageRequest{
		Divisions: []string{synthetic.CountyCode}, AsOfDate: wire.DateProto(today), IndicatorIds: []string{indicator},
	})
	if err != nil || len(got.GetRows()) != 1 {
		p.Fatalf("%d rows, %v", len(got.GetRows()), err)
	}
	return got.GetRows()[0]
}

// listed counts how often residents are on a list of a number, today.
func (p *play) listed(indicator string, set aggregatorv1.MemberSet) map[string]int {
	p.Helper()
	list, err := e2e.Members(p.Context(), p.to, synthetic.CountyCode, indicator, today, set)
	if err != nil {
		p.Fatal(err)
	}
	out := map[string]int{}
	for _, m := range list {
		out[m.GetResidentId()]++
	}
	return out
}
