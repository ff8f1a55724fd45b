package facts

import (
	"strings"

	"xinju.dev/services/platform/civil"
)

// Chain is the divisions that hold a place, by level: chain[County] is its
// county. Where the tree skips a level (a prefecture with townships of its own)
// the nearest one above stands in. Levels below the place itself are "". Of a
// unit as a place, chain[AtUnit] is the unit and the rest its division's.
type Chain [Village + 1]string

// Chain returns the divisions above a code on a day, itself included. known is
// false when the tree does not lead from it to a province on that day; Standings
// says what then counts.
func (w *World) Chain(code string, day civil.Date) (chain Chain, known bool) {
	if UnitOf(code) != "" {
		s := w.Standing(code, day)
		return s.At, s.How != Nowhere
	}
	d := stateOn(w.nodes[code], day)
	lowest := Village
	for range maxDepth {
		if d == nil || d.Level < Province || d.Level > lowest {
			return Chain{}, false
		}
		chain[d.Level] = d.Code
		if d.Level == Province || d.Parent == "" {
			fillSkipped(&chain)
			return chain, true
		}
		lowest = d.Level - 1
		d = stateOn(d.above, day)
	}
	return Chain{}, false
}

// fillSkipped gives levels between two nodes the upper one.
func fillSkipped(c *Chain) {
	lowest := Village
	for lowest > Province && c[lowest] == "" {
		lowest--
	}
	for l := Province + 1; l < lowest; l++ {
		if c[l] == "" {
			c[l] = c[l-1]
		}
	}
}

// Home returns the chain of a place of hukou registration (or of a permit) on a
// day, and the first day on which it may be another one. Such places lie all over
// the country: what the tree leads nowhere from is read by its digits (2 province,
// 2 prefecture, 2 county, 3 township, 3 village). That is the only place where
// digits are read, since it is only asked whether it is the place lived in; for
// everything else see Standings.
func (w *World) Home(code string, day civil.Date) (at Chain, until civil.Date) {
	code = Pad(code)
	return HomeAt(code, w.Standing(code, day))
}

// HomeAt is Home of a code of 12 digits that stands so on the day.
func HomeAt(code string, s *Standing) (at Chain, until civil.Date) {
	if s.How == Nowhere {
		return byDigits(code), s.To
	}
	return s.At, s.To
}

// Pad brings a 6-digit code to 12 digits.
func Pad(code string) string {
	if len(code) == 6 {
		return code + "000000"
	}
	return code
}

func byDigits(code string) (c Chain) {
	if len(code) != 12 {
		return c
	}
	const zeros = "000000000000"
	for l, n := range [...]int{Province: 2, Prefecture: 4, County: 6, Township: 9, Village: 12} {
		if n > 0 && (l == int(Province) || strings.Trim(code[before[l]:n], "0") != "") {
			c[l] = code[:n] + zeros[n:]
		}
	}
	fillSkipped(&c)
	return c
}

var before = [...]int{Prefecture: 2, County: 4, Township: 6, Village: 9}

// CityDistrict says whether a county-level division is a district of a city or
// municipality (市辖区), by its name; of one without a name the code says so
// (GB/T 2260: 01–20 in the last two digits). The name may be another from until on.
func (w *World) CityDistrict(code string, day civil.Date) (is bool, until civil.Date) {
	until = w.nextTurn(code, day)
	if name := w.Name(code, day); name != "" {
		return strings.HasSuffix(name, "区") && !strings.HasSuffix(name, "林区") && !strings.HasSuffix(name, "特区"), until
	}
	return len(code) == 12 && code[4:6] >= "01" && code[4:6] <= "20", until
}
