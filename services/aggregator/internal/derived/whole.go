package derived

import (
	"context"
	"slices"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/civil"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
)

// Whole runs look on the present numbers, which must be short, and then read on
// the tables at the same state, which may take its time: pages go on to be taken
// in meanwhile. Both may run several times.
func (b *Book) Whole(ctx context.Context, look func(coverage.View) error, read func(coverage.Whole) error) error {
	w := whole{ctx: ctx}
	return b.both(ctx, func(v view) error {
		w.world, w.derivation = v.World(), v.Deriver().Derivation()
		return look(v)
	}, func(t store.Tx, generation int64) error {
		w.t, w.generation = t, generation
		return read(w)
	})
}

// whole implements coverage.Whole.
type whole struct {
	ctx        context.Context //nolint:containedctx // it lives as long as one call
	t          store.Tx
	generation int64
	world      *facts.World
	derivation string
}

func (w whole) Derivation() string { return w.derivation }

func (w whole) Below(division string, day civil.Date) []string {
	return below(w.world, division, day)
}

func (w whole) Counted(village string, each func(coverage.Counted) error) error {
	next := store.MemberPage{Village: village, Limit: listStep}
	for {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		rows, err := w.t.Members(w.generation, next)
		if err != nil {
			return err
		}
		for i := range rows {
			m := coverage.Counted{SortKey: rows[i].SortKey, ResidentID: rows[i].ResidentID}
			err := derive.Decode(rows[i].Pieces, func(p *derive.Piece) error {
				m.Pieces = append(m.Pieces, *p)
				return nil
			})
			if err == nil {
				err = each(m)
			}
			if err != nil {
				return err
			}
		}
		if len(rows) < next.Limit {
			return nil
		}
		last := rows[len(rows)-1]
		next.SortKey, next.ResidentID, next.After = last.SortKey, last.ResidentID, true
	}
}

func (w whole) People(ids []string) ([]coverage.Person, error) {
	if err := w.ctx.Err(); err != nil {
		return nil, err
	}
	return readPeople(w.t, w.generation, ids)
}

// versionStep bounds how many residents are read at a time.
const versionStep = 500

func (w whole) Versions(ids []string, each func(coverage.Versions) error) error {
	for part := range slices.Chunk(ids, versionStep) {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		if err := w.versions(part, each); err != nil {
			return err
		}
	}
	return nil
}

func (w whole) versions(ids []string, each func(coverage.Versions) error) error {
	linked, err := w.t.LinkedInto(w.generation, ids)
	if err != nil {
		return err
	}
	naming, err := w.t.Naming(w.generation, ids)
	if err != nil {
		return err
	}
	more := slices.Clone(ids)
	for _, id := range ids {
		more = append(append(more, linked[id]...), naming[id]...)
	}
	near := nearby{w, map[string]feedfacts.Set{}}
	if err := near.read(more); err != nil {
		return err
	}
	ties := map[string][]string{}
	more = more[:0]
	for _, id := range ids {
		ties[id] = naming[id]
		for _, own := range append([]string{id}, linked[id]...) {
			named, err := near.sets[own].Ties(own)
			if err != nil {
				return err
			}
			ties[id] = append(ties[id], named...)
		}
		more = append(more, ties[id]...)
	}
	if err := near.read(more); err != nil {
		return err
	}
	for _, id := range ids {
		into, err := near.sets[id].IntoOf(id)
		if err != nil {
			return err
		}
		v := held{Versions: coverage.Versions{ResidentID: id, Into: into}}
		v.add(near.sets[id], "", false)
		for _, l := range linked[id] {
			v.add(near.sets[l], l, false)
		}
		for _, other := range ties[id] {
			if other != id && !slices.Contains(linked[id], other) {
				v.add(near.sets[other].Registry(), other, true)
			}
		}
		if err := each(v.Versions); err != nil {
			return err
		}
	}
	return nil
}

// nearby is the facts kept under identifiers, read once each.
type nearby struct {
	w    whole
	sets map[string]feedfacts.Set
}

func (n nearby) read(ids []string) error {
	var missing []string
	for _, id := range ids {
		if _, there := n.sets[id]; !there {
			n.sets[id] = nil
			missing = append(missing, id)
		}
	}
	slices.Sort(missing)
	stored, err := n.w.t.Residents(n.w.generation, missing)
	if err != nil {
		return err
	}
	for id, row := range stored {
		if n.sets[id], err = feedfacts.Decode(row.Facts); err != nil {
			return err
		}
	}
	return nil
}

// held collects the facts that hold; links say where facts count and are none.
type held struct{ coverage.Versions }

func (h *held) add(set feedfacts.Set, owner string, tied bool) {
	for i := range set {
		e := &set[i]
		if e.Deleted || e.Kind == feedv1.FactKind_FACT_KIND_LINK {
			continue
		}
		h.Facts = append(h.Facts, coverage.FactVersion{
			Kind: int32(e.Kind), ID: e.ID, Version: e.Version, Recorded: recordedOn(e.Recorded), Owner: owner, Tied: tied,
		})
	}
}

func recordedOn(ymd int32) civil.Date {
	d, err := civil.FromYYYYMMDD(int(ymd))
	if err != nil {
		return civil.None
	}
	return d
}
