package cli

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/show"
	"xinju.dev/services/platform/civil"
)

// openNote stands under tables whose rows end in the command that opens them.
const openNote = "名单：行末的命令打开未服务者（以低为优的指标为已计入者），加 --set eligible 或 --set covered 打开其他数\n" +
	"lists: the command at the end of a row opens those not covered (where less is better, those covered); --set eligible or --set covered opens the other numbers"

type openCmd struct {
	connected
	listing
	Number numberName `arg:"" help:"数的名称：区划/指标/日期，机构为 unit:编号 或 provider:编号。The number's name, as answers print it."`
	Set    string     `enum:",eligible,covered,uncovered" default:"" placeholder:"SET" help:"eligible 应服务、covered 已服务、uncovered 未服务；默认未服务，以低为优的指标为已计入者，计数指标为全部。Which list; by default those who are to be looked after."`
	Limit  int        `default:"50" placeholder:"N" help:"最多列出多少人，0 为全部，默认 50。At most so many, 0 for all; 50 by default."`
	Full   bool       `help:"显示完整姓名，默认只显示姓。Show whole names rather than the surname alone."`
}

// Help shows how it is used.
func (openCmd) Help() string {
	return "打开答案中的一个数：人数打开为名单，比率列出由哪些数算出。Opens a number of an answer: a count into its list, a ratio into what it is computed from.\n\n" +
		"例 examples:\n\n  xinju open 990101001/HED01/2026-06-30\n  xinju open 990101/HED01/2026-06-30 --set covered -o csv\n  xinju open 990101+unit:none/HED01/2026-06-30"
}

// Run finds out what the number is, and opens it.
func (c openCmd) Run(a *app) error {
	if err := checkLimit(c.Limit); err != nil {
		return err
	}
	n := c.Number
	return c.dial(func(s *client.Suite) error {
		resp, err := n.ask(a.ctx, s)
		if err != nil {
			return err
		}
		if len(resp.GetRows()) == 0 {
			return &outcome.Error{Code: outcome.NotFound, Chinese: "该区划当日没有此机构的数", English: "the division has no number of this unit on that day"}
		}
		r := resp.GetRows()[0]
		if r.GetRatio() != nil || r.GetAwaits() != "" {
			chosen := choice{}.of(resp)
			return coverageTable(resp, &chosen, true).Write(a.Out, c.Output)
		}
		set := cmp.Or(c.Set, toLookAfter(r))
		list := memberList{limit: c.Limit, full: c.Full, output: c.Output, sides: set == "eligible" && !r.GetPlain()}
		return list.print(a, s, func(size int32, token string) (memberPage, error) { return n.page(a.ctx, s, sets[set], size, token) }, func(first *aggregatorv1.Member) string {
			return n.title(r, set) + "\n" + n.why(first)
		})
	})
}

// title says what was opened, and what else can be.
func (n *numberName) title(r *aggregatorv1.CoverageRow, set string) string {
	text := fmt.Sprintf("%s · %s · %s · %s", shownText(named(placeOf(r), r.GetDivisionName())), shownText(named(r.GetIndicatorId(), r.GetIndicatorName())), civil.Date(n.day), setNames[set])
	if r.GetPlain() {
		return text
	}
	return fmt.Sprintf("%s · 应服务 --set eligible %d · 已服务 --set covered %d · 未服务 --set uncovered %d", text, r.GetEligible(), r.GetCovered(), r.GetEligible()-r.GetCovered())
}

var setNames = map[string]string{"eligible": "应服务 eligible", "covered": "已服务 covered", "uncovered": "未服务 uncovered"}

// why is the command that explains a line. A person may count more than once.
func (n *numberName) why(first *aggregatorv1.Member) string {
	return fmt.Sprintf("为什么 why: xinju resident explain %s --rule %s --date %s", first.GetResidentId(), n.indicator, civil.Date(n.day))
}

// numberName names a number of an answer: where, what and when.
type numberName struct {
	division  divisionCode // empty: the unit's everywhere
	unit      string       // empty: the division's
	role      aggregatorv1.UnitRole
	indicator string
	day       day
}

// nameOf is the name of a row.
func nameOf(r *aggregatorv1.CoverageRow, on string) string {
	return nameText(r.GetDivision(), r.GetUnitId(), r.GetUnitRole(), r.GetIndicatorId(), on)
}

func nameText(division, unit string, role aggregatorv1.UnitRole, indicator, on string) string {
	var place []string
	if division != "" {
		place = append(place, shortCode(division))
	}
	if unit != "" {
		kind := "unit"
		if role == unitKinds["provider"] {
			kind = "provider"
		}
		place = append(place, kind+":"+unit)
	}
	return strings.Join(place, "+") + "/" + indicator + "/" + on
}

// shortCode is the code of a county or a township without its zeros.
func shortCode(code string) string {
	for _, n := range []int{6, 9} {
		if len(code) == 12 && strings.Trim(code[n:], "0") == "" {
			return code[:n]
		}
	}
	return code
}

// unitKinds is in which sense a number is a unit's.
var unitKinds = map[string]aggregatorv1.UnitRole{
	"unit": aggregatorv1.UnitRole_UNIT_ROLE_MANAGER, "provider": aggregatorv1.UnitRole_UNIT_ROLE_PROVIDER,
}

// UnmarshalText reads a name as answers print it.
func (n *numberName) UnmarshalText(text []byte) error {
	bad := outcome.Usage("数的名称要写成 990101001/HED01/2026-06-30", "a number is named as in 990101001/HED01/2026-06-30")
	place, rest, _ := strings.Cut(string(text), "/")
	at := strings.LastIndex(rest, "/")
	if place == "" || at < 1 || at == len(rest)-1 {
		return bad
	}
	*n = numberName{indicator: rest[:at]}
	if err := n.day.UnmarshalText([]byte(rest[at+1:])); err != nil {
		return err
	}
	for _, part := range strings.Split(place, "+") {
		if kind, id, isUnit := strings.Cut(part, ":"); isUnit {
			role, known := unitKinds[kind]
			if !known || id == "" {
				return bad
			}
			n.unit, n.role = id, role
		} else if err := n.division.UnmarshalText([]byte(part)); err != nil {
			return err
		}
	}
	return nil
}

// ask reads the number itself.
func (n *numberName) ask(ctx context.Context, s *client.Suite) (*aggregatorv1.GetCoverageResponse, error) {
	req := &aggregatorv1.GetCoverageRequest{IndicatorIds: []string{n.indicator}, AsOfDate: n.day.proto()}
	var units []string
	if n.unit != "" {
		units = []string{n.unit}
	}
	return coverageAt(ctx, s, req, n.division, units, n.role)
}

// page reads a page of one of its lists.
func (n *numberName) page(ctx context.Context, s *client.Suite, set aggregatorv1.MemberSet, size int32, token string) (memberPage, error) {
	if n.unit == "" {
		return s.Aggregator.ListMembers(ctx, &aggregatorv1.ListMembersRequest{
			Division: string(n.division), IndicatorId: n.indicator, AsOfDate: n.day.proto(), Set: set, PageSize: size, PageToken: token,
		})
	}
	return s.Leagues.ListUnitMembers(ctx, &aggregatorv1.ListUnitMembersRequest{
		UnitId: n.unit, UnitRole: n.role, Division: string(n.division), IndicatorId: n.indicator, AsOfDate: n.day.proto(), Set: set, PageSize: size, PageToken: token,
	})
}

// openCommand opens a number by its name.
func openCommand(name string) string { return "xinju open " + name }

// openCell is the last cell of a row.
func openCell(r *aggregatorv1.CoverageRow, on string) any {
	if r.GetAwaits() != "" {
		return nil // there is nothing behind it
	}
	return openCommand(nameOf(r, on))
}

// openColumn is the last column of tables of numbers: at the end of a line a
// command is copied most easily.
var openColumn = show.Column{Key: "list", Title: "打开 Open"}
