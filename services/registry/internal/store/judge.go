package store

import (
	"slices"

	"xinju.dev/services/registry/internal/core"
)

// mostSteps bounds how many events of one person in one call are judged one by
// one, and mostFolded how many events are folded for that; the rest are judged
// together, so that a file about one person stays cheap.
const (
	mostSteps  = 64
	mostFolded = 20_000
)

// judge folds everybody touched and says of each new event what it changed.
func (b *batch) judge() error {
	for i := range b.work[:b.fresh] {
		if e := &b.work[i]; !e.gone {
			b.out[e.input] = core.Outcome{Code: core.Pending, Fault: core.WaitTarget} // unless a person has it
		}
	}
	for i := range b.persons {
		b.judgePerson(&b.persons[i])
	}
	b.judgePairs()
	for _, t := range b.twins {
		if b.out[t[0]].Code == core.Duplicate {
			b.out[t[0]].ResidentID = b.out[t[1]].ResidentID
		}
	}
	return nil
}

func (b *batch) judgePerson(p *person) {
	var fresh []int
	mine := b.takes(p)
	b.room = slices.Grow(b.room[:0], len(mine)) // a state keeps nothing of what it was folded from
	set := b.room
	for _, at := range mine {
		e := &b.work[at]
		switch {
		case e.input >= 0:
			fresh = append(fresh, at)
		case e.resident == p.id, b.was(e.resident) == p.id:
			set = append(set, e.Event)
		}
	}
	if len(fresh) == 0 {
		if len(set) < len(mine) {
			set = b.eventsAt(mine)
		}
		p.state = &folded{State: core.Fold(set)}
		return
	}
	before := &folded{}
	if len(set) > 0 {
		before.State = core.Fold(set)
	}
	complete := len(set)+len(fresh) == len(mine)
	last := b.steps(p, set, before, fresh)
	if complete { // only what waits is said by position, and nobody asks for that again
		p.state = last
		return
	}
	p.state = &folded{State: core.Fold(b.eventsAt(mine))}
	for i, at := range mine {
		e := &b.work[at]
		if e.input < 0 || b.out[e.input].Code != core.Pending || p.state.Waiting[i] != nil {
			continue
		}
		switch {
		case b.cameAfter(e):
			b.out[e.input] = outcome(p.id, before, p.state, i)
		case b.broughtBefore(p, mine, e):
			others := slices.Delete(slices.Clone(mine), i, i+1)
			b.out[e.input] = outcome(p.id, &folded{State: core.Fold(b.eventsAt(others))}, p.state, i)
		}
	}
}

// cameAfter reports that an event amends one that was there when it came. Had
// that one been somebody else's until then, the event brought it along and waits
// for nothing.
func (b *batch) cameAfter(e *entry) bool {
	if !e.Type.Amends() {
		return false
	}
	for e.Type.Amends() {
		at, there := b.at[eventKey{e.Sender, e.Replaces}]
		if !there || b.work[at].input >= max(e.input, 0) {
			return false
		}
		e = &b.work[at]
	}
	return true
}

// broughtBefore reports that an amendment of the same call, which came before e,
// brought the person an event that was somebody else's until then. What was
// judged without that event waited only as long as nobody looked at the rest.
func (b *batch) broughtBefore(p *person, mine []int, e *entry) bool {
	for _, at := range mine {
		c := &b.work[at]
		if c.input < 0 || c.input >= e.input || !c.Type.Amends() {
			continue
		}
		for c.Type.Amends() {
			to, there := b.at[eventKey{c.Sender, c.Replaces}]
			if !there || b.work[to].input >= c.input && b.work[to].input >= 0 {
				break // of nothing, or of something that came later
			}
			c = &b.work[to]
		}
		if !c.Type.Amends() && c.input < 0 && c.resident != p.id && b.was(c.resident) != p.id {
			return true
		}
	}
	return false
}

func (b *batch) eventsAt(positions []int) []core.Event {
	all := make([]core.Event, len(positions))
	for i, at := range positions {
		all[i] = b.work[at].Event
	}
	return all
}

// folded is a state with its digest once somebody has asked for it.
type folded struct {
	core.State
	sum *[32]byte
}

func (f *folded) digest() [32]byte {
	if f.sum == nil {
		sum := f.State.Digest()
		f.sum = &sum
	}
	return *f.sum
}

// steps adds new events one after the other, in the order given, and returns
// what they all come to.
func (b *batch) steps(p *person, set []core.Event, before *folded, fresh []int) *folded {
	single := min(mostSteps, mostFolded/(len(set)+1))
	set = slices.Grow(set, len(fresh))
	for n, at := range fresh {
		set = append(set, b.work[at].Event)
		if n >= single {
			for _, rest := range fresh[n+1:] {
				set = append(set, b.work[rest].Event)
			}
			next := &folded{State: core.Fold(set)}
			for i, rest := range fresh[n:] {
				o := outcome(p.id, before, next, len(set)-len(fresh[n:])+i)
				// One of them made the person known, not all.
				if o.Code == core.Created {
					before.Exists, before.sum = true, nil
				}
				b.out[b.work[rest].input] = o
			}
			return next
		}
		next := &folded{State: core.Fold(set)}
		b.out[b.work[at].input] = outcome(p.id, before, next, len(set)-1)
		before = next
	}
	return before
}

// outcome compares two states around the event at a position of the later one.
func outcome(id string, before, after *folded, at int) core.Outcome {
	o := core.Outcome{ResidentID: id}
	if why := after.Waiting[at]; why != nil {
		o.Code, o.Fault = core.Pending, why
		if !after.Exists {
			o.ResidentID = ""
		}
		return o
	}
	for _, f := range after.Flags {
		if why := core.Reviewable(f); why != nil && !slices.Contains(before.Flags, f) {
			o.Code, o.Fault = core.NeedsReview, why
			return o
		}
	}
	switch {
	case after.Exists && !before.Exists:
		o.Code = core.Created
	case before.digest() == after.digest():
		o.Code = core.Unchanged
	default:
		o.Code = core.Updated
	}
	return o
}
