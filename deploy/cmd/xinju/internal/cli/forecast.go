package cli

import (
	"fmt"
	"strings"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/show"
	"xinju.dev/services/platform/wire"
)

type forecastCmd struct {
	connected
	listing
	Division divisionCode `required:"" env:"XINJU_DIVISION" placeholder:"CODE" help:"区划代码。Division code."`
	Items    []string     `name:"item" required:"" sep:"," placeholder:"ID" help:"指标或规则，可重复，须同为一类。Indicators or rules, all of one kind; repeatable."`
	From     day          `placeholder:"2026-06-30" help:"从哪一天之后，默认今天。The day after which it begins; today by default."`
	Days     int32        `default:"30" placeholder:"N" help:"天数，1 到 366，默认 30。Days, 1 to 366; 30 by default."`
	By       string       `enum:"week,day" default:"week" placeholder:"UNIT" help:"按 week 周或 day 日汇总。Counts per week or day."`
	List     bool         `help:"列出名单。List the people."`
	Kind     string       `enum:",enters,becomes-uncovered,becomes-covered,leaves" default:"" placeholder:"KIND" help:"名单只列 enters、becomes-uncovered、becomes-covered 或 leaves。List only these changes."`
	Limit    int          `default:"50" placeholder:"N" help:"名单最多多少条，0 为全部，默认 50。At most so many lines, 0 for all; 50 by default."`
}

// Help says what it rests on.
func (forecastCmd) Help() string {
	return "按现有记录推算：无人迁移、无人接受服务。以低为优的指标，变为已计入者须关注；计数指标和规则只有进入与退出。As is known now: nobody moves, nobody is served. Where less is better, those who begin to be counted are to be looked after; of plain counts and rules people only enter and leave.\n\n  xinju forecast --division 990101001000 --item HED01 --days 30\n  xinju forecast --division 990101001000 --item HED01 --list --kind becomes-uncovered -o csv"
}

var turnKinds = map[aggregatorv1.TransitionKind]string{
	aggregatorv1.TransitionKind_TRANSITION_KIND_ENTERS: "进入应服务 becomes eligible", aggregatorv1.TransitionKind_TRANSITION_KIND_BECOMES_UNCOVERED: "变为未服务 becomes uncovered",
	aggregatorv1.TransitionKind_TRANSITION_KIND_BECOMES_COVERED: "变为已服务 becomes covered", aggregatorv1.TransitionKind_TRANSITION_KIND_LEAVES: "退出 leaves",
}

// harmKinds is what changes under an item where less is better: there nobody is
// served, but counted above the line.
var harmKinds = map[aggregatorv1.TransitionKind]string{
	aggregatorv1.TransitionKind_TRANSITION_KIND_ENTERS: "进入统计范围 enters the population", aggregatorv1.TransitionKind_TRANSITION_KIND_BECOMES_UNCOVERED: "变为未计入 is not counted",
	aggregatorv1.TransitionKind_TRANSITION_KIND_BECOMES_COVERED: "变为已计入，须关注 is counted, to be looked after", aggregatorv1.TransitionKind_TRANSITION_KIND_LEAVES: "退出 leaves",
}

var typedKinds = map[string]aggregatorv1.TransitionKind{
	"enters": aggregatorv1.TransitionKind_TRANSITION_KIND_ENTERS, "becomes-uncovered": aggregatorv1.TransitionKind_TRANSITION_KIND_BECOMES_UNCOVERED,
	"becomes-covered": aggregatorv1.TransitionKind_TRANSITION_KIND_BECOMES_COVERED, "leaves": aggregatorv1.TransitionKind_TRANSITION_KIND_LEAVES,
}

// forecastItems is the items of a forecast by identifier.
type forecastItems map[string]*aggregatorv1.ForecastItem

func itemsOf(resp *aggregatorv1.GetForecastResponse) forecastItems {
	out := forecastItems{}
	for _, i := range resp.GetItems() {
		out[i.GetItemId()] = i
	}
	return out
}

// kind says what changes, in the words of the item.
func (f forecastItems) kind(item string, kind aggregatorv1.TransitionKind) any {
	words := turnKinds
	if f[item].GetBetter() == aggregatorv1.BetterWay_BETTER_WAY_LOWER {
		words = harmKinds
	}
	return coded(kind, "TRANSITION_KIND_", words)
}

func (f forecastItems) name(item string) any { return named(item, f[item].GetName()) }

// Run asks and prints.
func (c forecastCmd) Run(a *app) error {
	if err := checkLimit(c.Limit); err != nil {
		return err
	}
	return c.dial(func(s *client.Suite) error {
		var last *aggregatorv1.GetForecastResponse
		limit := c.Limit
		if !c.List {
			limit = 1
		}
		list, _, err := collect(limit, func(size int32, token string) (page[*aggregatorv1.Transition], error) {
			resp, err := s.Chase.GetForecast(a.ctx, &aggregatorv1.GetForecastRequest{
				Division: string(c.Division), ItemIds: c.Items, FromDate: c.From.proto(), Days: c.Days, Kind: typedKinds[c.Kind], PageSize: size, PageToken: token,
			})
			last = resp
			return page[*aggregatorv1.Transition]{resp.GetTransitions(), resp.GetNextPageToken()}, err
		})
		if err != nil {
			return err
		}
		t := c.counts(last)
		if c.List {
			t = c.people(a, s, itemsOf(last), list)
			t.Note("共 %d，列出 %d（%d of %d shown）", last.GetTotalSize(), len(list), len(list), last.GetTotalSize())
		} else {
			t.Note("名单 all people: xinju forecast --division %s --item %s%s --days %d --list", c.Division, strings.Join(c.Items, ","), fromFlag(c.From), c.Days)
		}
		t.Notes = append(t.Notes, lagging(last.GetPositions())...)
		return t.Write(a.Out, c.Output)
	})
}

func (c forecastCmd) counts(resp *aggregatorv1.GetForecastResponse) *show.Table {
	t := &show.Table{Columns: []show.Column{
		{Key: "item", Title: "项目 Item"},
		{Key: "first_date", Title: "自 From"},
		{Key: "kind", Title: "变化 Change"},
		{Key: "count", Title: "数 Count", Right: true},
		openColumn,
	}}
	items := itemsOf(resp)
	list := resp.GetWeeks()
	if c.By == "day" {
		list = resp.GetDays()
	}
	for _, n := range list {
		t.Add(items.name(n.GetItemId()), dateText(n.GetFirstDate()), items.kind(n.GetItemId(), n.GetKind()), n.GetCount(), c.opener(n))
	}
	return t
}

// opener is the command that lists exactly those of one count.
func (c forecastCmd) opener(n *aggregatorv1.ForecastCount) any {
	first, ok := wire.Date(n.GetFirstDate())
	last, known := wire.Date(n.GetLastDate())
	if !ok || !known || last < first {
		return nil
	}
	for word, kind := range typedKinds {
		if kind == n.GetKind() {
			return fmt.Sprintf("xinju forecast --division %s --item %s --from %s --days %d --kind %s --list", c.Division, n.GetItemId(), first.AddDays(-1), last-first+1, word)
		}
	}
	return nil
}

func (c forecastCmd) people(a *app, s *client.Suite, items forecastItems, list []*aggregatorv1.Transition) *show.Table {
	t := &show.Table{Columns: []show.Column{
		{Key: "on", Title: "日期 On"},
		{Key: "item", Title: "项目 Item"},
		{Key: "kind", Title: "变化 Change"},
		{Key: "village", Title: "村居 Village"},
		{Key: "resident_id", Title: "居民编号 Resident"},
		{Key: "event_id"},
	}}
	names := newDirectory(s)
	for _, n := range list {
		t.Add(dateText(n.GetOnDate()), items.name(n.GetItemId()), items.kind(n.GetItemId(), n.GetKind()), names.division(a.ctx, n.GetVillage()), n.GetResidentId(), orNil(n.GetEventId()))
	}
	return t
}

// fromFlag repeats the day, for a command to try next.
func fromFlag(d day) string {
	return strings.Replace(dateFlag(d), "--date", "--from", 1)
}
