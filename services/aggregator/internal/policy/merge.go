package policy

import (
	"fmt"
	"slices"
)

// Inheritance: items of a pack replace whole items of the same id further up,
// in their place; new ones come behind, and what a pack removes is gone for it
// and for those that extend it.

func mergeRules(line []*packFile) []ruleItem {
	return merge(line, "rules", func(f *packFile) []ruleItem { return f.Rules },
		func(it *ruleItem) (string, *origin) { return it.ID, &it.origin })
}

func mergeIndicators(line []*packFile) []indicatorItem {
	return merge(line, "indicators", func(f *packFile) []indicatorItem { return f.Indicators },
		func(it *indicatorItem) (string, *origin) { return it.ID, &it.origin })
}

func mergeRecords(line []*packFile) []recordItem {
	return merge(line, "records", func(f *packFile) []recordItem { return f.Records },
		func(it *recordItem) (string, *origin) { return it.Code, &it.origin })
}

func mergeFigures(line []*packFile) []figureItem {
	return merge(line, "figures", func(f *packFile) []figureItem { return f.Figures },
		func(it *figureItem) (string, *origin) { return it.ID, &it.origin })
}

func mergeGroups(line []*packFile) []groupItem {
	return merge(line, "groups", func(f *packFile) []groupItem { return f.Groups },
		func(it *groupItem) (string, *origin) { return it.ID, &it.origin })
}

func mergeDeadlines(line []*packFile) []deadlineItem {
	return merge(line, "deadlines", func(f *packFile) []deadlineItem { return f.Deadlines },
		func(it *deadlineItem) (string, *origin) { return it.ID, &it.origin })
}

// merge reads one list of every file, the furthest ancestor first. of tells an
// item's id and where its origin is kept.
func merge[T any](line []*packFile, list string, items func(*packFile) []T, of func(*T) (string, *origin)) []T {
	var out []T
	for _, f := range line {
		if list == "rules" || list == "indicators" {
			out = slices.DeleteFunc(out, func(it T) bool { id, _ := of(&it); return slices.Contains(f.Remove, id) })
		}
		at := map[string]int{}
		for i := range out {
			id, _ := of(&out[i])
			at[id] = i
		}
		for i, it := range items(f) {
			id, o := of(&it)
			*o = origin{pack: f, index: i, path: fmt.Sprintf("%s[%d]", list, i)}
			if j, there := at[id]; there {
				out[j] = it
				continue
			}
			at[id] = len(out)
			out = append(out, it)
		}
	}
	return out
}
