package derived

import (
	"context"
	"maps"

	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/store"
)

// replica is one generation in memory: the one that serves, or the one that a
// rebuild makes beside it.
type replica struct {
	generation int64
	revision   int64
	deriver    *derive.Deriver // under the packs that its members were derived with
	seen       map[string]bool // codes of records that have arrived
	worldSet   feedfacts.Set
	world      *facts.World
	ledger     *ledger.Ledger
	sums       sums
	facts      int64     // that hold, about persons
	residents  int64     // persons with facts that hold
	orphans    int64     // facts about persons that the registry has not told of
	links      int64     // identifiers whose facts count for another
	chains     int64     // of these: linked to one that is linked itself, which never should be
	named      *mentions // by the facts of others
	followed   map[string]store.FollowedRow
	refs       references
	kept       *keptSums // of every copy the same
}

func newReplica(generation int64, d *derive.Deriver) *replica {
	return &replica{generation: generation, deriver: d, seen: map[string]bool{}, followed: map[string]store.FollowedRow{}, kept: newKept()}
}

// count adds (sign 1) or takes away (−1) a person's part of the figures.
func (r *replica) count(p *person, sign int64) {
	r.countShare(share{p.held(), p.known()}, sign)
}

// share is what figures say of a person: the facts about it, and whether the registry
// has told of it.
type share struct {
	facts int64
	known bool
}

func (s share) and(more share) share { return share{s.facts + more.facts, s.known || more.known} }

func (r *replica) countShare(s share, sign int64) {
	if s.facts == 0 {
		return
	}
	r.residents += sign
	if !s.known {
		r.orphans += sign * s.facts
	}
}

// copyOf returns a replica that can be changed without touching r; the ledger is shared.
func (r *replica) copyOf() *replica {
	c := *r
	c.followed = maps.Clone(r.followed)
	return &c
}

// readNamed reads whom the facts of others name.
func (b *Book) readNamed(ctx context.Context, r *replica) (err error) {
	r.named, err = mentionsOf(ctx, b.Store, r.generation)
	return err
}

// surroundings reads of a generation what is not about single residents, without
// whom these name, and who is linked to whom.
func (b *Book) surroundings(ctx context.Context, generation int64, d *derive.Deriver) (r *replica, into map[string]string, err error) {
	err = b.Store.Read(ctx, func(t store.Tx) (err error) {
		r = newReplica(generation, d)
		head, err := t.Head()
		if err != nil {
			return err
		}
		r.revision = head.Revision
		if err := r.loadWorld(t); err != nil {
			return err
		}
		list, err := t.Followed(generation)
		if err != nil {
			return err
		}
		for _, f := range list {
			r.followed[f.Source] = f
		}
		codes, err := t.Codes(generation)
		if err != nil {
			return err
		}
		for _, code := range codes {
			r.seen[code] = true
		}
		into, r.chains, err = linksOf(t, generation)
		r.links = int64(len(into))
		return err
	})
	return r, into, err
}

func (r *replica) loadWorld(t store.Tx) (err error) {
	rows, err := t.World(r.generation)
	if err != nil {
		return err
	}
	for _, w := range rows {
		one, err := feedfacts.Decode(w.Fact)
		if err != nil {
			return err
		}
		r.worldSet = append(r.worldSet, one...)
	}
	return r.plant()
}

// plant makes the tree, under which nothing is counted yet.
func (r *replica) plant() (err error) {
	if r.world, err = r.worldSet.World(); err != nil {
		return err
	}
	r.sums.world = worldSum(r.worldSet)
	r.ledger = ledger.New(tree{r.world})
	return nil
}
