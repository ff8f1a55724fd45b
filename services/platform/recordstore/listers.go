package recordstore

import (
	"context"
	"maps"
	"slices"
	"strings"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/page"
)

// Listers chains several kinds into the one list of facts of a service, in the
// order of their names. Names hold no ":" and never change while a reader may
// be in the middle of a list.
func Listers(kinds map[string]changefeed.Lister) changefeed.Lister {
	return chain{slices.Sorted(maps.Keys(kinds)), kinds}
}

type chain struct {
	names []string
	kinds map[string]changefeed.Lister
}

// ListFacts implements changefeed.Lister; its keys are "name:key of the kind".
// A page never mixes kinds, so one may be short and still not the last.
func (c chain) ListFacts(ctx context.Context, after string, limit int) ([]changefeed.Fact, string, error) {
	name, key, _ := strings.Cut(after, ":")
	at := 0
	if after != "" {
		if at = slices.Index(c.names, name); at < 0 {
			return nil, "", page.ErrToken
		}
	}
	for ; at < len(c.names); at, key = at+1, "" {
		name := c.names[at]
		facts, next, err := c.kinds[name].ListFacts(ctx, key, limit)
		if err != nil {
			return nil, "", err
		}
		switch {
		case next != "":
			return facts, name + ":" + next, nil
		case at+1 == len(c.names):
			return facts, "", nil
		case len(facts) > 0:
			return facts, c.names[at+1] + ":", nil
		}
	}
	return nil, "", nil
}
