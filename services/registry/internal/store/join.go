package store

import (
	"slices"
	"strings"

	"xinju.dev/services/registry/internal/core"
)

// pair is a core.Pair with positions in work.
type pair struct {
	core.Pair
	waits bool // until both persons are known
}

func (b *batch) pairsOf(events []core.Event, positions []int) (out []pair) {
	for _, p := range core.Pairs(events) {
		p.At = positions[p.At]
		for i, at := range p.About {
			p.About[i] = positions[at]
		}
		out = append(out, pair{Pair: p})
	}
	return out
}

// join decides who stands for whom. Residents whom a MERGE joins that holds are
// one person, and the one with the least identifier stands for all of them; a
// resident whose events a correction gave to somebody else stands for nobody,
// and whoever has the events stands for them.
//
// Nothing is rewritten for that: events and documents stay with their resident,
// so that a VOID parts everybody as they were.
func (b *batch) join() error {
	if err := b.lookMothers(); err != nil {
		return err
	}
	homes := b.settleHomes()
	if len(b.pairs) == 0 && len(b.links) == 0 && !homes {
		return nil
	}
	b.moved = true
	j := joining{b: b, of: make([]int, len(b.work)), byID: map[string]int{}, known: map[int]bool{}, target: map[int]int{}}
	for i := range b.persons {
		j.byID[b.persons[i].id] = i
		for _, at := range b.persons[i].events {
			j.of[at] = i
		}
	}
	j.hollows()
	cluster := core.Clusters(len(b.persons), j.edges())
	for i := range b.persons {
		p := &b.persons[i]
		to := cluster[i]
		if t, hollow := j.target[i]; hollow {
			p.hollow, to = true, cluster[t]
		}
		if to != i {
			p.into = b.persons[to].id
			b.persons[to].members = append(b.persons[to].members, i)
		}
	}
	return nil
}

// settleHomes says of each event whose it is now and whose it was before any
// correction; some reports an event that is not where it was at first.
func (b *batch) settleHomes() (some bool) {
	for i := range b.persons {
		p := &b.persons[i]
		for _, at := range p.events {
			e := &b.work[at]
			e.now, e.homeNow = p.id, e.home
			if e.resident != "" && e.resident != p.id && e.home == "" {
				e.homeNow = e.resident
			}
			if e.homeNow == p.id {
				e.homeNow = ""
			}
			some = some || e.homeNow != "" || e.home != "" || e.least > 0
		}
	}
	return some
}

// joining is join under way.
type joining struct {
	b      *batch
	of     []int // position in work → person
	byID   map[string]int
	known  map[int]bool // persons whom their own events make known, as far as asked
	target map[int]int  // hollow persons → who has their events
}

func (j *joining) exists(person int) bool {
	known, asked := j.known[person]
	if !asked {
		p := &j.b.persons[person]
		events := make([]core.Event, len(p.events))
		for i, at := range p.events {
			events[i] = j.b.work[at].Event
		}
		known = core.Exists(events)
		j.known[person] = known
	}
	return known
}

// hollows finds the residents who were known once and lost the events that made
// them known; of several who have those events, whoever has most stands for
// them.
func (j *joining) hollows() {
	has := map[int]map[int]int{}
	for i := range j.b.persons {
		for _, at := range j.b.persons[i].events {
			from, there := j.byID[j.b.work[at].homeNow]
			if !there || j.b.work[at].homeNow == "" {
				continue
			}
			if row := j.b.residents[j.b.persons[from].id]; row == nil || row.personVersion == 0 || j.exists(from) || !j.exists(i) {
				continue
			}
			if has[from] == nil {
				has[from] = map[int]int{}
			}
			has[from][i]++
		}
	}
	for from, n := range has {
		best := -1
		for to := range n {
			if best < 0 || n[to] > n[best] || n[to] == n[best] && to < best {
				best = to
			}
		}
		j.target[from] = best
	}
}

// edges says whom the MERGEs join that hold, and which of them wait.
func (j *joining) edges() (out [][2]int) {
	holder := map[docIndex]int{}
	for i := range j.b.persons {
		for _, x := range j.b.persons[i].docs {
			holder[x] = i
		}
	}
	for n := range j.b.pairs {
		p := &j.b.pairs[n]
		first, second, found := j.of[p.At], j.byID[p.ResidentID], true
		if p.ResidentID == "" {
			second, found = holder[j.b.index(p.Document)]
		}
		if found {
			first, second = j.standing(first), j.standing(second)
		}
		if !found || !j.exists(first) || !j.exists(second) {
			p.waits = p.Holds
			continue
		}
		if p.Holds {
			out = append(out, [2]int{first, second})
		}
	}
	return out
}

// standing is who has the events of a hollow person, and the person otherwise.
func (j *joining) standing(person int) int {
	if t, hollow := j.target[person]; hollow {
		return t
	}
	return person
}

// takes are the positions in work that are folded for a person: their own and
// those of everybody for whom they stand. Of a hollow resident only events go
// along that name the resident; a document that is still theirs may be anybody's.
func (b *batch) takes(p *person) []int {
	if p.into == "" && len(p.members) == 0 {
		return p.events
	}
	if p.into != "" && !p.hollow {
		return nil
	}
	var out []int
	if p.into != "" {
		for _, at := range p.events {
			if b.work[at].names != p.id {
				out = append(out, at)
			}
		}
		return out
	}
	out = append(out, p.events...)
	for _, i := range p.members {
		m := &b.persons[i]
		for _, at := range m.events {
			if !m.hollow || b.work[at].names == m.id {
				out = append(out, at)
			}
		}
	}
	slices.Sort(out)
	return out
}

// judgePairs says of new MERGEs, and of what amends them, what they did.
func (b *batch) judgePairs() {
	for n := range b.pairs {
		p := &b.pairs[n]
		for _, at := range p.About {
			e := &b.work[at]
			if e.input < 0 || e.gone {
				continue
			}
			o := &b.out[e.input]
			switch {
			case p.waits && at == p.At:
				*o = core.Outcome{Code: core.Pending, Fault: core.WaitOther, ResidentID: o.ResidentID}
			case o.Code == core.Unchanged && b.changedFor(e.now):
				o.Code = core.Updated
				if why := b.newFlag(o.ResidentID); why != nil {
					o.Code, o.Fault = core.NeedsReview, why
				}
			}
		}
	}
}

// changedFor reports that the person of a resident is composed otherwise than
// before.
func (b *batch) changedFor(resident string) bool {
	now := b.person(resident).stands()
	for i := range b.persons {
		p := &b.persons[i]
		if (b.was(p.id) == b.was(resident)) != (p.stands() == now) {
			return true
		}
	}
	return false
}

// stands is the identifier of who stands for a person.
func (p *person) stands() string {
	if p.into != "" {
		return p.into
	}
	return p.id
}

// newFlag is what somebody should look at in a person, and nobody had to in one
// of those that are this person now.
func (b *batch) newFlag(resident string) core.Wait {
	p := b.person(resident)
	if p == nil {
		return nil
	}
	ids := []string{resident}
	for _, m := range p.members {
		ids = append(ids, b.persons[m].id)
	}
	var before []string
	for _, id := range ids {
		if row := b.residents[id]; row != nil {
			before = append(before, strings.Split(row.flags, ",")...)
		}
	}
	for _, f := range p.state.Flags {
		if why := core.Reviewable(f); why != nil && !slices.Contains(before, f) {
			return why
		}
	}
	return nil
}
