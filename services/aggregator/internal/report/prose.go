package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"xinju.dev/services/platform/civil"
)

// Prose writes the self-assessment report or the bulletin as a text with
// sections, in Markdown or plain. It fails with REPORT_FORMAT_NOT_OFFERED for
// the other forms.
func Prose(w io.Writer, f Form, r *Report, markdown bool) error {
	p := &prose{w: bufio.NewWriter(w), r: r, markdown: markdown}
	switch f {
	case SelfReport:
		p.selfReport()
	case Bulletin:
		p.bulletin()
	default:
		return ErrFormat
	}
	p.signed()
	return p.w.Flush()
}

// prose writes lines; errors stay with the writer until Flush.
type prose struct {
	w        *bufio.Writer
	r        *Report
	markdown bool
	section  int
}

func (p *prose) line(form string, args ...any) { _, _ = fmt.Fprintf(p.w, form+"\n", args...) }

func (p *prose) heading(title string) {
	p.section++
	number := []string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}[(p.section-1)%10]
	mark := ""
	if p.markdown {
		mark = "## "
	}
	p.line("\n%s%s、%s\n", mark, number, title)
}

func (p *prose) begin(f Form) {
	c := p.r.Content
	mark := ""
	if p.markdown {
		mark = "# "
	}
	p.line("%s%s %s\n", mark, p.say(c.Title), f.Name())
	p.line("%s（%s）截至 %s%s；政策包 %s；报告编号 %s；摘要 %s。", p.say(c.DivisionName), c.Division, c.AsOf, f.early(c), p.say(c.PackName), p.r.ID, p.r.Digest)
}

// say keeps a text from being taken for Markdown.
func (p *prose) say(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if !p.markdown {
		return s
	}
	return strings.NewReplacer("|", `\|`, "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "<", "&lt;", "#", `\#`).Replace(s)
}

func (p *prose) selfReport() {
	p.begin(SelfReport)
	own, below := p.split()
	met, missed, open := judged(own)
	p.heading("总体情况")
	p.line("共评估指标 %d 项：达到目标 %d 项，未达到 %d 项，没有目标或没有数值 %d 项。", len(own), len(met), len(missed), len(open))
	p.heading("达到目标的指标")
	p.numbers(met)
	p.heading("未达到目标的指标及差额")
	p.numbers(missed)
	p.heading("其他指标")
	p.numbers(open)
	if len(below) > 0 {
		p.heading("各下级区划")
		p.table([]string{"区划", "指标", "完成值", "目标", "差额", "佐证"}, len(below), func(i int) []string {
			n := below[i]
			return []string{n.DivisionName, n.Name, orDash(n.Value), orDash(n.TargetText), orDash(cell(gap(n))), orDash(ListCommand(p.r.Content, n))}
		})
	}
	p.heading("数据来源与可追溯性")
	p.line("以上数字全部取自同一时点冻结的数据（%s），可逐项打开名单核对。", p.r.Content.Frozen.UTC().Format(timeForm))
	for _, at := range p.r.Content.Positions {
		p.line("- %s：已计入第 %d 号变更（源头当时为第 %d 号）", at.Source, at.Position, at.Head)
	}
}

// split parts the division's own numbers from those below.
func (p *prose) split() (own, below []*Number) {
	for _, n := range p.r.numbers() {
		if n.Division == p.r.Content.Division {
			own = append(own, n)
		} else {
			below = append(below, n)
		}
	}
	return own, below
}

// judged parts numbers by their targets. A number reaches its target when nobody
// is missing to it.
func judged(list []*Number) (met, missed, open []*Number) {
	for _, n := range list {
		switch {
		case !n.HasTarget || n.Value == "":
			open = append(open, n)
		case n.Met:
			met = append(met, n)
		default:
			missed = append(missed, n)
		}
	}
	return met, missed, open
}

func (p *prose) numbers(list []*Number) {
	if len(list) == 0 {
		p.line("无。")
	}
	for _, n := range list {
		text := fmt.Sprintf("- %s（%s）：", p.say(n.Name), n.Indicator)
		num, den := counts(n)
		switch {
		case n.Value == "":
			text += p.say(remark(n))
		case den == nil:
			text += n.Value
		default:
			text += fmt.Sprintf("%s（%s / %s）", n.Value, cell(num), cell(den))
		}
		if n.HasTarget {
			text += "，目标 " + n.TargetText
			if !n.Met && n.HasGap() {
				text += fmt.Sprintf("，差 %d%s", n.Gap, gapUnit(n))
			}
		}
		if command := ListCommand(p.r.Content, n); command != "" {
			what := "；名单 "
			if !n.Opens {
				what = "；构成 "
			}
			text += what + command
		}
		p.line("%s", text)
	}
}

// gapUnit stands behind a gap: people of a stock; of a flow events; of a ratio what
// its numerator is made of, which may be rooms or yuan.
func gapUnit(n *Number) string {
	switch {
	case !n.Opens:
		return "（分子）"
	case n.From == civil.None: // of no period
		return " 人"
	}
	return " 件"
}

func (p *prose) bulletin() {
	p.begin(Bulletin)
	league := p.r.league()
	if len(league) == 0 {
		p.line("\n没有可以排名的下级区划。")
	}
	for start := 0; start < len(league); {
		end := start
		for end < len(league) && league[end].Number.Indicator == league[start].Number.Indicator {
			end++
		}
		part := league[start:end]
		p.heading(p.say(part[0].Number.Name) + "（" + part[0].Number.Indicator + "）")
		if part[0].Number.HasTarget {
			p.line("目标 %s。\n", p.say(part[0].Number.TargetText))
		}
		p.table([]string{"名次", "变化", "区划", "完成值", "上季末", "差额", "预警", "说明", "佐证", "上季末佐证（按今日所知）"}, len(part), func(i int) []string {
			row := leagueRow(p.r, part[i])
			return []string{
				orDash(cell(row[2])), signed(row[3]), cell(row[5]), orDash(cell(row[6])), orDash(cell(row[7])),
				orDash(cell(row[9])), orDash(cell(row[12])), orDash(cell(row[13])), orDash(cell(row[14])), orDash(cell(row[15])),
			}
		})
		start = end
	}
}

// table writes a table, in plain text with tabs.
func (p *prose) table(titles []string, n int, row func(i int) []string) {
	line := func(cells []string) {
		for i := range cells {
			cells[i] = p.say(cells[i])
		}
		if p.markdown {
			p.line("| %s |", strings.Join(cells, " | "))
		} else {
			p.line("%s", strings.Join(cells, "\t"))
		}
	}
	line(titles)
	if p.markdown {
		p.line("|%s", strings.Repeat(" --- |", len(titles)))
	}
	for i := range n {
		line(row(i))
	}
}

func (p *prose) signed() {
	p.heading("签字")
	if len(p.r.Signoffs) == 0 {
		p.line("尚未签字。")
	}
	for _, s := range p.r.Signoffs {
		text := "- " + p.say(s.Role) + "：" + p.say(s.Name) + " " + s.On.String()
		if s.Remark != "" {
			text += "，" + p.say(s.Remark)
		}
		p.line("%s", text)
	}
}

func orDash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

func signed(v any) string {
	n, ok := v.(int64)
	if !ok {
		return "—"
	}
	return fmt.Sprintf("%+d", n)
}
