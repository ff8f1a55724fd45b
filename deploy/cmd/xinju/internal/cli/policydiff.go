package cli

import (
	"xinju.dev/deploy/cmd/xinju/internal/show"
	"xinju.dev/services/aggregator"
)

type policyDiff struct {
	listing
	From string `arg:"" help:"政策包文件或内置编号。A pack's file, or the id of a built-in one."`
	To   string `arg:"" help:"与之比较的政策包。The pack to compare with it."`
}

var differences = map[string]string{"added": "增加 added", "removed": "删去 removed", "changed": "改变 changed"}

var packParts = map[string]string{
	"pack": "政策包 pack", "warnings": "预警 warnings", "deadline": "期限 deadline", "group": "分组 group", "record": "记录代码 record code",
	"figure": "外部数据 figure", "definition": "定义 definition", "rule": "规则 rule", "indicator": "指标 indicator",
}

// Run prints what the second pack adds, removes and changes, with all that both inherit.
func (c policyDiff) Run(a *app) error {
	from, err := compiled(c.From)
	if err != nil {
		return err
	}
	to, err := compiled(c.To)
	if err != nil {
		return err
	}
	t := &show.Table{Columns: []show.Column{
		{Key: "what", Title: "变化 What"},
		{Key: "kind", Title: "种类 Kind"},
		{Key: "id", Title: "编号 Id"},
		{Key: "name", Title: "名称 Name"},
		{Key: "field", Title: "项 Field"},
		{Key: "old", Title: "原为 Old"},
		{Key: "new", Title: "现为 New"},
	}}
	for _, d := range aggregator.DiffPacks(from, to) {
		head := []any{show.Cell{Value: d.What, Shown: differences[d.What]}, show.Cell{Value: d.Kind, Shown: packParts[d.Kind]}, d.ID, bothOf(d.Name)}
		if len(d.Changes) == 0 {
			t.Add(append(head, nil, nil, nil)...)
		}
		for _, x := range d.Changes {
			t.Add(append(head[:4:4], x.Field, bothOf(x.Old), bothOf(x.New))...)
		}
	}
	return t.Write(a.Out, c.Output)
}

type policySchema struct{}

// Run prints the schema; give it to an editor to complete and check packs.
func (policySchema) Run(a *app) error {
	text, err := aggregator.PackSchema()
	if err != nil {
		return err
	}
	_, err = a.Out.Write(text)
	return err
}
