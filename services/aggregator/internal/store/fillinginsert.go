package store

import (
	"context"

	"xinju.dev/services/platform/sqlstore"

	"golang.org/x/sync/errgroup"
)

// insertStep is how many rows a filling writes in one transaction; a block counts as
// many.
const (
	insertStep = 20_000
	blockCosts = 64
)

// insertBeside is how many transactions of a filling a server takes in at a time.
// Their keys lie side by side, so that none waits for another. SQLite has one writer.
const insertBeside = 2

// insertRows is the rows of one transaction.
type insertRows struct{ members, blocks rowRoom }

// len counts rows, a block as what it costs beside a member.
func (r *insertRows) len() int { return len(r.members.rows) + blockCosts*len(r.blocks.rows) }

// inserter writes records that come in order. While some rows are written the next
// ones are put together.
type inserter struct {
	store      *Store
	generation int64
	group      *errgroup.Group
	at         *insertRows      // being put together
	list       int32            // whose lines are put together
	block      places           // those that are no row yet
	free       chan *insertRows // to go on with
}

// insert begins; end must follow. The context ends with the first error.
func (s *Store) insert(ctx context.Context, generation int64) (*inserter, context.Context) {
	beside := insertBeside
	if s.db.Engine() == sqlstore.SQLite {
		beside = 1
	}
	i := &inserter{store: s, generation: generation, at: &insertRows{}, free: make(chan *insertRows, beside)}
	for range beside {
		i.free <- &insertRows{}
	}
	i.group, ctx = errgroup.WithContext(ctx)
	i.group.SetLimit(beside)
	return i, ctx
}

func (i *inserter) add(ctx context.Context, r *record) error {
	if r.section == 0 {
		place, err := placeOf(r.place)
		if err != nil {
			return err
		}
		i.at.members.add(i.generation, place.Village, []byte(place.SortKey), place.ResidentID)
	} else {
		i.addLines(r)
	}
	if i.at.len() >= insertStep {
		i.flush(ctx)
	}
	return ctx.Err()
}

// addLines puts the lines of somebody behind those of others in the same list.
func (i *inserter) addLines(r *record) {
	if list := int32(r.section) - 1; list != i.list {
		i.endBlock()
		i.list = list
	}
	if i.block.add(r.place, r.lines); len(i.block.bytes) >= blockSize {
		i.endBlock()
	}
}

func (i *inserter) endBlock() {
	if len(i.block.bytes) == 0 {
		return
	}
	l := &i.at.blocks
	l.add(l.number(i.generation), l.number(int64(i.list)), behind(i.block.last), i.block.take())
}

// flush has what is put together written, and takes free rows to go on with.
func (i *inserter) flush(ctx context.Context) {
	rows := i.at
	i.group.Go(func() error {
		err := i.store.Write(ctx, func(t Tx) error {
			if err := t.add("member", memberColumns, rows.members.rows); err != nil {
				return err
			}
			return t.add("uncovered_block", blockColumns, rows.blocks.rows)
		})
		rows.members.clear()
		rows.blocks.clear()
		i.free <- rows
		return err
	})
	i.at = <-i.free
}

// end writes the rest and waits for everything. failed is what adding ended with.
func (i *inserter) end(ctx context.Context, failed error) error {
	i.endBlock()
	if failed == nil && i.at.len() > 0 {
		i.flush(ctx)
	}
	if err := i.group.Wait(); err != nil { // which is why adding failed, if it did
		return err
	}
	return failed
}

// rowRoom is rows whose room is used again, and numbers that are the same in many.
type rowRoom struct {
	rows   [][]any
	values []any
	known  [1 << 12]any
}

func (r *rowRoom) add(values ...any) {
	if cap(r.values)-len(r.values) < len(values) {
		r.values = make([]any, 0, insertStep*len(values))
	}
	n := len(r.values)
	r.values = append(r.values, values...)
	r.rows = append(r.rows, r.values[n:len(r.values):len(r.values)])
}

// number is v as a value, mostly one that was made before.
func (r *rowRoom) number(v int64) any {
	at := &r.known[v&int64(len(r.known)-1)]
	if was, ok := (*at).(int64); !ok || was != v {
		*at = v
	}
	return *at
}

func (r *rowRoom) clear() { r.rows, r.values = r.rows[:0], r.values[:0] }
