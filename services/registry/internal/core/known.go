package core

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// The registry has two axes of time. When something was true is in the events.
// When it was known is here: from which instant to which an event counted, and
// for whom. Instants are Unix milliseconds; 0 as an end means that it goes on.

// Owned says whose an event was from one instant to before another.
type Owned struct {
	From, To int64
	Resident string
}

// Kept is a recorded event with everybody whose it was, ascending.
type Kept struct {
	Recorded
	Owned []Owned
}

// Handover says that an event became another resident's at an instant, by a
// correction of documents or its end.
type Handover struct {
	AtMS     int64
	From, To string // "" while nobody's: it waits for what it is about
}

// OwnedBy says whose an event was between its recording and its withdrawal (0:
// it was not). Handovers are ascending; owner is whose it is where none tells.
// A handover at the instant of recording says whose it was at first.
func OwnedBy(owner string, recorded, withdrawn int64, handovers []Handover) (out []Owned) {
	from := recorded
	for len(handovers) > 0 && handovers[0].AtMS < recorded {
		handovers = handovers[1:] // of an earlier recording of the same event
	}
	if len(handovers) > 0 && (withdrawn == 0 || handovers[0].AtMS < withdrawn) {
		owner = handovers[0].From
	}
	for _, h := range handovers {
		if withdrawn != 0 && h.AtMS >= withdrawn {
			break
		}
		if from < h.AtMS {
			out = append(out, Owned{from, h.AtMS, owner})
		}
		owner, from = h.To, h.AtMS
	}
	if withdrawn == 0 || from < withdrawn {
		out = append(out, Owned{from, withdrawn, owner})
	}
	return out
}

// owner is whose the event was at an instant; false before and after.
func (k *Kept) owner(ms int64) (string, bool) {
	for _, o := range k.Owned {
		if o.From <= ms && (o.To == 0 || ms < o.To) {
			return o.Resident, true
		}
	}
	return "", false
}

// Linked says who stood for a resident from an instant on; Into is "" for
// somebody who stands alone again.
type Linked struct {
	AtMS           int64
	Resident, Into string
}

// Dossier is all that was ever known of a resident, and of everybody with whom
// the resident ever was one person.
type Dossier struct {
	ID    string
	Kept  []Kept
	Links []Linked // ascending
}

// KnownAt is what was known of the resident at an instant: who stood for the
// resident, for whom that one stood besides, and the events that counted.
func (d *Dossier) KnownAt(ms int64) (id string, merged []string, events []Recorded) {
	id, merged, at := d.at(ms)
	for _, i := range at {
		events = append(events, d.Kept[i].Recorded)
	}
	return id, merged, events
}

// at is KnownAt with positions in Kept.
func (d *Dossier) at(ms int64) (id string, merged []string, positions []int) {
	into := map[string]string{}
	for _, l := range d.Links {
		if l.AtMS <= ms {
			into[l.Resident] = l.Into
		}
	}
	if id = into[d.ID]; id == "" {
		id = d.ID
	}
	for m, to := range into {
		if to == id {
			merged = append(merged, m)
		}
	}
	slices.Sort(merged)
	mine := map[string][]int{}
	for i := range d.Kept {
		if who, there := d.Kept[i].owner(ms); there {
			mine[who] = append(mine[who], i)
		}
	}
	positions = mine[id]
	for _, m := range merged {
		events := make([]Event, len(mine[m]))
		for n, i := range mine[m] {
			events[n] = d.Kept[i].Event
		}
		for _, e := range Joining(m, events) {
			n := slices.IndexFunc(mine[m], func(i int) bool { return d.Kept[i].Sender == e.Sender && d.Kept[i].ID == e.ID })
			positions = append(positions, mine[m][n])
		}
	}
	slices.Sort(positions)
	return id, merged, positions
}

// EventsOf returns the events alone, as Fold takes them.
func EventsOf(list []Recorded) []Event {
	out := make([]Event, len(list))
	for i := range list {
		out[i] = list[i].Event
	}
	return out
}

// Cause is why an event began or ceased to count for a resident; the numbers
// are those of xinju.registry.v1.ChangeCause.
type Cause int

// The causes.
const (
	CauseRecorded  Cause = 1
	CauseJoined    Cause = 2 // it had counted for another resident
	CauseParted    Cause = 3 // it counts for another resident from then on
	CauseWithdrawn Cause = 4 // its batch was withdrawn
)

// Step is one event that begins or ceases to count.
type Step struct {
	Recorded
	AtMS  int64
	Cause Cause
	event int // position in Dossier.Kept
}

// Adds reports that the event counts from the step on.
func (s *Step) Adds() bool { return s.Cause == CauseRecorded || s.Cause == CauseJoined }

// At is the instant of a step.
func (s *Step) At() time.Time { return time.UnixMilli(s.AtMS).UTC() }

// Steps tells the history of a resident in the order in which it became known:
// at one instant what ceases before what begins, then by batch and row.
func (d *Dossier) Steps() []Step {
	out := d.plainSteps()
	if len(d.Links) > 0 {
		out = d.linkedSteps()
	}
	slices.SortStableFunc(out, func(a, b Step) int {
		return cmp.Or(cmp.Compare(a.AtMS, b.AtMS), cmp.Compare(b.Cause, a.Cause), cmp.Compare(a.BatchID, b.BatchID), cmp.Compare(a.Row, b.Row),
			cmp.Compare(a.Sender, b.Sender), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// plainSteps serves the many who never were one person with anybody.
func (d *Dossier) plainSteps() (out []Step) {
	for i := range d.Kept {
		for _, o := range d.Kept[i].Owned {
			if o.Resident != d.ID {
				continue
			}
			out = append(out, d.begins(i, o.From))
			if o.To != 0 {
				out = append(out, d.ceases(i, o.To))
			}
		}
	}
	return out
}

// linkedSteps compares what counts at each instant with the one before.
func (d *Dossier) linkedSteps() (out []Step) {
	instants := map[int64]bool{}
	for _, l := range d.Links {
		instants[l.AtMS] = true
	}
	for i := range d.Kept {
		for _, o := range d.Kept[i].Owned {
			instants[o.From] = true
			if o.To != 0 {
				instants[o.To] = true
			}
		}
	}
	var before []int
	for _, ms := range slices.Sorted(maps.Keys(instants)) {
		_, _, now := d.at(ms)
		for _, i := range now {
			if _, was := slices.BinarySearch(before, i); !was {
				out = append(out, d.begins(i, ms))
			}
		}
		for _, i := range before {
			if _, still := slices.BinarySearch(now, i); !still {
				out = append(out, d.ceases(i, ms))
			}
		}
		before = now
	}
	return out
}

func (d *Dossier) begins(i int, ms int64) Step {
	s := Step{Recorded: d.Kept[i].Recorded, AtMS: ms, Cause: CauseJoined, event: i}
	if ms == s.RecordTime.UnixMilli() {
		s.Cause = CauseRecorded
	}
	return s
}

func (d *Dossier) ceases(i int, ms int64) Step {
	s := Step{Recorded: d.Kept[i].Recorded, AtMS: ms, Cause: CauseParted, event: i}
	if !s.Withdrawn.IsZero() && ms == s.Withdrawn.UnixMilli() {
		s.Cause = CauseWithdrawn
	}
	return s
}
