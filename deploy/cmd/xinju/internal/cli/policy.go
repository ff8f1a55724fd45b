package cli

import (
	"fmt"
	"io"
	"os"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

type policyCmds struct {
	List     policyList     `cmd:"" help:"列出政策包。List the packs."`
	Show     policyShow     `cmd:"" help:"一个政策包的规则、指标与目标。Rules, indicators and targets of a pack."`
	Validate policyValidate `cmd:"" help:"检查一个政策包文件并运行其中的用例，不加载。Compile a pack's file and run its cases, without loading it."`
}

type policyList struct {
	connected
	listing
}

// Run asks and prints.
func (c policyList) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		packs, _, err := collect(0, func(size int32, token string) (page[*aggregatorv1.PolicyPack], error) {
			resp, err := s.Aggregator.ListPolicyPacks(a.ctx, &aggregatorv1.ListPolicyPacksRequest{PageSize: size, PageToken: token})
			return page[*aggregatorv1.PolicyPack]{resp.GetPacks(), resp.GetNextPageToken()}, err
		})
		if err != nil {
			return err
		}
		t := &show.Table{Columns: []show.Column{
			{Key: "pack_id", Title: "政策包 Pack"},
			{Key: "version", Title: "版本 Version", Right: true},
			{Key: "name", Title: "名称 Name"},
			{Key: "jurisdiction", Title: "适用地 Jurisdiction"},
			{Key: "extends", Title: "继承 Extends"},
			{Key: "valid_from", Title: "自 From"},
			{Key: "valid_until", Title: "至 Until"},
			{Key: "items", Title: "条目 Items", Right: true},
		}}
		for _, p := range packs {
			t.Add(p.GetPackId(), p.GetVersion(), p.GetName(), orNil(p.GetJurisdiction()), orNil(p.GetExtends()), dateText(p.GetValidFromDate()), dateText(p.GetValidUntilDate()), len(p.GetItems()))
		}
		return t.Write(a.Out, c.Output)
	})
}

type policyShow struct {
	connected
	listing
	Pack   string `arg:"" help:"政策包编号。Identifier of the pack."`
	Source bool   `help:"只输出原文件（YAML）。Print the file itself."`
}

// Run asks and prints.
func (c policyShow) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Aggregator.GetPolicyPack(a.ctx, &aggregatorv1.GetPolicyPackRequest{PackId: c.Pack})
		if err != nil {
			return err
		}
		p := resp.GetPack()
		switch {
		case c.Source:
			_, err := io.WriteString(a.Out, p.GetSourceYaml())
			return err
		case c.Output == show.JSON:
			return show.Message(a.Out, p)
		case c.Output == show.Eyes:
			if _, err := fmt.Fprintf(a.Out, "%s v%d %s\n\n", p.GetPackId(), p.GetVersion(), p.GetName()); err != nil {
				return err
			}
		}
		return itemTable(p).Write(a.Out, c.Output)
	})
}

func itemTable(p *aggregatorv1.PolicyPack) *show.Table {
	t := &show.Table{Columns: []show.Column{
		{Key: "item_id", Title: "编号 Item"},
		{Key: "name", Title: "名称 Name"},
		{Key: "kind", Title: "类别 Kind"},
		{Key: "target", Title: "目标 Target"},
		{Key: "inherited_from", Title: "继承自 From"},
		{Key: "awaits", Title: "等待数据 Awaits"},
	}}
	for _, i := range p.GetItems() {
		t.Add(i.GetItemId(), i.GetName(), cellOf(kindWord(i.GetKind()), kindNames[i.GetKind()]), orNil(i.GetTargetText()), orNil(i.GetInheritedFrom()), orNil(i.GetAwaits()))
	}
	return t
}

// maxPack is what the aggregator takes.
const maxPack = 1 << 20

type policyValidate struct {
	connected
	listing
	File    string `arg:"" help:"政策包文件（YAML）。The pack's file."`
	Running bool   `help:"由正在运行的新居检查，默认用本程序内置的政策包，无需运行。Ask the running suite; by default this program checks, with the packs built into it."`
}

// Run checks and prints; problems end it with 2.
func (c policyValidate) Run(a *app) error {
	info, err := os.Stat(c.File)
	if err != nil {
		return unreadable(err)
	}
	if info.Size() > maxPack {
		return outcome.Usage("政策包文件超过 1 MiB", "the file is larger than 1 MiB")
	}
	source, err := os.ReadFile(c.File)
	if err != nil {
		return unreadable(err)
	}
	if !c.Running {
		resp, err := a.programs.ValidatePack(string(source))
		if err != nil {
			return err
		}
		return c.print(a, resp)
	}
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Aggregator.ValidatePolicyPack(a.ctx, &aggregatorv1.ValidatePolicyPackRequest{SourceYaml: string(source)})
		if err != nil {
			return err
		}
		return c.print(a, resp)
	})
}

func (c policyValidate) print(a *app, resp *aggregatorv1.ValidatePolicyPackResponse) error {
	t := &show.Table{Columns: []show.Column{{Key: "line", Title: "行 Line", Right: true}, {Key: "path", Title: "位置 Where"}, {Key: "text", Title: "问题 Problem"}}}
	for _, p := range resp.GetProblems() {
		var line any
		if p.GetLine() > 0 {
			line = p.GetLine()
		}
		t.Add(line, orNil(p.GetPath()), p.GetText())
	}
	t.Note("运行用例 cases run: %d", resp.GetCasesRun())
	if err := t.Write(a.Out, c.Output); err != nil {
		return err
	}
	if n := len(t.Rows); n > 0 {
		return outcome.Usage(fmt.Sprintf("政策包有 %d 处问题", n), fmt.Sprintf("problems in the pack: %d", n))
	}
	return nil
}
