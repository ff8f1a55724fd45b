package core

import (
	"cmp"
	"slices"
)

// Claim says to whom an event belongs.
type Claim struct {
	Known      bool       // false: it is about an event that is not there
	ResidentID string     // named by the event itself; it counts before the document
	Documents  []Document // of the person; the first one is the event's own, others are provisional ones of the same person
}

// Claims says of every event whose it is, as corrections leave it. A voided
// event still says it; a correction or void goes with what it is about.
func Claims(events []Event) []Claim {
	out := make([]Claim, len(events))
	g := newGraph(events)
	for i := range events {
		if g.root[i] == i {
			out[i] = g.claim(i)
		}
	}
	for i := range events {
		if r := g.root[i]; r != i && r != missing {
			out[i] = out[r]
		}
	}
	return out
}

func (g *graph) claim(root int) Claim {
	c := Claim{Known: true}
	if e := &g.events[root]; len(g.family[root]) == 0 {
		c.claims(e, nil)
	} else {
		e := g.corrected(root)
		c.claims(&e.Event, e.first)
	}
	if own := g.events[root].Provisional(); !own.Number.IsZero() {
		c.Documents = append(c.Documents, own) // also when a correction brought a document
	}
	return c
}

// claims adds whom an event names; first are provisional documents that came
// before its own.
func (c *Claim) claims(e *Event, first []Document) {
	c.ResidentID = e.ResidentID
	if !e.Document.Number.IsZero() {
		c.Documents = append(append(c.Documents, e.Document), first...)
	}
}

// Group is one person as documents and named residents connect them.
type Group struct {
	ResidentID string // named by an event; "" when only documents say who it is
	Documents  []Document
	Events     []int // positions, ascending
}

// Groups puts together the events of each person: those that share a document,
// or name one resident. Desks see to it that no document joins two named
// residents (DOCUMENT_TAKEN); should one do, the smaller identifier stands.
// Events that belong to nobody yet are in no group.
func Groups(claims []Claim) []Group {
	u := union{}
	byDoc := map[Document]int{}
	byID := map[string]int{}
	node := func() int { u = append(u, len(u)); return len(u) - 1 }
	own := make([]int, len(claims))
	for i, c := range claims {
		own[i] = missing
		if !c.Known || c.ResidentID == "" && len(c.Documents) == 0 {
			continue
		}
		at := missing
		if c.ResidentID != "" {
			at = once(byID, c.ResidentID, node)
		}
		for _, d := range c.Documents {
			n := once(byDoc, d, node)
			if at != missing {
				u.join(at, n)
			}
			at = n
		}
		own[i] = at
	}
	return collect(claims, own, u, byDoc, byID)
}

func once[K comparable](m map[K]int, k K, node func() int) int {
	n, ok := m[k]
	if !ok {
		n = node()
		m[k] = n
	}
	return n
}

func collect(claims []Claim, own []int, u union, byDoc map[Document]int, byID map[string]int) []Group {
	at := map[int]int{}
	var out []Group
	group := func(n int) *Group {
		r := u.find(n)
		i, ok := at[r]
		if !ok {
			i = len(out)
			at[r] = i
			out = append(out, Group{})
		}
		return &out[i]
	}
	for i := range claims {
		if own[i] != missing {
			g := group(own[i])
			g.Events = append(g.Events, i)
		}
	}
	for d, n := range byDoc {
		g := group(n)
		g.Documents = append(g.Documents, d)
	}
	for id, n := range byID {
		if g := group(n); g.ResidentID == "" || id < g.ResidentID {
			g.ResidentID = id
		}
	}
	for i := range out {
		slices.SortFunc(out[i].Documents, func(a, b Document) int {
			return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Country, b.Country), cmp.Compare(a.Number.Reveal(), b.Number.Reveal()))
		})
	}
	return out
}

// union is a forest of sets.
type union []int

func (u union) find(n int) int {
	for u[n] != n {
		u[n] = u[u[n]]
		n = u[n]
	}
	return n
}

func (u union) join(a, b int) { u[u.find(a)] = u.find(b) }
