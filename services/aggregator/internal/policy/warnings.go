package policy

import "maps"

// Warnings says from when on a number is called yellow or red.
type Warnings struct {
	Minimum     int      // eligible below this: neither ranked nor warned of
	BelowPoints Fraction // yellow: this far below the target, of 1 (5 points are 5/100); 0: not asked
	Bottom      int      // yellow: among the last 1/Bottom of its rank list; 0: not asked
	RedMonths   int      // red: yellow at the end of so many months running; 0: never
}

// The defaults: five points below the target or the bottom quarter are yellow,
// two months running are red, and fewer than 30 are neither.
var defaultWarnings = Warnings{Minimum: 30, BelowPoints: Fraction{5, 100}, Bottom: 4, RedMonths: 2}

var bottoms = map[string]int{"none": 0, "half": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10}

// warnings takes the block of the nearest file that has one; what it leaves out
// is the default.
func (c *compiler) warnings(line []*packFile) Warnings {
	w := defaultWarnings
	for _, f := range line {
		if f.Warnings != nil {
			w = c.warningsOf(f)
		}
	}
	return w
}

func (c *compiler) warningsOf(f *packFile) Warnings {
	w, o := defaultWarnings, origin{pack: f}
	if n := f.Warnings.Minimum; n != nil {
		if w.Minimum = *n; *n < 0 {
			c.fail(o, nil, "warnings.minimum", Text{"minimum 不能为负", "minimum must not be negative"})
		}
	}
	if y := f.Warnings.Yellow; y != nil {
		if y.BelowPoints != nil {
			num, den, ok := fraction(*y.BelowPoints)
			if !ok || num > 100*den {
				c.fail(o, nil, "warnings.yellow.below_points", Text{"below_points 须为0至100的百分点数，如 5", "below_points is a number of percentage points from 0 to 100, such as 5"})
			}
			w.BelowPoints = Fraction{num, den * 100}
		}
		if y.Bottom != "" {
			n, ok := bottoms[y.Bottom]
			if !ok {
				c.fail(o, nil, "warnings.yellow.bottom", oneOf("bottom", maps.Keys(bottoms)))
			}
			w.Bottom = n
		}
	}
	if r := f.Warnings.Red; r != nil && r.Months != nil {
		if w.RedMonths = *r.Months; w.RedMonths < 0 || w.RedMonths > 12 {
			c.fail(o, nil, "warnings.red.months", Text{"months 须为0至12", "months must be 0 to 12"})
		}
	}
	return w
}
