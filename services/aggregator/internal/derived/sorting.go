package derived

import (
	"context"

	"xinju.dev/services/aggregator/internal/feedfacts"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
)

// sort keeps facts until all are there: of residents in runs, of the tree and links in memory.
func (o *onePass) sort(ctx context.Context, facts []feedfacts.Fact) error {
	for i := range facts {
		f := &facts[i]
		switch {
		case f.ResidentID == "":
			o.r.worldSet.Put(f.Entry)
		case f.Kind == feedv1.FactKind_FACT_KIND_LINK:
			o.late = append(o.late, *f)
		default:
			if err := o.sorted.Add(ctx, f.ResidentID, feedfacts.Set{f.Entry}.Encode()); err != nil {
				return err
			}
		}
	}
	o.op.advance(ctx, int64(len(facts)))
	o.op.taken.facts.Add(int64(len(facts)))
	return nil
}

// takeSorted makes steps of what was sorted, whole residents at a time.
func (o *onePass) takeSorted(ctx context.Context, sources []*listing, steps chan<- *listedStep) error {
	var held []feedfacts.Fact
	for i := range o.r.worldSet {
		held = append(held, feedfacts.Fact{Entry: o.r.worldSet[i]})
	}
	o.r.worldSet = nil // to be taken like any other
	err := o.sorted.Each(ctx, func(resident string, raw []byte) error {
		if n := len(held); n >= o.b.list.step && held[n-1].ResidentID != resident {
			if err := o.take(ctx, held, nil, steps); err != nil {
				return err
			}
			held = held[:0]
		}
		one, err := feedfacts.Decode(raw)
		for _, e := range one {
			held = append(held, feedfacts.Fact{ResidentID: resident, Entry: e})
		}
		return err
	})
	if err != nil {
		return err
	}
	return o.take(ctx, held, sources, steps)
}
