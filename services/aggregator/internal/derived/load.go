package derived

import (
	"runtime"

	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/store"

	"golang.org/x/sync/errgroup"
)

// loadStep is how many residents are handed to a processor at a time.
const loadStep = 1024

// loading counts what it is given on all processors: of residents' rows facts,
// digests and pieces. What it holds does not grow with the residents, apart from the
// ledger and those who are linked.
type loading struct {
	r       *replica
	group   errgroup.Group
	steps   chan func(*loader) error
	loaders []*loader
	stored  map[string]bool // villages that are taken over, not counted
}

// newLoading begins; end must follow.
func newLoading(r *replica, into map[string]string) *loading {
	all := &loading{r: r, steps: make(chan func(*loader) error)}
	r.refs = references{} // nobody yet: nothing is referred to
	roots := rootsOf(into)
	for range runtime.GOMAXPROCS(0) {
		l := &loader{r: r, into: into, roots: roots, joined: map[string]*person{}, bulk: r.ledger.Bulk()}
		all.loaders = append(all.loaders, l)
		all.group.Go(func() error { return l.run(all.steps) })
	}
	return all
}

func rootsOf(into map[string]string) map[string]bool {
	roots := map[string]bool{}
	for _, root := range into {
		roots[root] = true
	}
	return roots
}

// take counts residents, each of whom is given once. It keeps the rows.
func (all *loading) take(rows []store.ResidentRow) {
	if len(rows) > 0 {
		all.r.refs = nil
		all.steps <- func(l *loader) error { return l.takeAll(rows) }
	}
}

// derived counts the residents of a step, each of whom is given once.
func (all *loading) derived(s *derivedStep) {
	all.r.refs = nil
	all.steps <- func(l *loader) error { return l.takeDerived(s) }
}

// end waits until everybody is counted; the replica is complete unless it fails.
func (all *loading) end(err error) error {
	close(all.steps)
	if failed := all.group.Wait(); err == nil {
		err = failed
	}
	if err == nil {
		all.r.takeLoaded(all.loaders)
		all.r.ledger.Hang(tree{all.r.world})
		all.r.kept.lack(all.r.ledger.Codes(), all.stored)
	}
	return err
}

// read takes everybody who is stored.
func (all *loading) read(t store.Tx) error {
	return inSteps(t, all.r.generation, func(rows []store.ResidentRow) error {
		all.take(rows)
		return nil
	})
}

// inSteps reads all residents of a generation, some at a time, who may be kept.
func inSteps(t store.Tx, generation int64, take func([]store.ResidentRow) error) error {
	step := make([]store.ResidentRow, 0, loadStep)
	var room []byte
	err := t.EachResident(generation, "", int(^uint32(0)>>1), func(row store.ResidentRow) error {
		if n := len(row.Facts) + len(row.Members); n > cap(room)-len(room) {
			room = make([]byte, 0, max(n, loadRoom))
		}
		row.Facts, room = kept(room, row.Facts)
		row.Members, room = kept(room, row.Members)
		if step = append(step, row); len(step) < loadStep {
			return nil
		}
		full := step
		step = make([]store.ResidentRow, 0, loadStep)
		return take(full)
	})
	if err != nil {
		return err
	}
	return take(step)
}

// loadRoom is how many bytes of rows are kept together.
const loadRoom = 1 << 18

// kept copies bytes to the end of room, where they stay.
func kept(room, raw []byte) (own, left []byte) {
	n := len(room)
	room = append(room, raw...)
	return room[n:len(room):len(room)], room
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
}

// loader counts some of the residents.
type loader struct {
	r     *replica
	into  map[string]string
	roots map[string]bool // to whom others are linked

	sums   sums
	facts  int64
	count  replica            // of persons without links
	joined map[string]*person // parts of the others
	bulk   *ledger.Bulk       // nil: figures alone
}

// run takes steps until there are none; after a failure it only passes over them.
func (l *loader) run(steps <-chan func(*loader) error) (err error) {
	for step := range steps {
		if err == nil {
			err = step(l)
		}
	}
	l.r.ledger.Take(l.bulk)
	return err
}

func (l *loader) takeAll(rows []store.ResidentRow) error {
	for i := range rows {
		if err := l.take(&rows[i]); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) take(row *store.ResidentRow) error {
	set, err := feedfacts.Decode(row.Facts)
	if err != nil {
		return err
	}
	l.takeFacts(row.ID, set, row.Facts)
	return store.EachMember(row.ID, row.Members, func(m store.MemberRow) error {
		l.sums.members.add(memberHash(&m))
		if l.bulk == nil {
			return nil
		}
		return l.takeMember(&m)
	})
}

// takeDerived counts residents of a step, who need not be decoded again.
func (l *loader) takeDerived(s *derivedStep) error {
	for i := range s.rows {
		l.takeFacts(s.rows[i].ID, s.sets[i], s.rows[i].Facts)
	}
	for i := range s.members {
		l.sums.members.add(memberHash(&s.members[i]))
		if err := l.takeMember(&s.members[i]); err != nil {
			return err
		}
	}
	return nil
}

// takeFacts counts the facts of an identifier; raw is their encoding.
func (l *loader) takeFacts(id string, set feedfacts.Set, raw []byte) {
	l.facts += int64(set.Live())
	l.sums.putFacts(id, set, raw)
	switch root := l.into[id]; {
	case root != "":
		l.part(root).more = append(l.part(root).more, set)
	case l.roots[id]:
		l.part(id).own = set
	default:
		l.count.count(&person{id: id, own: set}, 1)
	}
}

// takeMember counts what one resident counts for in a village.
func (l *loader) takeMember(m *store.MemberRow) error {
	if l.bulk.Len() >= l.r.ledger.Most(runtime.GOMAXPROCS(0)) {
		l.r.ledger.Take(l.bulk)
	}
	return l.r.deriver.AddTo(l.bulk.Village(m.Village), m.Pieces)
}

func (l *loader) part(id string) *person {
	p := l.joined[id]
	if p == nil {
		p = &person{id: id}
		l.joined[id] = p
	}
	return p
}
