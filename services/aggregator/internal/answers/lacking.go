package answers

import (
	"cmp"
	"time"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/policy"
)

// Late says from when on a source counts as not fully counted.
type Late struct {
	Behind  int64         // more changes than this wait
	Silence time.Duration // it was not heard of for longer than this
	Fetched time.Duration // it did not confirm the figures that are fetched from it for longer than this
}

// DefaultLate is a minute's work of following, twenty heartbeats of a feed, and
// three rounds of fetching figures.
var DefaultLate = Late{Behind: 10_000, Silence: 5 * time.Minute, Fetched: 30 * time.Minute}

// OrDefault takes DefaultLate where nothing is said.
func (l Late) OrDefault() Late {
	return Late{
		Behind: cmp.Or(l.Behind, DefaultLate.Behind), Silence: cmp.Or(l.Silence, DefaultLate.Silence), Fetched: cmp.Or(l.Fetched, DefaultLate.Fetched),
	}
}

// lacks returns the sources that are not fully counted at a moment.
func (l Late) lacks(following []coverage.Following, now time.Time) []Lack {
	var out []Lack
	for _, name := range policy.SourceNames() {
		if why, behind := l.why(following, name, now); why != 0 {
			out = append(out, Lack{Source: name, Why: why, Behind: behind})
		}
	}
	return out
}

func (l Late) why(following []coverage.Following, name string, now time.Time) (Why, int64) {
	for _, f := range following {
		if f.Source != name {
			continue
		}
		behind := max(f.Head-f.Position, 0)
		switch {
		case f.Epoch == "":
			return NeverReached, behind
		case f.Listing:
			return Listing, behind
		case f.Alarm != "":
			return Alarmed, behind
		case behind > l.Behind:
			return Behind, behind
		case !f.Contact.IsZero() && now.Sub(f.Contact) > l.Silence:
			return Silent, behind
		}
		return 0, 0
	}
	return NeverReached, 0
}

// lacking returns those that the indicator needs.
func (a *Asker) lacking(p *policy.Pack, ind *policy.Indicator) []Lack {
	if len(a.lacks) == 0 {
		return nil
	}
	var out []Lack
	needs := p.Needs(ind)
	for _, l := range a.lacks {
		if needs.Has(l.Source) {
			out = append(out, l)
		}
	}
	return out
}
