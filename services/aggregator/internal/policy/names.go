package policy

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"

	"xinju.dev/services/platform/similar"
)

// Names that are not there, and words that are none.

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// oneOf says that a key takes one of a few words.
func oneOf(key string, words iter.Seq[string]) Text {
	list := slices.Sorted(words)
	return Text{key + " 只能是 " + strings.Join(list, "、"), key + " must be one of " + strings.Join(list, ", ")}
}

// manyProblems is from how many on no more guesses are made.
const manyProblems = 100

// unknown says that a name is not there, and which one may have been meant.
func (c *compiler) unknown(chinese, english, name string, names []string) Text {
	t := Text{chinese + "：" + name, english + ": " + name}
	if len(c.problems) > manyProblems {
		return t
	}
	if near := nearest(name, names); near != "" {
		t.Chinese += "；是否指 " + near
		t.English += "; did you mean " + near
	}
	return t
}

// maxGuessed is the longest name that is compared.
const maxGuessed = 64

// nearest is the name that differs least, when it differs by no more than a
// third of its letters; "" otherwise.
func nearest(name string, names []string) string {
	if len(name) > maxGuessed {
		return ""
	}
	names = slices.DeleteFunc(append([]string{""}, names...), func(n string) bool { return len(n) > maxGuessed })
	best := slices.MinFunc(names, func(a, b string) int {
		return cmp.Compare(similar.Distance(name, a), similar.Distance(name, b))
	})
	if best == "" || similar.Distance(name, best) > max(1, len(best)/3) {
		return ""
	}
	return best
}
