package derived

import (
	"slices"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/store"
)

// takeWorld merges the page's divisions and units. everybody: the tree changed
// where somebody is, so that all residents must be derived again.
func (out *outcome) takeWorld(t store.Tx, list []feedfacts.Fact) (everybody bool, err error) {
	if !slices.ContainsFunc(list, func(f feedfacts.Fact) bool { return feedfacts.IsWorld(f.Kind) }) {
		return false, nil
	}
	before := out.before.worldSet
	after := slices.Clone(before)
	var rows []store.WorldRow
	changed := map[string]struct{}{}
	for i := range list {
		e := list[i].Entry
		if !feedfacts.IsWorld(e.Kind) || !after.Put(e) {
			continue
		}
		rows = append(rows, store.WorldRow{Kind: int32(e.Kind), ID: e.ID, Fact: feedfacts.Set{e}.Encode()})
	}
	if len(rows) == 0 {
		return false, nil
	}
	for _, w := range rows {
		out.newTree = out.newTree || feedfacts.IsDivision(w.Kind)
		if err := changesOf(w, before, after, changed); err != nil {
			return false, err
		}
		if _, moved := changed[unitRef(w.ID)]; moved { // what counts at it hangs elsewhere
			out.newTree = true
		}
	}
	if out.after.world, err = after.World(); err != nil {
		return false, err
	}
	out.after.worldSet = after
	out.after.sums.world = worldSum(after)
	if err := t.PutWorld(out.before.generation, rows); err != nil {
		return false, err
	}
	was, err := divisionsOf(before)
	if err != nil {
		return false, err
	}
	is, err := divisionsOf(after)
	if err != nil {
		return false, err
	}
	return out.before.refs.touched(changed, was, is), nil
}

// changesOf notes what a fact changed: the code of a division, before and after,
// a unit that stands elsewhere now, and the villages that it has come to manage
// or manages no more. Other changes of a unit derive nothing.
func changesOf(w store.WorldRow, before, after feedfacts.Set, into map[string]struct{}) error {
	var places []string
	var managed [][]facts.Managed
	for _, set := range []feedfacts.Set{before, after} {
		one, found := set.Find(w.Kind, w.ID)
		place := ""
		var manages []facts.Managed
		if found {
			list, err := one.DivisionFacts()
			if err != nil {
				return err
			}
			for _, d := range list {
				into[d.Code] = struct{}{}
			}
			units, err := one.UnitFacts()
			if err != nil {
				return err
			}
			for _, u := range units {
				place, manages = u.Division, u.Manages
			}
		}
		places, managed = append(places, place), append(managed, manages)
	}
	for i, list := range managed {
		for _, m := range list {
			if !slices.Contains(managed[1-i], m) {
				into[m.Division] = struct{}{}
			}
		}
	}
	if places[0] != places[1] {
		into[unitRef(w.ID)] = struct{}{}
	}
	return nil
}

// everybodyElse derives all residents again who were not part of the page, in
// the page's transaction, and writes those rows only that differ.
func (out *outcome) everybodyElse(t store.Tx) error {
	g, after := out.before.generation, ""
	if out.after.refs == nil {
		out.after.refs = references{} // complete once everybody was read
	}
	for {
		near, ids, err := nextPersons(t, g, out.after.named, out.after.deriver.ReadsOthers(), after)
		if err != nil || len(ids) == 0 {
			return err
		}
		after = ids[len(ids)-1]
		var missing []string
		for _, id := range ids {
			if !out.done[id] {
				missing = append(missing, id)
				continue
			}
			if err := out.refer(near, id); err != nil {
				return err
			}
		}
		if err := out.rederiveAll(near, missing, nil); err != nil {
			return err
		}
		if err := out.write(t); err != nil {
			return err
		}
	}
}

// refer notes the places of a resident who was derived with the page.
func (out *outcome) refer(near *around, id string) error {
	resident, err := near.alone(later, id)
	if err == nil {
		out.after.refs.addAll(resident)
	}
	return err
}
