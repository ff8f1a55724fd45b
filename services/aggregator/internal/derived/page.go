package derived

import (
	"bytes"

	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/store"
)

// outcome is what a page does to memory once it is committed.
type outcome struct {
	before, after *replica
	batch         *ledger.Batch
	newTree       bool
	changed       int             // residents
	done          map[string]bool // residents derived with the page
	rows          []store.ResidentRow
	puts, deletes []store.MemberRow
}

// page works out one page inside its transaction and writes facts and members.
func (b *Book) page(t store.Tx, r *replica, list []feedfacts.Fact) (*outcome, error) {
	out := &outcome{before: r, after: r.copyOf(), done: map[string]bool{}}
	everybody, err := out.takeWorld(t, list)
	if err != nil {
		return nil, err
	}
	if out.newTree {
		out.batch = r.ledger.VillageBatch()
	} else {
		out.batch = r.ledger.Batch()
	}
	if err := b.residents(t, out, byResident(list)); err != nil {
		return nil, err
	}
	if err := out.write(t); err != nil {
		return nil, err
	}
	if everybody {
		return out, b.everybodyElse(t, out)
	}
	return out, nil
}

// byResident groups a page, so that each resident is worked on once.
func byResident(list []feedfacts.Fact) map[string][]feedfacts.Entry {
	out := map[string][]feedfacts.Entry{}
	for i := range list {
		if f := &list[i]; f.ResidentID != "" {
			out[f.ResidentID] = append(out[f.ResidentID], f.Entry)
		}
	}
	return out
}

// residents merges the page into the facts of its residents and derives the
// persons whom these count for.
func (b *Book) residents(t store.Tx, out *outcome, touched map[string][]feedfacts.Entry) error {
	ids := make([]string, 0, len(touched))
	for id := range touched {
		ids = append(ids, id)
	}
	stored, err := t.Residents(out.before.generation, ids)
	if err != nil {
		return err
	}
	who := crowd{generation: out.before.generation, facts: map[string]facing{}}
	for id, entries := range touched {
		before, err := feedfacts.Decode(stored[id])
		if err != nil {
			return err
		}
		after, news := append(feedfacts.Set(nil), before...), false
		for _, e := range entries {
			news = after.Put(e) || news
		}
		if !news {
			continue
		}
		raw := after.Encode()
		out.after.facts += int64(after.Live() - before.Live())
		out.after.sums.takeFacts(id, before, stored[id])
		out.after.sums.putFacts(id, after, raw)
		out.rows = append(out.rows, store.ResidentRow{ID: id, Facts: raw})
		who.facts[id] = facing{before, after}
	}
	was, is, err := who.persons(t, out)
	if err != nil {
		return err
	}
	for i := range is {
		out.after.count(&was[i], -1)
		out.after.count(&is[i], 1)
		if err := b.rederive(out, &was[i], &is[i]); err != nil {
			return err
		}
		out.done[is[i].id] = true
		out.changed++
	}
	return nil
}

// rederive compares the members of before in the old world with those of after
// in the new one, and notes what differs.
func (b *Book) rederive(out *outcome, before, after *person) error {
	old, err := b.members(before, out.before.world)
	if err != nil {
		return err
	}
	resident, err := after.facts().Resident(after.id)
	if err != nil {
		return err
	}
	if out.after.refs != nil {
		out.after.refs.addAll(resident)
	}
	news := b.rowsOf(resident, out.after.world)
	for i := range old {
		o := &old[i]
		n := find(news, o.Village)
		if n != nil && n.SortKey == o.SortKey && bytes.Equal(n.Pieces, o.Pieces) {
			continue
		}
		if n == nil || n.SortKey != o.SortKey {
			out.deletes = append(out.deletes, *o)
		}
		if err := out.take(o); err != nil {
			return err
		}
	}
	for i := range news {
		n := &news[i]
		if o := find(old, n.Village); o != nil && n.SortKey == o.SortKey && bytes.Equal(n.Pieces, o.Pieces) {
			continue
		}
		out.puts = append(out.puts, *n)
		if err := out.put(n); err != nil {
			return err
		}
	}
	return nil
}

func (b *Book) rowsOf(resident *facts.Resident, world *facts.World) []store.MemberRow {
	var out []store.MemberRow
	for _, r := range b.deriver.Rows(resident, world) {
		out = append(out, store.MemberRow{Village: r.Village, SortKey: r.SortKey, ResidentID: resident.ID, Pieces: derive.Encode(r.Pieces)})
	}
	return out
}

func find(rows []store.MemberRow, village string) *store.MemberRow {
	for i := range rows {
		if rows[i].Village == village {
			return &rows[i]
		}
	}
	return nil
}

func (out *outcome) take(m *store.MemberRow) error {
	out.after.sums.members.remove(memberHash(m))
	return derive.Decode(m.Pieces, func(p *derive.Piece) error {
		out.batch.Remove(p.Key, m.Village, p.From, p.To, p.Count())
		return nil
	})
}

func (out *outcome) put(m *store.MemberRow) error {
	out.after.sums.members.add(memberHash(m))
	return derive.Decode(m.Pieces, func(p *derive.Piece) error {
		out.batch.Add(p.Key, m.Village, p.From, p.To, p.Count())
		return nil
	})
}

// write stores what was noted and forgets it.
func (out *outcome) write(t store.Tx) error {
	g := out.before.generation
	if err := t.PutResidents(g, out.rows); err != nil {
		return err
	}
	if err := t.DeleteMembers(g, out.deletes); err != nil {
		return err
	}
	if err := t.PutMembers(g, out.puts); err != nil {
		return err
	}
	out.rows, out.deletes, out.puts = nil, nil, nil
	return nil
}

// raise counts up the revision, if the generation is the one that serves.
func (out *outcome) raise(t store.Tx) error {
	head, err := t.Head()
	if err != nil || head.Generation != out.before.generation {
		return err
	}
	head.Revision++
	out.after.revision = head.Revision
	return t.SetHead(head)
}
