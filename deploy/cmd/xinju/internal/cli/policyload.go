package cli

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	typev1 "xinju.dev/api/gen/xinju/type/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

type policyLoad struct {
	connected
	File   string `arg:"" help:"政策包文件（YAML）。The pack's file."`
	DryRun bool   `help:"只检查，不加载。Check only."`
	Wait   bool   `default:"true" negatable:"" help:"等到启用（默认）；--no-wait 只启动。Wait until it is in use, the default."`
}

// Help says what happens.
func (policyLoad) Help() string {
	return "按新包重新推算期间，旧数字照常可查；推算完成后一步切换。Every number is derived again under the pack beside those that serve; when that is done it takes over in one step.\n\n  xinju policy what-if FILE --division 990101   先看影响 see first what would change\n  xinju policy load FILE"
}

// Run loads the pack and follows the work.
func (c policyLoad) Run(a *app) error {
	source, err := readPack(c.File)
	if err != nil {
		return err
	}
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Packs.LoadPolicyPack(a.ctx, &aggregatorv1.LoadPolicyPackRequest{SourceYaml: string(source), DryRun: c.DryRun})
		if err != nil {
			return err
		}
		p := resp.GetPack()
		if c.DryRun {
			_, err = fmt.Fprintf(a.Out, "可以加载 can be loaded: %s v%d（运行用例 cases run: %d）\n", p.GetPackId(), p.GetVersion(), resp.GetCasesRun())
			return err
		}
		if resp.GetOperation() == nil {
			_, err = fmt.Fprintf(a.Out, "已在使用 in use already: %s v%d\n", p.GetPackId(), p.GetVersion())
			return err
		}
		return derived(a, s, resp.GetOperation(), c.Wait, fmt.Sprintf("已启用 in use: %s v%d", p.GetPackId(), p.GetVersion()))
	})
}

type policyRetire struct {
	connected
	Pack string `arg:"" help:"政策包编号。Identifier of the pack."`
	Wait bool   `default:"true" negatable:"" help:"等到停用（默认）；--no-wait 只启动。Wait until it is out of use, the default."`
}

// Run takes the loaded version out of use.
func (c policyRetire) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Packs.RetirePolicyPack(a.ctx, &aggregatorv1.RetirePolicyPackRequest{PackId: c.Pack})
		if err != nil {
			return err
		}
		return derived(a, s, resp.GetOperation(), c.Wait, "已停用加载的版本 the loaded version is out of use: "+c.Pack)
	})
}

// derived follows the work that a change of packs began.
func derived(a *app, s *client.Suite, op *typev1.Operation, wait bool, done string) error {
	if !wait {
		_, err := fmt.Fprintf(a.Out, "已启动 begun: %s\n", op.GetOperationId())
		return err
	}
	op, err := follow(a, s, op, "重新推算 deriving")
	if err != nil {
		return err
	}
	if op.GetState() != typev1.OperationState_OPERATION_STATE_SUCCEEDED {
		return &outcome.Error{Code: outcome.Failed, Chinese: "未完成：" + op.GetFailureText(), English: "it did not succeed: " + op.GetFailureReason()}
	}
	_, err = fmt.Fprintln(a.Out, done)
	return err
}

type policyVersions struct {
	connected
	listing
	Pack    string `arg:"" help:"政策包编号。Identifier of the pack."`
	Version int32  `name:"show" placeholder:"N" help:"输出该版本的原文件（YAML）。Print the file of this version."`
}

// Run lists the versions, or prints one.
func (c policyVersions) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		if c.Version != 0 {
			resp, err := s.Packs.GetPolicyPackVersion(a.ctx, &aggregatorv1.GetPolicyPackVersionRequest{PackId: c.Pack, Version: c.Version})
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(a.Out, resp.GetVersion().GetSourceYaml())
			return err
		}
		list, _, err := collect(0, func(size int32, token string) (page[*aggregatorv1.PolicyPackVersion], error) {
			resp, err := s.Packs.ListPolicyPackVersions(a.ctx, &aggregatorv1.ListPolicyPackVersionsRequest{PackId: c.Pack, PageSize: size, PageToken: token})
			return page[*aggregatorv1.PolicyPackVersion]{resp.GetVersions(), resp.GetNextPageToken()}, err
		})
		if err != nil {
			return err
		}
		t := &show.Table{Columns: []show.Column{
			{Key: "version", Title: "版本 Version", Right: true},
			{Key: "in_use", Title: "在用 In use"},
			{Key: "built_in", Title: "内置 Built in"},
			{Key: "loaded", Title: "加载 Loaded"},
			{Key: "loaded_by", Title: "加载者 By"},
			{Key: "used", Title: "启用 Used"},
			{Key: "ended", Title: "停用 Ended"},
		}}
		for _, v := range list {
			t.Add(v.GetVersion(), ticked(v.GetInUse()), ticked(v.GetBuiltIn()), instantText(v.GetLoadTime()), orNil(v.GetLoadedBy()), instantText(v.GetUseTime()), instantText(v.GetEndTime()))
		}
		if len(list) > 0 {
			t.Note("原文件 the file: xinju policy versions %s --show %d", c.Pack, list[0].GetVersion())
		}
		return t.Write(a.Out, c.Output)
	})
}

// ticked shows what holds, and nothing for what does not.
func ticked(v bool) show.Cell {
	if v {
		return cellOf(true, "是 yes")
	}
	return cellOf(false, "")
}

func instantText(t *timestamppb.Timestamp) any {
	if t == nil {
		return nil
	}
	return t.AsTime().Format(time.RFC3339)
}
