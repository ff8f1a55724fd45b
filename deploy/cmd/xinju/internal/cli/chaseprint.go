package cli

import (
	"context"
	"io"
	"strings"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

type chasePrint struct {
	connected
	chaseFilter
	Output show.Format `short:"o" enum:"table,csv,json" default:"table" placeholder:"FORMAT" help:"table：每村一页的文本；csv；json。Text with a page per village; csv; json."`
}

// Help says what is printed.
func (chasePrint) Help() string {
	return "姓名、住址、电话以当前身份向登记服务读取，含个人信息，请妥善保管。Names, addresses and telephones are read from the registry under your own identity; keep the paper safe.\n\n  xinju chase print --division 990101001000 --indicator HED01 --to 网格员甲 > list.txt"
}

// pageBreak parts the villages: printers begin a new page at it.
const pageBreak = "\f"

// Run prints the whole list.
func (c chasePrint) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		lines, _, err := c.read(a.ctx, s, 0)
		if err != nil {
			return err
		}
		known, err := whoOf(a.ctx, s, lines)
		if err != nil {
			return err
		}
		names := newDirectory(s)
		if c.Output != "table" {
			return printTable(a.ctx, names, lines, known, true).Write(a.Out, c.Output)
		}
		return c.pages(a, names, lines, known)
	})
}

// pages writes a page for each village, in the order of the list.
func (c chasePrint) pages(a *app, names *directory, lines []*aggregatorv1.ChaseLine, known map[string]*registryv1.Resident) error {
	for begin := 0; begin < len(lines); {
		end := begin
		village := lines[begin].GetMember().GetVillage()
		for end < len(lines) && lines[end].GetMember().GetVillage() == village {
			end++
		}
		var head strings.Builder
		if begin > 0 {
			head.WriteString(pageBreak)
		}
		head.WriteString(shownText(names.division(a.ctx, village)) + " · " + c.Indicator + "\n\n")
		if _, err := io.WriteString(a.Out, show.Printable(head.String())); err != nil {
			return err
		}
		t := printTable(a.ctx, names, lines[begin:end], known, false)
		t.Note("本村 in this village: %d", end-begin)
		if err := t.Write(a.Out, "table"); err != nil {
			return err
		}
		begin = end
	}
	return nil
}

// printTable is what somebody takes along.
func printTable(ctx context.Context, names *directory, lines []*aggregatorv1.ChaseLine, known map[string]*registryv1.Resident, villages bool) *show.Table {
	columns := []show.Column{
		{Key: "no", Title: "序号 No", Right: true},
		{Key: "address", Title: "住址 Address"},
		{Key: "name", Title: "姓名 Name"},
		{Key: "phone", Title: "电话 Phone"},
		{Key: "event_date", Title: "事件日 Event"},
		{Key: "since", Title: "自 Since"},
		{Key: "due", Title: "期限 Due"},
		{Key: "assigned_to", Title: "人员 Person"},
		{Key: "resident_id", Title: "居民编号 Resident"},
		{Title: "结果 Outcome"},
	}
	if villages {
		columns = append([]show.Column{{Key: "village"}, {Key: "village_name"}}, columns...)
	}
	t := &show.Table{Columns: columns}
	for i, l := range lines {
		m := l.GetMember()
		who := known[m.GetResidentId()]
		row := []any{
			i + 1, orNil(addressIn(who, m.GetVillage())), orNil(who.GetName()), orNil(who.GetPhone()), dateText(m.GetEventDate()), dateText(m.GetSinceDate()),
			dateText(l.GetEntry().GetDueDate()), orNil(l.GetEntry().GetAssignedTo()), m.GetResidentId(), "______",
		}
		if villages {
			names.division(ctx, m.GetVillage())
			row = append([]any{m.GetVillage(), orNil(names.divisions[m.GetVillage()])}, row...)
		}
		t.Add(row...)
	}
	return t
}

// addressIn is where somebody lives in a village, or else the latest address.
func addressIn(who *registryv1.Resident, village string) string {
	address := ""
	for _, stay := range who.GetResidences() {
		if stay.GetDivision() == village {
			return stay.GetAddress()
		}
		address = stay.GetAddress()
	}
	return address
}
