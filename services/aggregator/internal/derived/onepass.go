package derived

import (
	"context"
	"errors"
	"maps"
	"slices"

	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/store"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
)

// onePass takes what the sources list, or what is stored of another generation, into
// a generation of which nothing is stored.
// In the order of residents, everybody is derived while the next ones are listed, and
// written once.
//
// Whoever comes is taken for somebody to whom nobody is linked and around whom nobody
// is. What that leaves out waits for the end and is put right there as pages do it:
// links, facts of those who have been written before, and those for whom the people
// around matter. Sources that list in another order, or the tree after somebody, are
// found out soon: errOrder. Then everything is sorted first.
type onePass struct {
	b      *Book
	op     *running
	r      *replica
	sorted *store.Sorting // nil: the order of the sources will do
	all    *loading       // nil before somebody is derived
	fill   *store.Filling // as all

	last     string           // of the identifiers that were written
	taken    int              // facts
	behind   int              // of these: about those who were written before
	late     []feedfacts.Fact // that wait for the end
	tied     []string         // for whom the people around matter, and who name somebody
	asking   []string         // for whom they matter, and who name nobody
	everyone bool             // there are too many of these to be remembered
}

// errOrder says that the sources do not list in the order of residents, the tree first.
var errOrder = errors.New("the sources list in an order in which residents cannot be derived at once")

// onePassOf begins; end must follow.
func (b *Book) onePassOf(generation int64, d *derive.Deriver, op *running) *onePass {
	r := newReplica(generation, d)
	r.named = newMentions()
	return &onePass{b: b, op: op, r: r}
}

// listedStep is some facts that were listed together: what is to be written of them
// and counted.
type listedStep struct {
	derivedStep
	world   []store.WorldRow
	ties    []store.TieRow
	codes   []string   // of records, seen for the first time
	listed  []*listing // with the last step: how far the sources were listed
	advance int        // facts
}

// take makes a step of facts; listed is given with the last ones.
func (o *onePass) take(ctx context.Context, facts []feedfacts.Fact, listed []*listing, steps chan<- *listedStep) error {
	s := &listedStep{listed: listed}
	if o.sorted == nil { // else they have been told of
		s.advance = len(facts)
	}
	for _, l := range listed {
		o.r.followed[l.follow.Source] = l.follow
	}
	o.taken += len(facts)
	if err := o.derive(facts, s); err != nil {
		return err
	}
	select {
	case steps <- s:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// derive puts into a step what becomes of facts.
func (o *onePass) derive(list []feedfacts.Fact, s *listedStep) error {
	o.takeWorld(list, s)
	fresh := byResident(o.putAside(list))
	if o.all != nil && len(s.world) > 0 || o.treeless(fresh, s) || o.disordered() {
		return errOrder
	}
	if len(fresh) == 0 {
		return nil
	}
	if err := o.begin(); err != nil {
		return err
	}
	ids := slices.Sorted(maps.Keys(fresh))
	o.last = ids[len(ids)-1]
	return o.arrive(len(ids), s, func(i int) (arrival, error) { return arrivalOf(ids[i], fresh[ids[i]], o.r) })
}

// arrive adds n to a step who are made on all processors; who has no facts is left out.
func (o *onePass) arrive(n int, s *listedStep, make func(i int) (arrival, error)) error {
	list := slices.Grow([]arrival(nil), n)[:n]
	err := parallel(n, func(i int) (err error) {
		list[i], err = make(i)
		return err
	})
	if err != nil {
		return err
	}
	for i := range list {
		if len(list[i].set) > 0 {
			o.arrived(&list[i], s)
		}
	}
	return nil
}

// treeless says that residents come although nothing of the tree has: it comes later.
func (o *onePass) treeless(fresh map[string][]feedfacts.Entry, s *listedStep) bool {
	return len(fresh) > 0 && len(o.r.worldSet) == 0 && o.sorted == nil && s.listed == nil
}

// disordered says that too much comes about those who were written before.
func (o *onePass) disordered() bool {
	step := o.b.list.step
	return o.behind > step && o.behind > o.taken/4 || o.behind > lateSteps*step
}

// lateSteps is how many steps of facts may wait for the end, besides links.
const lateSteps = 10

// takeWorld puts divisions and units into a step that are new.
func (o *onePass) takeWorld(facts []feedfacts.Fact, s *listedStep) {
	for i := range facts {
		if e := facts[i].Entry; feedfacts.IsWorld(e.Kind) && o.r.worldSet.Put(e) {
			s.world = append(s.world, store.WorldRow{Kind: int32(e.Kind), ID: e.ID, Fact: feedfacts.Set{e}.Encode()})
		}
	}
}

// begin: the tree is what it is now, from the first that is derived on.
func (o *onePass) begin() error {
	if o.all != nil {
		return nil
	}
	if err := o.r.plant(); err != nil {
		return err
	}
	o.all, o.fill = newLoading(o.r, nil), o.b.Store.Fill(o.r.generation)
	return nil
}

// putAside keeps for the end what cannot be taken in now, and returns the facts
// about residents of whom nothing is written.
func (o *onePass) putAside(facts []feedfacts.Fact) (fresh []feedfacts.Fact) {
	for i := range facts {
		switch f := &facts[i]; {
		case f.ResidentID == "":
		case f.Kind == feedv1.FactKind_FACT_KIND_LINK:
			o.late = append(o.late, *f)
		case f.ResidentID <= o.last:
			o.late = append(o.late, *f)
			o.behind++
		default:
			fresh = append(fresh, *f)
		}
	}
	return fresh
}

// arrival is somebody of whom nothing was written.
type arrival struct {
	row      store.ResidentRow
	set      feedfacts.Set
	resident *facts.Resident
	members  []store.MemberRow
	ties     []string
	codes    []string
	asks     bool // for the people around
}

func arrivalOf(id string, entries []feedfacts.Entry, r *replica) (a arrival, err error) {
	set := make(feedfacts.Set, 0, len(entries))
	for _, e := range entries {
		set.Put(e)
	}
	return arrivalFrom(id, set, set.Encode(), r)
}

// arrivalFrom is that of facts of which none is a link; raw is their encoding.
func arrivalFrom(id string, set feedfacts.Set, raw []byte, r *replica) (a arrival, err error) {
	a.set = set
	for i := range set {
		code, err := set[i].RecordCode()
		if err != nil {
			return a, err
		}
		if code != "" {
			a.codes = append(a.codes, code)
		}
	}
	if a.ties, err = set.Ties(id); err != nil {
		return a, err
	}
	p := person{id: id, own: set}
	if a.resident, err = p.facts().Resident(id); err != nil {
		return a, err
	}
	var rows []derive.Row
	rows, a.asks = r.deriver.RowsAlone(a.resident, r.world)
	a.members = memberRows(id, rows)
	a.row = store.ResidentRow{ID: id, Facts: raw, Members: store.PackMembers(a.members)}
	return a, nil
}

// arrived adds somebody to a step.
func (o *onePass) arrived(a *arrival, s *listedStep) {
	s.rows, s.sets = append(s.rows, a.row), append(s.sets, a.set)
	s.members = append(s.members, a.members...)
	o.r.refs.addAll(a.resident)
	for _, other := range a.ties {
		s.ties = append(s.ties, store.TieRow{Other: other, Resident: a.row.ID})
		o.r.named.add(other)
	}
	for _, code := range a.codes {
		if !o.r.seen[code] {
			o.r.seen[code] = true
			s.codes = append(s.codes, code)
		}
	}
	switch {
	case !a.asks || o.everyone:
	case len(o.tied)+len(o.asking) == o.b.list.asking:
		o.everyone, o.tied, o.asking = true, nil, nil
	case len(a.ties) > 0:
		o.tied = append(o.tied, a.row.ID)
	default:
		o.asking = append(o.asking, a.row.ID)
	}
}
