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
	var set []core.Event
	var fresh []int
	mine := b.takes(p)
	for _, at := range mine {
		e := &b.work[at]
		switch {
		case e.input >= 0:
			fresh = append(fresh, at)
		case e.resident == p.id, b.was(e.resident) == p.id:
			set = append(set, e.Event)
		}
	}
	if len(fresh) > 0 {
		before := core.State{}
		if len(set) > 0 {
			before = core.Fold(set)
		}
		b.steps(p, set, before, fresh)
	}
	all := make([]core.Event, len(mine))
	for i, at := range mine {
		all[i] = b.work[at].Event
	}
	p.state = core.Fold(all)
}

// steps adds new events one after the other, in the order given.
func (b *batch) steps(p *person, set []core.Event, before core.State, fresh []int) {
	single := min(mostSteps, mostFolded/(len(set)+1))
	for n, at := range fresh {
		set = append(set, b.work[at].Event)
		if n >= single {
			for _, rest := range fresh[n+1:] {
				set = append(set, b.work[rest].Event)
			}
			next := core.Fold(set)
			for i, rest := range fresh[n:] {
				o := outcome(p.id, before, next, len(set)-len(fresh[n:])+i)
				// One of them made the person known, not all.
				before.Exists = before.Exists || o.Code == core.Created
				b.out[b.work[rest].input] = o
			}
			return
		}
		next := core.Fold(set)
		b.out[b.work[at].input] = outcome(p.id, before, next, len(set)-1)
		before = next
	}
}

// outcome compares two states around the event at a position of the later one.
func outcome(id string, before, after core.State, at int) core.Outcome {
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
	case before.Digest() == after.Digest():
		o.Code = core.Unchanged
	default:
		o.Code = core.Updated
	}
	return o
}
