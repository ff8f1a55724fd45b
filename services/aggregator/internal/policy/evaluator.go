package policy

import (
	"sync"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/timeline"
	"xinju.dev/services/nip"
	rules "xinju.dev/services/permit"
	"xinju.dev/services/platform/civil"
)

// evaluator computes the sets of one resident under the packs of one catalogue:
// what several items or packs ask is computed once. It keeps its buffers, so that
// evaluating the next resident allocates next to nothing.
type evaluator struct {
	r *facts.Resident
	w *facts.World

	program *program
	round   uint32 // of residents: what an earlier round computed is forgotten
	has     needs

	arena   timeline.Set    // every set computed lies here
	scratch []timeline.Span // unordered spans of one predicate
	memo    []result        // by slot of a node
	stays   [3][]facts.Stay // by facts.Start
	placed  [3]bool
	spells  []civil.Date
	dates   []civil.Date
	held    []rules.Run
	eras    []rules.Era
	rule    rules.Rule

	doses   []nip.Dose
	givenAs []*event // of doses
	sorted  bool     // doses are those of the resident
	record  nip.Record
	read    *nip.Schedule // that record was read with
	courses []doseCourse  // by slot of a dose
	due     []timeline.Span

	events [happenings]happened
	ids    []byte
	sites  []site
	stints []stint
	reigns []reign
	chains []ruled
	last   *facts.Chain // met
	under  []under
	all    []run
	at     int   // of under: the pack at hand; -1 none
	runs   []run // where and when that counts the resident
	judged bool  // under is that of the resident
}

type result struct {
	set   timeline.Set
	round uint32
}

var evaluators = sync.Pool{New: func() any { return new(evaluator) }}

func newEvaluator(r *facts.Resident, w *facts.World, p *program) *evaluator {
	e := evaluators.Get().(*evaluator)
	e.r, e.w, e.program, e.has = r, w, p, has(r)
	if e.round++; e.round == 0 { // after four thousand million residents
		clear(e.memo)
		clear(e.courses)
		e.round = 1
	}
	e.arena, e.due, e.sites, e.stints = e.arena[:0], e.due[:0], e.sites[:0], e.stints[:0]
	e.reigns, e.chains, e.under, e.all, e.runs = e.reigns[:0], e.chains[:0], e.under[:0], e.all[:0], nil
	e.sorted, e.read, e.judged, e.at, e.last = false, nil, false, -1, nil
	for i := range e.events {
		e.events[i].done = false
	}
	for i := range e.stays {
		e.stays[i], e.placed[i] = e.stays[i][:0], false
	}
	if len(e.memo) < p.slots {
		e.memo = make([]result, p.slots)
	}
	if len(e.courses) < p.doses {
		e.courses = make([]doseCourse, p.doses)
	}
	return e
}

// free gives the buffers back; no set of this evaluator may be used afterwards.
func (e *evaluator) free() {
	e.r, e.w, e.program = nil, nil, nil
	evaluators.Put(e)
}

var (
	always = timeline.All()
	never  timeline.Set
)

// days returns the days on which the node holds. The node must not be about an event.
func (e *evaluator) days(n *node) timeline.Set {
	if m := &e.memo[n.slot]; m.round == e.round {
		return m.set
	}
	s := e.compute(n)
	e.memo[n.slot] = result{s, e.round}
	return s
}

func (e *evaluator) compute(n *node) timeline.Set {
	switch n.name {
	case "all":
		out := always
		for _, k := range n.kids {
			if out = e.intersect(out, e.days(k)); len(out) == 0 {
				break
			}
		}
		return out
	case "any":
		var out timeline.Set
		for _, k := range n.kids {
			out = e.union(out, e.days(k))
		}
		return out
	case "not":
		inner := e.days(n.kids[0]) // before the arena is read: it grows
		begin := len(e.arena)
		return e.keep(begin, timeline.Complement(e.arena, inner))
	case "use":
		return e.days(n.kids[0])
	}
	return n.pred.days(e)
}

// keep makes the part of the arena from begin on a set of its own.
func (e *evaluator) keep(begin int, arena timeline.Set) timeline.Set {
	e.arena = arena
	return arena[begin:len(arena):len(arena)]
}

func isAlways(s timeline.Set) bool {
	return len(s) == 1 && s[0].From <= timeline.First && s[0].To >= civil.Forever
}

func (e *evaluator) intersect(a, b timeline.Set) timeline.Set {
	switch {
	case isAlways(a):
		return b
	case isAlways(b):
		return a
	}
	begin := len(e.arena)
	return e.keep(begin, timeline.Intersect(e.arena, a, b))
}

func (e *evaluator) union(a, b timeline.Set) timeline.Set {
	switch {
	case len(a) == 0:
		return b
	case len(b) == 0:
		return a
	}
	begin := len(e.arena)
	return e.keep(begin, timeline.Union(e.arena, a, b))
}

// span is the set of one run of days.
func (e *evaluator) span(from, to civil.Date) timeline.Set {
	begin := len(e.arena)
	return e.keep(begin, timeline.Add(e.arena, begin, timeline.Span{From: from, To: to}))
}

// collect makes a set of e.scratch, which may be in any order.
func (e *evaluator) collect() timeline.Set {
	begin := len(e.arena)
	return e.keep(begin, timeline.Of(e.arena, e.scratch...))
}

// presence is where the resident lives, by one reading of the first day.
func (e *evaluator) presence(start facts.Start) []facts.Stay {
	if !e.placed[start] {
		e.stays[start] = e.r.Stays(e.w, start, e.stays[start][:0])
		e.placed[start] = true
	}
	return e.stays[start]
}

// stayOn is the stay on a day, nil when the resident lives nowhere.
func (e *evaluator) stayOn(start facts.Start, day civil.Date) *facts.Stay {
	stays := e.presence(start)
	for i := range stays {
		if stays[i].From <= day && day < stays[i].To {
			return &stays[i]
		}
	}
	return nil
}

// truth says whether the node holds of the event: what is about the resident is
// read on the event's day.
func (e *evaluator) truth(n *node, ev *event) bool {
	if !n.onEvent {
		return e.days(n).Contains(ev.on)
	}
	switch n.name {
	case "all":
		for _, k := range n.kids {
			if !e.truth(k, ev) {
				return false
			}
		}
		return true
	case "any":
		for _, k := range n.kids {
			if e.truth(k, ev) {
				return true
			}
		}
		return false
	case "not":
		return !e.truth(n.kids[0], ev)
	case "use":
		return e.truth(n.kids[0], ev)
	}
	return n.event.holds(e, ev)
}
