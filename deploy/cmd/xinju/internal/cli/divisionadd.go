package cli

import (
	"fmt"
	"strings"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
)

type divisionAdd struct {
	connected
	Code   divisionCode `arg:"" help:"区划代码。Division code."`
	Name   string       `arg:"" help:"名称。Name."`
	Parent divisionCode `placeholder:"CODE" help:"上级，默认按代码的位数。The node above; read from the digits by default."`
	Date   day          `placeholder:"2026-07-01" help:"自哪天起，默认一直存在。First day; always there by default."`
}

// Help says what it is for.
func (divisionAdd) Help() string {
	return "新增一个省、地或县，其下的乡镇和村用 division import 导入。Adds one province, prefecture or county; what lies below comes by division import.\n\n  xinju division add 990000000000 示例省\n  xinju division add 990300000000 南屏市\n  xinju division add 990301 云岭县"
}

// Run adds the node; the same one again changes nothing.
func (c divisionAdd) Run(a *app) error {
	code := string(c.Code)
	level, above := levelAndParent(code)
	if level == registryv1.DivisionLevel_DIVISION_LEVEL_UNSPECIFIED {
		return outcome.Usage("只能新增省、地、县；乡镇和村用 division import", "provinces, prefectures and counties only; what lies below comes by division import")
	}
	if c.Parent != "" {
		above = string(c.Parent)
	}
	return c.dial(func(s *client.Suite) error {
		made, err := s.Places.BatchCreateDivisions(a.ctx, &registryv1.BatchCreateDivisionsRequest{
			Divisions: []*registryv1.Division{{DivisionCode: code, Name: c.Name, Level: level, ParentCode: above, ValidFromDate: c.Date.proto()}},
			RequestId: strings.Join([]string{"division-add", code, above}, "-"),
		})
		if err != nil {
			return err
		}
		for _, d := range made.GetDivisions() {
			if _, err := fmt.Fprintf(a.Out, "%s %s\n", d.GetDivisionCode(), d.GetName()); err != nil {
				return err
			}
		}
		return nil
	})
}

// levelAndParent reads the level of a province, prefecture or county, and the code
// of the node above, from the zeros at the end of its code.
func levelAndParent(code string) (level registryv1.DivisionLevel, above string) {
	switch {
	case code[6:] != "000000":
		return registryv1.DivisionLevel_DIVISION_LEVEL_UNSPECIFIED, ""
	case code[4:6] != "00":
		return registryv1.DivisionLevel_DIVISION_LEVEL_COUNTY, code[:4] + "00000000"
	case code[2:4] != "00":
		return registryv1.DivisionLevel_DIVISION_LEVEL_PREFECTURE, code[:2] + "0000000000"
	}
	return registryv1.DivisionLevel_DIVISION_LEVEL_PROVINCE, ""
}
