package derived

import (
	"bytes"
	"maps"
	"slices"

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
	all           bool            // everybody was derived again
	codes         []string        // of records, seen for the first time
	rows          []store.ResidentRow
	puts, deletes []store.MemberRow
	lines         lines // of uncovered lists
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
	if out.all = everybody; everybody {
		return out, out.everybodyElse(t)
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
	var ties tieChanges
	who := crowd{generation: out.before.generation, facts: map[string]facing{}}
	for id, entries := range touched {
		before, err := feedfacts.Decode(stored[id])
		if err != nil {
			return err
		}
		after, news := append(feedfacts.Set(nil), before...), false
		for _, e := range entries {
			if !after.Put(e) {
				continue
			}
			news = true
			if err := out.see(&e); err != nil {
				return err
			}
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
		if !feedfacts.SameRegistry(before, after) {
			if err := ties.compare(id, who.facts[id]); err != nil {
				return err
			}
		}
	}
	was, is, err := who.persons(t, out)
	if err != nil {
		return err
	}
	for i := range is {
		out.after.count(&was[i], -1)
		out.after.count(&is[i], 1)
		out.changed++
	}
	return out.deriveAround(t, &who, &ties)
}

// deriveAround derives the persons of a page again, and those tied to them who
// see something else of them now.
func (out *outcome) deriveAround(t store.Tx, who *crowd, ties *tieChanges) error {
	persons := who.ids
	near := who.around(t, out)
	for _, tie := range ties.puts {
		out.after.named.add(tie.Other)
		near.naming[tie.Other] = append(near.naming[tie.Other], tie.Resident)
	}
	tied, err := near.gather(persons, near.showsAnother)
	if err != nil {
		return err
	}
	for _, id := range slices.Concat(persons, tied) {
		if err := out.rederive(near, id); err != nil {
			return err
		}
		out.done[id] = true
	}
	return ties.write(t, who.generation)
}

// see notes the code of a record that arrives for the first time.
func (out *outcome) see(e *feedfacts.Entry) error {
	code, err := e.RecordCode()
	if err != nil || code == "" || out.after.seen[code] {
		return err
	}
	out.codes = append(out.codes, code)
	out.after.seen = maps.Clone(out.after.seen)
	out.after.seen[code] = true
	return nil
}

// rederive compares the members of a person before the page in the old world with
// those after it in the new one, and notes what differs.
func (out *outcome) rederive(near *around, id string) error {
	before, err := near.resident(earlier, id)
	if err != nil {
		return err
	}
	after, err := near.resident(later, id)
	if err != nil {
		return err
	}
	if out.after.refs != nil {
		out.after.refs.addAll(after)
	}
	old := rowsOf(out.before.deriver, before, out.before.world)
	news := rowsOf(out.after.deriver, after, out.after.world)
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

func rowsOf(d *derive.Deriver, resident *facts.Resident, world *facts.World) []store.MemberRow {
	var out []store.MemberRow
	for _, r := range d.Rows(resident, world) {
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
		out.lines.note(m, p, -1)
		return nil
	})
}

func (out *outcome) put(m *store.MemberRow) error {
	out.after.sums.members.add(memberHash(m))
	return derive.Decode(m.Pieces, func(p *derive.Piece) error {
		out.batch.Add(p.Key, m.Village, p.From, p.To, p.Count())
		out.lines.note(m, p, 1)
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
	if err := t.PutCodes(g, out.codes); err != nil {
		return err
	}
	if err := out.lines.write(t, g); err != nil {
		return err
	}
	out.lines = nil
	out.rows, out.deletes, out.puts, out.codes = nil, nil, nil, nil
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
	if err := t.Touch(head.Generation, head.Revision, slices.Sorted(maps.Keys(out.done)), out.all); err != nil {
		return err
	}
	return t.SetHead(head)
}
