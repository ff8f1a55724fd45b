package cli

import (
	"context"
	"fmt"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

// chaseFilter is the flags that filter a list.
type chaseFilter struct {
	numberFlags
	To      string `placeholder:"NAME" help:"只看分派给此人的。Only lines of this person."`
	Unit    string `placeholder:"ID" help:"只看分派给此机构的。Only lines of this unit."`
	State   string `enum:",unassigned,assigned,reported-done,ended-otherwise,closed" default:"" placeholder:"STATE" help:"只看此状态：unassigned、assigned、reported-done、ended-otherwise、closed。Only lines in this state."`
	Outcome string `enum:",done,refused,moved-away,wrong-information,not-found" default:"" placeholder:"OUTCOME" help:"只看此结果。Only lines with this outcome."`
	Overdue bool   `help:"只看逾期的。Only overdue lines."`
}

// read reads a list, at most limit lines; 0 all of it.
func (f chaseFilter) read(ctx context.Context, s *client.Suite, limit int) (lines []*aggregatorv1.ChaseLine, all wholeList, err error) {
	lines, _, err = collect(limit, func(size int32, token string) (page[*aggregatorv1.ChaseLine], error) {
		resp, err := s.Chase.ListChase(ctx, &aggregatorv1.ListChaseRequest{
			Division: string(f.Division), IndicatorId: f.Indicator, AsOfDate: f.Date.proto(), AssignedTo: f.To, AssignedUnit: f.Unit,
			State: typedState(f.State), Outcome: typedOutcome(f.Outcome), Overdue: f.Overdue, PageSize: size, PageToken: token,
		})
		all.see(resp)
		return page[*aggregatorv1.ChaseLine]{resp.GetLines(), resp.GetNextPageToken()}, err
	})
	return lines, all, err
}

// whoOf reads the persons of lines under the caller's own identity.
func whoOf(ctx context.Context, s *client.Suite, lines []*aggregatorv1.ChaseLine) (map[string]*registryv1.Resident, error) {
	var ids []string
	seen := map[string]bool{}
	for _, l := range lines {
		if id := l.GetMember().GetResidentId(); !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return persons(ctx, s, ids)
}

type chaseList struct {
	connected
	listing
	chaseFilter
	Limit int  `default:"50" placeholder:"N" help:"最多列出多少条，0 为全部，默认 50。At most so many, 0 for all; 50 by default."`
	Full  bool `help:"显示完整姓名，默认只显示姓。Show whole names rather than the surname alone."`
}

// Run lists the lines.
func (c chaseList) Run(a *app) error {
	if err := checkLimit(c.Limit); err != nil {
		return err
	}
	return c.dial(func(s *client.Suite) error {
		lines, all, err := c.read(a.ctx, s, c.Limit)
		if err != nil {
			return err
		}
		known, err := whoOf(a.ctx, s, lines)
		if err != nil {
			return err
		}
		t := c.table(a.ctx, newDirectory(s), lines, known)
		all.note(t, len(lines))
		t.Note("打印 print: xinju chase print %s", c.flags())
		return t.Write(a.Out, c.Output)
	})
}

func (c chaseList) table(ctx context.Context, names *directory, lines []*aggregatorv1.ChaseLine, known map[string]*registryv1.Resident) *show.Table {
	t := &show.Table{Columns: []show.Column{
		{Key: "village", Title: "村居 Village"},
		{Key: "name", Title: "姓名 Name"},
		{Key: "resident_id", Title: "居民编号 Resident"},
		{Key: "event_id"},
		{Key: "event_date"},
		{Key: "since", Title: "自 Since"},
		{Key: "state", Title: "状态 State"},
		{Key: "assigned_to", Title: "人员 Person"},
		{Key: "assigned_unit", Title: "机构 Unit"},
		{Key: "due", Title: "期限 Due"},
		{Key: "overdue", Title: "逾期 Overdue"},
		{Key: "outcome", Title: "结果 Outcome"},
		{Key: "remark"},
		{Key: "hint"},
	}}
	for _, l := range lines {
		m, e := l.GetMember(), l.GetEntry()
		name := known[m.GetResidentId()].GetName()
		if !c.Full {
			name = maskName(name)
		}
		t.Add(names.division(ctx, m.GetVillage()), orNil(name), m.GetResidentId(), orNil(m.GetEventId()), dateText(m.GetEventDate()), dateText(m.GetSinceDate()),
			coded(l.GetState(), "CHASE_STATE_", chaseStates), orNil(e.GetAssignedTo()), names.unit(ctx, e.GetAssignedUnit()), dateText(e.GetDueDate()),
			l.GetOverdue(), chaseOutcomeCell(e), orNil(e.GetRemark()), orNil(l.GetHint()))
	}
	return t
}

type chaseStats struct {
	connected
	listing
	numberFlags
	By string `enum:"division,unit,assignee" default:"division" placeholder:"GROUP" help:"按 division 下级区划、unit 机构或 assignee 人员分列。By division below, unit or person."`
}

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
			{Key: "uncovered", Title: "未服务 Uncovered", Right: true},
			{Key: "with_entry", Title: "已跟进 Followed", Right: true},
			{Key: "assigned", Title: "待办 Open", Right: true},
			{Key: "reported_done", Title: "报完成无记录 Done?", Right: true},
			{Key: "refused", Title: "拒绝 Refused", Right: true},
			{Key: "moved_away", Title: "迁离 Moved", Right: true},
			{Key: "wrong_information", Title: "信息有误 Wrong", Right: true},
			{Key: "not_found", Title: "查无 Not found", Right: true},
			{Key: "overdue", Title: "逾期 Overdue", Right: true},
			{Key: "closed", Title: "已销号 Closed", Right: true},
		}}
		names := newDirectory(s)
		for _, r := range resp.GetRows() {
			var group any
			switch c.By {
			case "unit":
				group = names.unit(a.ctx, r.GetAssignedUnit())
			case "assignee":
				group = orNil(r.GetAssignedTo())
			default:
				group = named(r.GetDivision(), r.GetDivisionName())
			}
			t.Add(group, r.GetUncovered(), r.GetWithEntry(), r.GetAssigned(), r.GetReportedDone(), r.GetRefused(), r.GetMovedAway(), r.GetWrongInformation(),
				r.GetNotFound(), r.GetOverdue(), r.GetClosed())
		}
		t.Note("名单 the list behind a number: xinju chase list %s%s", c.flags(), c.openHint(resp))
		return t.Write(a.Out, c.Output)
	})
}

// openHint is the flag that opens the first row.
func (c chaseStats) openHint(resp *aggregatorv1.GetChaseStatsResponse) string {
	for _, r := range resp.GetRows() {
		switch {
		case r.GetAssignedTo() != "":
			return fmt.Sprintf(" --to %q", r.GetAssignedTo())
		case r.GetAssignedUnit() != "":
			return " --unit " + r.GetAssignedUnit()
		}
	}
	return " --state assigned"
}
