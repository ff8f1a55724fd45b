package cli

import (
	"errors"
	"fmt"
	"io"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/progress"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

type policyWhatIf struct {
	connected
	listing
	File     string       `arg:"" help:"政策包文件（YAML）。The pack's file."`
	Division divisionCode `required:"" env:"XINJU_DIVISION" placeholder:"CODE" help:"区划代码。Division code."`
	Date     day          `placeholder:"2026-06-30" help:"截止日，默认今天；以后才生效的政策包为其生效首日。The day; today by default, of a pack that begins later its first day."`
	By       string       `enum:",county,township,village" default:"" placeholder:"LEVEL" help:"同时按 county、township 或 village 分列。Also break down by county, township or village."`
	People   bool         `help:"列出变化的人和事件，而不是数字。List the people and events that change, not the numbers."`
	Everyone bool         `help:"连同不变的一并列出：现数与新数背后的全部名单。Also those who do not change: the whole list behind the old and the new number."`
	List     string       `enum:",old-eligible,old-covered,new-eligible,new-covered" default:"" placeholder:"COUNT" help:"列出一个数背后的名单：old-eligible 现应服务、old-covered 现已服务、new-eligible 新应服务、new-covered 新已服务。The list of one count."`
	Only     []string     `name:"indicator" sep:"," placeholder:"ID" help:"只看这些指标，可重复。Only these indicators; repeatable."`
	After    string       `placeholder:"ID" help:"从该居民之后列起，接上一次的名单。Begin after this resident, where the list before ended."`
	Limit    int32        `default:"1000" placeholder:"N" help:"最多列出多少条变化。Most changes to list."`
}

// Help says what it is for.
func (policyWhatIf) Help() string {
	return "在现有数据上试算一个政策包，不加载：哪些数字会变，哪些人会变。Try a pack on the facts of the moment without loading it: which numbers and which people would change.\n\n  xinju policy what-if new.yaml --division 990101 --date 2026-06-30\n  xinju policy what-if new.yaml --division 990101 --people -o csv > changes.csv"
}

// tried is the answer put together.
type tried struct {
	numbers []*aggregatorv1.WhatIfNumber
	people  []*aggregatorv1.WhatIfChange
	summary *aggregatorv1.WhatIfSummary
}

// Run asks, shows how far it is, and prints.
func (c policyWhatIf) Run(a *app) error {
	if err := checkLimit(int(c.Limit)); err != nil {
		return err
	}
	source, err := readPack(c.File)
	if err != nil {
		return err
	}
	limit := c.Limit
	c.People = c.People || c.Everyone || c.List != ""
	if !c.People || limit == 0 {
		limit = -1
	}
	return c.dial(func(s *client.Suite) error {
		stream, err := s.Packs.WhatIf(a.ctx, &aggregatorv1.WhatIfRequest{
			SourceYaml: string(source), Division: string(c.Division), AsOfDate: c.Date.proto(), GroupLevel: levels[c.By], MaxPeople: limit,
			IndicatorIds: c.Only, Everyone: c.Everyone, List: whatIfLists[c.List], AfterResidentId: c.After,
		})
		if err != nil {
			return err
		}
		stage := a.progress().Stage("试算 trying", 0, progress.Unit{Name: "人 people"})
		var out tried
		for {
			m, err := stream.Recv()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				stage.End()
				return err
			}
			if p := m.GetProgress(); p != nil {
				stage.Set(p.GetDone(), p.GetTotal())
			}
			out.numbers, out.people = append(out.numbers, m.GetNumbers()...), append(out.people, m.GetPeople()...)
			if m.GetSummary() != nil {
				out.summary = m.GetSummary()
			}
		}
		stage.End()
		return c.table(&out).Write(a.Out, c.Output)
	})
}

func (c policyWhatIf) table(out *tried) *show.Table {
	s := out.summary
	on, _ := dateText(s.GetAsOfDate()).(string)
	t := c.numbersTable(out.numbers, on)
	if c.People {
		t = changesTable(out.people)
	}
	t.Note("截至 as of %s · 政策包 pack %s · %d 人 people · 变化 changes: %d", on, s.GetPackId(), s.GetResidents(), s.GetTotalChanges())
	if n := len(out.people); c.People && s.GetMore() && n > 0 {
		t.Note("只列出 listed only: %d（--limit）；接着 go on: --after %s", s.GetListedChanges(), out.people[n-1].GetResidentId())
	}
	if !c.People {
		t.Note("名单：行末的命令列出变化者；其余各数以 --list old-eligible|old-covered|new-eligible|new-covered 列出 lists: the command at the end of a row shows who changes, with --list who is behind one of the other numbers")
	}
	t.Notes = append(t.Notes, lagging(s.GetPositions())...)
	return t
}

func (c policyWhatIf) opener(n *aggregatorv1.WhatIfNumber, on string) string {
	return fmt.Sprintf("xinju policy what-if %s --division %s --indicator %s --date %s --people", quoted(c.File), n.GetDivision(), n.GetIndicatorId(), on)
}

func (c policyWhatIf) numbersTable(list []*aggregatorv1.WhatIfNumber, on string) *show.Table {
	t := &show.Table{Columns: []show.Column{
		{Key: "division", Title: "区划 Division"},
		{Key: "division_name"},
		{Key: "indicator", Title: "指标 Indicator"},
		{Key: "indicator_name"},
		{Key: "old_eligible", Title: "现应服务 Eligible now", Right: true},
		{Key: "new_eligible", Title: "新 New", Right: true},
		{Key: "old_covered", Title: "现已服务 Covered now", Right: true},
		{Key: "new_covered", Title: "新 New", Right: true},
		{Key: "old_rate", Title: "现率 Rate now", Right: true},
		{Key: "new_rate", Title: "新 New", Right: true},
		{Key: "changes", Title: "变化 Changes", Right: true},
		openColumn,
	}}
	for _, n := range list {
		t.Add(named(n.GetDivision(), n.GetDivisionName()), n.GetDivisionName(), named(n.GetIndicatorId(), n.GetIndicatorName()), n.GetIndicatorName(),
			n.GetOldEligible(), n.GetNewEligible(), unlessPlain(n.GetOldPlain(), n.GetOldCovered()), unlessPlain(n.GetNewPlain(), n.GetNewCovered()),
			rateCell(n.GetHasOldRate(), n.GetOldRate()), rateCell(n.GetHasNewRate(), n.GetNewRate()), n.GetChanges(), c.opener(n, on))
	}
	return t
}

// unlessPlain is how many are covered; of a plain count nobody is or is not.
func unlessPlain(plain bool, covered int32) any {
	if plain {
		return nil
	}
	return covered
}

// whatIfLists are the counts of a row that are lists.
var whatIfLists = map[string]aggregatorv1.WhatIfList{
	"old-eligible": aggregatorv1.WhatIfList_WHAT_IF_LIST_OLD_ELIGIBLE, "old-covered": aggregatorv1.WhatIfList_WHAT_IF_LIST_OLD_COVERED,
	"new-eligible": aggregatorv1.WhatIfList_WHAT_IF_LIST_NEW_ELIGIBLE, "new-covered": aggregatorv1.WhatIfList_WHAT_IF_LIST_NEW_COVERED,
}

var whatIfStates = map[aggregatorv1.WhatIfState][2]string{
	aggregatorv1.WhatIfState_WHAT_IF_STATE_OUT:       {"out", "不计入 out"},
	aggregatorv1.WhatIfState_WHAT_IF_STATE_UNCOVERED: {"uncovered", "未服务 uncovered"},
	aggregatorv1.WhatIfState_WHAT_IF_STATE_COVERED:   {"covered", "已服务 covered"},
	aggregatorv1.WhatIfState_WHAT_IF_STATE_COUNTED:   {"counted", "计入 counted"},
}

func changesTable(list []*aggregatorv1.WhatIfChange) *show.Table {
	t := &show.Table{Columns: []show.Column{
		{Key: "resident_id", Title: "人员 Resident"},
		{Key: "indicator", Title: "指标 Indicator"},
		{Key: "event_id", Title: "事件 Event"},
		{Key: "village", Title: "村居 Village"},
		{Key: "old", Title: "现 Now"},
		{Key: "new", Title: "新 New"},
		{Key: "reason", Title: "原因 Why"},
	}}
	for _, x := range list {
		was, is := whatIfStates[x.GetOldState()], whatIfStates[x.GetNewState()]
		t.Add(x.GetResidentId(), x.GetIndicatorId(), orNil(x.GetEventId()), x.GetVillage(), cellOf(was[0], was[1]), cellOf(is[0], is[1]), orNil(x.GetReason()))
	}
	if len(list) > 0 {
		t.Note("一个人的全部规则 one person in full: xinju explain %s", fmt.Sprint(list[0].GetResidentId()))
	}
	return t
}
