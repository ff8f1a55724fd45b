package brute

import (
	"maps"
	"strings"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// place is where somebody counts on a day who is recorded at a code: there; in
// the one successor of what has ended; else in what stands above it. "" for what
// the tree does not have. been ends rings of successors.
func place(w *facts.World, code string, day civil.Date, been map[string]bool) string {
	if w.AncestorAt(code, facts.Province, day) != "" {
		return code
	}
	d, there := w.Any(code, day)
	if !there || been[code] {
		return ""
	}
	now := map[string]bool{code: true}
	maps.Copy(now, been)
	if d.Until != civil.None && d.Until < day && len(d.Successors) == 1 && !now[d.Successors[0]] {
		if _, there := w.Any(d.Successors[0], day); there {
			return place(w, d.Successors[0], day, now)
		}
	}
	return place(w, d.Parent, day, now)
}

// above is the divisions that hold a place, itself included; where the tree skips
// a level, the nearest one above.
func above(w *facts.World, at string, day civil.Date) (out levels) {
	n, ok := w.Division(at, day)
	if !ok {
		return out
	}
	for l := facts.Province; l <= n.Level; l++ {
		out[l] = w.AncestorAt(at, l, day)
	}
	return out
}

// home is the divisions of a hukou, a permit or a method; of places outside of
// the tree by the digits.
func (d *Diary) home(code string, day civil.Date) (out levels) {
	if len(code) == 6 {
		code += "000000"
	}
	if at := place(d.w, code, day, nil); at != "" {
		return above(d.w, at, day)
	}
	begin := 0
	for l, end := range []int{2, 4, 6, 9, 12} {
		if strings.Trim(code[begin:end], "0") != "" {
			out[l+1] = code[:end] + strings.Repeat("0", 12-end)
		}
		begin = end
	}
	return out
}

// district says whether a county-level division is a district of a city: by its
// name, of places outside of the tree by the code (01–20).
func district(w *facts.World, code string, day civil.Date) bool {
	if name := w.Name(code, day); name != "" {
		return strings.HasSuffix(name, "区")
	}
	return code != "" && code[4:6] >= "01" && code[4:6] <= "20"
}
