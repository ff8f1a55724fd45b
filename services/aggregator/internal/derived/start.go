package derived

import (
	"bytes"
	"context"
	"errors"
	"math"
	"runtime"
	"sync"

	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/obs"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"
)

// load reads a generation, derived by d, that nobody writes meanwhile: from the sums
// that are stored, or else by counting everybody.
func (b *Book) load(ctx context.Context, generation int64, d *derive.Deriver) (*replica, error) {
	r, into, err := b.surroundings(ctx, generation, d)
	if err != nil {
		return nil, err
	}
	var named errgroup.Group
	named.Go(func() error { return b.readNamed(ctx, r) })
	err = b.numbers(ctx, r, into)
	return r, errors.Join(err, named.Wait())
}

func (b *Book) numbers(ctx context.Context, r *replica, into map[string]string) error {
	taken, err := b.takeKept(ctx, r)
	if err != nil || taken {
		return err
	}
	// Whatever rows there are do not belong to anything.
	if err := b.Store.DropSums(ctx, r.generation); err != nil {
		return err
	}
	all := newLoading(r, into)
	err = all.read(func(each func(store.ResidentRow) error) error {
		return b.Store.EachResident(ctx, r.generation, each) // nobody writes: one state without a transaction
	}, (*loader).take)
	if err := all.end(err); err != nil {
		return err
	}
	r.kept.counted = r.ledger.Villages()
	b.Log.Info("the numbers were counted anew from all rows", zap.Int64("residents", r.residents))
	return b.Store.Write(ctx, func(t store.Tx) error { return r.keep(t, r.revision) })
}

// takeKept loads from stored sums; false when there are none of the state that is
// stored, and then r has taken nothing.
func (b *Book) takeKept(ctx context.Context, r *replica) (taken bool, err error) {
	err = b.Store.Read(ctx, func(t store.Tx) error {
		raw, err := t.SumOfAll(r.generation)
		if err != nil || raw == nil {
			return err
		}
		body, err := opened(r.generation, r.deriver.Derivation(), raw)
		if err == nil {
			err = r.takeFigures(body)
		}
		if err != nil {
			b.Log.Warn("the stored sums cannot be used: everybody is counted again", obs.Cause(err))
			return nil
		}
		taken, r.kept.taken = true, true
		return b.takeSums(t, r)
	})
	return taken, err
}

// takeSums takes the villages that are stored, and counts the others.
func (b *Book) takeSums(t store.Tx, r *replica) error {
	stored, err := b.storedSums(t, r)
	if err != nil {
		return err
	}
	villages, err := t.Villages(r.generation)
	if err != nil {
		return err
	}
	missing := map[string]bool{}
	for _, v := range villages {
		if !stored[v] {
			missing[v] = true
		}
	}
	all := newLoading(r, nil)
	all.stored = stored
	r.kept.stored, r.kept.counted = len(stored), len(missing)
	err = all.end(all.readVillages(t, missing))
	b.Log.Info("the numbers were taken from stored sums", zap.Int("villages", len(stored)), zap.Int("counted", len(missing)))
	return err
}

// storedSums takes the rows of villages, on all processors. One that is damaged is
// as none.
func (b *Book) storedSums(t store.Tx, r *replica) (map[string]bool, error) {
	stored := map[string]bool{}
	var mu sync.Mutex
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	err := t.EachSum(r.generation, func(row store.SumRow) error {
		raw := bytes.Clone(row.Body)
		group.Go(func() error {
			body, err := opened(r.generation, row.Village, raw)
			if err == nil {
				err = r.ledger.TakeSums(row.Village, r.deriver.Keys(), body)
			}
			if err != nil {
				b.Log.Warn("the stored sums of a village are damaged: it is counted again", zap.String("village", row.Village), obs.Cause(err))
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			stored[row.Village] = true
			r.kept.doubt = append(r.kept.doubt, row.Village)
			return nil
		})
		return nil
	})
	return stored, errors.Join(err, group.Wait())
}

// scanFrom is how many villages without sums, of so many villages, make it worth to
// read everybody once instead of each village by itself.
const scanFrom = 8

// readVillages counts some villages, beside others that have been taken.
func (all *loading) readVillages(t store.Tx, missing map[string]bool) error {
	err := t.EachID(all.r.generation, "", 1, func(string) error {
		all.r.refs = nil // somebody is there
		return nil
	})
	if err != nil || len(missing)*scanFrom > len(missing)+len(all.stored) {
		if err == nil {
			err = all.read(everybody(t, all.r.generation), func(l *loader, row *store.ResidentRow) error { return l.takeIn(row, missing) })
		}
		return err
	}
	for village := range missing {
		err := eachPageOf(t, all.r.generation, village, func(rows []store.MemberRow) error {
			all.steps <- func(l *loader) error { return l.takeMembers(rows) }
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// pageStep is how many members of a village are read at a time.
const pageStep = 1024

// eachPageOf reads the members of a village.
func eachPageOf(t store.Tx, generation int64, village string, take func([]store.MemberRow) error) error {
	page := store.MemberPage{Village: village, Limit: pageStep}
	for {
		rows, err := t.Members(generation, page)
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := take(rows); err != nil {
			return err
		}
		last := &rows[len(rows)-1]
		page.SortKey, page.ResidentID, page.After = last.SortKey, last.ResidentID, true
	}
}

// everybody reads all rows of a generation.
func everybody(t store.Tx, generation int64) func(func(store.ResidentRow) error) error {
	return func(each func(store.ResidentRow) error) error {
		return t.EachResident(generation, "", math.MaxInt32, each)
	}
}

// takeIn counts what a resident counts for in some villages.
func (l *loader) takeIn(row *store.ResidentRow, villages map[string]bool) error {
	members, err := l.packed.Rows(row.Members)
	for i := range members {
		if err == nil && villages[string(members[i].Village)] {
			err = l.takePieces(members[i].Village, members[i].Pieces)
		}
	}
	return err
}

func (l *loader) takeMembers(rows []store.MemberRow) error {
	for i := range rows {
		if err := l.takeMember(&rows[i]); err != nil {
			return err
		}
	}
	return nil
}
