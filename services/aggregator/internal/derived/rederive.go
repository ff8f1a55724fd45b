package derived

import (
	"cmp"

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
			if after[i], err = near.made(later, id, items[id]); err != nil {
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

// differenceOf derives a person and compares with what is stored; what can differ of
// it spares deriving the rest. Of items that are not given everything can.
func differenceOf(stored []byte, d *derive.Deriver, r *facts.Resident, w *facts.World, items *derive.Items) (out difference, err error) {
	if items == nil {
		items = d.Touched(facts.OfEverything)
	}
	if items.None() {
		return difference{same: true}, nil
	}
	old, err := store.UnpackMembers(r.ID, stored)
	if err != nil {
		return out, err
	}
	out.same = true
	news, err := out.rows(old, r.ID, d.RowsOf(r, w, items), items)
	if err == nil && !out.same {
		out.members = store.PackMembers(news)
	}
	return out, err
}

// rows puts what was derived of some items in place of what is stored of them, village
// by village.
func (x *difference) rows(old []store.MemberRow, resident string, rows []derive.Row, items *derive.Items) (out []store.MemberRow, err error) {
	all := make([]store.MemberRow, 0, len(old)+len(rows))
	for len(old) > 0 || len(rows) > 0 {
		var was *store.MemberRow
		var pieces []derive.Piece
		is := store.MemberRow{ResidentID: resident}
		if len(old) > 0 && (len(rows) == 0 || old[0].Village <= rows[0].Village) {
			was, is.Village, is.SortKey = &old[0], old[0].Village, old[0].SortKey
			old = old[1:]
		}
		if len(rows) > 0 && (was == nil || rows[0].Village == is.Village) {
			is.Village, is.SortKey, pieces = rows[0].Village, rows[0].SortKey, rows[0].Pieces
			rows = rows[1:]
		}
		all = append(all, is) // where it stays: changes point at it
		if err := x.row(was, &all[len(all)-1], pieces, items); err != nil {
			return nil, err
		}
	}
	for i := range all {
		if len(all[i].Pieces) > 0 {
			out = append(out, all[i])
		}
	}
	return out, nil
}

// row notes what differs between the two states of one row, and sets the pieces that
// there are now; was is nil where there was none.
func (x *difference) row(was, is *store.MemberRow, pieces []derive.Piece, items *derive.Items) (err error) {
	var before []byte
	at := is
	if was != nil {
		before, at = was.Pieces, was
	}
	begin := len(x.changes)
	is.Pieces, err = derive.Splice(before, items, pieces, func(p derive.Piece, n int) { x.changes = append(x.changes, change{at, p, n}) })
	moved := was != nil && was.SortKey != is.SortKey
	if err != nil || len(x.changes) == begin && !moved {
		return err
	}
	x.same = false
	if moved { // every piece of it
		x.changes = x.changes[:begin]
		if err := cmp.Or(x.all(was, -1), x.all(is, 1)); err != nil {
			return err
		}
	}
	if was != nil {
		x.sum.remove(memberHash(was))
		if moved || len(is.Pieces) == 0 {
			x.deletes = append(x.deletes, *was)
		}
	}
	if len(is.Pieces) == 0 {
		return nil
	}
	x.sum.add(memberHash(is))
	if was == nil || moved {
		x.puts = append(x.puts, *is)
	}
	return nil
}

func rowsOf(d *derive.Deriver, resident *facts.Resident, world *facts.World) []store.MemberRow {
	return memberRows(resident.ID, d.Rows(resident, world))
}

func memberRows(resident string, rows []derive.Row) []store.MemberRow {
	if len(rows) == 0 {
		return nil
	}
	out := make([]store.MemberRow, len(rows))
	for i, r := range rows {
		out[i] = store.MemberRow{Village: r.Village, SortKey: r.SortKey, ResidentID: resident, Pieces: derive.Encode(r.Pieces)}
	}
	return out
}

func (x *difference) all(m *store.MemberRow, n int) error {
	return derive.Decode(m.Pieces, func(p *derive.Piece) error {
		x.changes = append(x.changes, change{m, *p, n})
		return nil
	})
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
