package cli

import (
	"fmt"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/client"
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
		ask := func(size int32, token string) (memberPage, error) {
			return s.Aggregator.ListUncovered(a.ctx, &aggregatorv1.ListUncoveredRequest{
				Division: string(c.Division), IndicatorId: c.Indicator, AsOfDate: c.Date.proto(), PageSize: size, PageToken: token,
			})
		}
		return memberList{limit: c.Limit, full: c.Full, output: c.Output}.print(a, s, ask, func(first *aggregatorv1.Member) string {
			return fmt.Sprintf("为什么 why: xinju resident explain %s --rule %s%s", first.GetResidentId(), c.Indicator, dateFlag(c.Date))
		})
	})
}
