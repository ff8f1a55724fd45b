package policy

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"xinju.dev/services/platform/civil"
)

// targets gives the indicators their targets. A pack that sets a target of an
// indicator replaces all inherited ones of that indicator.
func (c *compiler) targets(line []*packFile, p *Pack) {
	for _, f := range line {
		replaced := map[int]bool{}
		for i, it := range f.Targets {
			o, path := origin{pack: f}, fmt.Sprintf("targets[%d]", i)
			j := slices.IndexFunc(p.Indicators, func(x Indicator) bool { return x.ID == it.Indicator })
			if j < 0 {
				c.fail(o, nil, path+".indicator", Text{"没有此指标：" + it.Indicator, "there is no such indicator: " + it.Indicator})
				continue
			}
			t, wrong := it.compile()
			if wrong != (Text{}) {
				c.fail(o, nil, path, wrong)
				continue
			}
			if !replaced[j] {
				p.Indicators[j].Targets = nil
				replaced[j] = true
			}
			p.Indicators[j].Targets = append(p.Indicators[j].Targets, t)
		}
	}
	for i := range p.Indicators {
		slices.SortFunc(p.Indicators[i].Targets, func(a, b Target) int { return int(a.By) - int(b.By) })
	}
}

var opTexts = map[string]string{">=": "≥", "<=": "≤"}

func (it *targetItem) compile() (Target, Text) {
	t := Target{Indicator: it.Indicator, By: it.By, Interim: it.Interim, Citations: it.Citations, AtMost: it.Op == "<="}
	op, ok := opTexts[it.Op]
	if !ok {
		return t, Text{"op 只能是 >= 或 <=", "op must be >= or <="}
	}
	if it.By == civil.None {
		return t, Text{"缺少期限 by", "the deadline `by` is missing"}
	}
	num, den, ok := fraction(it.Value)
	if !ok {
		return t, Text{"value 须形如 80%、11.33‰、16/100000", "value is written like 80%, 11.33‰, 16/100000"}
	}
	t.Num, t.Den = num, den
	t.Written = op + " " + strings.NewReplacer("%", " %", "‰", " ‰").Replace(it.Value)
	return t, Text{}
}

// fraction reads 80%, 11.33‰, 16/100000 or 0.8 exactly.
func fraction(s string) (num, den int64, ok bool) {
	den = 1
	switch {
	case strings.HasSuffix(s, "%"):
		s, den = strings.TrimSuffix(s, "%"), 100
	case strings.HasSuffix(s, "‰"):
		s, den = strings.TrimSuffix(s, "‰"), 1000
	case strings.Contains(s, "/"):
		top, bottom, _ := strings.Cut(s, "/")
		n, err := strconv.ParseInt(bottom, 10, 64)
		if err != nil || n < 1 || n > 1e9 {
			return 0, 0, false
		}
		s, den = top, n
	}
	whole, part, _ := strings.Cut(s, ".")
	if len(part) > 6 {
		return 0, 0, false
	}
	n, err := strconv.ParseUint(whole+part, 10, 40)
	if err != nil || n > math.MaxInt32 {
		return 0, 0, false
	}
	for range part {
		den *= 10
	}
	return int64(n), den, true
}
