package cli

import (
	"fmt"
	"io"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

type policyCmds struct {
	List     policyList     `cmd:"" help:"列出政策包。List the packs."`
	Show     policyShow     `cmd:"" help:"一个政策包的规则、指标与目标。Rules, indicators and targets of a pack."`
	Validate policyValidate `cmd:"" help:"检查政策包文件并运行其中的用例，不加载。Compile packs' files and run their cases, without loading them."`
	Test     policyTest     `cmd:"" help:"运行政策包中的用例，逐个列出。Run the cases of packs, one by one."`
	Diff     policyDiff     `cmd:"" help:"比较两个政策包：增加、删去、改变的条目。What one pack adds, removes and changes against another."`
	Explain  policyExplain  `cmd:"" help:"用文字说明政策包或其中一个条目，展开定义，引用依据。A pack or one item in words, definitions unfolded, clauses quoted."`
	Load     policyLoad     `cmd:"" help:"加载一个政策包并启用。Load a pack and take it into use."`
	Retire   policyRetire   `cmd:"" help:"停用加载的版本，恢复内置的。Take the loaded version out of use; the one built in counts again."`
	Versions policyVersions `cmd:"" help:"一个政策包的各个版本。Versions of a pack."`
	WhatIf   policyWhatIf   `cmd:"" help:"在现有数据上试算一个政策包。Try a pack on the facts of the moment."`
	Schema   policySchema   `cmd:"" help:"政策包的 JSON Schema，供编辑器使用。The JSON Schema of packs, for editors."`
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
