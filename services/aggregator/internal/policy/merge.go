package policy

import (
	"fmt"
	"iter"
	"maps"
)

// Inheritance: items of a pack replace whole items of the same id further up,
// in their place; new ones come behind.

func mergeRules(line []*packFile) []ruleItem {
	return merge(line, func(f *packFile) []ruleItem { return f.Rules },
		func(it ruleItem) string { return it.ID },
		func(it *ruleItem, o origin) { o.path = fmt.Sprintf("rules[%d]", o.index); it.origin = o })
}

func mergeIndicators(line []*packFile) []indicatorItem {
	return merge(line, func(f *packFile) []indicatorItem { return f.Indicators },
		func(it indicatorItem) string { return it.ID },
		func(it *indicatorItem, o origin) { o.path = fmt.Sprintf("indicators[%d]", o.index); it.origin = o })
}

func merge[T any](line []*packFile, items func(*packFile) []T, id func(T) string, set func(*T, origin)) []T {
	var out []T
	at := map[string]int{}
	for _, f := range line {
		for i, it := range items(f) {
			set(&it, origin{pack: f, index: i})
			if j, ok := at[id(it)]; ok {
				out[j] = it
				continue
			}
			at[id(it)] = len(out)
			out = append(out, it)
		}
	}
	return out
}

func mapKeys[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }
