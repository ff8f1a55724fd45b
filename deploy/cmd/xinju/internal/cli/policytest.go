package cli

import (
	"fmt"

	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

type policyTest struct {
	listing
	Packs []string `arg:"" name:"pack" help:"政策包文件，或内置政策包的编号，可多个。Files of packs, or ids of built-in ones."`
}

// Run runs the cases of the packs; one that fails ends it with 2.
func (c policyTest) Run(a *app) error {
	reports, err := checkPacks(c.Packs)
	if err != nil {
		return err
	}
	t := &show.Table{Columns: []show.Column{
		{Key: "pack", Title: "政策包 Pack"},
		{Key: "number", Title: "用例 Case", Right: true},
		{Key: "result", Title: "结果 Result"},
		{Key: "name", Title: "名称 Name"},
		{Key: "answers", Title: "答案数 Answers", Right: true},
		{Key: "line", Title: "行 Line", Right: true},
		{Key: "text", Title: "不符之处 What differs"},
	}}
	ran, failed := 0, 0
	for i, r := range reports {
		if r.Pack == nil {
			return notCompiled(c.Packs[i])
		}
		for n, k := range r.Cases {
			ran++
			if len(k.Wrong) == 0 {
				t.Add(r.ID, n+1, "通过 pass", bothOf(k.Name), k.Expect, nil, nil)
				continue
			}
			failed++
			for _, w := range k.Wrong {
				t.Add(r.ID, n+1, "失败 fail", bothOf(k.Name), k.Expect, lineCell(w.Line), bothOf(w.Text))
			}
		}
	}
	t.Note("用例 cases: %d，失败 failed: %d", ran, failed)
	if err := t.Write(a.Out, c.Output); err != nil {
		return err
	}
	if failed > 0 {
		return outcome.Usage(fmt.Sprintf("%d 个用例中有 %d 个失败", ran, failed), fmt.Sprintf("of %d cases %d failed", ran, failed))
	}
	return nil
}
