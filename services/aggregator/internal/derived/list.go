package derived

import (
	"context"
	"math"
	"slices"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/store"
)

// List reads one page, at one revision with its number. Villages where the number is
// zero are not looked at. It fails with AGGREGATOR_BUSY when other packs are in use
// than the query's key is of, or another tree than its places are of.
func (b *Book) List(ctx context.Context, q coverage.ListQuery) (coverage.List, error) {
	out, err := b.readList(ctx, q)
	if err == nil && !q.In(out.World) {
		err = ErrMoving
	}
	return out, err
}

func (b *Book) readList(ctx context.Context, q coverage.ListQuery) (coverage.List, error) {
	d := b.deriverNow()
	if !q.Means(d) {
		return coverage.List{}, ErrMoving
	}
	q.Which = asKept(&q, d)
	if q.Listed() {
		return b.uncovered(ctx, &q, d)
	}
	var out coverage.List
	var villages []villageCount
	look := func(v view) error {
		if v.Deriver() != d {
			return ErrMoving
		}
		out, villages, _ = begun(v, &q, everything)
		return nil
	}
	read := func(t store.Tx, generation int64) error { return fill(&q, t, generation, villages, &out) }
	err := b.both(ctx, look, read)
	return out, err
}

// asKept is the list to be read for one that is asked for: lines that are not
// covered are kept apart, unless under a plain count, where that is everybody.
func asKept(q *coverage.ListQuery, d *derive.Deriver) coverage.Which {
	if q.Which == coverage.Uncovered && d.Plain(q.Key) {
		return coverage.Eligible
	}
	return q.Which
}

// begunStep is how many villages are asked for at a time.
const begunStep = 32

// begun is a list without lines, and the villages where its lines are, as far as
// they hold enough of the number; the last village is then not among them.
func begun(v coverage.View, q *coverage.ListQuery, enough int) (out coverage.List, villages []villageCount, all bool) {
	out = coverage.List{World: v.World()}
	below := belowOf(out.World, q)
	out.Total, out.Length = sizes(v, q)
	at, sum := below.from(q.After.Village), 0
	for codes := range slices.Chunk(below.codes[at:], begunStep) {
		coverage.Prepare(v, codes, q.Day)
		for i, code := range codes {
			n := q.Which.Of(v.Direct(q.Key, code, q.Day))
			if n <= 0 {
				continue
			}
			if sum >= enough {
				return out, villages, false
			}
			villages = append(villages, villageCount{code, below.runs[at+i]})
			if code != q.After.Village { // of which most may have been shown
				sum += int(n)
			}
		}
		at += len(codes)
	}
	return out, villages, true
}

// belowOf is where the lines of a query are.
func belowOf(w *facts.World, q *coverage.ListQuery) *codesBelow {
	switch {
	case len(q.Places) > 0:
		return apart(q.Places)
	case q.Direct:
		return apart([]string{q.Division})
	}
	return belows.below(w, q.Division, q.Day)
}

// sizes is the number that a list is behind, and how many lines it has.
func sizes(v coverage.View, q *coverage.ListQuery) (total, length int32) {
	codes, number := []string{q.Division}, v.Count
	switch {
	case len(q.Places) > 0:
		codes, number = q.Places, v.Direct
		coverage.Prepare(v, codes, q.Day)
	case q.Direct:
		number = v.Direct
	}
	lines := v.Deriver().Lines(q.Key)
	for _, code := range codes {
		n := q.Which.Of(number(q.Key, code, q.Day))
		if total += n; lines != q.Key {
			n = q.Which.Of(number(lines, code, q.Day))
		}
		length += n
	}
	return total, length
}

// everything is enough of any list.
const everything = math.MaxInt

// enough of a number to fill a page from: a line counts as more than one where
// it weighs more, so a page may still need the rest.
func enough(q *coverage.ListQuery) int {
	if q.Listed() {
		return 2*q.Limit + 2
	}
	return everything
}

// fill adds the lines of the page.
func fill(q *coverage.ListQuery, t store.Tx, generation int64, villages []villageCount, out *coverage.List) error {
	if q.Listed() {
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
