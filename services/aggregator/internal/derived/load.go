package derived

import (
	"runtime"

	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/store"

	"golang.org/x/sync/errgroup"
)

// loading counts what it is given on all processors: of residents' rows facts,
// digests and pieces. What it holds does not grow with the residents, apart from the
// ledger and those who are linked.
type loading struct {
	r       *replica
	group   errgroup.Group
	steps   chan func(*loader) error
	loaders []*loader
	idle    chan *loadStep
	stored  map[string]bool // villages that are taken over, not counted
}

// newLoading begins; end must follow.
func newLoading(r *replica, into map[string]string) *loading {
	all := &loading{r: r, steps: make(chan func(*loader) error), idle: make(chan *loadStep, runtime.GOMAXPROCS(0)+1)}
	r.refs = references{} // nobody yet: nothing is referred to
	roots := rootsOf(into)
	for range runtime.GOMAXPROCS(0) {
		l := newLoader(r, into, roots)
		l.bulk = r.ledger.Bulk()
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

// derived counts the residents of a step, each of whom is given once. What their
// facts mention has been noted.
func (all *loading) derived(s *derivedStep) {
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

// read has everybody counted whom each reads: their rows, each of whom is given once.
func (all *loading) read(each func(func(store.ResidentRow) error) error, take func(*loader, *store.ResidentRow) error) error {
	step := all.step()
	err := each(func(row store.ResidentRow) error {
		if step.keep(&row); len(step.rows) < loadRows {
			return nil
		}
		all.hand(step, take)
		step = all.step()
		return nil
	})
	if err == nil {
		all.hand(step, take)
	}
	return err
}

// loadRows is how many residents are handed to a processor at a time: their rows
// shall still be in its own memory when it comes to them.
const loadRows = 128

// loadStep is rows and their bytes, one behind the other. It is used again and again.
type loadStep struct {
	rows []store.ResidentRow
	room []byte
}

func (all *loading) step() *loadStep {
	select {
	case s := <-all.idle:
		s.rows, s.room = s.rows[:0], s.room[:0]
		return s
	default:
		return &loadStep{rows: make([]store.ResidentRow, 0, loadRows)}
	}
}

// keep copies a row, which is good until the next one is read.
func (s *loadStep) keep(row *store.ResidentRow) {
	begin := len(s.room)
	s.room = append(append(s.room, row.Facts...), row.Members...)
	own, n := s.room[begin:], len(row.Facts) // where room has moved, the rows before keep what it was
	s.rows = append(s.rows, store.ResidentRow{ID: row.ID, Facts: own[:n:n], Members: own[n:]})
}

// hand gives a step to whoever is free.
func (all *loading) hand(s *loadStep, take func(*loader, *store.ResidentRow) error) {
	if len(s.rows) > 0 {
		all.r.refs = nil
	}
	all.steps <- func(l *loader) error {
		for i := range s.rows {
			if err := take(l, &s.rows[i]); err != nil {
				return err
			}
		}
		select {
		case all.idle <- s:
		default:
		}
		return nil
	}
}

// takeLoaded sums up what was counted, with the persons whose facts came under
// several identifiers.
func (r *replica) takeLoaded(loaders []*loader) {
	whole := map[string]share{}
	for _, l := range loaders {
		r.facts += l.facts
		r.residents += l.count.residents
		r.orphans += l.count.orphans
		r.sums.facts.plus(l.sums.facts)
		r.sums.members.plus(l.sums.members)
		for id, part := range l.joined {
			whole[id] = whole[id].and(part)
		}
	}
	for _, s := range whole {
		r.countShare(s, 1)
	}
}

// loader counts some of the residents.
type loader struct {
	r     *replica
	into  map[string]string
	roots map[string]bool // to whom others are linked

	sums   sums
	facts  int64
	count  replica          // of persons without links
	joined map[string]share // parts of the others
	bulk   *ledger.Bulk     // nil: figures alone
	packed store.Unpacking
	hash   hashing
}

func newLoader(r *replica, into map[string]string, roots map[string]bool) *loader {
	return &loader{r: r, into: into, roots: roots, joined: map[string]share{}}
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

// take counts a row, of which it keeps nothing.
func (l *loader) take(row *store.ResidentRow) error {
	tally, err := feedfacts.TallyOf(row.Facts)
	if err == nil {
		err = l.takeFacts(row.ID, tally, row.Facts)
	}
	if err != nil {
		return err
	}
	members, err := l.packed.Rows(row.Members)
	if err != nil {
		return err
	}
	for i := range members {
		m := &members[i]
		l.sums.members.add(l.hash.row(m.Village, m.SortKey, []byte(row.ID), m.Pieces))
		if l.bulk == nil {
			continue
		}
		if err := l.takePieces(m.Village, m.Pieces); err != nil {
			return err
		}
	}
	return nil
}

// takeDerived counts residents of a step, who need not be unpacked again.
func (l *loader) takeDerived(s *derivedStep) error {
	for i := range s.rows {
		if err := l.takeFacts(s.rows[i].ID, s.sets[i].Tally(), s.rows[i].Facts); err != nil {
			return err
		}
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
func (l *loader) takeFacts(id string, tally feedfacts.Tally, raw []byte) error {
	l.facts += int64(tally.Live)
	if tally.Gone > 0 {
		set, err := feedfacts.Decode(raw)
		if err != nil {
			return err
		}
		raw = heldBytes(set, raw)
	}
	if len(raw) > 0 {
		l.sums.facts.add(l.hash.row([]byte(id), raw))
	}
	part := share{facts: tally.About(), known: tally.Known}
	switch root := l.into[id]; {
	case root != "":
		part.known = false // who the person is, the person's own facts say
		l.joined[root] = l.joined[root].and(part)
	case l.roots[id]:
		l.joined[id] = l.joined[id].and(part)
	default:
		l.count.countShare(part, 1)
	}
	return nil
}

// takeMember counts what one resident counts for in a village.
func (l *loader) takeMember(m *store.MemberRow) error {
	return l.takePieces([]byte(m.Village), m.Pieces)
}

func (l *loader) takePieces(village, pieces []byte) error {
	if l.bulk.Len() >= l.r.ledger.Most(runtime.GOMAXPROCS(0)) {
		l.r.ledger.Take(l.bulk)
	}
	return l.r.deriver.AddTo(l.bulk.Village(village), pieces)
}
