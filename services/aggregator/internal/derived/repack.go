package derived

import (
	"context"
	"errors"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/desk"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/aggregator/internal/store"
)

const deriveKind = "aggregator.derive"

// repack derives everything under other packs from the stored facts, in a
// generation beside the one that serves, and lets it take over in one step with
// the packs. It asks no source. A crash before that leaves everything as it was;
// the operation stays open and begins again after the next start.
func (b *Book) repack(ctx context.Context, generation int64, op *running) error {
	change, d, err := b.plan(ctx, op.snapshot().ID)
	if err != nil {
		return err
	}
	return b.beside(ctx, copying{
		generation: generation, deriver: d, op: op,
		last: func(t store.Tx) error {
			return desk.In(t.SQL()).UsePack(change.PackID, change.Version, b.Now().UnixMilli())
		},
	})
}

// plan reads what the operation changes, and makes the packs that it leads to.
func (b *Book) plan(ctx context.Context, operation string) (desk.PackChange, *derive.Deriver, error) {
	var change desk.PackChange
	var sources [][]byte
	err := b.Desk.Read(ctx, func(t desk.Tx) error {
		var found bool
		var err error
		if change, found, err = t.PackChange(operation); err != nil || !found {
			return errors.Join(err, coverage.ErrPackVersion)
		}
		used, err := t.PacksInUse()
		if err != nil {
			return err
		}
		sources = sourcesOf(used, change.PackID)
		versions, err := t.PackVersions(change.PackID)
		for i := range versions {
			if versions[i].Version == change.Version {
				sources = append(sources, versions[i].Source)
			}
		}
		return err
	})
	if err != nil {
		return change, nil, err
	}
	packs, err := policy.Compose(b.Packs, sources...)
	if err != nil {
		return change, nil, refused("source_yaml", problemsOf(err))
	}
	return change, derive.New(packs), nil
}
