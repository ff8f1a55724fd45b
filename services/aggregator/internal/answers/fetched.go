package answers

import (
	"slices"
	"time"

	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
)

// stale says whether a figure that is fetched from a service was not confirmed
// for longer than is allowed, of a month until the end of the next one: until
// then it may change.
func (l Late) stale(x *Figure, now time.Time) bool {
	if !x.Fetched {
		return false
	}
	if x.On != civil.None {
		if settled := policy.Month.End(policy.Month.End(x.On)).Time(); settled.Before(now) {
			now = settled
		}
	}
	return now.Sub(x.Known) > l.Fetched
}

// known states until when a value made of figures is known to hold, which is as
// long as the oldest of them is, and whether a service should have said more.
func (a *Asker) known(t *Term, parts []Figure) {
	for i := range parts {
		x := &parts[i]
		if i == 0 || x.Known.Before(t.Known) {
			t.Known = x.Known
		}
		if a.late.stale(x, a.now) {
			t.Unreachable, t.FetchedFrom = true, x.Source
		}
	}
}

// lackFetched adds the services that values of the terms were fetched from and
// that have been silent since.
func (r *Row) lackFetched(terms ...Term) {
	for i := range terms {
		r.lack(Lack{Source: terms[i].FetchedFrom, Why: Silent}, terms[i].Unreachable)
	}
}

// lack adds what the row lacks, a source once; the list may be shared.
func (r *Row) lack(l Lack, is bool) {
	if is && !slices.ContainsFunc(r.Lacking, func(x Lack) bool { return x.Source == l.Source }) {
		r.Lacking = append(slices.Clip(r.Lacking), l)
	}
}
