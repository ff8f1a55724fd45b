package cli

import (
	"context"

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
	Entry   bool   `name:"with-entry" help:"只看分派过或登记过结果的。Only lines that somebody was asked about, or of which something was noted."`
	Nobody  bool   `name:"without-assignee" help:"只看跟进过而未分派给人员的。Only lines with an entry that names no person."`
	NoUnit  bool   `name:"without-unit" help:"只看跟进过而未分派给机构的。Only lines with an entry that names no unit."`
	Direct  bool   `name:"direct-only" help:"只看计入本区划而不计入任何下级的。Only lines that count in the division itself and in none below it."`
}

// flags repeats them all, for a command to try next.
func (f chaseFilter) flags() string {
	out := f.numberFlags.flags()
	for _, one := range []struct{ name, value string }{{"--to", f.To}, {"--unit", f.Unit}, {"--state", f.State}, {"--outcome", f.Outcome}} {
		if one.value != "" {
			out += " " + one.name + " " + quoted(one.value)
		}
	}
	for _, one := range []struct {
		name string
		set  bool
	}{{"--overdue", f.Overdue}, {"--with-entry", f.Entry}, {"--without-assignee", f.Nobody}, {"--without-unit", f.NoUnit}, {"--direct-only", f.Direct}} {
		if one.set {
			out += " " + one.name
		}
	}
	return out
}

// read reads a list, at most limit lines; 0 all of it.
func (f chaseFilter) read(ctx context.Context, s *client.Suite, limit int) (lines []*aggregatorv1.ChaseLine, all wholeList, err error) {
	lines, _, err = collect(limit, func(size int32, token string) (page[*aggregatorv1.ChaseLine], error) {
		resp, err := s.Chase.ListChase(ctx, &aggregatorv1.ListChaseRequest{
			Division: string(f.Division), IndicatorId: f.Indicator, AsOfDate: f.Date.proto(), AssignedTo: f.To, AssignedUnit: f.Unit,
			State: typedState(f.State), Outcome: typedOutcome(f.Outcome), Overdue: f.Overdue,
			WithEntry: f.Entry, WithoutAssignee: f.Nobody, WithoutUnit: f.NoUnit, DirectOnly: f.Direct, PageSize: size, PageToken: token,
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
