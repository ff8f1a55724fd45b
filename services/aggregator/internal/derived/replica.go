package derived

import (
	"context"
	"maps"
	"slices"

	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/store"

	"golang.org/x/sync/errgroup"
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
}

// count adds (sign 1) or takes away (−1) a person's part of the figures.
func (r *replica) count(p *person, sign int64) {
	held := p.held()
	if held == 0 {
		return
	}
	r.residents += sign
	if !p.known() {
		r.orphans += sign * held
	}
}

// copyOf returns a replica that can be changed without touching r; the ledger is shared.
func (r *replica) copyOf() *replica {
	c := *r
	c.followed = maps.Clone(r.followed)
	return &c
}

// loadStep bounds how many members are summed before the ledger takes them.
const loadStep = 20_000

// load reads a generation, derived by d, that nobody writes meanwhile: facts and
// members at the same time.
func (b *Book) load(ctx context.Context, generation int64, d *derive.Deriver) (*replica, error) {
	var r *replica
	err := b.Store.Read(ctx, func(t store.Tx) (err error) {
		r = &replica{generation: generation, deriver: d, seen: map[string]bool{}, followed: map[string]store.FollowedRow{}}
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
		if r.named, err = mentionsOf(t, generation); err != nil {
			return err
		}
		codes, err := t.Codes(generation)
		if err != nil {
			return err
		}
		for _, code := range codes {
			r.seen[code] = true
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return b.Store.Read(ctx, r.loadResidents) })
	group.Go(func() error { return b.Store.Read(ctx, r.loadMembers) })
	return r, group.Wait()
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
	if r.world, err = r.worldSet.World(); err != nil {
		return err
	}
	r.sums.world = worldSum(r.worldSet)
	r.ledger = ledger.New(tree{r.world})
	return nil
}

func (r *replica) loadResidents(t store.Tx) error {
	into, chains, err := linksOf(t, r.generation)
	if err != nil {
		return err
	}
	r.links, r.chains = int64(len(into)), chains
	joined := map[string]*person{} // those to whom others are linked
	for _, root := range into {
		joined[root] = &person{id: root}
	}
	none := true
	err = t.EachResident(r.generation, "", int(^uint32(0)>>1), func(id string, raw []byte) error {
		none = false
		set, err := feedfacts.Decode(raw)
		if err != nil {
			return err
		}
		r.facts += int64(set.Live())
		r.sums.putFacts(id, set, raw)
		root := into[id]
		switch {
		case root != "":
			joined[root].more = append(joined[root].more, set)
		case joined[id] != nil:
			joined[id].own = set
		default:
			r.count(&person{id: id, own: set}, 1)
		}
		return nil
	})
	for _, p := range joined {
		r.count(p, 1)
	}
	if none {
		r.refs = references{} // nobody yet: nothing is referred to
	}
	return err
}

func (r *replica) loadMembers(t store.Tx) error {
	batch, n := r.ledger.VillageBatch(), 0
	err := t.EachMember(r.generation, func(m store.MemberRow) error {
		r.sums.members.add(memberHash(&m))
		if n++; n%loadStep == 0 {
			r.ledger.Apply(batch)
			batch = r.ledger.VillageBatch()
		}
		return derive.Decode(m.Pieces, func(p *derive.Piece) error {
			batch.Add(p.Key, m.Village, p.From, p.To, p.Count())
			return nil
		})
	})
	if err != nil {
		return err
	}
	r.ledger.Apply(batch)
	r.ledger.Hang(tree{r.world})
	return nil
}

// deriveStep bounds the residents of one transaction while all are derived.
const deriveStep = 2000

// deriveAll writes the members of a generation that has none, and reports how
// many residents there were.
func (b *Book) deriveAll(ctx context.Context, generation int64, d *derive.Deriver, progress func(residents int64)) (int64, error) {
	var world *facts.World
	var named *mentions
	err := b.Store.Read(ctx, func(t store.Tx) (err error) {
		r := &replica{generation: generation}
		if err = r.loadWorld(t); err != nil {
			return err
		}
		world = r.world
		named, err = mentionsOf(t, generation)
		return err
	})
	if err != nil {
		return 0, err
	}
	after, done := "", int64(0)
	for {
		last, n := after, 0
		err := b.Store.Write(ctx, func(t store.Tx) error {
			near, ids, err := nextPersons(t, generation, named, d.ReadsOthers(), after)
			if err != nil || len(ids) == 0 {
				n = 0
				return err
			}
			n, last = len(ids), ids[len(ids)-1]
			lists, err := membersOf(near, ids, d, world)
			if err != nil {
				return err
			}
			rows := slices.Concat(lists...)
			return putMembers(t, generation, rows)
		})
		if err != nil || n == 0 {
			return done, err
		}
		after, done = last, done+int64(n)
		progress(int64(n))
	}
}
