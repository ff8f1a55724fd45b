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
	at := make([][]origin, len(p.Indicators)) // where the targets stand that hold
	for _, f := range line {
		replaced := map[int]bool{}
		for i := range f.Targets {
			it, o, path := &f.Targets[i], origin{pack: f}, fmt.Sprintf("targets[%d]", i)
			j := slices.IndexFunc(p.Indicators, func(x Indicator) bool { return x.ID == it.Indicator })
			if j < 0 {
				if f == c.source.file || !c.removed(line, f, it.Indicator) {
					c.fail(o, nil, path+".indicator", c.unknown("没有此指标", "there is no such indicator", it.Indicator, idsOf(p.Indicators)))
				}
				continue
			}
			t, wrong := it.compile(&p.Indicators[j])
			if wrong != (Text{}) {
				c.fail(o, nil, path, wrong)
				continue
			}
			if !replaced[j] {
				p.Indicators[j].Targets, at[j] = nil, nil
				replaced[j] = true
			}
			p.Indicators[j].Targets, at[j] = append(p.Indicators[j].Targets, t), append(at[j], origin{pack: f, path: path})
			if f == c.source.file && t.By < p.From {
				c.warn(path+".by", Text{"期限早于本包生效日，目标从未在有效期内：检查 by 与 valid_from", "the deadline lies before the pack comes into force: check by and valid_from"})
			}
		}
	}
	for i := range p.Indicators {
		for j := range at[i] {
			c.agree(&p.Indicators[i], &p.Indicators[i].Targets[j], at[i][j])
		}
		slices.SortStableFunc(p.Indicators[i].Targets, func(a, b Target) int { return int(a.By) - int(b.By) })
	}
}

func idsOf(list []Indicator) []string {
	var out []string
	for i := range list {
		if list[i].AlternativeOf == "" {
			out = append(out, list[i].ID)
		}
	}
	return out
}

// removed says whether a file behind f takes the item away again.
func (c *compiler) removed(line []*packFile, f *packFile, id string) bool {
	for _, later := range line[slices.Index(line, f)+1:] {
		if slices.Contains(later.Remove, id) {
			return true
		}
	}
	return false
}

var opTexts = map[string]string{">=": "≥", "<=": "≤", "=": "＝"}

func (it *targetItem) compile(ind *Indicator) (Target, Text) {
	t := Target{Indicator: it.Indicator, By: it.By, Interim: it.Interim, Source: it.Source, Citations: it.Citations, AtMost: it.Op == "<=", Exactly: it.Op == "="}
	op, ok := opTexts[it.Op]
	if !ok {
		return t, Text{"op 只能是 >=、<= 或 =", "op must be >=, <= or ="}
	}
	switch {
	case it.By != civil.None:
	case it.Source != (Text{}):
		t.By = civil.Forever
	default:
		return t, Text{"缺少期限 by（无通知依据而给出 source 的目标可不写）", "the deadline `by` is missing; only a target with a `source` in the place of a document may leave it out"}
	}
	num, den, ok := fraction(it.Value)
	if !ok {
		return t, Text{"value 须形如 80%、11.33‰、16/100000、1100", "value is written like 80%, 11.33‰, 16/100000 or 1100"}
	}
	sign := strings.ContainsAny(it.Value, "%‰/")
	switch {
	case ind.Unit == Counted && sign && (ind.Plain || ind.Kind == Ratio):
		return t, Text{"此指标是计数，value 须写作数字，如 1100", "the indicator is a number: write value as one, such as 1100"}
	case !ind.Plain && ind.Kind != Ratio && num > den:
		return t, Text{"覆盖率的目标不能超过100%，百分数须带 %", "a rate cannot be asked to exceed 100 %: write percent with %"}
	}
	t.Num, t.Den = num, den
	t.Written = op + " " + strings.NewReplacer("%", " %", "‰", " ‰").Replace(it.Value)
	return t, Text{}
}

// fraction reads 80%, 11.33‰, 16/100000, 0.8 or 1100 exactly.
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
