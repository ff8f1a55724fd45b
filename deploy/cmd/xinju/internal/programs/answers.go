package programs

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/cli"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/synthetic"
)

// notice are the six indicators of the notice that the demo county goes by.
const notice = "EHR03,HED01,IMM03,CHD01,MAT01,INF01"

// oneMonth asks what would change if children were owed their vaccinations after
// one month instead of three.
const oneMonth = `id: demo-990101
version: 2
name: {zh: 演示县：居住满1个月, en: "Demo county: after one month"}
jurisdiction: "990101000000"
extends: xiangan-2018
valid_from: 2018-06-20
definitions:
  - {id: resident_3m, text: {zh: 辖区内居住满1个月, en: has lived in the county for 1 month}, is: {lived: {level: county, months: 1}}}
`

// answers shows what a bureau does with the numbers: who is behind, who is asked
// to go there, what is to come, what was so at the end of the period. first is one
// who is not vaccinated, nil when nobody is.
func (d demo) answers(ctx context.Context, to *client.Suite, first *aggregatorv1.Member) error {
	county, on := synthetic.CountyCode[:6], d.Today.String()
	d.part("乡镇排名与预警 League of the townships, with warnings")
	d.typed(ctx, 17, "league", "--division", county, "--indicator", "IMM03", "--date", on)
	if first != nil {
		d.part("分派与结果 A list is given to somebody, and what came of it")
		village := []string{"--division", first.GetVillage(), "--indicator", "IMM03"}
		d.typed(ctx, 0, append([]string{"chase", "assign", "--to", "网格员甲", "--due", d.Today.AddDays(10).String(), "--first", "3"}, village...)...)
		d.typed(ctx, 0, "chase", "outcome", first.GetResidentId(), "not-found", "--indicator", "IMM03", "--by", "网格员甲", "--remark", "两次上门无人")
		d.typed(ctx, 0, append([]string{"chase", "list"}, village...)...)
	}
	d.part("未来30天 The next 30 days")
	d.typed(ctx, 8, "forecast", "--division", county, "--item", "IMM03", "--from", on, "--days", "30")
	return d.report(ctx, to)
}

// report freezes the county's numbers and makes the form of them.
func (d demo) report(ctx context.Context, to *client.Suite) error {
	d.part("冻结报告，生成自评表 A frozen report and the form made of it")
	d.typed(ctx, 0, "report", "freeze", "--division", synthetic.CountyCode[:6], "--date", d.Today.String(), "--indicator", notice)
	list, err := to.Reports.ListReports(ctx, &aggregatorv1.ListReportsRequest{PageSize: 1})
	if err != nil || len(list.GetReports()) == 0 {
		return err
	}
	id, form := list.GetReports()[0].GetReportId(), filepath.Join(d.Data, "自评表.xlsx")
	d.typed(ctx, 0, "report", "render", id, "--form", "self-form", "--to", form)
	if size, err := os.Stat(form); err == nil {
		fmt.Fprintf(d.out, "%s（%d 字节 bytes）\n\n", form, size.Size())
	}
	if d.temporary {
		fmt.Fprint(d.out, "演示结束时删除，--data DIR 保留 gone when the demo ends; --data DIR keeps it\n\n")
	}
	d.typed(ctx, 0, "report", "verify", id)
	return nil
}

// whatIf tries a changed pack on the demo's people. It evaluates everybody twice
// and comes after the suite is ready.
func (d demo) whatIf(ctx context.Context) error {
	pack := filepath.Join(d.Data, "one-month.yaml")
	if err := os.WriteFile(pack, []byte(oneMonth), 0o600); err != nil {
		return fmt.Errorf("write the pack to try: %w", err)
	}
	d.heading("试算：居住满3个月改为满1个月 What if three months were one?")
	d.typed(ctx, 0, "policy", "what-if", pack, "--division", synthetic.CountyCode[:6], "--date", d.Today.String())
	return nil
}

// part begins one of the answers.
func (d demo) part(title string) { fmt.Fprintf(d.out, "── %s\n\n", title) }

// typed shows a command as people type it and what it prints, the first lines
// alone where lines is not 0. Rows that were refused are what the demo is about, not a
// failure of it.
func (d demo) typed(ctx context.Context, lines int, args ...string) {
	var out bytes.Buffer
	code := cli.Run(ctx, append(args[:len(args):len(args)], "--run", d.RunFile), cli.Streams{Out: &out, Err: io.Discard}, All())
	fmt.Fprintf(d.out, "$ xinju %s\n", strings.Join(args, " "))
	all := slices.Collect(strings.Lines(out.String()))
	if lines > 0 && lines < len(all) {
		all = append(all[:lines], "…\n")
	}
	fmt.Fprint(d.out, strings.Join(all, ""))
	if code != outcome.OK && code != outcome.RowsRefused {
		fmt.Fprintf(d.out, "以退出码 %d 结束 ended with code %d\n", code, code)
	}
	fmt.Fprintln(d.out)
}
