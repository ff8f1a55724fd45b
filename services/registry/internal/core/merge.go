package core

import "slices"

// Pair is what a MERGE says, as its corrections leave it: the person whose
// event it is and another are one. Merging rewrites nothing, so that a VOID of
// the MERGE parts them exactly as they were.
type Pair struct {
	At         int      // position of the MERGE
	About      []int    // positions of it and of everything that amends it
	Holds      bool     // no VOID that holds is aimed at it
	Document   Document // of the other person
	ResidentID string   // of the other person; it counts before Document
}

// Pairs returns what the MERGEs among events say.
func Pairs(events []Event) []Pair {
	some := false
	for i := range events { // by index: an Event is large
		some = some || events[i].Type == Merge
	}
	if !some {
		return nil
	}
	g := newGraph(events)
	var out []Pair
	at := map[int]int{}
	for i := range events {
		if g.root[i] == i && events[i].Type == Merge && !g.twin[i] {
			e := g.corrected(i)
			at[i] = len(out)
			out = append(out, Pair{At: i, Holds: g.holds(i), Document: e.OtherDocument, ResidentID: e.OtherResidentID})
		}
	}
	for i, root := range g.root {
		if n, ok := at[root]; ok && root != missing {
			out[n].About = append(out[n].About, i)
		}
	}
	return out
}

// Exists reports that the events make a person known: an ARRIVE or BIRTH among
// them holds.
func Exists(events []Event) bool {
	return slices.ContainsFunc(resolve(nil, events, map[int]Wait{}), func(e effective) bool { return e.Type.Creates() })
}

// Joining are the events of a resident that count for whoever stands for the
// resident: all, if they make a person known; otherwise a correction gave that
// person away, and only events that name the resident go along.
func Joining(id string, events []Event) (out []Event) {
	if Exists(events) {
		return events
	}
	for i, c := range Claims(events) {
		if c.ResidentID == id {
			out = append(out, events[i])
		}
	}
	return out
}

// Clusters puts n persons together along edges, and says of each the first
// person of the cluster.
func Clusters(n int, edges [][2]int) []int {
	u := make(union, n)
	for i := range u {
		u[i] = i
	}
	for _, e := range edges {
		a, b := u.find(e[0]), u.find(e[1])
		u[max(a, b)] = min(a, b)
	}
	out := make([]int, n)
	for i := range out {
		out[i] = u.find(i)
	}
	return out
}
