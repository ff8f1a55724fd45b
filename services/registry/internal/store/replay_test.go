package store

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/changefeed"
)

// replayed reads the whole change feed as a reader does who knows a fact by kind
// and identifier and ignores what has no higher version, and as one who keeps
// facts per resident, and compares the end with the facts that the tables list.
func replayed(t *testing.T, s *SQL) {
	t.Helper()
	last, held := map[string]changefeed.Fact{}, map[string]changefeed.Fact{}
	for after := int64(0); ; {
		p, err := changefeed.Read(t.Context(), s.db, "", after, 500)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Changes) == 0 {
			break
		}
		for _, c := range p.Changes {
			after = c.Position
			k := fmt.Sprint(c.Fact.Kind, "/", c.Fact.ID)
			if was, there := last[k]; there && was.Version >= c.Fact.Version {
				t.Errorf("fact of kind %d: version %d after %d", c.Fact.Kind, c.Fact.Version, was.Version)
				continue
			}
			last[k] = c.Fact
			held[k+"/"+c.Fact.ResidentID] = c.Fact
		}
	}
	got := []string{}
	for _, f := range everything(t, s, 7) {
		got = append(got, fmt.Sprintf("%d %s %s %d %s %x", f.Kind, f.ID, f.ResidentID, f.Version, f.Recorded, f.Body))
	}
	slices.Sort(got)
	for _, reader := range []map[string]changefeed.Fact{last, held} {
		want := []string{}
		for _, f := range reader {
			if !f.Deleted {
				want = append(want, fmt.Sprintf("%d %s %s %d %s %x", f.Kind, f.ID, f.ResidentID, f.Version, f.Recorded, f.Body))
			}
		}
		slices.Sort(want)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("the feed (-) and the tables (+): %s", d)
		}
	}
}
