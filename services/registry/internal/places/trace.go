package places

import (
	"cmp"
	"maps"
	"slices"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/registry/internal/core"
)

// Step is one change of a node on the way from one day to a later one.
type Step struct {
	On         civil.Date // first day of the new state
	Kind       Kind
	Code       string
	Successors []string
}

// maxSteps bounds a walk through damaged data; real codes change a few times.
const maxSteps = 1000

// Trace follows a code from a day to a later one. runs returns all runs of days
// of codes. The nodes are those of the later day, by code; none where it ended
// without a successor. It fails with DIVISION_NOT_FOUND when the code did not
// exist on the first day.
func Trace(code string, from, until civil.Date, runs func(codes []string) (map[string][]core.Division, error)) (steps []Step, nodes []core.Division, err error) {
	type visit struct {
		code string
		on   civil.Date
	}
	open := []visit{{code, from}}
	done := map[visit]bool{}
	final := map[string]core.Division{}
	for len(open) > 0 && len(done) < maxSteps {
		v := open[0]
		open = open[1:]
		if done[v] {
			continue
		}
		done[v] = true
		all, err := runs([]string{v.code})
		if err != nil {
			return nil, nil, err
		}
		n, there := on(all[v.code], v.on)
		if !there {
			if len(done) == 1 {
				return nil, nil, core.ErrDivisionNotFound
			}
			continue // a successor that no list has
		}
		if n.Until == civil.None || n.Until >= until {
			final[n.Code] = n
			continue
		}
		s, err := stepOf(n, runs)
		if err != nil {
			return nil, nil, err
		}
		steps = append(steps, s)
		for _, next := range s.Successors {
			open = append(open, visit{next, s.On})
		}
	}
	slices.SortFunc(steps, func(a, b Step) int { return cmp.Or(cmp.Compare(a.On, b.On), cmp.Compare(a.Code, b.Code)) })
	for _, c := range slices.Sorted(maps.Keys(final)) {
		nodes = append(nodes, final[c])
	}
	return steps, nodes, nil
}

func on(runs []core.Division, day civil.Date) (core.Division, bool) {
	i := slices.IndexFunc(runs, func(d core.Division) bool { return d.On(day) })
	if i < 0 {
		return core.Division{}, false
	}
	return runs[i], true
}

// stepOf says how a run of days ended.
func stepOf(n core.Division, runs func([]string) (map[string][]core.Division, error)) (Step, error) {
	s := Step{On: n.Until.AddDays(1), Code: n.Code, Successors: n.Successors, Kind: Ended}
	if len(n.Successors) > 1 {
		s.Kind = Split
	}
	if len(n.Successors) != 1 {
		return s, nil
	}
	all, err := runs(n.Successors)
	if err != nil {
		return s, err
	}
	heir, there := on(all[n.Successors[0]], s.On)
	switch {
	case heir.Code == n.Code && heir.Name != n.Name:
		s.Kind = Renamed
	case heir.Code == n.Code:
		s.Kind = Moved
	case there && heir.From != s.On:
		s.Kind = Merged // it was there before
	default:
		s.Kind = Recoded
	}
	return s, nil
}
