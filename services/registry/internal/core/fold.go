package core

import (
	"cmp"
	"slices"
	"sync"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
)

// Fold says what the events about one resident come to. Repetitions count once.
func Fold(events []Event) State { return fold(events, false) }

// FoldTraced is Fold that also says who stated what of each stay and permit.
func FoldTraced(events []Event) State { return fold(events, true) }

func fold(events []Event, trace bool) State {
	f := foldings.Get().(*folding)
	defer f.end()
	s := &f.state
	s.Waiting = map[int]Wait{}
	f.list = resolve(f.list, events, s.Waiting)
	list := f.list
	for i := range list { // by index: an event is large
		s.Exists = s.Exists || list[i].Type.Creates()
	}
	if !s.Exists {
		for i := range list {
			s.Waiting[list[i].at] = WaitPerson
		}
		return *s
	}
	f.start(trace)
	for i := range list {
		list[i].kind = f.order.kindOf(&list[i])
	}
	sortBy(list, func(e *effective) civil.Date { return e.Effective })
	f.person(list)
	sortBy(list, (*effective).day)
	f.stays(list)
	f.permits(list)
	f.finish()
	return *s
}

// folding is a fold under way.
type folding struct {
	state State
	list  []effective
	flags []*fault.Error
	order *precedence
	heard [fieldCount]uint8 // rank of the highest source that said a field of the person
	trace bool              // write down sources
	open  []staying         // stays so far
	going []int             // those of them that go on
	today []int             // those of them told of from the day in hand
	day   civil.Date        // the day in hand
	room  struct {          // for the few stays that most people have
		open         [1]staying
		going, today [4]int
	}
	cards map[string]int // permits by the numbers they had, the latest issued; nil without numbers
}

// foldings are those that came to their end: all that a fold returns was made
// for it, and everything else serves the next one.
var foldings = sync.Pool{New: func() any { return &folding{} }}

func (f *folding) start(trace bool) {
	f.order, f.trace = sources(), trace
	f.open, f.going, f.today = f.room.open[:0], f.room.going[:0], f.room.today[:0]
	for i := range f.heard {
		f.heard[i] = unheard
	}
}

// end leaves nothing of anybody behind.
func (f *folding) end() {
	clear(f.list)
	*f = folding{list: f.list[:0]}
	foldings.Put(f)
}

func (f *folding) flag(why *fault.Error) {
	if !slices.Contains(f.flags, why) {
		f.flags = append(f.flags, why)
	}
}

// finish writes down the flags in a fixed order.
func (f *folding) finish() {
	switch {
	case f.state.BirthPartial != "":
		f.flag(FlagBirthPartial)
	case f.state.Birth == civil.None:
		f.flag(FlagBirthUnknown)
	}
	if len(f.state.Documents) == 0 {
		f.flag(FlagNoDocument)
	}
	f.nameFlags()
	if slices.Contains(f.flags, FlagShared) { // says more than that something contradicts
		f.flags = slices.DeleteFunc(f.flags, func(w *fault.Error) bool { return w == FlagContradicts })
	}
	for _, w := range f.flags {
		f.state.Flags = append(f.state.Flags, w.Reason)
	}
	slices.Sort(f.state.Flags)
}

func (f *folding) nameFlags() {
	odd := f.state.NameRaw != ""
	for _, r := range f.state.Name {
		if privateUse(r) {
			f.flag(FlagPrivateUse)
			return
		}
		odd = odd || rare(r)
	}
	if odd {
		f.flag(FlagRareName)
	}
}

// sortBy orders events by a day, then by when they were recorded, then by what
// only makes the order total.
func sortBy(list []effective, day func(*effective) civil.Date) {
	order := func(a, b *effective) int {
		return cmp.Or(cmp.Compare(day(a), day(b)), cmp.Compare(a.rank(), b.rank()), cmp.Compare(a.TimeMS, b.TimeMS),
			cmp.Compare(a.Sender, b.Sender), cmp.Compare(a.ID, b.ID))
	}
	sorted := true
	for i := 1; i < len(list) && sorted; i++ {
		sorted = order(&list[i-1], &list[i]) <= 0
	}
	if !sorted { // events are large, and mostly come in order
		slices.SortFunc(list, func(a, b effective) int { return order(&a, &b) })
	}
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
	case PermitReissue: // may bring the number by which others name the permit
		return 2
	case Correct:
		return 5
	case Leave, Death, PermitLapse, PermitCancel:
		return 4
	}
	return 3
}

// Reviewable returns the fault of a review flag that somebody must look at, nil
// for one that only informs.
func Reviewable(flag string) *fault.Error {
	for _, f := range []*fault.Error{
		FlagShared, FlagContradicts, FlagNoDocument, ErrLeftBefore, FlagDeath, FlagOverlap, FlagLeftNoStay, FlagPrivateUse,
		FlagArrival, FlagLeave, FlagHukou,
	} {
		if f.Reason == flag {
			return f
		}
	}
	return nil
}
