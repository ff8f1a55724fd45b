package cli

import (
	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
)

type coverageMembers struct {
	connected
	listing
	Division  divisionCode `env:"XINJU_DIVISION" placeholder:"CODE" help:"区划代码，与 --unit 至少给一个。Division code; this or --unit."`
	Unit      string       `placeholder:"ID" help:"机构，none 为未归机构的部分。A unit; none for what belongs to no unit."`
	Role      string       `enum:"manager,provider" default:"manager" placeholder:"ROLE" help:"机构按负责或提供统计，默认负责。As manager, the default, or provider."`
	Indicator string       `required:"" placeholder:"ID" help:"指标。Indicator."`
	Set       string       `enum:"eligible,covered,uncovered" default:"eligible" placeholder:"SET" help:"eligible 应服务、covered 已服务、uncovered 未服务，默认应服务。Which list; eligible by default."`
	Date      day          `placeholder:"2026-06-30" help:"截止日，默认今天。The day; today by default."`
	Limit     int          `default:"50" placeholder:"N" help:"最多列出多少人，0 为全部，默认 50。At most so many, 0 for all; 50 by default."`
	Full      bool         `help:"显示完整姓名，默认只显示姓。Show whole names rather than the surname alone."`
}

var sets = map[string]aggregatorv1.MemberSet{
	"eligible": aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE, "covered": aggregatorv1.MemberSet_MEMBER_SET_COVERED, "uncovered": aggregatorv1.MemberSet_MEMBER_SET_UNCOVERED,
}

// Run asks, page by page, adds names and prints.
func (c coverageMembers) Run(a *app) error {
	if err := checkLimit(c.Limit); err != nil {
		return err
	}
	if c.Division == "" && c.Unit == "" {
		return outcome.Usage("须给出 --division 或 --unit", "--division or --unit is needed")
	}
	return c.dial(func(s *client.Suite) error {
		n := numberName{c.Division, c.Unit, roles[c.Role], c.Indicator, c.Date}
		list := memberList{limit: c.Limit, full: c.Full, output: c.Output}
		return list.print(a, s, func(size int32, token string) (memberPage, error) { return n.page(a.ctx, s, sets[c.Set], size, token) }, nil)
	})
}
