package report

import (
	"fmt"

	"xinju.dev/services/platform/civil"
)

// leagueFields are the columns of a bulletin.
var leagueFields = []field{
	{"indicator", "指标编号"},
	{"name", "指标"},
	{"rank", "名次"},
	{"change", "名次变化"},
	{"division", "区划"},
	{"division_name", "区划名称"},
	{"value", "完成值"},
	{"earlier", "上季末"},
	{"target", "目标"},
	{"gap", "差额"},
	{"n", "完成数"},
	{"d", "应完成数"},
	{"level", "预警"},
	{"reason", "预警原因"},
	{"evidence", "佐证（打开名单）"},
	{"earlier_evidence", "上季末佐证（按今日所知）"},
}

func leagueRow(r *Report, s *Standing) []any {
	n := &s.Number
	num, den := counts(n)
	var rank, change any
	if s.Rank > 0 {
		rank = int64(s.Rank)
	}
	if s.Rank > 0 && s.Before > 0 {
		change = int64(s.Before - s.Rank)
	}
	reason := s.Warned
	if reason == "" {
		reason = s.Unranked
	}
	command := ""
	if _, kept := r.Content.Number(n.Division, n.Indicator); kept || r.Content.WithTerms {
		command = ListCommand(r.Content, n)
	}
	return []any{
		n.Indicator, n.Name, rank, change, n.Division, n.DivisionName, text(n.Value), text(s.Earlier), text(n.TargetText), gap(n), num, den,
		text(map[int]string{2: "黄", 3: "红"}[s.Level]), text(reason), text(command), text(earlierCommand(r.Content, s)),
	}
}

// earlierCommand opens the number of the earlier day, of which a report keeps the
// value alone, as it is known when it is opened; "" without one.
func earlierCommand(c *Content, s *Standing) string {
	if s.Earlier == "" || c.EarlierDay == civil.None {
		return ""
	}
	return fmt.Sprintf("xinju open %s/%s/%s", s.Number.Division, s.Number.Indicator, c.EarlierDay)
}
