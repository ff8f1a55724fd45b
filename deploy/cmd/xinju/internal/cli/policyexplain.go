package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/show"
	"xinju.dev/services/aggregator"
)

type policyExplain struct {
	listing
	Pack string `arg:"" help:"政策包文件或内置编号。A pack's file, or the id of a built-in one."`
	Item string `arg:"" optional:"" help:"只看这一条目。This item alone."`
}

// Run puts a pack into words: conditions with definitions unfolded, targets, what
// is awaited, and the clauses quoted.
func (c policyExplain) Run(a *app) error {
	p, err := compiled(c.Pack)
	if err != nil {
		return err
	}
	items := p.Describe()
	if c.Item != "" {
		items = slices.DeleteFunc(items, func(d aggregator.PackItem) bool { return d.ID != c.Item })
		if len(items) == 0 {
			return &outcome.Error{Code: outcome.NotFound, Chinese: p.ID + " 没有条目 " + c.Item, English: p.ID + " has no item " + c.Item}
		}
	}
	if c.Output != show.Eyes {
		return wordsTable(p, items).Write(a.Out, c.Output)
	}
	var b strings.Builder
	if c.Item == "" {
		packWords(&b, p)
	}
	for i := range items {
		itemWords(&b, &items[i])
	}
	_, err = io.WriteString(a.Out, b.String())
	return err
}

// wordsTable is one row per item, for programs.
func wordsTable(p *aggregator.Pack, items []aggregator.PackItem) *show.Table {
	t := &show.Table{Columns: []show.Column{
		{Key: "pack_id"},
		{Key: "item_id"},
		{Key: "name"},
		{Key: "kind"},
		{Key: "inherited_from"},
		{Key: "counts"},
		{Key: "eligible"},
		{Key: "covered"},
		{Key: "numerator"},
		{Key: "denominator"},
		{Key: "better"},
		{Key: "targets"},
		{Key: "headline"},
		{Key: "awaits"},
		{Key: "record_codes"},
		{Key: "citations"},
		{Key: "notes"},
	}}
	for i := range items {
		d := &items[i]
		var targets, cited []string
		for j := range d.Targets {
			targets = append(targets, d.Targets[j].Words().Chinese)
		}
		for j := range d.Citations {
			cited = append(cited, d.Citations[j].Words())
		}
		t.Add(p.ID, d.ID, bothOf(d.Name), bothOf(d.KindText), orNil(d.InheritedFrom), bothOf(d.Counts), orNil(d.Eligible.String()), orNil(d.Covered.String()),
			bothOf(d.Numerator), bothOf(d.Denominator), bothOf(d.Better), orNil(strings.Join(targets, "；")), d.Headline, bothOf(d.Awaits), orNil(strings.Join(d.Codes, " ")),
			orNil(strings.Join(cited, "；")), bothOf(d.Notes))
	}
	return t
}

// line writes one line, without what a file might hide in it.
func line(b *strings.Builder, depth int, label string, text any) {
	if text != nil && text != "" {
		fmt.Fprintf(b, "%s%s%s\n", strings.Repeat("  ", depth), label, show.Printable(fmt.Sprint(text)))
	}
}

func packWords(b *strings.Builder, p *aggregator.Pack) {
	line(b, 0, "", fmt.Sprintf("%s v%d %v", p.ID, p.Version, bothOf(p.Name)))
	line(b, 1, "适用地 jurisdiction: ", orNil(p.Jurisdiction))
	line(b, 1, "有效期 in force: ", bothOf(p.Validity()))
	line(b, 1, "继承 extends: ", orNil(p.Extends))
	line(b, 1, "说明 notes: ", bothOf(p.Notes))
	line(b, 1, "首要指标 headlines: ", orNil(strings.Join(p.Headlines, " ")))
	for i := range p.Deadlines {
		d := &p.Deadlines[i]
		line(b, 1, "期限 deadline: ", fmt.Sprintf("%v：%v", bothOf(d.Name), bothOf(d.Words())))
	}
	for _, g := range p.Groups {
		line(b, 1, "分组 group: ", fmt.Sprintf("%v：%s", bothOf(g.Name), strings.Join(g.Divisions, " ")))
	}
	for _, r := range p.Records {
		line(b, 1, "记录代码 record code: ", fmt.Sprintf("%s %v", r.Code, bothOf(r.Name)))
	}
	for _, f := range p.Figures {
		line(b, 1, "外部数据 figure: ", fmt.Sprintf("%s %v（%v）", f.ID, bothOf(f.Name), bothOf(f.Unit)))
	}
	b.WriteString("\n")
}

func itemWords(b *strings.Builder, d *aggregator.PackItem) {
	line(b, 0, "", fmt.Sprintf("%s %v", d.ID, bothOf(d.Name)))
	line(b, 1, "种类 kind: ", bothOf(d.KindText))
	line(b, 1, "继承自 inherited from: ", orNil(d.InheritedFrom))
	if d.Headline {
		line(b, 1, "", "首要指标 headline")
	}
	for _, s := range d.Services {
		line(b, 1, "服务 service: ", bothOf(s))
	}
	line(b, 1, "计数 counts: ", bothOf(d.Counts))
	treeWords(b, "应服务 eligible:", d.Eligible)
	treeWords(b, "已服务 covered:", d.Covered)
	line(b, 1, "分子 numerator: ", bothOf(d.Numerator))
	line(b, 1, "分母 denominator: ", bothOf(d.Denominator))
	line(b, 1, "优劣 better: ", bothOf(d.Better))
	line(b, 1, "并列 beside: ", orNil(strings.TrimSpace(strings.Join(append(slices.Clone(d.Beside), d.Alternative), " "))))
	for i := range d.Targets {
		line(b, 1, "目标 target: ", bothOf(d.Targets[i].Words()))
		for j := range d.Targets[i].Citations {
			line(b, 2, "依据 cites: ", d.Targets[i].Citations[j].Words())
		}
	}
	line(b, 1, "暂无数据来源，等待 no source yet, awaits: ", bothOf(d.Awaits))
	line(b, 1, "记录代码 record codes: ", orNil(strings.Join(d.Codes, " ")))
	for i := range d.Citations {
		line(b, 1, "依据 cites: ", d.Citations[i].Words())
	}
	line(b, 1, "说明 notes: ", bothOf(d.Notes))
	b.WriteString("\n")
}

func treeWords(b *strings.Builder, label string, w *aggregator.PackWords) {
	if w == nil {
		return
	}
	line(b, 1, "", label)
	treeNode(b, 2, w)
}

func treeNode(b *strings.Builder, depth int, w *aggregator.PackWords) {
	label := "- "
	if w.Definition != "" {
		label += "[" + w.Definition + "] "
	}
	line(b, depth, label, bothOf(w.Text))
	for i := range w.Parts {
		treeNode(b, depth+1, &w.Parts[i])
	}
}
