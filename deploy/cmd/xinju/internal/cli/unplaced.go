package cli

import (
	"fmt"
	"strings"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

type unplacedCmd struct {
	connected
	listing
	Kind      string `enum:",above-village,nowhere,event" default:"" placeholder:"KIND" help:"列出此类：above-village、nowhere 或 event；默认只计数。List these; only counts by default."`
	Indicator string `placeholder:"ID" help:"事件：哪个指标。Events: of which indicator."`
	Date      day    `placeholder:"2026-06-30" help:"截止日，默认今天。The day; today by default."`
	Limit     int    `default:"50" placeholder:"N" help:"最多列出多少条，0 为全部，默认 50。At most so many, 0 for all; 50 by default."`
	Full      bool   `help:"显示完整姓名，默认只显示姓。Show whole names rather than the surname alone."`
}

// Help says what is counted.
func (unplacedCmd) Help() string {
	return "above-village：所住村居已撤销而无唯一去向，计入上级；nowhere：区划树中没有所住地，不计入任何区划；event：按服务机构统计而机构不明的事件，不计入任何区划。\n" +
		"above-village: counted in a division above, since the tree leads to no single village; nowhere: the tree does not have the place; event: counted by unit, and the unit is not known.\n\n" +
		"  xinju unplaced\n  xinju unplaced --kind nowhere"
}

var unplacedWords = map[aggregatorv1.UnplacedKind]string{
	aggregatorv1.UnplacedKind_UNPLACED_KIND_ABOVE_VILLAGE: "计入上级 above a village", aggregatorv1.UnplacedKind_UNPLACED_KIND_NOWHERE: "不计入任何区划 nowhere",
	aggregatorv1.UnplacedKind_UNPLACED_KIND_EVENT: "机构不明的事件 event at an unknown unit",
}

func typedUnplaced(s string) aggregatorv1.UnplacedKind {
	return aggregatorv1.UnplacedKind(aggregatorv1.UnplacedKind_value["UNPLACED_KIND_"+strings.ToUpper(strings.ReplaceAll(s, "-", "_"))])
}

// Run counts, or lists one kind.
func (c unplacedCmd) Run(a *app) error {
	if err := checkLimit(c.Limit); err != nil {
		return err
	}
	return c.dial(func(s *client.Suite) error {
		if c.Kind != "" {
			return c.list(a, s)
		}
		resp, err := s.Unplaced.GetUnplaced(a.ctx, &aggregatorv1.GetUnplacedRequest{AsOfDate: c.Date.proto()})
		if err != nil {
			return err
		}
		t := &show.Table{Columns: []show.Column{
			{Key: "kind", Title: "种类 Kind"},
			{Key: "indicator_id", Title: "指标 Indicator"},
			{Key: "indicator_name", Title: "名称 Name"},
			{Key: "count", Title: "数量 Count", Right: true},
			{Key: "lines"},
			{Title: "打开名单 Opens with"},
		}}
		on, _ := dateText(resp.GetAsOfDate()).(string)
		for _, n := range resp.GetCounts() {
			t.Add(coded(n.GetKind(), "UNPLACED_KIND_", unplacedWords), orNil(n.GetIndicatorId()), orNil(n.GetIndicatorName()), n.GetCount(), n.GetLineCount(), unplacedCommand(n, on))
		}
		return t.Write(a.Out, c.Output)
	})
}

// unplacedCommand opens a count into its list.
func unplacedCommand(n *aggregatorv1.UnplacedCount, on string) string {
	kind := strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(n.GetKind().String(), "UNPLACED_KIND_"), "_", "-"))
	out := fmt.Sprintf("xinju unplaced --kind %s --date %s", kind, on)
	if n.GetIndicatorId() != "" {
		out += " --indicator " + n.GetIndicatorId()
	}
	return out
}

func (c unplacedCmd) list(a *app, s *client.Suite) error {
	return memberList{limit: c.Limit, full: c.Full, output: c.Output}.print(a, s, func(size int32, token string) (memberPage, error) {
		return s.Unplaced.ListUnplaced(a.ctx, &aggregatorv1.ListUnplacedRequest{
			Kind: typedUnplaced(c.Kind), IndicatorId: c.Indicator, AsOfDate: c.Date.proto(), PageSize: size, PageToken: token,
		})
	}, nil)
}
