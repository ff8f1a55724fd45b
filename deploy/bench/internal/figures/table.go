package figures

import (
	"fmt"
	"io"
	"strings"
	"time"
)

var heads = []string{"", "项目 case", "居民 N", "做法 way", "次数 rounds", "耗时 wall", "CPU", "库 CPU db", "速率 per s", "内存 memory", "倍数 ×wall", "×CPU"}

// cells are the two rows of a comparison: ours, then the baseline.
func (c Comparison) cells() [2][]string {
	ours := append([]string{c.Section, c.Case, grouped(int64(c.Residents)), c.Ours.What}, c.Ours.cells()...)
	base := append([]string{"", "", "", c.Baseline.What}, c.Baseline.cells()...)
	return [2][]string{append(ours, times(c.Times()), times(c.TimesCPU())), append(base, "1", "")}
}

func (l Line) cells() []string {
	rate, memory := "", ""
	if l.Rate > 0 {
		rate = grouped(int64(l.Rate))
	}
	if l.Memory > 0 {
		memory = fmt.Sprintf("%.1f MiB", float64(l.Memory)/(1<<20))
	}
	return []string{fmt.Sprint(l.Rounds), Short(l.Wall), Short(l.CPU), Short(l.Server), rate, memory}
}

// Short writes a duration in three digits or so; nothing for what is not known.
func Short(d time.Duration) string {
	switch {
	case d <= 0:
		return "–"
	case d < 10*time.Microsecond:
		return fmt.Sprintf("%.2f µs", float64(d)/1e3)
	case d < time.Millisecond:
		return fmt.Sprintf("%.0f µs", float64(d)/1e3)
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.2f ms", float64(d)/1e6)
	case d < time.Second:
		return fmt.Sprintf("%.0f ms", float64(d)/1e6)
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

func times(x float64) string {
	switch {
	case x <= 0:
		return ""
	case x < 10:
		return fmt.Sprintf("%.2f", x)
	}
	return grouped(int64(x + 0.5))
}

func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// WriteTable prints comparisons as an aligned table, checks and notes below it.
func WriteTable(w io.Writer, list []Comparison) error {
	rows := [][]string{heads}
	for _, c := range list {
		two := c.cells()
		rows = append(rows, two[0], two[1])
	}
	widths := make([]int, len(heads))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], width(cell))
		}
	}
	var out strings.Builder
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell + strings.Repeat(" ", widths[i]-width(cell)+2))
		}
		out.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	out.WriteString("\n倍数 = 基准 ÷ 本系统，大于 1 为优 / × = baseline ÷ ours, above 1 ours is better\n")
	for _, c := range list {
		for _, text := range []string{c.Checked, c.Note} {
			if text != "" {
				fmt.Fprintf(&out, "%s %s, N=%s: %s\n", c.Section, c.Case, grouped(int64(c.Residents)), text)
			}
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// width counts columns of a terminal: Chinese characters take two.
func width(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r >= 0x2E80 && r <= 0xFFEF {
			n++
		}
	}
	return n
}
