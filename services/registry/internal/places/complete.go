package places

import (
	"cmp"
	"slices"
	"strings"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/registry/internal/core"
)

// prefixes are the lengths of codes that a node above may end at, longest first.
var prefixes = []int{9, 6, 4, 2}

// Complete gives each line its level and the node above. A level that the list
// does not say follows from the digits; the node above is the nearest that
// exists, so that the townships of a prefecture without counties (441900) stand
// below the prefecture. Lines that are not below scope fail with
// DIVISION_PARENT_UNKNOWN. Lines come back by code; a line of the scope itself is
// dropped.
func Complete(lines []Line, scope core.Division) ([]Line, error) {
	out := slices.DeleteFunc(slices.Clone(lines), func(l Line) bool { return l.Code == scope.Code })
	slices.SortFunc(out, func(a, b Line) int { return cmp.Compare(a.Code, b.Code) })
	there := map[string]bool{scope.Code: true}
	for _, l := range out {
		there[l.Code] = true
	}
	for i := range out {
		l := &out[i]
		if l.Level == 0 {
			l.Level = levelOf(l.Code)
		}
		if !strings.HasPrefix(l.Code, scope.Prefix()) || l.Level <= scope.Level {
			return nil, core.ErrDivisionParent.With("division_code", l.Code)
		}
		for _, n := range prefixes {
			above, ok := fullCode(l.Code[:n])
			if ok && above != l.Code && there[above] {
				l.Parent = above
				break
			}
		}
		if l.Parent == "" {
			return nil, core.ErrDivisionParent.With("division_code", l.Code)
		}
	}
	return out, nil
}

// levelOf reads a level from the zeros at the end of a code.
func levelOf(code string) core.Level {
	switch {
	case code[9:] != "000":
		return core.Village
	case code[6:9] != "000":
		return core.Township
	case code[4:6] != "00":
		return core.County
	case code[2:4] != "00":
		return core.Prefecture
	}
	return core.Province
}

// node is the line as a node from a day on.
func (l Line) node(from civil.Date) core.Division {
	return core.Division{Code: l.Code, Name: l.Name, Level: l.Level, Parent: l.Parent, From: from, Version: 1}
}
