package derived

import (
	"bytes"
	"cmp"
	"strings"

	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/store"
)

// rederiveAll compares what is stored of persons, which is what they counted for
// before the page in the old world, with what they count for after it in the new
// one, and notes what differs, in the order of the persons. items says of some
// which of their items can differ at all; of others everything can. Deriving and
// comparing are pure and run on all processors.
func (out *outcome) rederiveAll(near *around, ids []string, items map[string]*derive.Items) error {
	after, err := near.residents(ids, items)
	if err != nil {
		return err
	}
	differ := make([]difference, len(ids))
	err = parallel(len(ids), func(i int) (err error) {
		id := ids[i]
		if after[i] == nil {
			if after[i], err = near.made(later, id); err != nil {
				return err
			}
		}
		differ[i], err = differenceOf(near.facts[id].row.Members, out.after.deriver, after[i], out.after.world, items[id])
		return err
	})
	if err != nil {
		return err
	}
	for i, id := range ids {
		if out.after.refs != nil {
			out.after.refs.addAll(after[i])
		}
		out.take(near.facts[id].row, id, &differ[i])
	}
	return nil
}

// residents are persons at hand after the page, as rules see them. Those whose
// items ask for nobody around are left out, to be made one by one.
func (a *around) residents(ids []string, items map[string]*derive.Items) ([]*facts.Resident, error) {
	out := make([]*facts.Resident, len(ids))
	if a.plain {
		return out, nil
	}
	for i, id := range ids {
		if of, some := items[id]; some && !of.ReadsOthers() {
			continue
		}
		var err error
		if out[i], err = a.resident(later, id); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// difference is what is to be done where a person counts for something else.
type difference struct {
	members       []byte // as they are now
	same          bool
	puts, deletes []store.MemberRow
	sum           sum
	changes       []change
}

// change is a piece that is taken (n is −1) or put (1).
type change struct {
	at    *store.MemberRow
	piece derive.Piece
	n     int
}

// differenceOf derives a person and compares with what is stored.
func differenceOf(stored []byte, d *derive.Deriver, r *facts.Resident, w *facts.World, items *derive.Items) (out difference, err error) {
	old, err := store.UnpackMembers(r.ID, stored)
	if err != nil {
		return out, err
	}
	news, err := membersNow(d, r, w, old, items)
	if err != nil {
		return out, err
	}
	out.members = store.PackMembers(news)
	if out.same = bytes.Equal(out.members, stored); out.same {
		return out, nil
	}
	return out, out.compare(old, news)
}

// membersNow is what a resident counts for; old and what can differ of it spare
// deriving the rest.
func membersNow(d *derive.Deriver, r *facts.Resident, w *facts.World, old []store.MemberRow, items *derive.Items) ([]store.MemberRow, error) {
	if items == nil || items.All() {
		return rowsOf(d, r, w), nil
	}
	if items.None() {
		return old, nil
	}
	rows := d.RowsOf(r, w, items)
	var out []store.MemberRow
	for len(old) > 0 || len(rows) > 0 {
		var m store.MemberRow
		var pieces []derive.Piece
		if len(old) == 0 || len(rows) > 0 && rows[0].Village <= old[0].Village {
			m = store.MemberRow{Village: rows[0].Village, SortKey: rows[0].SortKey, ResidentID: r.ID}
			pieces = rows[0].Pieces
			if len(old) > 0 && old[0].Village == m.Village {
				m.Pieces, old = old[0].Pieces, old[1:]
			}
			rows = rows[1:]
		} else {
			m, old = old[0], old[1:]
		}
		var err error
		if m.Pieces, err = derive.Splice(m.Pieces, items, pieces); err != nil {
			return nil, err
		}
		if len(m.Pieces) > 0 {
			out = append(out, m)
		}
	}
	return out, nil
}

func rowsOf(d *derive.Deriver, resident *facts.Resident, world *facts.World) []store.MemberRow {
	rows := d.Rows(resident, world)
	if len(rows) == 0 {
		return nil
	}
	out := make([]store.MemberRow, len(rows))
	for i, r := range rows {
		out[i] = store.MemberRow{Village: r.Village, SortKey: r.SortKey, ResidentID: resident.ID, Pieces: derive.Encode(r.Pieces)}
	}
	return out
}

// compare notes what differs between the members of a person.
func (x *difference) compare(old, news []store.MemberRow) error {
	for i := range old {
		o := &old[i]
		n := find(news, o.Village)
		if n == nil || n.SortKey != o.SortKey {
			x.deletes = append(x.deletes, *o)
		}
		if n != nil && n.SortKey == o.SortKey && bytes.Equal(n.Pieces, o.Pieces) {
			continue
		}
		x.sum.remove(memberHash(o))
		if n != nil && n.SortKey == o.SortKey {
			x.sum.add(memberHash(n))
			if err := x.exchange(o, n); err != nil {
				return err
			}
			continue
		}
		if err := x.all(o, -1); err != nil {
			return err
		}
	}
	for i := range news {
		n := &news[i]
		if o := find(old, n.Village); o != nil && n.SortKey == o.SortKey {
			continue
		}
		x.puts = append(x.puts, *n)
		x.sum.add(memberHash(n))
		if err := x.all(n, 1); err != nil {
			return err
		}
	}
	return nil
}

func (x *difference) all(m *store.MemberRow, n int) error {
	return derive.Decode(m.Pieces, func(p *derive.Piece) error {
		x.changes = append(x.changes, change{m, *p, n})
		return nil
	})
}

// exchange notes what differs between two states of one row.
func (x *difference) exchange(o, n *store.MemberRow) error {
	was, err := pieces(o)
	if err != nil {
		return err
	}
	is, err := pieces(n)
	if err != nil {
		return err
	}
	for len(was) > 0 || len(is) > 0 {
		switch {
		case len(was) > 0 && len(is) > 0 && was[0] == is[0]:
			was, is = was[1:], is[1:]
		case len(is) == 0 || len(was) > 0 && before(&was[0], &is[0]) <= 0:
			x.changes = append(x.changes, change{o, was[0], -1})
			was = was[1:]
		default:
			x.changes = append(x.changes, change{n, is[0], 1})
			is = is[1:]
		}
	}
	return nil
}

// before is the canonical order of pieces.
func before(a, b *derive.Piece) int {
	return cmp.Or(cmp.Compare(a.Key, b.Key), strings.Compare(a.EventID, b.EventID), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
}

func pieces(m *store.MemberRow) ([]derive.Piece, error) {
	into := make([]derive.Piece, 0, len(m.Pieces)/6)
	err := derive.Decode(m.Pieces, func(p *derive.Piece) error {
		into = append(into, *p)
		return nil
	})
	return into, err
}

func find(rows []store.MemberRow, village string) *store.MemberRow {
	for i := range rows {
		if rows[i].Village == village {
			return &rows[i]
		}
	}
	return nil
}

// take notes what differs of one person.
func (out *outcome) take(stored store.ResidentRow, id string, x *difference) {
	if x.same {
		return
	}
	out.left.uncounted(id, x)
	row, written := out.rows[id]
	if !written {
		row = stored
	}
	row.ID, row.Members = id, x.members
	out.rows[id] = row
	out.puts, out.deletes = append(out.puts, x.puts...), append(out.deletes, x.deletes...)
	out.after.sums.members.plus(x.sum)
	d := out.after.deriver
	for i := range x.changes {
		c := &x.changes[i]
		put := out.batch.Add
		if c.n < 0 {
			put = out.batch.Remove
		}
		d.Count(&c.piece, c.at.Village, put)
		if hasLine(d, c.at, &c.piece) {
			out.lines.note(c.at, &c.piece, c.n)
		}
	}
}
