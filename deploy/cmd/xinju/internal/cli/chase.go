package cli

import (
	"fmt"
	"strings"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

type chaseCmds struct {
	List    chaseList    `cmd:"" help:"应服务未服务名单及跟进情况。The uncovered list with who was asked and what came of it."`
	Assign  chaseAssign  `cmd:"" help:"分派给人员或机构。Give lines to a person or a unit."`
	Outcome chaseOutcome `cmd:"" help:"登记跟进结果。Note what came of one line."`
	Print   chasePrint   `cmd:"" help:"按村居和住址顺序打印，供入户使用。Print by village and address, to take along."`
	Stats   chaseStats   `cmd:"" help:"分派与结果统计。Counts of assignments and outcomes."`
	History chaseHistory `cmd:"" help:"一条名单的全部跟进记录。Every state of one line."`
}

// numberFlags is the flags that name a number.
type numberFlags struct {
	Division  divisionCode `required:"" env:"XINJU_DIVISION" placeholder:"CODE" help:"区划代码。Division code."`
	Indicator string       `required:"" placeholder:"ID" help:"指标。Indicator."`
	Date      day          `placeholder:"2026-06-30" help:"截止日，默认今天。The day; today by default."`
}

// flags repeats them, for a command to try next.
func (n numberFlags) flags() string {
	return fmt.Sprintf("--division %s --indicator %s%s", n.Division, n.Indicator, dateFlag(n.Date))
}

var outcomeWords = map[aggregatorv1.ChaseOutcome]string{
	aggregatorv1.ChaseOutcome_CHASE_OUTCOME_DONE: "已完成 done", aggregatorv1.ChaseOutcome_CHASE_OUTCOME_REFUSED: "拒绝 refused",
	aggregatorv1.ChaseOutcome_CHASE_OUTCOME_MOVED_AWAY: "已迁离 moved away", aggregatorv1.ChaseOutcome_CHASE_OUTCOME_WRONG_INFORMATION: "信息有误 wrong information",
	aggregatorv1.ChaseOutcome_CHASE_OUTCOME_NOT_FOUND: "查无此人 not found",
}

var chaseStates = map[aggregatorv1.ChaseState]string{
	aggregatorv1.ChaseState_CHASE_STATE_UNASSIGNED: "未分派 unassigned", aggregatorv1.ChaseState_CHASE_STATE_ASSIGNED: "已分派 assigned",
	aggregatorv1.ChaseState_CHASE_STATE_REPORTED_DONE: "已报完成，无记录 reported done, no record yet", aggregatorv1.ChaseState_CHASE_STATE_ENDED_OTHERWISE: "有其他结果 ended otherwise",
	aggregatorv1.ChaseState_CHASE_STATE_CLOSED: "已销号 closed by a record",
}

// typedOutcome reads an outcome as it is typed: moved-away.
func typedOutcome(s string) aggregatorv1.ChaseOutcome {
	return aggregatorv1.ChaseOutcome(aggregatorv1.ChaseOutcome_value["CHASE_OUTCOME_"+strings.ToUpper(strings.ReplaceAll(s, "-", "_"))])
}

func typedState(s string) aggregatorv1.ChaseState {
	return aggregatorv1.ChaseState(aggregatorv1.ChaseState_value["CHASE_STATE_"+strings.ToUpper(strings.ReplaceAll(s, "-", "_"))])
}

type chaseAssign struct {
	connected
	listing
	numberFlags
	Residents  []string `name:"resident" sep:"," placeholder:"ID" help:"只分派这些居民，可重复；默认整个名单。Only these residents; the whole list by default."`
	Events     []string `name:"event" sep:"," placeholder:"ID" help:"按事件计的指标：该居民的哪些事件，可重复，须只给一个 --resident。Indicators of events: which events of the one --resident."`
	To         string   `placeholder:"NAME" help:"人员姓名或工号。Who is asked."`
	Unit       string   `placeholder:"ID" help:"机构编号。Unit that is asked."`
	By         string   `placeholder:"NAME" help:"由谁分派。Who assigns."`
	Due        day      `placeholder:"2026-07-10" help:"完成期限，遇休息日顺延。Until when; a day off becomes the next working day."`
	Unassigned bool     `help:"只分派尚未分派的。Only lines that nobody was asked about."`
	First      int32    `placeholder:"N" help:"只分派前 N 条。Only the first so many."`
}

// Help shows how it is used.
func (chaseAssign) Help() string {
	return "例 examples:\n\n  xinju chase assign --division 990101001201 --indicator HED01 --to 网格员甲 --due 2026-07-10\n  xinju chase assign --division 990101 --indicator HED01 --unassigned --first 50 --unit 01JZ…\n  xinju chase assign --division 990101 --indicator MAT03 --resident 01JZ… --event 01K0… --to 网格员甲"
}

// Run assigns.
func (c chaseAssign) Run(a *app) error {
	if len(c.Residents) > 0 && (c.Unassigned || c.First > 0) {
		return outcome.Usage("--resident 不能与 --unassigned、--first 同用", "--resident goes without --unassigned and --first")
	}
	if len(c.Events) > 0 && len(c.Residents) != 1 {
		return outcome.Usage("--event 须与一个 --resident 同用", "--event stands beside one --resident")
	}
	return c.dial(func(s *client.Suite) error {
		req := &aggregatorv1.AssignChaseRequest{
			Division: string(c.Division), AsOfDate: c.Date.proto(), AssignedTo: c.To, AssignedUnit: c.Unit, AssignedBy: c.By, DueDate: c.Due.proto(),
		}
		req.Entries = c.entries()
		if len(c.Residents) == 0 {
			req.Filter = &aggregatorv1.AssignFilter{IndicatorId: c.Indicator, UnassignedOnly: c.Unassigned, AtMost: c.First}
		}
		resp, err := s.Chase.AssignChase(a.ctx, req)
		if err != nil {
			return err
		}
		t := &show.Table{Columns: []show.Column{
			{Key: "assigned", Title: "已分派 Assigned", Right: true}, {Key: "skipped", Title: "未在名单 Skipped", Right: true}, {Key: "due", Title: "期限 Due"},
		}}
		t.Add(resp.GetAssignedCount(), resp.GetSkippedCount(), dateText(resp.GetDueDate()))
		t.Note("名单 the list: xinju chase list %s", c.flags())
		return t.Write(a.Out, c.Output)
	})
}

// entries are the lines that are named: of one person by event, or of several.
func (c chaseAssign) entries() (out []*aggregatorv1.ChaseKey) {
	if len(c.Events) == 0 {
		for _, id := range c.Residents {
			out = append(out, &aggregatorv1.ChaseKey{ResidentId: id, IndicatorId: c.Indicator})
		}
	}
	for _, event := range c.Events {
		out = append(out, &aggregatorv1.ChaseKey{ResidentId: c.Residents[0], IndicatorId: c.Indicator, EventId: event})
	}
	return out
}

type chaseOutcome struct {
	connected
	listing
	Resident  string `arg:"" help:"居民编号。Identifier of the resident."`
	Outcome   string `arg:"" enum:"done,refused,moved-away,wrong-information,not-found" help:"结果 outcome：done、refused、moved-away、wrong-information、not-found。"`
	Indicator string `required:"" placeholder:"ID" help:"指标。Indicator."`
	Event     string `placeholder:"ID" help:"按事件计的指标：事件编号。Indicators of events: the event."`
	On        day    `placeholder:"2026-06-30" help:"哪一天，默认今天。The day; today by default."`
	By        string `placeholder:"NAME" help:"由谁登记。Who notes it."`
	Remark    string `placeholder:"TEXT" help:"备注，最多 200 字，不得写证件号码。At most 200 characters, no numbers of documents."`
}

// Run notes the outcome on the entry as it is.
func (c chaseOutcome) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		history, err := s.Chase.ListChaseHistory(a.ctx, &aggregatorv1.ListChaseHistoryRequest{ResidentId: c.Resident, IndicatorId: c.Indicator, EventId: c.Event, PageSize: 1})
		if err != nil {
			return err
		}
		etag := ""
		for _, e := range history.GetStates() {
			etag = e.GetEtag()
		}
		resp, err := s.Chase.RecordChaseOutcome(a.ctx, &aggregatorv1.RecordChaseOutcomeRequest{
			Key:  &aggregatorv1.ChaseKey{ResidentId: c.Resident, IndicatorId: c.Indicator, EventId: c.Event},
			Etag: etag, Outcome: typedOutcome(c.Outcome), OutcomeDate: c.On.proto(), OutcomeBy: c.By, Remark: c.Remark,
		})
		if err != nil {
			return err
		}
		t := entryTable(resp.GetEntry())
		if resp.GetHint() != "" {
			t.Note("%s", resp.GetHint())
		}
		return t.Write(a.Out, c.Output)
	})
}

type chaseHistory struct {
	connected
	listing
	Resident  string `arg:"" help:"居民编号。Identifier of the resident."`
	Indicator string `required:"" placeholder:"ID" help:"指标。Indicator."`
	Event     string `placeholder:"ID" help:"按事件计的指标：事件编号。Indicators of events: the event."`
}

// Run lists every state.
func (c chaseHistory) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		states, _, err := collect(0, func(size int32, token string) (page[*aggregatorv1.ChaseEntry], error) {
			resp, err := s.Chase.ListChaseHistory(a.ctx, &aggregatorv1.ListChaseHistoryRequest{
				ResidentId: c.Resident, IndicatorId: c.Indicator, EventId: c.Event, PageSize: size, PageToken: token,
			})
			return page[*aggregatorv1.ChaseEntry]{resp.GetStates(), resp.GetNextPageToken()}, err
		})
		if err != nil {
			return err
		}
		return entryTable(states...).Write(a.Out, c.Output)
	})
}

func entryTable(list ...*aggregatorv1.ChaseEntry) *show.Table {
	t := &show.Table{Columns: []show.Column{
		{Key: "version", Title: "版本 Version"},
		{Key: "assigned_to", Title: "人员 Person"},
		{Key: "assigned_unit", Title: "机构 Unit"},
		{Key: "due", Title: "期限 Due"},
		{Key: "assigned_by", Title: "分派人 By"},
		{Key: "outcome", Title: "结果 Outcome"},
		{Key: "outcome_date", Title: "日期 On"},
		{Key: "outcome_by", Title: "登记人 By"},
		{Key: "remark", Title: "备注 Remark"},
		{Key: "resident_id"},
		{Key: "indicator_id"},
		{Key: "event_id"},
	}}
	for _, e := range list {
		t.Add(e.GetEtag(), orNil(e.GetAssignedTo()), orNil(e.GetAssignedUnit()), dateText(e.GetDueDate()), orNil(e.GetAssignedBy()), chaseOutcomeCell(e),
			dateText(e.GetOutcomeDate()), orNil(e.GetOutcomeBy()), orNil(e.GetRemark()), e.GetResidentId(), e.GetIndicatorId(), orNil(e.GetEventId()))
	}
	return t
}

func chaseOutcomeCell(e *aggregatorv1.ChaseEntry) any {
	if e.GetOutcome() == 0 {
		return nil
	}
	return coded(e.GetOutcome(), "CHASE_OUTCOME_", outcomeWords)
}
