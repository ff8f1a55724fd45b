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
// one, and notes what differs, in the order of the persons. Deriving is pure and
// runs on all processors.
func (out *outcome) rederiveAll(near *around, ids []string) error {
	old, err := near.t.MembersOf(near.generation, ids)
	if err != nil {
		return err
	}
	after, err := near.residents(ids)
	if err != nil {
		return err
	}
	news := make([][]store.MemberRow, len(ids))
	err = parallel(len(ids), func(i int) (err error) {
		if after[i] == nil {
			if after[i], err = near.made(later, ids[i]); err != nil {
				return err
			}
		}
		news[i] = rowsOf(out.after.deriver, after[i], out.after.world)
		return nil
	})
	if err != nil {
		return err
	}
	for i, id := range ids {
		if out.after.refs != nil {
			out.after.refs.addAll(after[i])
		}
		if err := out.compare(old[id], news[i]); err != nil {
			return err
		}
	}
	return nil
}

// residents are persons at hand after the page, as rules see them. Where nobody is
// asked for those around they are left out, to be made one by one.
func (a *around) residents(ids []string) ([]*facts.Resident, error) {
	out := make([]*facts.Resident, len(ids))
	if a.plain {
		return out, nil
	}
	for i, id := range ids {
		var err error
		if out[i], err = a.resident(later, id); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// compare notes what differs between the members of a person.
func (out *outcome) compare(old, news []store.MemberRow) error {
	for i := range old {
		o := &old[i]
		n := find(news, o.Village)
		switch {
		case n == nil || n.SortKey != o.SortKey:
			out.deletes = append(out.deletes, *o)
			if err := out.take(o); err != nil {
				return err
			}
		case !bytes.Equal(n.Pieces, o.Pieces):
			out.puts = append(out.puts, *n)
			if err := out.exchange(o, n); err != nil {
				return err
			}
		}
	}
	for i := range news {
		n := &news[i]
		if o := find(old, n.Village); o != nil && n.SortKey == o.SortKey {
			continue
		}
		out.puts = append(out.puts, *n)
		if err := out.put(n); err != nil {
			return err
		}
	}
	return nil
}

// exchange is take and put of two states of one row; pieces in both are passed over.
func (out *outcome) exchange(o, n *store.MemberRow) error {
	out.after.sums.members.remove(memberHash(o))
	out.after.sums.members.add(memberHash(n))
	var err error
	if out.was, err = pieces(o, out.was[:0]); err != nil {
		return err
	}
	if out.is, err = pieces(n, out.is[:0]); err != nil {
		return err
	}
	was, is := out.was, out.is
	for len(was) > 0 || len(is) > 0 {
		switch {
		case len(was) > 0 && len(is) > 0 && was[0] == is[0]:
			was, is = was[1:], is[1:]
		case len(is) == 0 || len(was) > 0 && before(&was[0], &is[0]) <= 0:
			out.remove(o, &was[0])
			was = was[1:]
		default:
			out.add(n, &is[0])
			is = is[1:]
		}
	}
	return nil
}

// before is the canonical order of pieces.
func before(a, b *derive.Piece) int {
	return cmp.Or(cmp.Compare(a.Key, b.Key), strings.Compare(a.EventID, b.EventID), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
}

func pieces(m *store.MemberRow, into []derive.Piece) ([]derive.Piece, error) {
	err := derive.Decode(m.Pieces, func(p *derive.Piece) error {
		into = append(into, *p)
		return nil
	})
	return into, err
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
		out.remove(m, p)
		return nil
	})
}

func (out *outcome) put(m *store.MemberRow) error {
	out.after.sums.members.add(memberHash(m))
	return derive.Decode(m.Pieces, func(p *derive.Piece) error {
		out.add(m, p)
		return nil
	})
}

func (out *outcome) remove(m *store.MemberRow, p *derive.Piece) {
	out.batch.Remove(p.Key, m.Village, p.From, p.To, p.Count())
	out.lines.note(m, p, -1)
}

func (out *outcome) add(m *store.MemberRow, p *derive.Piece) {
	out.batch.Add(p.Key, m.Village, p.From, p.To, p.Count())
	out.lines.note(m, p, 1)
}
