package report_test

import (
	"fmt"
	"math/big"
	"testing"

	"xinju.dev/services/aggregator/internal/report"

	"pgregory.net/rapid"
)

// someTree draws a table whose parents are the sums of their children.
func someTree(t *rapid.T) []report.Cell {
	var cells []report.Cell
	var grow func(parent string, depth int) (e, c int64)
	grow = func(parent string, depth int) (e, c int64) {
		i := len(cells)
		code := fmt.Sprintf("d%d", i)
		cells = append(cells, report.Cell{Division: code, Parent: parent})
		children := 0
		if depth > 0 {
			children = rapid.IntRange(0, 4).Draw(t, "children")
		}
		if children == 0 {
			e = rapid.Int64Range(0, 20).Draw(t, "eligible")
			c = rapid.Int64Range(0, e).Draw(t, "covered")
		}
		for range children {
			x, y := grow(code, depth-1)
			e, c = e+x, c+y
		}
		cells[i].Eligible, cells[i].Covered = e, c
		return e, c
	}
	grow("", 3)
	return cells
}

// determined solves the table as somebody would who sees it: unknown are the
// hidden counts and every uncovered one, known that each total is the sum of its
// parts and that eligible is covered and uncovered. It returns which unknowns
// have but one value, by elimination over fractions.
func determined(cells []report.Cell) map[string]bool {
	var names []string
	column := map[string]int{}
	unknown := func(name string) int {
		if _, there := column[name]; !there {
			column[name] = len(names)
			names = append(names, name)
		}
		return column[name]
	}
	hidden := func(i int, what byte) bool {
		return what == 'u' || what == 'e' && cells[i].HideEligible || what == 'c' && cells[i].HideCovered
	}
	at := map[string]int{}
	for i := range cells {
		at[cells[i].Division] = i
	}
	var rows []map[int]int64
	term := func(row map[int]int64, i int, what byte, sign int64) {
		if hidden(i, what) {
			row[unknown(fmt.Sprintf("%c%d", what, i))] += sign
		}
	}
	for i := range cells {
		row := map[int]int64{}
		term(row, i, 'e', 1)
		term(row, i, 'c', -1)
		term(row, i, 'u', -1)
		rows = append(rows, row)
		for _, what := range []byte{'e', 'c', 'u'} {
			sum, some := map[int]int64{}, false
			for j := range cells {
				if p, ok := at[cells[j].Parent]; ok && p == i {
					term(sum, j, what, 1)
					some = true
				}
			}
			if term(sum, i, what, -1); some {
				rows = append(rows, sum)
			}
		}
	}
	m := make([][]*big.Rat, len(rows))
	for i, row := range rows {
		m[i] = make([]*big.Rat, len(names))
		for j := range m[i] {
			m[i][j] = new(big.Rat).SetInt64(row[j])
		}
	}
	rank := 0
	for j := range names {
		pivot := -1
		for i := rank; i < len(m); i++ {
			if m[i][j].Sign() != 0 {
				pivot = i
				break
			}
		}
		if pivot < 0 {
			continue
		}
		m[rank], m[pivot] = m[pivot], m[rank]
		for i := range m {
			if i != rank && m[i][j].Sign() != 0 {
				factor := new(big.Rat).Quo(m[i][j], m[rank][j])
				for k := range names {
					m[i][k].Sub(m[i][k], new(big.Rat).Mul(factor, m[rank][k]))
				}
			}
		}
		rank++
	}
	out := map[string]bool{}
	for i := range rank {
		only, n := -1, 0
		for j := range names {
			if m[i][j].Sign() != 0 {
				only, n = j, n+1
			}
		}
		if n == 1 {
			out[names[only]] = true
		}
	}
	return out
}

func TestNoSuppressedCountCanBeComputed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := someTree(t)
		k := rapid.Int64Range(2, 8).Draw(t, "k")
		report.Suppress(cells, k)
		known := determined(cells)
		for i, c := range cells {
			small := func(n int64) bool { return n > 0 && n < k }
			if small(c.Eligible) && !c.HideEligible || small(c.Covered) && !c.HideCovered {
				t.Fatalf("a small count is shown: %+v", c)
			}
			if c.HideEligible && known[fmt.Sprintf("e%d", i)] || c.HideCovered && known[fmt.Sprintf("c%d", i)] {
				t.Fatalf("a hidden count of %+v follows from the rest of %+v", c, cells)
			}
			if small(c.Eligible-c.Covered) && (known[fmt.Sprintf("u%d", i)] || !c.HideEligible && !c.HideCovered) {
				t.Fatalf("the uncovered of %+v follow from the rest of %+v", c, cells)
			}
		}
	})
}

func TestSuppressionLeavesLargeCountsAlone(t *testing.T) {
	cells := []report.Cell{{Division: "a", Eligible: 300, Covered: 200}, {Division: "b", Parent: "a", Eligible: 100, Covered: 60}, {Division: "c", Parent: "a", Eligible: 200, Covered: 140}}
	report.Suppress(cells, 5)
	for _, c := range cells {
		if c.HideEligible || c.HideCovered {
			t.Errorf("hidden without need: %+v", c)
		}
	}
}
