package policy

import (
	"fmt"
	"strings"
)

// ratio reads the sides of a ratio once every indicator of the pack is known. A
// term may name no ratio, so that no ratio leads back to itself.
func (c *compiler) ratio(it *indicatorItem, out *Indicator, p *Pack) {
	o := it.origin
	if len(it.Score) > 0 {
		c.score(it, out, p)
		return
	}
	out.Period = periodNames[it.Period]
	if it.Period != "" && out.Period == 0 {
		c.fail(o, nil, o.path+".period", Text{"period 只能是 calendar_year、mch_year、quarter 或 month", "period must be calendar_year, mch_year, quarter or month"})
	}
	out.Numerator = c.side(it, &it.Numerator, "numerator", out, p)
	out.Denominator = c.side(it, &it.Denominator, "denominator", out, p)
	words := out.Numerator.Text.Chinese != "" && out.Denominator.Text.Chinese != ""
	said := len(out.Numerator.Terms) != len(it.Numerator.Sum) || len(out.Denominator.Terms) != len(it.Denominator.Sum) // what is wrong with a term
	if !said && !out.Computed() && (it.Awaits.Chinese == "" || !words) {
		c.fail(o, nil, o.path, Text{
			"比率指标须给出分子、分母：用 sum 写明各项；尚无数据时用文字写明，并给出 awaits",
			"a ratio says its numerator and its denominator by sum, or in words with what it awaits",
		})
	}
	c.averages(it, out)
}

// averages refuses an average without a period to take it over.
func (c *compiler) averages(it *indicatorItem, out *Indicator) {
	for _, s := range []*Side{&out.Numerator, &out.Denominator} {
		for i := range s.Terms {
			if s.Terms[i].Average && out.Period == 0 {
				c.fail(it.origin, nil, it.origin.path, Text{"有平均数的比率须给出 period", "a ratio that takes an average says its period"})
				return
			}
		}
	}
}

func (c *compiler) side(it *indicatorItem, s *sideItem, name string, out *Indicator, p *Pack) Side {
	side := Side{Text: s.words()}
	for i := range s.Sum {
		path := fmt.Sprintf("%s.%s.sum[%d]", it.origin.path, name, i)
		t, wrong := c.term(&s.Sum[i], it, out, p)
		if wrong != (Text{}) {
			c.fail(it.origin, nil, path, wrong)
			continue
		}
		side.Terms = append(side.Terms, t)
	}
	return side
}

func (c *compiler) term(it *termItem, of *indicatorItem, out *Indicator, p *Pack) (Term, Text) {
	t := Term{Index: -1, Figure: it.Figure, Times: Fraction{1, 1}}
	if it.Times != "" {
		size, less := strings.CutPrefix(it.Times, "-")
		num, den, ok := fraction(size)
		if !ok || num == 0 {
			return t, Text{"times 须为非零数，如 5、1/5、0.2；减去用负数 -1", "times is a number such as 5, 1/5 or 0.2, not 0; -1 takes away"}
		}
		if t.Times = (Fraction{num, den}); less {
			t.Times.Num = -num
		}
	}
	switch it.Average {
	case "":
	case "start_end":
		t.Average = true
	default:
		return t, Text{"average 只能是 start_end（期初期末平均）", "average must be start_end"}
	}
	switch {
	case (it.Indicator == "") == (it.Figure == ""):
		return t, Text{"每项须写 indicator 或 figure 之一", "a term names either an indicator or a figure"}
	case it.Figure != "":
		return t, c.figureTerm(it, &t, p)
	}
	return t, c.indicatorTerm(it, &t, of, out, p)
}

func (c *compiler) figureTerm(it *termItem, t *Term, p *Pack) Text {
	f, ok := p.Figure(it.Figure)
	switch {
	case !ok:
		var ids []string
		for i := range p.Figures {
			ids = append(ids, p.Figures[i].ID)
		}
		return c.unknown("没有声明此外部数据，先写入 figures", "there is no such figure: declare it under figures", it.Figure, ids)
	case it.Part != "":
		return Text{"外部数据没有 part", "a figure has no part"}
	case t.Average && f.At != OnDay:
		return Text{"年度、月度数据没有期初期末，不能取平均", "the figure of a year or month has no start and end to take the mean of"}
	}
	return Text{}
}

func (c *compiler) indicatorTerm(it *termItem, t *Term, of *indicatorItem, out *Indicator, p *Pack) Text {
	for i := range p.Indicators {
		if p.Indicators[i].ID == it.Indicator {
			t.Index = i
		}
	}
	if t.Index < 0 {
		return c.unknown("没有此指标", "there is no such indicator", it.Indicator, idsOf(p.Indicators))
	}
	ind := &p.Indicators[t.Index]
	switch it.Part {
	case "", "eligible":
		t.Part = EligiblePart
	case "covered":
		t.Part = CoveredPart
	default:
		return Text{"part 只能是 eligible 或 covered", "part must be eligible or covered"}
	}
	switch {
	case ind.Kind == Ratio:
		return Text{"比率的各项不能又是比率：" + it.Indicator, "a term of a ratio cannot be a ratio: " + it.Indicator}
	case ind.Plain && t.Part == CoveredPart:
		return Text{"计数指标没有 covered：" + it.Indicator, "a plain count has no covered: " + it.Indicator}
	case t.Average && ind.Kind != Stock:
		return Text{"只有存量指标可取期初期末平均：" + it.Indicator, "only a stock indicator has a start and an end: " + it.Indicator}
	case ind.Kind != Stock && of.Period == "" && out.Period == 0:
		out.Period = ind.Period // the first that counts over a period sets it
	case ind.Kind != Stock && out.Period != ind.Period:
		return Text{"各项的统计周期不一致：" + it.Indicator, "the terms count over different periods: " + it.Indicator}
	}
	if ind.Awaits.Chinese != "" {
		out.waits = append(out.waits, wait{ind.Awaits, ind.awaiting()})
	}
	return Text{}
}
