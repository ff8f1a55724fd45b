package derived

import (
	"context"
	"strings"

	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/civil"
)

// Which is a part of a number.
type Which int

// The parts, numbered as MemberSet of the API.
const (
	Uncovered Which = 1
	Covered   Which = 2
	Eligible  Which = 3
)

func (w Which) of(c ledger.Count) int32 {
	switch w {
	case Uncovered:
		return c.Eligible - c.Covered
	case Covered:
		return c.Covered
	}
	return c.Eligible
}

func (w Which) takes(covered bool) bool {
	return w == Eligible || covered == (w == Covered)
}

// Place is where a line stands in a list: by village, address, person, event.
type Place struct{ Village, SortKey, ResidentID, EventID string }

// Line is one line of a list.
type Line struct {
	Place
	derive.Piece
}

// ListQuery asks for the lines behind one number.
type ListQuery struct {
	Division string
	Key      ledger.Key
	Day      civil.Date
	Which    Which
	After    Place // the zero Place: from the beginning
	Limit    int
}

// List is a page of lines; Total is the length of the whole list, equal to the
// number at the same moment.
type List struct {
	Lines []Line
	More  bool
	Total int32
	World *facts.World
}

// List reads one page. Villages where the number is zero are not looked at.
func (b *Book) List(ctx context.Context, q ListQuery) (List, error) {
	var out List
	var villages []string
	look := func(v View) error {
		out = List{Total: q.Which.of(v.Count(q.Key, q.Division, q.Day)), World: v.World()}
		villages = villages[:0]
		for _, code := range below(v.World(), q.Division, q.Day) {
			if code >= q.After.Village && q.Which.of(v.r.ledger.Direct(q.Key, code, q.Day)) > 0 {
				villages = append(villages, code)
			}
		}
		return nil
	}
	read := func(t store.Tx, generation int64) error {
		for _, village := range villages {
			if err := q.village(t, generation, village, &out); err != nil || out.More {
				return err
			}
		}
		return nil
	}
	err := b.both(ctx, look, read)
	return out, err
}

// listStep bounds how many residents of a village are read at a time.
const listStep = 512

// village adds the village's lines until the page is full.
func (q *ListQuery) village(t store.Tx, generation int64, village string, out *List) error {
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
			if err := q.resident(&rows[i], out); err != nil || out.More {
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

func (q *ListQuery) resident(m *store.MemberRow, out *List) error {
	return derive.Decode(m.Pieces, func(p *derive.Piece) error {
		if p.Key != q.Key || !p.Holds(q.Day) || !q.Which.takes(p.Covered) {
			return nil
		}
		at := Place{m.Village, m.SortKey, m.ResidentID, p.EventID}
		if q.After != (Place{}) && !at.after(q.After) {
			return nil
		}
		if len(out.Lines) == q.Limit {
			out.More = true
			return nil
		}
		out.Lines = append(out.Lines, Line{at, *p})
		return nil
	})
}

func (p Place) after(q Place) bool {
	for _, pair := range [...][2]string{{p.Village, q.Village}, {p.SortKey, q.SortKey}, {p.ResidentID, q.ResidentID}, {p.EventID, q.EventID}} {
		if c := strings.Compare(pair[0], pair[1]); c != 0 {
			return c > 0
		}
	}
	return false
}

// Resident reads the facts about one person, and the state they belong to. It
// fails with RESIDENT_UNKNOWN.
func (b *Book) Resident(ctx context.Context, id string, look func(View) error) (*facts.Resident, error) {
	var out *facts.Resident
	err := b.both(ctx, look, func(t store.Tx, generation int64) error {
		stored, err := t.Residents(generation, []string{id})
		if err != nil {
			return err
		}
		set, err := feedfacts.Decode(stored[id])
		if err != nil {
			return err
		}
		if set.Live() == 0 {
			return ErrResident
		}
		out, err = set.Resident(id)
		return err
	})
	return out, err
}
