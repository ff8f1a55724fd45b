package derived

import (
	"context"

	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/store"
)

// Evaluate reads the stored facts of everybody who is served and derives what
// they count for, keeping nothing: what any rebuild has to do at least. It
// returns how many identifiers there were.
func (b *Book) Evaluate(ctx context.Context) (done int64, err error) {
	b.mu.RLock()
	r := b.live
	b.mu.RUnlock()
	if r == nil {
		return 0, ErrLoading
	}
	named, err := mentionsOf(ctx, b.Store, r.generation) // the one that is kept is the one writer's
	if err != nil {
		return 0, err
	}
	for after := ""; ; {
		n := 0
		err := b.Store.Read(ctx, func(t store.Tx) error {
			near, ids, err := nextPersons(t, r.generation, named, r.deriver.ReadsOthers(), after)
			if err != nil || len(ids) == 0 {
				return err
			}
			n, after = len(ids), ids[len(ids)-1]
			_, err = membersOf(near, ids, r.deriver, r.world)
			return err
		})
		if err != nil || n == 0 {
			return done, err
		}
		done += int64(n)
	}
}

// membersOf derives what persons at hand count for, on all processors.
func membersOf(near *around, ids []string, d *derive.Deriver, w *facts.World) ([][]store.MemberRow, error) {
	list, err := near.residents(ids, nil)
	if err != nil {
		return nil, err
	}
	out := make([][]store.MemberRow, len(ids))
	err = parallel(len(ids), func(i int) (err error) {
		if list[i] == nil {
			if list[i], err = near.made(later, ids[i], nil); err != nil {
				return err
			}
		}
		out[i] = rowsOf(d, list[i], w)
		return nil
	})
	return out, err
}
