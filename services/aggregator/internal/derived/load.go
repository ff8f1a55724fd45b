package derived

import (
	"runtime"
	"sync"

	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/civil"

	"golang.org/x/sync/errgroup"
)

const (
	loadStep   = 1024    // residents that are handed to a processor at a time
	loadPieces = 1 << 19 // pieces that are gathered before the ledger takes them
)

// loading counts residents whose rows it is given: on all processors facts are
// counted, digests made and pieces summed up. What it holds does not grow with the
// residents, apart from the ledger and those who are linked.
type loading struct {
	r       *replica
	group   errgroup.Group
	steps   chan []store.ResidentRow
	loaders []*loader
}

// newLoading begins; end must follow.
func newLoading(r *replica, into map[string]string) *loading {
	all := &loading{r: r, steps: make(chan []store.ResidentRow)}
	r.refs = references{} // nobody yet: nothing is referred to
	roots := map[string]bool{}
	for _, root := range into {
		roots[root] = true
	}
	taking := &sync.Mutex{}
	for range runtime.GOMAXPROCS(0) {
		l := &loader{r: r, into: into, roots: roots, joined: map[string]*person{}, taking: taking, bulk: r.ledger.Bulk()}
		all.loaders = append(all.loaders, l)
		all.group.Go(func() error { return l.run(all.steps) })
	}
	return all
}

// take counts residents, each of whom is given once. It keeps the rows.
func (all *loading) take(rows []store.ResidentRow) {
	if len(rows) > 0 {
		all.r.refs = nil
		all.steps <- rows
	}
}

// end waits until everybody is counted; the replica is complete unless it fails.
func (all *loading) end(err error) error {
	close(all.steps)
	if failed := all.group.Wait(); err == nil {
		err = failed
	}
	if err == nil {
		all.r.takeLoaded(all.loaders)
	}
	return err
}

// read takes everybody who is stored.
func (all *loading) read(t store.Tx) error {
	var step []store.ResidentRow
	err := t.EachResident(all.r.generation, "", int(^uint32(0)>>1), func(row store.ResidentRow) error {
		step = append(step, cloned(row))
		if len(step) == loadStep {
			all.take(step)
			step = make([]store.ResidentRow, 0, loadStep)
		}
		return nil
	})
	all.take(step)
	return err
}

// cloned is a row that outlives the reading of it.
func cloned(row store.ResidentRow) store.ResidentRow {
	n := len(row.Facts)
	both := append(append(make([]byte, 0, n+len(row.Members)), row.Facts...), row.Members...)
	row.Facts, row.Members = both[:n:n], both[n:]
	return row
}

// takeLoaded sums up what was counted, with the persons whose facts came under
// several identifiers.
func (r *replica) takeLoaded(loaders []*loader) {
	whole := map[string]*person{}
	for _, l := range loaders {
		r.facts += l.facts
		r.residents += l.count.residents
		r.orphans += l.count.orphans
		r.sums.facts.plus(l.sums.facts)
		r.sums.members.plus(l.sums.members)
		for id, part := range l.joined {
			p := whole[id]
			if p == nil {
				p = &person{id: id}
				whole[id] = p
			}
			if part.own != nil {
				p.own = part.own
			}
			p.more = append(p.more, part.more...)
		}
	}
	for _, p := range whole {
		r.count(p, 1)
	}
	r.ledger.Hang(tree{r.world})
}

// loader counts some of the residents.
type loader struct {
	r      *replica
	into   map[string]string
	roots  map[string]bool // to whom others are linked
	taking *sync.Mutex

	sums   sums
	facts  int64
	count  replica            // of persons without links
	joined map[string]*person // parts of the others
	bulk   *ledger.Bulk
}

// run takes steps until there are none; after a failure it only passes over them.
func (l *loader) run(steps <-chan []store.ResidentRow) (err error) {
	for step := range steps {
		for i := range step {
			if err == nil {
				err = l.take(&step[i])
			}
		}
	}
	l.apply()
	return err
}

func (l *loader) take(row *store.ResidentRow) error {
	set, err := feedfacts.Decode(row.Facts)
	if err != nil {
		return err
	}
	l.facts += int64(set.Live())
	l.sums.putFacts(row.ID, set, row.Facts)
	switch root := l.into[row.ID]; {
	case root != "":
		l.part(root).more = append(l.part(root).more, set)
	case l.roots[row.ID]:
		l.part(row.ID).own = set
	default:
		l.count.count(&person{id: row.ID, own: set}, 1)
	}
	err = store.EachMember(row.ID, row.Members, func(m store.MemberRow) error {
		l.sums.members.add(memberHash(&m))
		village := l.bulk.Village(m.Village)
		add := func(key ledger.Key, _ string, from, to civil.Date, as ledger.Count) { village.Add(key, from, to, as) }
		return derive.Decode(m.Pieces, func(p *derive.Piece) error {
			l.r.deriver.Count(p, m.Village, add)
			return nil
		})
	})
	if l.bulk.Len() >= loadPieces {
		l.apply()
	}
	return err
}

func (l *loader) part(id string) *person {
	p := l.joined[id]
	if p == nil {
		p = &person{id: id}
		l.joined[id] = p
	}
	return p
}

// apply gives the ledger what was gathered.
func (l *loader) apply() {
	l.taking.Lock()
	defer l.taking.Unlock()
	l.r.ledger.Take(l.bulk)
}
