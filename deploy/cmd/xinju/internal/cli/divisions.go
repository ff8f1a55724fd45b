package cli

import (
	"strings"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

type divisionCmds struct {
	List   divisionList   `cmd:"" help:"一个区划的直接下级。The nodes directly below a division."`
	Find   divisionFind   `cmd:"" help:"按名称查区划，同名的都列出。Find divisions by name; all of one name are listed."`
	Trace  divisionTrace  `cmd:"" help:"以前的代码现在是什么。What a code of an earlier day is now."`
	Add    divisionAdd    `cmd:"" help:"新增一个省、地或县。Add a province, prefecture or county."`
	Import divisionImport `cmd:"" help:"导入完整的下级清单，先看差异再生效。Import a complete list of nodes; the differences are shown first."`
}

var levelNames = map[registryv1.DivisionLevel]string{
	registryv1.DivisionLevel_DIVISION_LEVEL_PROVINCE:   "省 province",
	registryv1.DivisionLevel_DIVISION_LEVEL_PREFECTURE: "地 prefecture",
	registryv1.DivisionLevel_DIVISION_LEVEL_COUNTY:     "县 county",
	registryv1.DivisionLevel_DIVISION_LEVEL_TOWNSHIP:   "乡 township",
	registryv1.DivisionLevel_DIVISION_LEVEL_VILLAGE:    "村 village",
}

func levelCell(l registryv1.DivisionLevel) any {
	if name, ok := levelNames[l]; ok {
		return cellOf(strings.ToLower(strings.TrimPrefix(l.String(), "DIVISION_LEVEL_")), name)
	}
	return l.String()
}

var stepNames = map[registryv1.DivisionStepKind]string{
	registryv1.DivisionStepKind_DIVISION_STEP_KIND_ADDED:   "新增 added",
	registryv1.DivisionStepKind_DIVISION_STEP_KIND_RENAMED: "更名 renamed",
	registryv1.DivisionStepKind_DIVISION_STEP_KIND_MOVED:   "隶属变更 moved",
	registryv1.DivisionStepKind_DIVISION_STEP_KIND_RECODED: "代码变更 recoded",
	registryv1.DivisionStepKind_DIVISION_STEP_KIND_MERGED:  "合并 merged",
	registryv1.DivisionStepKind_DIVISION_STEP_KIND_SPLIT:   "拆分 split",
	registryv1.DivisionStepKind_DIVISION_STEP_KIND_ENDED:   "撤销 ended",
}

func stepCell(k registryv1.DivisionStepKind) any {
	if name, ok := stepNames[k]; ok {
		return cellOf(strings.ToLower(strings.TrimPrefix(k.String(), "DIVISION_STEP_KIND_")), name)
	}
	return k.String()
}

type divisionList struct {
	connected
	listing
	Code divisionCode `arg:"" help:"12 位代码；县 6 位、乡镇 9 位也可。Code of 12 digits; 6 for a county, 9 for a township."`
	Date day          `placeholder:"2026-06-30" help:"哪一天的；缺省为今天。As of this day; today when left out."`
}

// Run asks and prints.
func (c divisionList) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		nodes, _, err := collect(0, func(size int32, token string) (page[*registryv1.Division], error) {
			resp, err := s.Places.ListDivisions(a.ctx, &registryv1.ListDivisionsRequest{ParentCode: string(c.Code), AsOfDate: c.Date.proto(), PageSize: size, PageToken: token})
			return page[*registryv1.Division]{resp.GetDivisions(), resp.GetNextPageToken()}, err
		})
		if err != nil {
			return err
		}
		return divisionTable(nodes).Write(a.Out, c.Output)
	})
}

func divisionTable(nodes []*registryv1.Division) *show.Table {
	t := &show.Table{Columns: []show.Column{
		{Key: "division", Title: "区划 Division"},
		{Key: "name", Title: "名称 Name"},
		{Key: "level", Title: "级别 Level"},
		{Key: "valid_from", Title: "自 From"},
		{Key: "valid_until", Title: "至 Until"},
	}}
	for _, d := range nodes {
		t.Add(d.GetDivisionCode(), d.GetName(), levelCell(d.GetLevel()), dateText(d.GetValidFromDate()), dateText(d.GetValidUntilDate()))
	}
	return t
}

type divisionFind struct {
	connected
	listing
	Name   string       `arg:"" help:"名称，或从上到下用 / 隔开，如 南昌市/西湖区。A name, or names from above with / between."`
	Within divisionCode `help:"只查这个区划之下。Only below this division."`
	Date   day          `placeholder:"2026-06-30" help:"哪一天的；缺省为今天。As of this day; today when left out."`
}

// Run asks and prints.
func (c divisionFind) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		found, _, err := collect(0, func(size int32, token string) (page[*registryv1.DivisionMatch], error) {
			resp, err := s.Places.FindDivisions(a.ctx, &registryv1.FindDivisionsRequest{Name: c.Name, WithinCode: string(c.Within), AsOfDate: c.Date.proto(), PageSize: size, PageToken: token})
			return page[*registryv1.DivisionMatch]{resp.GetMatches(), resp.GetNextPageToken()}, err
		})
		if err != nil {
			return err
		}
		t := &show.Table{Columns: []show.Column{{Key: "division", Title: "区划 Division"}, {Key: "path", Title: "全称 Path"}, {Key: "level", Title: "级别 Level"}}}
		for _, m := range found {
			t.Add(m.GetDivision().GetDivisionCode(), strings.Join(m.GetPath(), "/"), levelCell(m.GetDivision().GetLevel()))
		}
		return t.Write(a.Out, c.Output)
	})
}

type divisionTrace struct {
	connected
	listing
	Code  divisionCode `arg:"" help:"12 位代码；县 6 位、乡镇 9 位也可。Code of 12 digits; 6 for a county, 9 for a township."`
	From  day          `required:"" placeholder:"2015-07-20" help:"使用该代码的日期。Day on which the code was used."`
	Until day          `placeholder:"2026-06-30" help:"问哪一天的名称；缺省为今天。Day whose names are asked for; today when left out."`
}

// Run asks and prints.
func (c divisionTrace) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Places.TraceDivision(a.ctx, &registryv1.TraceDivisionRequest{DivisionCode: string(c.Code), FromDate: c.From.proto(), UntilDate: c.Until.proto()})
		if err != nil {
			return err
		}
		if c.Output == show.JSON {
			return show.Message(a.Out, resp)
		}
		t := divisionTable(resp.GetDivisions())
		for _, step := range resp.GetSteps() {
			t.Note("%v %s %s → %s", dateText(step.GetDate()), shownText(stepCell(step.GetKind())), step.GetDivisionCode(), strings.Join(step.GetSuccessorCodes(), "、"))
		}
		return t.Write(a.Out, c.Output)
	})
}
