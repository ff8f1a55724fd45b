package derived

import (
	"context"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/store"
)

// List reads one page. Villages where the number is zero are not looked at.
func (b *Book) List(ctx context.Context, q coverage.ListQuery) (coverage.List, error) {
	if q.Which == coverage.Uncovered {
		return b.uncovered(ctx, &q)
	}
	var out coverage.List
	var villages []villageCount
	look := func(v view) error {
		out, villages = begun(v, &q)
		return nil
	}
	read := func(t store.Tx, generation int64) error { return fill(&q, t, generation, villages, &out) }
	err := b.both(ctx, look, read)
	return out, err
}

// begun is a list without lines, and where its lines are.
func begun(v coverage.View, q *coverage.ListQuery) (out coverage.List, villages []villageCount) {
	codes := belows.below(v.World(), q.Division, q.Day)
	coverage.Prepare(v, codes, q.Day)
	for _, code := range codes {
		if code < q.After.Village {
			continue
		}
		if n := q.Which.Of(v.Direct(q.Key, code, q.Day)); n > 0 {
			villages = append(villages, villageCount{code, n})
		}
	}
	return coverage.List{Total: q.Which.Of(v.Count(q.Key, q.Division, q.Day)), World: v.World()}, villages
}

// fill adds the lines of the page.
func fill(q *coverage.ListQuery, t store.Tx, generation int64, villages []villageCount, out *coverage.List) error {
	if q.Which == coverage.Uncovered {
		return fillUncovered(q, linesIn(t, generation), villages, out)
	}
	for _, village := range villages {
		if err := addVillage(q, t, generation, village.code, out); err != nil || out.More {
			return err
		}
	}
	return nil
}

// listStep bounds how many residents of a village are read at a time.
const listStep = 512

// village adds the village's lines until the page is full.
func addVillage(q *coverage.ListQuery, t store.Tx, generation int64, village string, out *coverage.List) error {
	next := store.MemberPage{Village: village, Limit: min(max(2*q.Limit, 64), listStep)}
	if village == q.After.Village { // the last resident may have more events
		next.SortKey, next.ResidentID = q.After.SortKey, q.After.ResidentID
	}
	for {
		rows, err := t.Members(generation, next)
		if err != nil {
			return err
		}
		for i := range rows {
			if err := addResident(q, &rows[i], out); err != nil || out.More {
				return err
			}
		}
		if len(rows) < next.Limit {
			return nil
		}
		last := rows[len(rows)-1]
		next.SortKey, next.ResidentID, next.After = last.SortKey, last.ResidentID, true
	}
}

func addResident(q *coverage.ListQuery, m *store.MemberRow, out *coverage.List) error {
	return derive.Decode(m.Pieces, func(p *derive.Piece) error {
		if p.Key != q.Key || !p.Holds(q.Day) || !q.Which.Takes(p.Covered) {
			return nil
		}
		at := coverage.Place{Village: m.Village, SortKey: m.SortKey, ResidentID: m.ResidentID, EventID: p.EventID}
		if q.After != (coverage.Place{}) && !at.After(q.After) {
			return nil
		}
		if len(out.Lines) == q.Limit {
			out.More = true
			return nil
		}
		out.Lines = append(out.Lines, coverage.Line{Place: at, Piece: *p})
		return nil
	})
}

// Resident reads the facts about the person that an identifier stands for (the
// result's ID is that person's own), the other identifiers that count for the
// person, and the state they belong to; the people around are with it. It fails with RESIDENT_UNKNOWN.
func (b *Book) Resident(ctx context.Context, id string, look func(coverage.View) error) (who *facts.Resident, linked []string, err error) {
	err = b.both(ctx, func(v view) error { return look(v) }, func(t store.Tx, generation int64) (err error) {
		who, linked, err = residentOf(t, generation, id)
		return err
	})
	return who, linked, err
}

func residentOf(t store.Tx, generation int64, id string) (*facts.Resident, []string, error) {
	near, root, err := onePerson(t, generation, id)
	if err != nil {
		return nil, nil, err
	}
	p, err := near.person(later, root)
	if err != nil {
		return nil, nil, err
	}
	if p.held() == 0 {
		return nil, nil, ErrResident
	}
	who, err := near.resident(later, root)
	return who, p.linked, err
}
