package store

import (
	"cmp"
	"slices"

	"xinju.dev/services/platform/ids"
	"xinju.dev/services/registry/internal/core"
)

// assign decides which resident each event in hand belongs to. Who is one
// person follows from the events (core.Groups); which identifier that person
// has, from who had the documents so far, so that a corrected number keeps the
// resident and with it the resident's health records.
func (b *batch) assign() error {
	positions := make([]int, 0, len(b.work))
	events := make([]core.Event, 0, len(b.work))
	for i := range b.work {
		if !b.work[i].gone {
			positions = append(positions, i)
			events = append(events, b.work[i].Event)
		}
	}
	claims := core.Claims(events)
	for i, p := range positions {
		b.work[p].names = claims[i].ResidentID
	}
	b.pairs = b.pairsOf(events, positions)
	groups := core.Groups(claims)
	seats := make([]seat, len(groups))
	for i, g := range groups {
		seats[i] = b.seatOf(g, positions)
	}
	b.chooseResidents(seats)
	b.collect(seats)
	return nil
}

// seat is a group that looks for its resident.
type seat struct {
	person
	named bool // by an event, so that nothing is to be chosen
	wants []wanted
}

// wanted is a resident that a group may be, and why.
type wanted struct {
	id     string
	holds  bool // has a document of the group so far
	native bool // had an event of the group before any correction gave it away
	keeps  bool // has an event of the group so far
}

func (b *batch) seatOf(g core.Group, positions []int) seat {
	s := seat{person: person{id: g.ResidentID}, named: g.ResidentID != ""}
	for _, p := range g.Events {
		s.events = append(s.events, positions[p])
	}
	for _, d := range g.Documents {
		x := b.index(d)
		s.docs = append(s.docs, x)
		s.want(b.owner[x], wanted{holds: true})
		s.want(b.former[x], wanted{})
	}
	for _, p := range s.events {
		e := &b.work[p]
		s.want(e.resident, wanted{keeps: true, native: e.home == ""})
		s.want(e.home, wanted{native: true})
	}
	if parted, ok := b.indexes[b.src.Parted]; ok && slices.Contains(s.docs, parted) {
		s.wants = slices.DeleteFunc(s.wants, func(w wanted) bool { return w.id == b.owner[parted] })
	}
	slices.SortFunc(s.wants, func(a, c wanted) int { return cmp.Compare(a.id, c.id) })
	return s
}

func (s *seat) want(id string, why wanted) {
	if id == "" {
		return
	}
	at := slices.IndexFunc(s.wants, func(w wanted) bool { return w.id == id })
	if at < 0 {
		at = len(s.wants)
		s.wants = append(s.wants, wanted{id: id})
	}
	w := &s.wants[at]
	w.holds, w.native, w.keeps = w.holds || why.holds, w.native || why.native, w.keeps || why.keeps
}

// reasons are those for which a group gets a resident, the best first: of
// two groups that had one document together, the one whose events were the
// resident's before; then whoever had its documents; then whose its events were
// before any correction; then who keeps them; then who had a document that a
// withdrawal left to nobody.
var reasons = []func(wanted) bool{
	func(w wanted) bool { return w.holds && w.native },
	func(w wanted) bool { return w.holds },
	func(w wanted) bool { return w.native },
	func(w wanted) bool { return w.keeps },
	func(wanted) bool { return true },
}

// chooseResidents gives each group a resident of its own, for the best reason,
// and for one reason larger groups before smaller ones.
func (b *batch) chooseResidents(seats []seat) {
	order := make([]int, len(seats))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(b.weight(&seats[j]), b.weight(&seats[i])))
	})
	taken := map[string]bool{}
	for _, why := range reasons {
		for _, i := range order {
			s := &seats[i]
			for _, w := range s.wants {
				if s.id == "" && !taken[w.id] && why(w) && b.residents[w.id] != nil {
					s.id, taken[w.id] = w.id, true
				}
			}
		}
	}
	for i := range seats {
		if seats[i].id == "" {
			seats[i].id = ids.New(b.now)
		}
	}
}

func (b *batch) weight(s *seat) int {
	n := 0
	for _, p := range s.events {
		if b.work[p].resident != "" {
			n++
		}
	}
	return n
}

// collect joins groups of one resident, and adds residents who lost everything.
func (b *batch) collect(seats []seat) {
	at := make(map[string]int, len(seats))
	b.persons = slices.Grow(b.persons, len(seats))
	for i := range seats {
		s := &seats[i]
		n, there := at[s.id]
		if !there {
			at[s.id] = len(b.persons)
			b.persons = append(b.persons, s.person)
			continue
		}
		p := &b.persons[n]
		p.events = append(p.events, s.events...)
		p.docs = append(p.docs, s.docs...)
	}
	for id := range b.residents {
		if _, there := at[id]; !there {
			b.persons = append(b.persons, person{id: id})
		}
	}
	slices.SortFunc(b.persons, func(a, c person) int { return cmp.Compare(a.id, c.id) })
	for i := range b.persons {
		slices.Sort(b.persons[i].events)
	}
}
