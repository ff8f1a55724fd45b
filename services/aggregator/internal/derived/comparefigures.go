package derived

import (
	"context"

	"xinju.dev/services/aggregator/internal/store"

	"go.uber.org/zap"
)

// compareFigures counts, once after a start that took them over, the figures and
// digests of everybody, as of a moment at which it reads what is stored of them, too.
func (k *Keeper) compareFigures(ctx context.Context, r *replica) error {
	k.b.applying.Lock()
	due := k.b.live == r && r.kept.taken
	k.b.applying.Unlock()
	if !due {
		return nil
	}
	var was, is *replica
	err := k.b.Store.Read(ctx, func(t store.Tx) (err error) {
		if was, err = storedFigures(t, r); err != nil {
			return err
		}
		is, err = countedFigures(t, r)
		return err
	})
	if err != nil {
		return err
	}
	k.b.applying.Lock()
	defer k.b.applying.Unlock()
	if k.b.live != r {
		return nil
	}
	r.kept.taken = false
	if was.facts == is.facts && was.residents == is.residents && was.orphans == is.orphans && was.sums == is.sums {
		return nil
	}
	k.b.Metrics.wrongSums.Inc()
	k.b.Log.Error("what the start took over of everybody is not what is stored of them: a rebuild puts it right",
		zap.String("kept", was.sums.hex()), zap.String("counted", is.sums.hex()))
	after := r.copyOf() // pages have moved on since
	after.facts += is.facts - was.facts
	after.residents += is.residents - was.residents
	after.orphans += is.orphans - was.orphans
	for _, s := range []struct{ of, is, was *sum }{
		{&after.sums.facts, &is.sums.facts, &was.sums.facts}, {&after.sums.members, &is.sums.members, &was.sums.members},
	} {
		s.of.plus(*s.is)
		s.of.minus(*s.was)
	}
	return k.b.putRightIn(ctx, r, after, r.ledger.Batch())
}

// storedFigures reads what the next start would take over.
func storedFigures(t store.Tx, r *replica) (*replica, error) {
	head, err := t.Head()
	if err != nil {
		return nil, err
	}
	raw, err := t.SumOfAll(r.generation)
	if err != nil {
		return nil, err
	}
	was := &replica{revision: head.Revision}
	body, err := opened(r.generation, r.deriver.Derivation(), raw)
	if err != nil {
		return nil, err
	}
	return was, was.takeFigures(body)
}

// countedFigures counts them.
func countedFigures(t store.Tx, r *replica) (*replica, error) {
	into, _, err := linksOf(t, r.generation)
	if err != nil {
		return nil, err
	}
	l := newLoader(r, into, rootsOf(into))
	err = everybody(t, r.generation)(func(row store.ResidentRow) error { return l.take(&row) })
	is := &replica{}
	is.takeLoaded([]*loader{l})
	return is, err
}
