package cli

import (
	"fmt"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/show"
	"xinju.dev/services/aggregator"
)

type policyValidate struct {
	connected
	listing
	Files   []string `arg:"" name:"file" help:"政策包文件（YAML），可多个，互相可见。Files of packs, which see each other."`
	Running bool     `help:"由正在运行的新居检查，默认用本程序内置的政策包，无需运行。Ask the running suite; by default this program checks, with the packs built into it."`
}

// Run checks and prints; problems end it with 2, warnings alone with 0.
func (c policyValidate) Run(a *app) error {
	t := &show.Table{Columns: []show.Column{
		{Key: "file", Title: "文件 File"},
		{Key: "line", Title: "行 Line", Right: true},
		{Key: "level", Title: "级别 Level"},
		{Key: "path", Title: "位置 Where"},
		{Key: "text", Title: "问题与办法 Problem"},
	}}
	check := c.here
	if c.Running {
		check = c.there
	}
	wrong, cases, err := check(a, t)
	if err != nil {
		return err
	}
	t.Note("运行用例 cases run: %d", cases)
	if err := t.Write(a.Out, c.Output); err != nil {
		return err
	}
	if wrong > 0 {
		return outcome.Usage(fmt.Sprintf("政策包有 %d 处问题", wrong), fmt.Sprintf("problems in the pack: %d", wrong))
	}
	return nil
}

const (
	levelProblem = "问题 problem"
	levelWarning = "提醒 warning"
)

// here checks with this program.
func (c policyValidate) here(_ *app, t *show.Table) (wrong, cases int, err error) {
	for _, name := range c.Files {
		if _, err := readPack(name); err != nil {
			return 0, 0, err
		}
	}
	reports, err := checkPacks(c.Files)
	if err != nil {
		return 0, 0, err
	}
	for i, r := range reports {
		addProblems(t, c.Files[i], levelProblem, r.Problems)
		addProblems(t, c.Files[i], levelWarning, r.Warnings)
		wrong, cases = wrong+len(r.Problems), cases+len(r.Cases)
	}
	return wrong, cases, nil
}

func addProblems(t *show.Table, file, level string, list []aggregator.PackProblem) {
	for _, p := range list {
		t.Add(file, lineCell(p.Line), level, orNil(p.Path), bothOf(p.Text))
	}
}

// lineCell leaves out a line that is not known.
func lineCell(n int) any {
	if n == 0 {
		return nil
	}
	return n
}

// there asks the running suite, file by file.
func (c policyValidate) there(a *app, t *show.Table) (wrong, cases int, err error) {
	err = c.dial(func(s *client.Suite) error {
		for _, name := range c.Files {
			source, err := readPack(name)
			if err != nil {
				return err
			}
			resp, err := s.Aggregator.ValidatePolicyPack(a.ctx, &aggregatorv1.ValidatePolicyPackRequest{SourceYaml: string(source)})
			if err != nil {
				return err
			}
			for _, p := range resp.GetProblems() {
				t.Add(name, lineCell(int(p.GetLine())), levelProblem, orNil(p.GetPath()), p.GetText())
			}
			wrong, cases = wrong+len(resp.GetProblems()), cases+int(resp.GetCasesRun())
		}
		return nil
	})
	return wrong, cases, err
}
