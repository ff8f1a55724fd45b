package derived

import (
	"context"
	"slices"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/store"
)

// LinesOf lists the lines that the persons behind identifiers have in a number,
// and looks at the numbers of the same state. What it reads grows with the
// identifiers and not with the number.
func (b *Book) LinesOf(ctx context.Context, q coverage.ListQuery, ids []string, look func(coverage.View) error) (out []coverage.Line, err error) {
	var s still
	err = b.both(ctx, func(v view) error {
		if s = stillOf(v, v.r.generation, v.r.revision); !q.Means(s.Deriver) {
			return ErrMoving
		}
		return look(v)
	}, func(t store.Tx, _ int64) (err error) {
		out, err = linesOf(t, s, &q, ids)
		return err
	})
	return out, err
}

// LinesOf is that of a Book.
func (r *Reader) LinesOf(ctx context.Context, q coverage.ListQuery, ids []string, look func(coverage.View) error) (out []coverage.Line, err error) {
	err = r.read(ctx, true, func(t store.Tx, v storedView) (err error) {
		if !q.Means(v.Deriver()) {
			return ErrMoving
		}
		if err := look(v); err != nil || v.numbers.Err() != nil {
			return err
		}
		out, err = linesOf(t, stillOf(v, v.at.Generation, v.at.Revision), &q, ids)
		return err
	})
	return out, err
}

// peopleStep bounds how many persons are read at a time.
const peopleStep = 500

func linesOf(t store.Tx, s still, q *coverage.ListQuery, ids []string) (out []coverage.Line, err error) {
	below, done := belows.below(s.World, q.Division, q.Day), map[string]bool{}
	for part := range slices.Chunk(ids, peopleStep) {
		people, err := readPeople(t, s.generation, part)
		if err != nil {
			return nil, err
		}
		for i := range people {
			who := &people[i]
			if who.Facts == nil || done[who.Of] {
				continue
			}
			done[who.Of] = true
			for _, row := range s.Deriver.Rows(who.Facts, s.World) {
				if !below.has(row.Village) {
					continue
				}
				for j := range row.Pieces {
					p := &row.Pieces[j]
					if p.Key == q.Key && p.Holds(q.Day) && q.Which.Takes(p.Covered) {
						out = append(out, coverage.Line{Place: coverage.Place{Village: row.Village, SortKey: row.SortKey, ResidentID: who.Of, EventID: p.EventID}, Piece: *p})
					}
				}
			}
		}
	}
	return out, nil
}
