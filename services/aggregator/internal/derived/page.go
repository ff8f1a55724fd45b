package derived

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"xinju.dev/services/aggregator/internal/derive"
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
	tied          []string        // others whose answers may differ
	everybody     bool            // is to be derived again: the tree has changed where somebody is
	codes         []string        // of records, seen for the first time
	rows          map[string]store.ResidentRow
	puts, deletes []store.MemberRow // where somebody has pieces now, or has none any more
	lines         lines             // of uncovered lists
	left          departures        // places that persons left
}

func newOutcome(r *replica) *outcome {
	return &outcome{before: r, after: r.copyOf(), done: map[string]bool{}, rows: map[string]store.ResidentRow{}}
}

// page works out one page inside its transaction and writes facts and members. It
// fails with newTree where that would be everybody's of what serves.
func (b *Book) page(t store.Tx, r *replica, list []feedfacts.Fact) (*outcome, error) {
	out := newOutcome(r)
	if err := out.takeWorld(t, list); err != nil {
		return nil, err
	}
	if out.everybody && r == b.live {
		return nil, newTree{list}
	}
	if out.newTree {
		out.batch = r.ledger.VillageBatch()
	} else {
		out.batch = r.ledger.Batch()
	}
	if err := b.residents(t, out, byResident(list)); err != nil {
		return nil, err
	}
	return out, out.write(t)
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
	ids := slices.Sorted(maps.Keys(touched))
	stored, err := t.Residents(out.before.generation, ids)
	if err != nil {
		return err
	}
	var ties tieChanges
	who := crowd{
		generation: out.before.generation, facts: make(map[string]facing, len(ids)), changed: make(map[string][]derive.Fact, len(ids)),
	}
	list := make([]news, len(ids))
	err = parallel(len(ids), func(i int) (err error) {
		list[i], err = newsOf(stored[ids[i]], ids[i], touched[ids[i]])
		return err
	})
	if err != nil {
		return err
	}
	for i, id := range ids {
		n := &list[i]
		if len(n.entries) == 0 {
			continue
		}
		for _, e := range n.entries {
			who.changed[id] = append(who.changed[id], derive.Fact{Of: feedfacts.KindsOf(e.Kind), ID: e.ID})
			if err := cmp.Or(out.see(&e), out.after.refs.addOf(e)); err != nil {
				return err
			}
		}
		out.after.facts += int64(n.after.Live() - n.before.Live())
		out.after.sums.facts.plus(n.sum)
		out.rows[id] = store.ResidentRow{ID: id, Facts: n.raw, Members: n.row.Members}
		who.facts[id] = n.facing
		if !feedfacts.SameRegistry(n.before, n.after) {
			if err := ties.compare(id, n.facing); err != nil {
				return err
			}
		}
	}
	was, is, err := who.persons(t, out)
	if err != nil {
		return err
	}
	for i := range is {
		if err := out.left.moved(&was[i], &is[i]); err != nil {
			return err
		}
		out.after.count(&was[i], -1)
		out.after.count(&is[i], 1)
		out.changed++
	}
	return out.deriveAround(t, &who, &ties)
}

// news is what a page tells about one identifier.
type news struct {
	facing
	entries []feedfacts.Entry // that were not known
	raw     []byte            // after
	sum     sum               // what differs in the digest of the facts
}

func newsOf(row store.ResidentRow, id string, entries []feedfacts.Entry) (n news, err error) {
	n.row = row
	if n.before, err = feedfacts.Decode(row.Facts); err != nil {
		return n, err
	}
	n.after = append(make(feedfacts.Set, 0, len(n.before)+len(entries)), n.before...)
	for _, e := range entries {
		if n.after.Put(e) {
			n.entries = append(n.entries, e)
		}
	}
	if len(n.entries) == 0 {
		return n, nil
	}
	n.raw = n.after.Encode()
	var s sums
	s.takeFacts(id, n.before, row.Facts)
	s.putFacts(id, n.after, n.raw)
	n.sum = s.facts
	return n, nil
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
	items := who.items(out)
	tied, err := near.touched(persons, items)
	if err != nil {
		return err
	}
	if near.plain { // nothing that is counted of those tied to them can differ
		out.tied, tied = tied, nil
	}
	everybody := slices.Concat(persons, tied)
	if err := out.rederiveAll(near, everybody, items); err != nil {
		return err
	}
	for _, id := range everybody {
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

// inMembers is the order of the rows in their table.
func inMembers(a, b store.MemberRow) int {
	return cmp.Or(strings.Compare(a.Village, b.Village), strings.Compare(a.SortKey, b.SortKey), strings.Compare(a.ResidentID, b.ResidentID))
}

// write stores what was noted and forgets it.
func (out *outcome) write(t store.Tx) error {
	g := out.before.generation
	rows := slices.SortedFunc(maps.Values(out.rows), func(a, b store.ResidentRow) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(out.deletes, inMembers)
	slices.SortFunc(out.puts, inMembers)
	if err := t.PutResidents(g, rows); err != nil {
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
	clear(out.rows)
	out.deletes, out.puts, out.codes = nil, nil, nil
	return nil
}

// touched is whose answers may differ.
func (out *outcome) touched() map[string]bool {
	for _, id := range out.tied {
		out.done[id] = true
	}
	return out.done
}

// raise counts up the revision, if the generation is the one that serves. When
// memory takes it for that and the store stands elsewhere, nothing may be written.
func (out *outcome) raise(t store.Tx, serves bool) error {
	if !serves {
		return nil
	}
	head, err := out.before.served(t)
	if err != nil {
		return err
	}
	head.Revision++
	out.after.revision = head.Revision
	if err := t.Touch(head.Generation, head.Revision, slices.Sorted(maps.Keys(out.touched()))); err != nil {
		return err
	}
	if err := t.PutLeft(head.Generation, out.left.rows(head.Revision)); err != nil {
		return err
	}
	return t.SetHead(head)
}
