package core

import (
	"time"

	"xinju.dev/services/platform/civil"
)

// Resident is one person known to the registry, with everything.
type Resident struct {
	State
	ID         string
	Version    int64
	CreateTime time.Time
	UpdateTime time.Time
	// Merged are the residents who turned out to be this person, ascending: their
	// identifiers find this record.
	Merged []string
}

// Recorded is an event of the log with where and when it came from.
type Recorded struct {
	Event
	BatchID    string // "" when recorded directly
	Row        int
	RecordTime time.Time
	Voided     bool      // another event voids or corrects it
	Withdrawn  time.Time // when its batch was withdrawn; zero while it counts
}

// Amended says of each event whether another one that holds voids it or puts
// something else in its place.
func Amended(events []Event) []bool {
	g := newGraph(events)
	out := make([]bool, len(events))
	for i := range events {
		if g.root[i] == missing {
			continue
		}
		out[i] = !g.holds(i)
		for _, c := range g.family[g.root[i]] {
			if g.target[c] == i && g.holds(c) {
				out[i] = true
			}
		}
	}
	return out
}

// ResidentFilter says whom to list: those living in a division on a day.
type ResidentFilter struct {
	Division            string
	Day                 civil.Date
	Sex                 int // 1 or 2; 0 for all
	BornFrom, BornUntil civil.Date
	ReviewOnly          bool
}
