package derived

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/civil"
)

// lines is the net change of the lines of uncovered lists: lines that a page
// takes away and puts back are not touched.
type lines map[store.LineRow]int

// hasLine says whether a piece is a line of an uncovered list that is kept. The
// list of a plain count, where nobody can be covered, is that of who counts.
func hasLine(d *derive.Deriver, m *store.MemberRow, p *derive.Piece) bool {
	return !p.Covered && m.Village != "" && !d.Plain(p.Key)
}

// note counts a line: n is 1 when it is put and −1 when it is taken.
func (l *lines) note(m *store.MemberRow, p *derive.Piece, n int) {
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
	stays := map[store.LineRow]bool{} // by key: overwritten
	for row, n := range l {
		if n > 0 {
			come = append(come, row)
			stays[row.Key()] = true
		}
	}
	for row, n := range l {
		if n < 0 && !stays[row.Key()] {
			gone = append(gone, row)
		}
	}
	slices.SortFunc(gone, inLines)
	slices.SortFunc(come, inLines)
	if err := t.DeleteLines(generation, gone); err != nil {
		return err
	}
	return t.PutLines(generation, come)
}

// inLines is the order of the rows in their table.
func inLines(a, b store.LineRow) int {
	return cmp.Or(cmp.Compare(a.Indicator, b.Indicator), strings.Compare(a.Village, b.Village), strings.Compare(a.SortKey, b.SortKey),
		strings.Compare(a.ResidentID, b.ResidentID), strings.Compare(a.EventID, b.EventID), cmp.Compare(a.FromDay, b.FromDay))
}

// keptLines are the lines that are kept of a row, in the order of its pieces; they
// are put into list.
func keptLines(d *derive.Deriver, m *store.MemberRow, list []store.LineRow) ([]store.LineRow, error) {
	list = list[:0]
	err := derive.Decode(m.Pieces, func(p *derive.Piece) error {
		if hasLine(d, m, p) {
			list = append(list, lineOf(m, p))
		}
		return nil
	})
	return list, err
}

// villageCount is a village that is part of the list, and in which run of codes
// it is: between villages of one run there are no others.
type villageCount struct {
	code string
	run  int32
}

// lineReader reads a page of lines.
type lineReader func(store.LinePage) ([]store.LineRow, error)

// linesIn reads in a transaction.
func linesIn(t store.Tx, generation int64) lineReader {
	return func(p store.LinePage) ([]store.LineRow, error) { return t.Lines(generation, p) }
}

// errMoved says that something else is served than a moment ago.
var errMoved = errors.New("what is served has changed")

// uncovered reads a page of an uncovered list without a transaction: every
// statement asks for what the number is of, and finds nothing once that is not
// served any more.
func (b *Book) uncovered(ctx context.Context, q *coverage.ListQuery, d *derive.Deriver) (out coverage.List, err error) {
	most := enough(q)
	for range snapshotTries {
		var villages []villageCount
		var all bool
		var is store.Head
		var changed <-chan struct{}
		err := b.look(func(v view) error {
			if v.Deriver() != d {
				return ErrMoving
			}
			out, villages, all = begun(v, q, most)
			is.Generation, is.Revision, changed = v.r.generation, v.r.revision, b.changed
			return nil
		})
		if err != nil {
			return out, err
		}
		err = fillUncovered(q, func(p store.LinePage) ([]store.LineRow, error) {
			rows, served, err := b.Store.LinesAt(ctx, is, p)
			if err == nil && !served {
				err = errMoved
			}
			return rows, err
		}, villages, &out)
		switch {
		case err == nil && !out.More && !all:
			most = everything
		case !errors.Is(err, errMoved):
			return out, err
		default:
			if err := await(ctx, changed); err != nil {
				return out, err
			}
		}
	}
	return out, ErrMoving
}

// fillUncovered reads a page of an uncovered list, a run of villages at a time.
func fillUncovered(q *coverage.ListQuery, read lineReader, villages []villageCount, out *coverage.List) error {
	page := store.LinePage{Indicator: int32(q.Key), Day: int32(q.Day)}
	if len(villages) > 0 && villages[0].code == q.After.Village {
		page.After = store.LinePlace(q.After)
	}
	for len(villages) > 0 {
		n := 1
		for n < len(villages) && villages[n].run == villages[0].run {
			n++
		}
		if page.After.Village == "" {
			page.After.Village = villages[0].code
		}
		page.Last, page.Limit = villages[n-1].code, q.Limit+1-len(out.Lines)
		rows, err := read(page)
		if err != nil {
			return err
		}
		if out.Lines == nil {
			out.Lines = make([]coverage.Line, 0, min(len(rows), q.Limit))
		}
		for i := range rows {
			if len(out.Lines) == q.Limit {
				out.More = true
				return nil
			}
			out.Lines = append(out.Lines, line(&rows[i]))
		}
		villages, page.After = villages[n:], store.LinePlace{}
	}
	return nil
}

func line(r *store.LineRow) coverage.Line {
	return coverage.Line{
		Place: coverage.Place{Village: r.Village, SortKey: r.SortKey, ResidentID: r.ResidentID, EventID: r.EventID},
		Piece: derive.Piece{
			Key: ledger.Key(r.Indicator), From: civil.Date(r.FromDay), To: civil.Date(r.UntilDay), Weight: r.Weight, EventID: r.EventID, On: civil.Date(r.OnDay),
		},
	}
}
