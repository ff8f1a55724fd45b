package cli

import (
	"errors"
	"io"
	"os"
	"strings"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

type divisionImport struct {
	connected
	listing
	Scope   divisionCode `arg:"" help:"清单完整覆盖的上级区划。The division below which the list is complete."`
	File    string       `arg:"" optional:"" help:"清单文件，首行为“区划代码,名称”。The list, whose first line names the columns."`
	Bundled string       `placeholder:"350213" help:"用自带清单代替文件：310000、330681、330784、350213、360103。A list that comes with the suite in place of a file."`
	Date    day          `placeholder:"2026-07-01" help:"生效日期；首次建立下级时可不填。First day of the new state; not needed for a first list."`
	Apply   bool         `help:"应用差异；不带此项只显示。Apply the differences instead of only showing them."`
}

// Help says what is compared.
func (divisionImport) Help() string {
	return "清单里没有而库中有的下级将到期日止；代码变更可在“变更前代码”列注明。Nodes that the list does not have end the day before; the column former_codes says what took over from what."
}

// Run shows the differences, and applies exactly those if asked to.
func (c divisionImport) Run(a *app) error {
	list, err := c.read()
	if err != nil {
		return err
	}
	return c.dial(func(s *client.Suite) error {
		diff, err := c.send(a, s, list, "")
		if err == nil && c.Apply {
			diff, err = c.send(a, s, list, diff.GetDiffDigest())
		}
		if err != nil {
			return err
		}
		return c.print(a, diff)
	})
}

func (c divisionImport) read() ([]byte, error) {
	if (c.File == "") == (c.Bundled == "") {
		return nil, outcome.Usage("须给出文件或 --bundled 其中之一", "give a file or --bundled, one of the two")
	}
	if c.Bundled != "" {
		return nil, nil
	}
	list, err := os.ReadFile(c.File)
	if err != nil {
		return nil, unreadable(err)
	}
	return list, nil
}

func (c divisionImport) send(a *app, s *client.Suite, list []byte, digest string) (*registryv1.ImportDivisionsResponse, error) {
	stream, err := s.Places.ImportDivisions(a.ctx)
	if err != nil {
		return nil, err
	}
	header := &registryv1.DivisionListHeader{ScopeCode: string(c.Scope), EffectiveDate: c.Date.proto(), Bundled: c.Bundled, Apply: digest != "", DiffDigest: digest}
	for header != nil || len(list) > 0 {
		n := min(len(list), chunk)
		err := stream.Send(&registryv1.ImportDivisionsRequest{Header: header, Data: list[:n]})
		if errors.Is(err, io.EOF) {
			break // refused already: the answer says why
		}
		if err != nil {
			return nil, err
		}
		header, list = nil, list[n:]
	}
	return stream.CloseAndRecv()
}

func (c divisionImport) print(a *app, diff *registryv1.ImportDivisionsResponse) error {
	if c.Output == show.JSON {
		return show.Message(a.Out, diff)
	}
	t := &show.Table{Columns: []show.Column{
		{Key: "change", Title: "变化 Change"},
		{Key: "division", Title: "区划 Division"},
		{Key: "name", Title: "名称 Name"},
		{Key: "before", Title: "原名称 Before"},
		{Key: "successors", Title: "承接 Successors"},
		{Key: "residents", Title: "在住 Residents", Right: true},
	}}
	for _, d := range diff.GetChanges() {
		code := d.GetAfter().GetDivisionCode()
		if code == "" {
			code = d.GetBefore().GetDivisionCode()
		}
		t.Add(stepCell(d.GetKind()), code, orNil(d.GetAfter().GetName()), orNil(d.GetBefore().GetName()), orNil(strings.Join(d.GetSuccessorCodes(), "、")), d.GetResidents())
	}
	all := diff.GetAdded() + diff.GetRenamed() + diff.GetMoved() + diff.GetRecoded() + diff.GetEnded()
	t.Note("新增 added %d，更名 renamed %d，隶属变更 moved %d，代码变更 recoded %d，撤销 ended %d，不变 unchanged %d",
		diff.GetAdded(), diff.GetRenamed(), diff.GetMoved(), diff.GetRecoded(), diff.GetEnded(), diff.GetUnchanged())
	if shown := len(diff.GetChanges()); int(all) > shown {
		t.Note("只列出前 %d 条 the first %d are shown", shown, shown)
	}
	if n := diff.GetResidentsAffected(); n > 0 {
		t.Note("%d 人住在将撤销的村 residents live in villages that end", n)
	}
	switch {
	case diff.GetApplied():
		t.Note("已生效 applied")
	case all > 0:
		t.Note("未生效；加 --apply 应用 nothing is changed yet: add --apply")
	}
	return t.Write(a.Out, c.Output)
}
