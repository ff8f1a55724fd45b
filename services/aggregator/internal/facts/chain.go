package facts

import (
	"strings"

	"xinju.dev/services/platform/civil"
)

// Chain is the divisions that hold a place, by level: chain[County] is its
// county. Where the tree skips a level (a prefecture with townships of its own)
// the nearest one above stands in. Levels below the place itself are "".
type Chain [Village + 1]string

// Chain returns the divisions above a code on a day, itself included. known is
// false when the tree does not lead from it to a province on that day; the codes
// are then the best that can be said, see Resolve.
func (w *World) Chain(code string, day civil.Date) (chain Chain, known bool) {
	d := stateOn(w.nodes[code], day)
	if d == nil {
		return byDigits(code), false
	}
	lowest := Village
	for range maxDepth {
		if d.Level < Province || d.Level > lowest {
			return byDigits(code), false
		}
		chain[d.Level] = d.Code
		if d.Level == Province || d.Parent == "" {
			fillSkipped(&chain)
			return chain, true
		}
		if d = stateOn(d.above, day); d == nil {
			return byDigits(code), false
		}
	}
	return byDigits(code), false
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

// Resolve returns the chain of a place of hukou registration. Such places lie
// all over the country, and records keep codes that have gone: a code that does
// not exist on the day stands for its one successor or, without exactly one, for
// its latest state. A code that the tree does not have at all is read by its
// digits (2 province, 2 prefecture, 2 county, 3 township, 3 village): the only
// place where that is done.
func (w *World) Resolve(code string, day civil.Date) Chain {
	code = Pad(code)
	for range maxDepth {
		c, known := w.Chain(code, day)
		if known {
			return c
		}
		states := w.nodes[code]
		if len(states) == 0 {
			return c
		}
		last := states[len(states)-1]
		if len(last.Successors) != 1 {
			return w.stale(last)
		}
		code = last.Successors[0]
	}
	return byDigits(code)
}

// stale is the chain of a node as it last was.
func (w *World) stale(d *Division) Chain {
	on := d.Until
	if on == civil.None {
		on = d.From
	}
	c, _ := w.Chain(d.Code, on)
	return c
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
// (GB/T 2260: 01–20 in the last two digits).
func (w *World) CityDistrict(code string, day civil.Date) bool {
	if name := w.Name(code, day); name != "" {
		return strings.HasSuffix(name, "区") && !strings.HasSuffix(name, "林区") && !strings.HasSuffix(name, "特区")
	}
	return len(code) == 12 && code[4:6] >= "01" && code[4:6] <= "20"
}
