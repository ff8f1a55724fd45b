package derived

import (
	"slices"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/store"
)

// takeWorld merges the page's divisions and units, and finds out whether the tree
// changed where somebody is, so that all residents must be derived again.
func (out *outcome) takeWorld(t store.Tx, list []feedfacts.Fact) (err error) {
	if !slices.ContainsFunc(list, func(f feedfacts.Fact) bool { return feedfacts.IsWorld(f.Kind) }) {
		return nil
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
		return nil
	}
	for _, w := range rows {
		out.newTree = out.newTree || feedfacts.IsDivision(w.Kind)
		if err := changesOf(w, before, after, changed); err != nil {
			return err
		}
		if _, moved := changed[unitRef(w.ID)]; moved { // what counts at it hangs elsewhere
			out.newTree = true
		}
	}
	if out.after.world, err = after.World(); err != nil {
		return err
	}
	out.after.worldSet = after
	out.after.sums.world = worldSum(after)
	if err := t.PutWorld(out.before.generation, rows); err != nil {
		return err
	}
	was, err := divisionsOf(before)
	if err != nil {
		return err
	}
	is, err := divisionsOf(after)
	if err != nil {
		return err
	}
	out.everybody = out.before.refs.touched(changed, was, is)
	return nil
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
