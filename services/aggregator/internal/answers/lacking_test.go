package answers

import (
	"testing"
	"time"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/policy"
)

func TestWhenASourceIsNotFullyCounted(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	late := Late{Behind: 10, Silence: time.Minute}
	for name, c := range map[string]struct {
		following coverage.Following
		want      Why
		behind    int64
	}{
		"followed and heard of":   {coverage.Following{Epoch: "e", Position: 5, Head: 15, Contact: now.Add(-time.Minute)}, 0, 0},
		"nothing ever came":       {coverage.Following{Head: 7}, NeverReached, 7},
		"still read at first":     {coverage.Following{Epoch: "e", Listing: true}, Listing, 0},
		"stopped with an alarm":   {coverage.Following{Epoch: "e", Alarm: "FEED_TRIMMED"}, Alarmed, 0},
		"eleven changes behind":   {coverage.Following{Epoch: "e", Position: 5, Head: 16}, Behind, 11},
		"silent for too long":     {coverage.Following{Epoch: "e", Contact: now.Add(-time.Minute - 1)}, Silent, 0},
		"not heard of as yet":     {coverage.Following{Epoch: "e"}, 0, 0},
		"first read and an alarm": {coverage.Following{Epoch: "e", Listing: true, Alarm: "X"}, Listing, 0},
	} {
		c.following.Source = policy.SourceNames()[1]
		var got Lack
		for _, l := range late.lacks([]coverage.Following{c.following}, now) {
			if l.Source == c.following.Source {
				got = l
			}
		}
		if got.Why != c.want || got.Behind != c.behind {
			t.Errorf("%s: %+v, want %d and %d", name, got, c.want, c.behind)
		}
	}
	if n := len(late.lacks(nil, now)); n != len(policy.SourceNames()) {
		t.Errorf("%d sources lack when none is followed", n)
	}
}
