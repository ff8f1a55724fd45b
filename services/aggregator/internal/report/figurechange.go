package report

import "xinju.dev/services/platform/civil"

// figures says which numbers from outside are other ones, each once: a ratio that
// differs by them alone has no line that does.
func (c *Comparison) figures() []string {
	type use struct {
		division, id string
		day          civil.Date
	}
	was := map[use]Figure{}
	for i := range c.Before.Numbers {
		n := &c.Before.Numbers[i]
		for _, f := range n.Figures {
			was[use{n.Division, f.ID, f.Day}] = f
		}
	}
	var out []string
	told := map[use]bool{}
	for i := range c.After.Numbers {
		n := &c.After.Numbers[i]
		for _, f := range n.Figures {
			at := use{n.Division, f.ID, f.Day}
			old, there := was[at]
			if !there || told[at] || old.Value == f.Value && old.Source == f.Source {
				continue
			}
			told[at] = true
			out = append(out, "外部数据 figure "+f.ID+"（"+n.Division+"，"+f.Day.String()+"）："+shownFigure(old)+" → "+shownFigure(f))
		}
	}
	return out
}

func shownFigure(f Figure) string {
	if f.Value == "" {
		return "无 none"
	}
	return cell(exact(f.Value)) + "（" + f.Source + "）"
}
