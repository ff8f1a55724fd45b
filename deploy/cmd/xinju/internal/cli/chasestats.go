package cli

import (
	"strings"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

type chaseStats struct {
	connected
	listing
	numberFlags
	By string `enum:"division,unit,assignee" default:"division" placeholder:"GROUP" help:"按 division 下级区划、unit 机构或 assignee 人员分列。By division below, unit or person."`
}

// Help says how a number opens.
func (chaseStats) Help() string {
	return "行末的命令打开该行名单，加各列的选项打开该列的数。The command at the end of a row opens its list; with the flag of a column, the number in it.\n\n" + chaseColumns
}

// chaseColumns is the flag by which xinju chase list opens each column.
const chaseColumns = "已跟进 followed --with-entry · 待办 open --state assigned · 报完成无记录 done? --outcome done · 拒绝 refused --outcome refused · " +
	"迁离 moved --outcome moved-away · 信息有误 wrong --outcome wrong-information · 查无 not found --outcome not-found · 逾期 overdue --overdue · 已销号 closed --state closed"

var chaseGroups = map[string]aggregatorv1.ChaseGroup{
	"division": aggregatorv1.ChaseGroup_CHASE_GROUP_DIVISION, "unit": aggregatorv1.ChaseGroup_CHASE_GROUP_UNIT, "assignee": aggregatorv1.ChaseGroup_CHASE_GROUP_ASSIGNEE,
}

// Run counts.
func (c chaseStats) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Chase.GetChaseStats(a.ctx, &aggregatorv1.GetChaseStatsRequest{
			Division: string(c.Division), IndicatorId: c.Indicator, AsOfDate: c.Date.proto(), Group: chaseGroups[c.By],
		})
		if err != nil {
			return err
		}
		t := &show.Table{Columns: []show.Column{
			{Key: c.By, Title: "分组 Group"},
			{Key: "uncovered", Title: "名单 Lines", Right: true},
			{Key: "with_entry", Title: "已跟进 Followed", Right: true},
			{Key: "assigned", Title: "待办 Open", Right: true},
			{Key: "reported_done", Title: "报完成无记录 Done?", Right: true},
			{Key: "refused", Title: "拒绝 Refused", Right: true},
			{Key: "moved_away", Title: "迁离 Moved", Right: true},
			{Key: "wrong_information", Title: "信息有误 Wrong", Right: true},
			{Key: "not_found", Title: "查无 Not found", Right: true},
			{Key: "overdue", Title: "逾期 Overdue", Right: true},
			{Key: "closed", Title: "已销号 Closed", Right: true},
			openColumn,
		}}
		names := newDirectory(s)
		for _, r := range resp.GetRows() {
			t.Add(c.group(a, names, r), r.GetUncovered(), r.GetWithEntry(), r.GetAssigned(), r.GetReportedDone(), r.GetRefused(), r.GetMovedAway(), r.GetWrongInformation(),
				r.GetNotFound(), r.GetOverdue(), r.GetClosed(), c.opener(resp, r))
		}
		t.Note("名单：行末的命令打开该行，加选项打开一列的数 lists: the command at the end of a row opens it, and with a flag the number of a column:")
		t.Note("%s", chaseColumns)
		return t.Write(a.Out, c.Output)
	})
}

// group is what a row is about.
func (c chaseStats) group(a *app, names *directory, r *aggregatorv1.ChaseStat) any {
	switch {
	case c.By == "unit" && r.GetAssignedUnit() == "":
		return show.Cell{Shown: "未分派机构 no unit"}
	case c.By == "unit":
		return names.unit(a.ctx, r.GetAssignedUnit())
	case c.By == "assignee" && r.GetAssignedTo() == "":
		return show.Cell{Shown: "未分派人员 nobody"}
	case c.By == "assignee":
		return r.GetAssignedTo()
	}
	return named(r.GetDivision(), r.GetDivisionName())
}

// opener is the command that lists the lines of a row.
func (c chaseStats) opener(resp *aggregatorv1.GetChaseStatsResponse, r *aggregatorv1.ChaseStat) string {
	n := c.numberFlags
	if on := resp.GetAsOfDate(); on != nil {
		n.Date = dayOf(on)
	}
	of := ""
	switch {
	case c.By == "unit" && r.GetAssignedUnit() == "":
		of = " --without-unit"
	case c.By == "unit":
		of = " --unit " + r.GetAssignedUnit()
	case c.By == "assignee" && r.GetAssignedTo() == "":
		of = " --without-assignee"
	case c.By == "assignee":
		of = " --to " + quoted(r.GetAssignedTo())
	case r.GetDivision() == string(c.Division):
		of = " --direct-only"
	default:
		n.Division = divisionCode(r.GetDivision())
	}
	return "xinju chase list " + n.flags() + of
}

// quoted is a word of a shell: what may be read as more than a word is set in marks.
func quoted(s string) string {
	if !strings.ContainsAny(s, " \t\n\"'\\$`!*?[](){}<>|&;~#") {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
