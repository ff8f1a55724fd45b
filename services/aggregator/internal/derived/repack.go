package derived

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/desk"
	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/obs"

	"go.uber.org/zap"
)

const deriveKind = "aggregator.derive"

// errCopyDiffers says that a copy of the facts came out different.
var errCopyDiffers = errors.New("the copied facts differ from those that serve")

// repack derives everything under other packs from the stored facts, in a
// generation beside the one that serves, and lets it take over in one step with
// the packs. It asks no source. A crash before that leaves everything as it was;
// the operation stays open and begins again after the next start.
//
// The facts are copied range by range while pages go on. Whoever changes
// meanwhile is noted and copied again: versions of facts only grow, so that the
// copy ends up with the same ones, and what is derived by increments is what is
// derived at once.
func (b *Book) repack(ctx context.Context, op *running) error {
	change, d, err := b.plan(ctx, op.snapshot().ID)
	if err != nil {
		return err
	}
	generation, err := b.nextGeneration(ctx)
	if err != nil {
		return err
	}
	if err := b.Store.Drop(ctx, generation); err != nil {
		return err
	}
	b.note(newNoted())
	defer b.note(nil)
	op.stage(ctx, "copy")
	if err := b.copyFacts(ctx, generation, op); err != nil {
		return err
	}
	op.stage(ctx, "derive")
	r, err := b.deriveAll(ctx, generation, d)
	if err != nil {
		return err
	}
	op.stage(ctx, "follow")
	for range catchUpRounds {
		n := b.note(newNoted())
		if err := b.replay(ctx, r, n); err != nil {
			return err
		}
		if len(n.residents) < catchUpEnough && !n.world {
			break
		}
	}
	op.stage(ctx, "compare")
	old, err := b.repackTakesOver(ctx, r, change, op)
	if err != nil {
		return err
	}
	if err := b.Store.Drop(ctx, old); err != nil {
		b.Log.Warn("the generation before the change of packs is not removed yet", obs.Cause(err))
	}
	return nil
}

// Rounds of catching up while pages go on: the last one keeps them waiting.
const (
	catchUpRounds = 8
	catchUpEnough = 200
)

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

// note begins to note what pages change, or ends it, and returns what was noted.
func (b *Book) note(next *noted) (was *noted) {
	b.applying.Lock()
	defer b.applying.Unlock()
	was, b.noted = b.noted, next
	return was
}

// copyFacts copies what serves into another generation, in small transactions.
func (b *Book) copyFacts(ctx context.Context, to int64, op *running) error {
	from, after := to-1, ""
	err := b.Store.Read(ctx, func(t store.Tx) error {
		head, err := t.Head()
		from = head.Generation
		return err
	})
	if err != nil {
		return err
	}
	err = b.Store.Write(ctx, func(t store.Tx) error {
		world, err := t.World(from)
		if err != nil {
			return err
		}
		return t.PutWorld(to, world)
	})
	for err == nil {
		var last string
		var live int64
		err = b.Store.Write(ctx, func(t store.Tx) (err error) {
			last, live, err = index(t, from, to, after)
			return err
		})
		if last == "" {
			break
		}
		after = last
		op.advance(ctx, live)
	}
	return err
}

// index writes what is kept beside facts to find them, links and ties, for a run
// of residents after one; in another generation the facts as well. last is "" when
// nobody is left.
func index(t store.Tx, from, to int64, after string) (last string, live int64, err error) {
	var rows []store.ResidentRow
	var links []store.LinkRow
	var ties tieChanges
	var codes []string
	err = t.EachResident(from, after, deriveStep, func(row store.ResidentRow) error {
		id, raw := row.ID, bytes.Clone(row.Facts)
		set, err := feedfacts.Decode(raw)
		if err != nil {
			return err
		}
		root, err := rootOf(id, set)
		if err != nil {
			return err
		}
		if root != id {
			links = append(links, linkRow(id, root))
		}
		for i := range set {
			code, err := set[i].RecordCode()
			if err != nil {
				return err
			}
			if code != "" {
				codes = append(codes, code)
			}
		}
		last, live = id, live+int64(set.Live())
		if from != to {
			rows = append(rows, store.ResidentRow{ID: id, Facts: raw})
		}
		return ties.compare(id, facing{after: set})
	})
	if err != nil || last == "" {
		return "", 0, err
	}
	slices.Sort(codes)
	return last, live, errors.Join(
		t.AddResidents(to, rows), t.PutLinks(to, links), ties.write(t, to), t.PutCodes(to, slices.Compact(codes)))
}

const replayStep = 500

// replay brings a generation that was copied to what the serving one has of those
// who were noted.
func (b *Book) replay(ctx context.Context, r *replica, n *noted) error {
	var from int64
	if err := b.look(func(v view) error { from = v.r.generation; return nil }); err != nil {
		return err
	}
	if n.world {
		var list []feedfacts.Fact
		err := b.Store.Read(ctx, func(t store.Tx) error {
			rows, err := t.World(from)
			list = list[:0]
			for _, w := range rows {
				set, err := feedfacts.Decode(w.Fact)
				if err != nil {
					return err
				}
				for _, e := range set {
					list = append(list, feedfacts.Fact{Entry: e})
				}
			}
			return err
		})
		if err != nil {
			return err
		}
		if err := b.commit(ctx, r, nil, list); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(slices.Sorted(maps.Keys(n.residents)), replayStep) {
		var list []feedfacts.Fact
		err := b.Store.Read(ctx, func(t store.Tx) error {
			rows, err := t.Residents(from, part)
			list = list[:0]
			for id, row := range rows {
				set, err := feedfacts.Decode(row.Facts)
				if err != nil {
					return err
				}
				for _, e := range set {
					list = append(list, feedfacts.Fact{ResidentID: id, Entry: e})
				}
			}
			return err
		})
		if err != nil {
			return err
		}
		if err := b.commit(ctx, r, nil, list); err != nil {
			return err
		}
	}
	return nil
}

// repackTakesOver brings the new generation to the very facts of the old one,
// compares them and lets it serve together with its packs. Following waits
// meanwhile; reading does not.
func (b *Book) repackTakesOver(ctx context.Context, r *replica, change desk.PackChange, op *running) (old int64, err error) {
	b.applying.Lock()
	defer b.applying.Unlock()
	if err := b.replay(ctx, r, b.noted); err != nil {
		return 0, err
	}
	same := r.sums.facts == b.live.sums.facts && r.sums.world == b.live.sums.world
	if r.deriver.Derivation() == b.live.deriver.Derivation() {
		same = same && r.sums.members == b.live.sums.members
	}
	if !same {
		b.Metrics.differences.Inc()
		b.Log.Error("the state derived from the stored facts differs from the one that serves, which stays",
			zap.String("kept", b.live.sums.hex()), zap.String("derived", r.sums.hex()))
		return 0, errCopyDiffers
	}
	r.followed = maps.Clone(b.live.followed)
	return b.swap(ctx, r, op, false, func(t store.Tx) error {
		for _, f := range r.followed {
			if err := t.PutFollowed(r.generation, f); err != nil {
				return err
			}
		}
		return desk.In(t.SQL()).UsePack(change.PackID, change.Version, b.Now().UnixMilli())
	})
}
