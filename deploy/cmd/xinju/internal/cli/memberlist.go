package cli

import (
	"cmp"
	"context"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

// memberList is how the list behind a number is shown.
type memberList struct {
	limit  int
	full   bool // whole names
	sides  bool // say of each whether covered
	output show.Format
}

// memberPage is a page of it.
type memberPage interface {
	GetMembers() []*aggregatorv1.Member
	GetNextPageToken() string
	counting
}

// print asks page by page, adds names and prints. next, if given, says of the
// first one what to ask next.
func (l memberList) print(a *app, s *client.Suite, ask func(size int32, token string) (memberPage, error), next func(first *aggregatorv1.Member) string) error {
	var all wholeList
	members, _, err := collect(l.limit, func(size int32, token string) (page[*aggregatorv1.Member], error) {
		p, err := ask(size, token)
		all.see(p)
		return page[*aggregatorv1.Member]{p.GetMembers(), p.GetNextPageToken()}, err
	})
	if err != nil {
		return err
	}
	t, err := l.table(a.ctx, s, members)
	if err != nil {
		return err
	}
	all.note(t, len(members))
	if next != nil && len(members) > 0 {
		t.Note("%s", next(members[0]))
	}
	return t.Write(a.Out, l.output)
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
func (l memberList) table(ctx context.Context, s *client.Suite, members []*aggregatorv1.Member) (*show.Table, error) {
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
	if l.sides {
		t.Columns = append(t.Columns, show.Column{Key: "covered", Title: "已服务 Covered"})
	}
	names := newDirectory(s)
	for _, m := range members {
		name := known[m.GetResidentId()].GetName()
		if !l.full {
			name = maskName(name)
		}
		village, unit := names.division(ctx, m.GetVillage()), names.unit(ctx, m.GetUnitId())
		cells := []any{
			village, orNil(names.divisions[m.GetVillage()]), orNil(name), m.GetResidentId(), dateText(m.GetEventDate()),
			dateText(m.GetSinceDate()), dateText(m.GetUntilDate()), unit, orNil(names.units[m.GetUnitId()]), orNil(m.GetEventId()), max(1, m.GetWeight()),
		}
		if l.sides {
			cells = append(cells, m.GetCovered())
		}
		t.Add(cells...)
	}
	return t, nil
}
