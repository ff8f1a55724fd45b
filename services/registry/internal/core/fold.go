package core

import (
	"cmp"
	"slices"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
)

// Fold says what the events about one resident come to. Repetitions count once.
func Fold(events []Event) State {
	wait := map[int]Wait{}
	list := resolve(events, wait)
	s := State{Waiting: wait}
	s.Exists = slices.ContainsFunc(list, func(e effective) bool { return e.Type.Creates() })
	if !s.Exists {
		for _, e := range list {
			wait[e.at] = WaitPerson
		}
		return s
	}
	f := folding{state: &s}
	sortBy(list, func(e *effective) civil.Date { return e.Effective })
	f.person(list)
	sortBy(list, (*effective).day)
	f.stays(list)
	f.permits(list)
	f.finish()
	return s
}

// folding is a fold under way.
type folding struct {
	state *State
	flags []*fault.Error
}

func (f *folding) flag(why *fault.Error) {
	if !slices.Contains(f.flags, why) {
		f.flags = append(f.flags, why)
	}
}

// finish writes down the flags in a fixed order.
func (f *folding) finish() {
	if f.state.Birth == civil.None {
		f.flag(FlagBirthUnknown)
	}
	for _, r := range f.state.Name {
		if privateUse(r) {
			f.flag(FlagPrivateUse)
		}
	}
	for _, w := range f.flags {
		f.state.Flags = append(f.state.Flags, w.Reason)
	}
	slices.Sort(f.state.Flags)
}

func privateUse(r rune) bool {
	return r >= 0xE000 && r <= 0xF8FF || r >= 0xF0000
}

// sortBy orders events by a day, then by when they were recorded, then by what
// only makes the order total.
func sortBy(list []effective, day func(*effective) civil.Date) {
	if len(list) < 2 {
		return
	}
	slices.SortFunc(list, func(a, b effective) int {
		return cmp.Or(cmp.Compare(day(&a), day(&b)), cmp.Compare(a.rank(), b.rank()), cmp.Compare(a.TimeMS, b.TimeMS),
			cmp.Compare(a.Sender, b.Sender), cmp.Compare(a.ID, b.ID))
	})
}

// day is the day that counts for stays and permits.
func (e *effective) day() civil.Date {
	switch {
	case (e.Type == Arrive || e.Type == Move) && e.Arrived != civil.None:
		return e.Arrived
	case e.Type == Birth && e.Birth != civil.None:
		return e.Birth
	}
	return e.Effective
}

// rank orders what falls on one day: who arrives and leaves on one day arrives
// first, and a permit is issued before anything else happens to it.
func (e *effective) rank() int {
	switch e.Type {
	case Birth:
		return 0
	case Arrive, PermitIssue:
		return 1
	case Correct:
		return 4
	case Leave, Death, PermitLapse, PermitCancel:
		return 3
	}
	return 2
}

// Reviewable returns the fault of a review flag that somebody must look at, nil
// for one that only informs.
func Reviewable(flag string) *fault.Error {
	for _, f := range []*fault.Error{FlagContradicts, ErrLeftBefore, FlagDeath, FlagOverlap, FlagLeftNoStay, FlagPrivateUse} {
		if f.Reason == flag {
			return f
		}
	}
	return nil
}
