package config

import (
	"maps"
	"slices"
	"strings"

	"xinju.dev/services/platform/similar"
)

// nearest returns the known name most like name, or "" when none is close: at
// most a third of its letters may differ.
func nearest(name string, known map[string]bool) string {
	best, least := "", len(name)/3+1
	for _, k := range slices.Sorted(maps.Keys(known)) {
		if d := similar.Distance(strings.ToLower(name), strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	return best
}
