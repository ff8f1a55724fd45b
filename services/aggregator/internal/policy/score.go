package policy

// A score is a ratio whose value is the weighted mean of rates of other
// indicators. Where one of them has no value its weight is left out, too, so
// that the score is over what is there.

// Scored says whether the ratio is a score. Its terms are then rates, and their
// factors the weights; there are none below the line.
func (i *Indicator) Scored() bool {
	return len(i.Numerator.Terms) > 0 && i.Numerator.Terms[0].Part == RatePart
}

// score reads the rates and weights.
func (c *compiler) score(it *indicatorItem, out *Indicator, p *Pack) {
	o := it.origin
	out.Period = periodNames[it.Period]
	if len(it.Numerator.Sum) > 0 || len(it.Denominator.Sum) > 0 || out.Unit == Counted {
		c.fail(o, nil, o.path+".score", Text{"score 不能与 numerator、denominator 或 unit: count 并用", "score cannot stand beside numerator, denominator or unit: count"})
		return
	}
	out.Numerator.Text, out.Denominator.Text = it.Numerator.words(), it.Denominator.words()
	if out.Numerator.Text == (Text{}) {
		out.Numerator.Text = Text{"各项率乘以权重之和", "the rates times their weights"}
	}
	if out.Denominator.Text == (Text{}) {
		out.Denominator.Text = Text{"有数值各项的权重之和", "the weights of those that have a value"}
	}
	seen := map[string]bool{}
	for i := range it.Score {
		t, wrong := c.grade(&it.Score[i], p)
		if wrong == (Text{}) && seen[it.Score[i].Indicator] {
			wrong = Text{"重复：" + it.Score[i].Indicator, "named twice: " + it.Score[i].Indicator}
		}
		if wrong != (Text{}) {
			c.fail(o, nil, o.path+".score", wrong)
			continue
		}
		seen[it.Score[i].Indicator] = true
		out.Numerator.Terms = append(out.Numerator.Terms, t)
	}
}

func (c *compiler) grade(it *gradeItem, p *Pack) (Term, Text) {
	t := Term{Index: -1, Part: RatePart, Times: Fraction{1, 1}}
	if it.Weight != "" {
		num, den, ok := fraction(it.Weight)
		if !ok || num <= 0 {
			return t, Text{"weight 须为正数，如 20、1/5", "weight is a positive number such as 20 or 1/5"}
		}
		t.Times = Fraction{num, den}
	}
	for i := range p.Indicators {
		if p.Indicators[i].ID == it.Indicator {
			t.Index = i
		}
	}
	if t.Index < 0 {
		return t, c.unknown("没有此指标", "there is no such indicator", it.Indicator, idsOf(p.Indicators))
	}
	if ind := &p.Indicators[t.Index]; ind.Plain || ind.Unit == Counted || ind.Scored() {
		return t, Text{"计数与得分不能再计入得分：" + it.Indicator, "a count or a score cannot be part of a score: " + it.Indicator}
	}
	if b := p.Indicators[t.Index].BetterItself(); b != Higher {
		return t, Text{it.Indicator + "：" + b.Text().Chinese + "，不能计入得分", it.Indicator + ": " + b.Text().English + ", so it cannot be part of a score"}
	}
	return t, Text{}
}
