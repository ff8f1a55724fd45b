package recordstore

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/page"
)

// Listed is a fact of a list and the key that the list goes on behind.
type Listed struct {
	changefeed.Fact
	Key string // a resident, a record and a date: far below 100 bytes
}

// Ordered lists the current facts of one kind in the order of residents, those
// about no resident first.
type Ordered interface {
	// ListOrdered returns up to limit facts that hold now and follow the key after,
	// "" for the first; fewer only at the end. changefeed.Lister says what keys must be.
	ListOrdered(ctx context.Context, after string, limit int) ([]Listed, error)
}

// Listers merges several kinds into the one list of facts of a service: in the
// order of residents, so that everything about one comes together, and what is
// about none first. What belongs to the same is in the order of the names of the
// kinds, which never change while a reader may be in the middle of a list.
func Listers(kinds map[string]Ordered) changefeed.Lister {
	return merged{slices.Sorted(maps.Keys(kinds)), kinds}
}

type merged struct {
	names []string
	kinds map[string]Ordered
}

// ListFacts implements changefeed.Lister. A key is that of each kind, so that
// none depends on how another is ordered. Kinds are read in small shares: what
// was read ahead when a page is full, at most half a page, is read again.
func (m merged) ListFacts(ctx context.Context, after string, limit int) (facts []changefeed.Fact, next string, err error) {
	keys, err := m.keys(after)
	if err != nil {
		return nil, "", err
	}
	kinds := make([]ahead, len(m.names))
	for i, name := range m.names {
		kinds[i] = ahead{kind: m.kinds[name], name: name, key: keys[name]}
	}
	share := max(1, limit/(2*len(kinds)))
	for len(facts) < limit {
		var first *ahead
		for i := range kinds {
			k := &kinds[i]
			if err := k.fill(ctx, min(share, limit-len(facts))); err != nil {
				return nil, "", err
			}
			if len(k.read) > 0 && (first == nil || k.read[0].ResidentID < first.read[0].ResidentID) {
				first = k
			}
		}
		if first == nil {
			return facts, "", nil
		}
		facts, keys[first.name] = append(facts, first.read[0].Fact), first.read[0].Key
		first.read = first.read[1:]
	}
	raw, err := json.Marshal(keys)
	return facts, string(raw), err
}

// keys is what ListFacts said to go on from: the key of each kind that has one.
func (m merged) keys(after string) (map[string]string, error) {
	keys := map[string]string{}
	if after == "" {
		return keys, nil
	}
	if json.Unmarshal([]byte(after), &keys) != nil || keys == nil {
		return nil, page.ErrToken
	}
	for name := range keys {
		if m.kinds[name] == nil {
			return nil, page.ErrToken
		}
	}
	return keys, nil
}

// ahead is what was read of a kind and is not listed yet.
type ahead struct {
	kind Ordered
	name string
	key  string // behind what was read
	read []Listed
	end  bool
}

// fill reads the next share when nothing is left of the one before.
func (a *ahead) fill(ctx context.Context, share int) (err error) {
	if len(a.read) > 0 || a.end {
		return nil
	}
	if a.read, err = a.kind.ListOrdered(ctx, a.key, share); err != nil {
		return err
	}
	a.end = len(a.read) < share
	if n := len(a.read); n > 0 {
		a.key = a.read[n-1].Key
	}
	return nil
}
