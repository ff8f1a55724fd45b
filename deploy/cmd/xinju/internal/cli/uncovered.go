package cli

import (
	"cmp"
	"context"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

type uncoveredCmds struct {
	List uncoveredList `cmd:"" help:"列出应服务未服务的人。List them, by village and address."`
}

type uncoveredList struct {
	connected
	listing
	Division  divisionCode `required:"" env:"XINJU_DIVISION" placeholder:"CODE" help:"区划代码。Division code."`
	Indicator string       `required:"" placeholder:"ID" help:"指标。Indicator."`
	Date      day          `placeholder:"2026-06-30" help:"截止日，默认今天。The day; today by default."`
	Limit     int          `default:"50" placeholder:"N" help:"最多列出多少人，0 为全部，默认 50。At most so many, 0 for all; 50 by default."`
	Full      bool         `help:"显示完整姓名，默认只显示姓。Show whole names rather than the surname alone."`
}

// Run asks, page by page, adds names and prints.
func (c uncoveredList) Run(a *app) error {
	if err := checkLimit(c.Limit); err != nil {
		return err
	}
	return c.dial(func(s *client.Suite) error {
		var all wholeList
		members, _, err := collect(c.Limit, func(size int32, token string) (page[*aggregatorv1.Member], error) {
			resp, err := s.Aggregator.ListUncovered(a.ctx, &aggregatorv1.ListUncoveredRequest{
				Division: string(c.Division), IndicatorId: c.Indicator, AsOfDate: c.Date.proto(), PageSize: size, PageToken: token,
			})
			all.see(resp)
			return page[*aggregatorv1.Member]{resp.GetMembers(), resp.GetNextPageToken()}, err
		})
		if err != nil {
			return err
		}
		t, err := c.table(a.ctx, s, members)
		if err != nil {
			return err
		}
		all.note(t, len(members))
		if len(members) > 0 {
			t.Note("为什么 why: xinju resident explain %s --rule %s%s", members[0].GetResidentId(), c.Indicator, dateFlag(c.Date))
		}
		return t.Write(a.Out, c.Output)
	})
}

// wholeList is how long the list behind a number is.
type wholeList struct{ total, lines int32 }

// counting is a page that says how long its list is.
type counting interface {
	GetTotalSize() int32
	GetLineCount() int32
}

// see reads it from a page; one that failed says nothing.
func (l *wholeList) see(page counting) {
	l.total, l.lines = max(l.total, page.GetTotalSize()), max(l.lines, page.GetLineCount())
}

// note says how much of it is shown.
func (l *wholeList) note(t *show.Table, shown int) {
	lines := cmp.Or(l.lines, l.total)
	t.Note("共 %d，列出 %d（%d of %d shown）", lines, shown, shown, lines)
	if l.total != lines {
		t.Note("一条可计多次，合计 %d（a line may count several times: %d in all）", l.total, l.total)
	}
	if shown < int(lines) {
		t.Note("全部 all of them: --limit 0")
	}
}

// table joins names, villages and units to the members.
func (c uncoveredList) table(ctx context.Context, s *client.Suite, members []*aggregatorv1.Member) (*show.Table, error) {
	ids, seen, eventTitle, weightTitle := []string(nil), map[string]bool{}, "", ""
	for _, m := range members {
		if !seen[m.GetResidentId()] {
			seen[m.GetResidentId()] = true
			ids = append(ids, m.GetResidentId())
		}
		if m.GetEventId() != "" {
			eventTitle = "事件日 Event"
		}
		if m.GetWeight() > 1 {
			weightTitle = "计数 Count"
		}
	}
	known, err := persons(ctx, s, ids)
	if err != nil {
		return nil, err
	}
	t := &show.Table{Columns: []show.Column{
		{Key: "village", Title: "村居 Village"},
		{Key: "village_name"},
		{Key: "name", Title: "姓名 Name"},
		{Key: "resident_id", Title: "居民编号 Resident"},
		{Key: "event_date", Title: eventTitle},
		{Key: "since", Title: "自 Since"},
		{Key: "until", Title: "至 Until"},
		{Key: "unit_id", Title: "负责机构 Unit"},
		{Key: "unit_name"},
		{Key: "event_id"},
		{Key: "weight", Title: weightTitle, Right: true},
	}}
	names := newDirectory(s)
	for _, m := range members {
		name := known[m.GetResidentId()].GetName()
		if !c.Full {
			name = maskName(name)
		}
		village, unit := names.division(ctx, m.GetVillage()), names.unit(ctx, m.GetUnitId())
		t.Add(village, orNil(names.divisions[m.GetVillage()]), orNil(name), m.GetResidentId(), dateText(m.GetEventDate()),
			dateText(m.GetSinceDate()), dateText(m.GetUntilDate()), unit, orNil(names.units[m.GetUnitId()]), orNil(m.GetEventId()), max(1, m.GetWeight()))
	}
	return t, nil
}
