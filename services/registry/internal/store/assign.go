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
	groups := core.Groups(core.Claims(events))
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
	named bool     // by an event, so that nothing is to be chosen
	wants []string // residents that had its documents, then residents that had its events
}

func (b *batch) seatOf(g core.Group, positions []int) seat {
	s := seat{person: person{id: g.ResidentID}, named: g.ResidentID != ""}
	for _, p := range g.Events {
		s.events = append(s.events, positions[p])
	}
	var holders, keepers []string
	for _, d := range g.Documents {
		x := b.index(d)
		s.docs = append(s.docs, x)
		if id := b.owner[x]; id != "" {
			holders = append(holders, id)
		}
	}
	for _, p := range s.events {
		if id := b.work[p].resident; id != "" {
			keepers = append(keepers, id)
		}
	}
	slices.Sort(holders)
	slices.Sort(keepers)
	s.wants = append(slices.Compact(holders), slices.Compact(keepers)...)
	return s
}

// chooseResidents gives each group a resident of its own. Holders of documents
// come before mere keepers of events, larger groups before smaller ones.
func (b *batch) chooseResidents(seats []seat) {
	order := make([]int, len(seats))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(b.weight(&seats[j]), b.weight(&seats[i])))
	})
	taken := map[string]bool{}
	for _, byDocument := range []bool{true, false} {
		for _, i := range order {
			s := &seats[i]
			for _, id := range s.wants {
				if s.id != "" || taken[id] || byDocument && !b.holds(s, id) {
					continue
				}
				s.id, taken[id] = id, true
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

// holds reports that a document of the group is the resident's so far.
func (b *batch) holds(s *seat, id string) bool {
	return slices.ContainsFunc(s.docs, func(x docIndex) bool { return b.owner[x] == id })
}

// collect joins groups of one resident, and adds residents who lost everything.
func (b *batch) collect(seats []seat) {
	at := map[string]int{}
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
