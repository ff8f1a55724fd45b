package policy

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"
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

// nearest is the name that differs least, when it differs by no more than a
// third of its letters; "" otherwise.
func nearest(name string, names []string) string {
	best := slices.MinFunc(append([]string{""}, names...), func(a, b string) int {
		return cmp.Compare(distance(name, a), distance(name, b))
	})
	if best == "" || len(name) > 64 || distance(name, best) > max(1, len(best)/3) {
		return ""
	}
	return best
}

// distance is how many letters must be put in, taken out or changed.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		left := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := left
			if a[i] != b[j] {
				cost++
			}
			left = row[j+1]
			row[j+1] = min(cost, left+1, row[j]+1)
		}
	}
	return row[len(b)]
}
