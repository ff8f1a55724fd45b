package core

import (
	"cmp"
	"slices"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ident"
)

// effective is an event as its corrections leave it.
type effective struct {
	Event
	at    int              // position of the root in the folded slice
	desk  bool             // a CORRECT of the person as such
	first []ident.Document // provisional documents that a correction replaced
	kind  kind             // of the source
	fixes []Event          // its corrections that hold, the latest last
}

// resolve applies corrections and voids, and appends what remains to room, which
// is empty. wait receives the events whose target is not there.
func resolve(room []effective, events []Event, wait map[int]Wait) []effective {
	amends := false
	for i := range events {
		amends = amends || events[i].Type.Amends()
	}
	if !amends {
		return plain(room, events)
	}
	g := newGraph(events)
	for i, root := range g.root {
		if root == missing {
			wait[i] = WaitTarget
		}
	}
	out := slices.Grow(room, len(events))
	for i := range events {
		if g.root[i] != i || g.twin[i] || !g.holds(i) {
			continue
		}
		out = append(out, g.corrected(i))
	}
	return out
}

// plain is resolve where nothing is corrected: only repetitions go.
func plain(room []effective, events []Event) []effective {
	out := slices.Grow(room, len(events))
	var seen map[key]bool // of many; few are compared faster
	if len(events) > 16 {
		seen = make(map[key]bool, len(events))
	}
	for i := range events {
		k := key{events[i].Sender, events[i].ID}
		if seen == nil && among(out, k) || seen[k] {
			continue
		}
		if seen != nil {
			seen[k] = true
		}
		out = append(out, effective{Event: events[i], at: i})
	}
	return out
}

// among reports that an event is there already.
func among(list []effective, k key) bool {
	for i := range list { // by index: an event is large
		if list[i].ID == k.id && list[i].Sender == k.sender {
			return true
		}
	}
	return false
}

const missing = -1

type key struct{ sender, id string }

// graph is who amends whom. Each CORRECT and VOID has one target, so following
// targets ends in a root, in nothing, or in a circle, which counts as nothing.
type graph struct {
	events []Event
	target []int // position; missing when it is not there; itself for a root
	root   []int
	twin   []bool  // a repetition of an earlier position
	voids  [][]int // VOIDs aimed at a position
	family map[int][]int
}

func newGraph(events []Event) *graph {
	n := len(events)
	g := &graph{
		events: events, target: make([]int, n), root: make([]int, n), twin: make([]bool, n),
		voids: make([][]int, n), family: map[int][]int{},
	}
	at := make(map[key]int, n)
	for i := range events {
		k := key{events[i].Sender, events[i].ID}
		if _, twice := at[k]; twice {
			g.twin[i] = true
			continue
		}
		at[k] = i
	}
	for i := range events {
		g.target[i] = i
		if e := &events[i]; !isRoot(e) {
			t, ok := at[key{e.Sender, e.Replaces}]
			if !ok || t == i {
				t = missing
			}
			g.target[i] = t
		}
	}
	for i := range events {
		g.root[i] = g.follow(i)
		if r := g.root[i]; r == missing || r == i || g.twin[i] {
			continue
		}
		if events[i].Type == Void {
			g.voids[g.target[i]] = append(g.voids[g.target[i]], i)
		} else {
			g.family[g.root[i]] = append(g.family[g.root[i]], i)
		}
	}
	return g
}

// isRoot reports an event that is about no other: also a desk's CORRECT, which
// names the resident and is about the person.
func isRoot(e *Event) bool {
	return !e.Type.Amends() || e.Type == Correct && e.Replaces == "" && e.ResidentID != ""
}

func (g *graph) follow(i int) int {
	for range g.events {
		t := g.target[i]
		if t == i || t == missing {
			return t
		}
		i = t
	}
	return missing
}

// holds reports that no VOID that itself holds is aimed at i. Only positions
// with a root are asked about, and above a root there are no circles.
func (g *graph) holds(i int) bool {
	return !slices.ContainsFunc(g.voids[i], g.holds)
}

// corrected overlays the root with its corrections, the latest last. A
// correction of a correction is about the root; one of a VOID says nothing.
func (g *graph) corrected(root int) effective {
	out := effective{Event: g.events[root], at: root, desk: g.events[root].Type == Correct}
	var list []Event
	for _, i := range g.family[root] {
		if g.holds(i) && !g.aboutVoid(i) {
			list = append(list, g.events[i])
		}
	}
	slices.SortFunc(list, func(a, b Event) int {
		return cmp.Or(cmp.Compare(a.TimeMS, b.TimeMS), cmp.Compare(a.Effective, b.Effective),
			cmp.Compare(a.ID, b.ID))
	})
	out.fixes = list
	for _, c := range list {
		if was := out.Document; was.Type == ident.BirthCertificate && !c.Document.Number.IsZero() && c.Document != was {
			out.first = append(out.first, was)
		}
		overlay(&out.Event, c)
	}
	return out
}

func (g *graph) aboutVoid(i int) bool {
	for g.target[i] != i {
		i = g.target[i]
		if g.events[i].Type == Void {
			return true
		}
	}
	return false
}

// overlay replaces the fields that c names. The day of an ARRIVE or MOVE is
// corrected by arrived_date and that of a BIRTH by birth_date, so that a
// correction of a name does not move anybody; all other events have one date,
// and a correction's effective_date is that date put right.
func overlay(e *Event, c Event) {
	switch e.Type {
	case Arrive, Move, Birth, Correct:
	default:
		put(&e.Effective, c.Effective)
	}
	put(&e.Document, c.Document)
	put(&e.Name, c.Name)
	put(&e.Sex, c.Sex)
	put(&e.Birth, c.Birth)
	put(&e.Ethnic, c.Ethnic)
	put(&e.Marital, c.Marital)
	put(&e.Phone, c.Phone)
	put(&e.Employer, c.Employer)
	put(&e.HukouDivision, c.HukouDivision)
	put(&e.HukouKind, c.HukouKind)
	if n := len(c.Division); n == 12 || n > 0 && !e.Type.lives() {
		e.Division = c.Division // who lives somewhere lives in a village
	}
	put(&e.Address, c.Address)
	put(&e.Arrived, c.Arrived)
	put(&e.FirstSeen, c.FirstSeen)
	put(&e.Registered, c.Registered)
	put(&e.Reason, c.Reason)
	put(&e.PermitValidUntil, c.PermitValidUntil)
	put(&e.PermitPoints, c.PermitPoints)
	put(&e.MotherResidentID, c.MotherResidentID)
	put(&e.MotherDocument, c.MotherDocument)
	switch { // one takes the place of the other
	case c.Birth != civil.None:
		e.BirthPartial = c.BirthPartial
	case c.BirthPartial != "":
		e.Birth, e.BirthPartial = civil.None, c.BirthPartial
	}
	put(&e.FormerName, c.FormerName)
	if c.Name != "" || c.NameRaw != "" {
		e.NameRaw, e.NameEncoding = c.NameRaw, c.NameEncoding
	}
	put(&e.OtherDocument, c.OtherDocument)
	put(&e.OtherResidentID, c.OtherResidentID)
	put(&e.PermitNumber, c.PermitNumber)
}

func put[T comparable](to *T, v T) {
	var zero T
	if v != zero {
		*to = v
	}
}
