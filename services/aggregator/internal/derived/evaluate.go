package derived

import (
	"context"

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
	named := r.named
	for after := ""; ; {
		n := 0
		err := b.Store.Read(ctx, func(t store.Tx) error {
			near, ids, err := nextPersons(t, r.generation, named, after)
			if err != nil || len(ids) == 0 {
				return err
			}
			n, after = len(ids), ids[len(ids)-1]
			for _, id := range ids {
				resident, err := near.resident(later, id)
				if err != nil {
					return err
				}
				rowsOf(r.deriver, resident, r.world)
			}
			return nil
		})
		if err != nil || n == 0 {
			return done, err
		}
		done += int64(n)
	}
}
