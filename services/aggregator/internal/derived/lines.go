package derived

import (
	"context"
	"errors"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/civil"
)

// lines is the net change of the lines of uncovered lists: lines that a page
// takes away and puts back are not touched.
type lines map[store.LineRow]int

// note counts a piece of a member: n is 1 when it is put and −1 when it is taken.
func (l *lines) note(m *store.MemberRow, p *derive.Piece, n int) {
	if p.Covered || m.Village == "" {
		return
	}
	if *l == nil {
		*l = lines{}
	}
	(*l)[lineOf(m, p)] += n
}

func lineOf(m *store.MemberRow, p *derive.Piece) store.LineRow {
	return store.LineRow{
		Indicator: int32(p.Key), Village: m.Village, SortKey: m.SortKey, ResidentID: m.ResidentID, EventID: p.EventID,
		FromDay: int32(p.From), UntilDay: int32(p.To), OnDay: int32(p.On), Weight: p.Weight,
	}
}

// write deletes and puts what has changed.
func (l lines) write(t store.Tx, generation int64) error {
	var gone, come []store.LineRow
	for row, n := range l {
		switch {
		case n < 0:
			gone = append(gone, row)
		case n > 0:
			come = append(come, row)
		}
	}
	if err := t.DeleteLines(generation, gone); err != nil {
		return err
	}
	return t.PutLines(generation, come)
}

// putMembers writes members of a generation that had none, and their lines.
func putMembers(t store.Tx, generation int64, rows []store.MemberRow) error {
	var list []store.LineRow
	for i := range rows {
		m := &rows[i]
		err := derive.Decode(m.Pieces, func(p *derive.Piece) error {
			if !p.Covered && m.Village != "" {
				list = append(list, lineOf(m, p))
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if err := t.PutLines(generation, list); err != nil {
		return err
	}
	return t.PutMembers(generation, rows)
}

// villageCount is a village and how many lines of the list it has.
type villageCount struct {
	code  string
	lines int32
}

// lineReader reads a page of as many of its villages as it can at once, and says
// of how many.
type lineReader func(store.LinePage) (rows []store.LineRow, villages int, err error)

// linesIn reads in a transaction.
func linesIn(t store.Tx, generation int64) lineReader {
	return func(p store.LinePage) ([]store.LineRow, int, error) {
		rows, err := t.Lines(generation, p)
		return rows, len(p.Villages), err
	}
}

// errMoved says that something else is served than a moment ago.
var errMoved = errors.New("what is served has changed")

// uncovered reads a page of an uncovered list without a transaction: every
// statement says what is served, and that must be what the number is of.
func (b *Book) uncovered(ctx context.Context, q *coverage.ListQuery) (out coverage.List, err error) {
	for range snapshotTries {
		var villages []villageCount
		var is store.Head
		var changed <-chan struct{}
		err := b.look(func(v view) error {
			out, villages = begun(v, q)
			is.Generation, is.Revision, changed = v.r.generation, v.r.revision, b.changed
			return nil
		})
		if err != nil || len(villages) == 0 {
			return out, err
		}
		err = fillUncovered(q, func(p store.LinePage) ([]store.LineRow, int, error) {
			rows, n, head, err := b.Store.LinesAt(ctx, p)
			if err == nil && head != is {
				err = errMoved
			}
			return rows, n, err
		}, villages, &out)
		if !errors.Is(err, errMoved) {
			return out, err
		}
		if err := await(ctx, changed); err != nil {
			return out, err
		}
	}
	return out, ErrMoving
}

// fillUncovered reads a page of an uncovered list, of as many villages at once as
// fill it.
func fillUncovered(q *coverage.ListQuery, read lineReader, villages []villageCount, out *coverage.List) error {
	for len(villages) > 0 && !out.More {
		page := store.LinePage{Indicator: int32(q.Key), Day: int32(q.Day), Limit: q.Limit + 1 - len(out.Lines)}
		n, sum := 0, 0
		for n < len(villages) && sum < page.Limit && n < listVillages {
			page.Villages = append(page.Villages, villages[n].code)
			sum += int(villages[n].lines)
			n++
			if page.Villages[0] == q.After.Village { // the others have no place to go on from
				page.After = &store.LineRow{SortKey: q.After.SortKey, ResidentID: q.After.ResidentID, EventID: q.After.EventID}
				break
			}
		}
		rows, done, err := read(page)
		if err != nil {
			return err
		}
		villages = villages[done:]
		for i := range rows {
			if len(out.Lines) == q.Limit {
				out.More = true
				break
			}
			out.Lines = append(out.Lines, line(&rows[i]))
		}
	}
	return nil
}

// listVillages bounds the villages of one reading.
const listVillages = 100

func line(r *store.LineRow) coverage.Line {
	return coverage.Line{
		Place: coverage.Place{Village: r.Village, SortKey: r.SortKey, ResidentID: r.ResidentID, EventID: r.EventID},
		Piece: derive.Piece{
			Key: ledger.Key(r.Indicator), From: civil.Date(r.FromDay), To: civil.Date(r.UntilDay), Weight: r.Weight, EventID: r.EventID, On: civil.Date(r.OnDay),
		},
	}
}
