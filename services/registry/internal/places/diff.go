package places

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/registry/internal/core"
)

// Kind is what happens to a node; the numbers are those of
// xinju.registry.v1.DivisionStepKind.
type Kind int

// The kinds.
const (
	Added   Kind = 1
	Renamed Kind = 2 // 更名
	Moved   Kind = 3 // 隶属变更
	Recoded Kind = 4 // 代码变更
	Merged  Kind = 5 // 合并
	Split   Kind = 6 // 拆分
	Ended   Kind = 7 // 撤销
)

// Change is one difference. Before is zero for a node that begins, After for one
// that ends.
type Change struct {
	Kind          Kind
	Before, After core.Division
	Successors    []string // of a node that ends
	Residents     int      // who live there; filled by who knows
}

// Code is the code that the change is about.
func (c Change) Code() string { return cmp.Or(c.Before.Code, c.After.Code) }

// Diff says what makes current into lines from a day on: current are the nodes
// below scope as they stand on that day, lines are complete and below scope.
// from is None for a first list, which only adds nodes: they hold since always.
// unchanged counts the nodes that stay as they are. It fails with
// DIVISION_INVALID where a node that changes did not begin before from.
func Diff(current []core.Division, lines []Line, from civil.Date) (changes []Change, unchanged int, err error) {
	d := differ{was: map[string]core.Division{}, will: map[string]Line{}, heirs: map[string][]string{}}
	for _, n := range current {
		d.was[n.Code] = n
	}
	for _, l := range lines {
		d.will[l.Code] = l
	}
	d.inherit(lines)
	for _, l := range lines {
		n, there := d.was[l.Code]
		switch after := l.node(from); {
		case !there:
			changes = append(changes, Change{Kind: Added, After: after})
		case n.Parent != l.Parent || n.Level != l.Level:
			changes = append(changes, Change{Kind: Moved, Before: n, After: after})
		case n.Name != l.Name:
			changes = append(changes, Change{Kind: Renamed, Before: n, After: after})
		default:
			unchanged++
		}
	}
	for _, n := range current {
		if _, stays := d.will[n.Code]; !stays {
			heirs := d.heirs[n.Code]
			changes = append(changes, Change{Kind: d.end(heirs), Before: n, Successors: heirs})
		}
	}
	slices.SortFunc(changes, func(a, b Change) int { return cmp.Compare(a.Code(), b.Code()) })
	for _, c := range changes {
		switch {
		case c.Kind == Added:
		case from == civil.None:
			return nil, 0, core.ErrDivisionInvalid.On("header.effective_date", "须填生效日期："+c.Code()+" 有变化 required, because that node changes")
		case c.Before.From >= from:
			return nil, 0, core.ErrDivisionInvalid.On("header.effective_date", "不晚于 "+c.Code()+" 的开始日期 not after the first day of that node")
		}
	}
	return changes, unchanged, nil
}

type differ struct {
	was   map[string]core.Division
	will  map[string]Line
	heirs map[string][]string // ending code → codes that take over
}

// inherit finds who takes over from the nodes that end: as the list says it, and
// otherwise a new node of the same name below the same node, or below the one
// that took over from it. Parents come first, codes being sorted by level.
func (d *differ) inherit(lines []Line) {
	for _, l := range lines {
		for _, f := range l.Former {
			if _, stays := d.will[f]; !stays && d.was[f].Code != "" {
				d.heirs[f] = append(d.heirs[f], l.Code)
			}
		}
	}
	for level := core.Province; level <= core.Village; level++ {
		fresh := map[[2]string][]string{}
		for _, l := range lines {
			if _, there := d.was[l.Code]; !there && l.Level == level && len(l.Former) == 0 {
				k := [2]string{l.Parent, l.Name}
				fresh[k] = append(fresh[k], l.Code)
			}
		}
		ending := map[[2]string][]string{}
		for code, n := range d.was {
			if _, stays := d.will[code]; stays || n.Level != level || len(d.heirs[code]) > 0 {
				continue
			}
			above := n.Parent
			if h := d.heirs[above]; len(h) == 1 {
				above = h[0]
			}
			k := [2]string{above, n.Name}
			ending[k] = append(ending[k], code)
		}
		for k, codes := range ending {
			if len(codes) == 1 && len(fresh[k]) == 1 { // two of one name are not told apart
				d.heirs[codes[0]] = fresh[k]
			}
		}
	}
}

// end says how a node ends that these take over from.
func (d *differ) end(heirs []string) Kind {
	switch {
	case len(heirs) == 0:
		return Ended
	case len(heirs) > 1:
		return Split
	}
	if _, there := d.was[heirs[0]]; there {
		return Merged
	}
	from := 0
	for _, h := range d.heirs {
		if slices.Contains(h, heirs[0]) {
			from++
		}
	}
	if from > 1 {
		return Merged
	}
	return Recoded
}

// Digest is SHA-256 over changes, hex: two diffs of one digest do the same.
func Digest(scope string, from civil.Date, changes []Change) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%s %d\n", scope, from.YYYYMMDD())
	for _, c := range changes {
		fmt.Fprintf(sum, "%d %q %q %q\n", c.Kind, line(c.Before), line(c.After), c.Successors)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

func line(d core.Division) []any {
	return []any{d.Code, d.Name, d.Level, d.Parent, d.From.YYYYMMDD(), d.Until.YYYYMMDD(), d.Version}
}

// Rows are the rows that the change makes: Before as it is kept from then on
// (zero when it begins), and After (zero when it ends).
func (c Change) Rows(from civil.Date) (before, after core.Division) {
	before, after = c.Before, c.After
	if before.Code != "" {
		before.Until = from.AddDays(-1)
		before.Successors = c.Successors
		if after.Code != "" {
			before.Successors = []string{after.Code}
		}
	}
	return before, after
}
