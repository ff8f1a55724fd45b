package cli

import (
	"fmt"
	"io"
	"strings"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/show"
	"xinju.dev/services/platform/ids"
)

type reviewCmds struct {
	List     reviewList     `cmd:"" help:"列出待核事项：疑似重复的居民、名单中换了证件的人、互相矛盾的记录。What needs a person: residents who may be one, changed documents in full lists, records that contradict."`
	Count    reviewCount    `cmd:"" help:"按区划和类别统计待核事项。Count it by division and kind."`
	Show     reviewShow     `cmd:"" help:"并排查看一项：两条记录、逐项比较、处理经过。One item: the records side by side, field by field, and what was decided."`
	Decide   reviewDecide   `cmd:"" help:"处理一项：合并、非同一人、已核、稍后、撤销合并。Decide one item."`
	Progress reviewProgress `cmd:"" help:"查重进度。How far the search for duplicates has come."`
	Rebuild  reviewRebuild  `cmd:"" help:"重新查重，已有处理保留。Search for duplicates anew; decisions stay."`
}

var priorityNames = map[registryv1.ReviewPriority]string{
	registryv1.ReviewPriority_REVIEW_PRIORITY_HIGH:   "高 high",
	registryv1.ReviewPriority_REVIEW_PRIORITY_NORMAL: "中 normal",
	registryv1.ReviewPriority_REVIEW_PRIORITY_LOW:    "低 low",
}

var reviewStateNames = map[registryv1.ReviewState]string{
	registryv1.ReviewState_REVIEW_STATE_OPEN:     "待核 open",
	registryv1.ReviewState_REVIEW_STATE_RESOLVED: "已核 resolved",
	registryv1.ReviewState_REVIEW_STATE_NOT_SAME: "非同一人 not the same",
	registryv1.ReviewState_REVIEW_STATE_MERGED:   "已合并 merged",
	registryv1.ReviewState_REVIEW_STATE_GONE:     "已消失 gone",
}

var priorities = map[string]registryv1.ReviewPriority{
	"":       registryv1.ReviewPriority_REVIEW_PRIORITY_UNSPECIFIED,
	"high":   registryv1.ReviewPriority_REVIEW_PRIORITY_HIGH,
	"normal": registryv1.ReviewPriority_REVIEW_PRIORITY_NORMAL,
	"low":    registryv1.ReviewPriority_REVIEW_PRIORITY_LOW,
}

type reviewList struct {
	connected
	listing
	Division divisionCode `env:"XINJU_DIVISION" placeholder:"CODE" help:"区划代码，默认全部。Division code; everything by default."`
	Kind     string       `placeholder:"KIND" help:"类别，如 DUPLICATE、OVERLAPPING_STAYS。Kind of item."`
	Priority string       `enum:",high,normal,low" default:"" placeholder:"P" help:"只列 high、normal 或 low。Only this priority."`
	Limit    int          `default:"50" placeholder:"N" help:"最多列出多少项，0 为全部，默认 50。At most so many, 0 for all; 50 by default."`
}

// Run asks, page by page, and prints. Names stay out of it: show has them.
func (c reviewList) Run(a *app) error {
	if err := checkLimit(c.Limit); err != nil {
		return err
	}
	return c.dial(func(s *client.Suite) error {
		items, more, err := collect(c.Limit, func(size int32, token string) (page[*registryv1.ReviewItem], error) {
			resp, err := s.Review.ListReviewItems(a.ctx, &registryv1.ListReviewItemsRequest{
				Division: string(c.Division), Kind: c.Kind, Priority: priorities[c.Priority], PageSize: size, PageToken: token,
			})
			return page[*registryv1.ReviewItem]{resp.GetItems(), resp.GetNextPageToken()}, err
		})
		if err != nil {
			return err
		}
		t := &show.Table{Columns: []show.Column{
			{Key: "item_id", Title: "事项 Item"},
			{Key: "priority", Title: "级别 Priority"},
			{Key: "kind", Title: "类别 Kind"},
			{Key: "divisions", Title: "区划 Division"},
			{Key: "resident_ids", Title: "居民 Residents"},
			{Key: "score", Title: "分值 Score", Right: true},
			{Key: "rules", Title: "规则 Rules"},
			{Key: "open_time", Title: "自 Since"},
		}}
		for _, i := range items {
			t.Add(i.GetItemId(), show.Cell{Value: strings.TrimPrefix(i.GetPriority().String(), "REVIEW_PRIORITY_"), Shown: priorityNames[i.GetPriority()]}, i.GetKind(),
				strings.Join(i.GetDivisions(), " "), strings.Join(i.GetResidentIds(), " "), scoreText(i), strings.Join(i.GetRules(), " "), i.GetOpenTime().AsTime().Format("2006-01-02"))
		}
		if more {
			t.Note("还有更多 there are more: --limit 0")
		}
		if len(items) > 0 {
			t.Note("并排查看 side by side: xinju review show %s", items[0].GetItemId())
		}
		return t.Write(a.Out, c.Output)
	})
}

func scoreText(i *registryv1.ReviewItem) any {
	if i.GetKind() != "DUPLICATE" {
		return nil
	}
	return fmt.Sprintf("%.1f", i.GetScore())
}

type reviewCount struct {
	connected
	listing
	Division divisionCode `env:"XINJU_DIVISION" placeholder:"CODE" help:"区划代码，默认全部。Division code; everything by default."`
	ByChild  bool         `help:"同时列出下一级区划。Also each division right below."`
}

// Run asks and prints.
func (c reviewCount) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Review.CountReviewItems(a.ctx, &registryv1.CountReviewItemsRequest{Division: string(c.Division), ByChild: c.ByChild})
		if err != nil {
			return err
		}
		names := newDirectory(s)
		t := &show.Table{Columns: []show.Column{
			{Key: "division", Title: "区划 Division"}, {Key: "kind", Title: "类别 Kind"}, {Key: "count", Title: "件 Items", Right: true}, {Title: "说明 Meaning"},
		}}
		for _, n := range resp.GetCounts() {
			t.Add(names.division(a.ctx, n.GetDivision()), n.GetKind(), n.GetCount(), n.GetTextZh())
		}
		return t.Write(a.Out, c.Output)
	})
}

// itemID names an item.
type itemID struct {
	Item string `arg:"" help:"事项编号，26 位。Identifier of the item, 26 characters."`
}

func (i itemID) check() error {
	if !ids.Valid(i.Item) {
		return outcome.Usage("事项编号为 26 位", "an item has an identifier of 26 characters")
	}
	return nil
}

type reviewProgress struct {
	connected
	listing
}

// Run asks and prints.
func (c reviewProgress) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Review.GetMatchProgress(a.ctx, &registryv1.GetMatchProgressRequest{})
		if err != nil {
			return err
		}
		if c.Output == show.JSON {
			return show.Message(a.Out, resp)
		}
		op := resp.GetOperation()
		t := &show.Table{Columns: []show.Column{
			{Key: "stage", Title: "阶段 Stage"},
			{Key: "done", Title: "已查 Done", Right: true},
			{Key: "total", Title: "居民 Residents", Right: true},
			{Key: "position", Title: "位置 Position", Right: true},
			{Key: "head", Title: "末尾 Head", Right: true},
			{Key: "compared_pairs", Title: "比较 Pairs compared", Right: true},
			{Key: "capped_entries", Title: "超限 Left out", Right: true},
		}}
		t.Add(op.GetStage(), op.GetDone(), op.GetTotal(), resp.GetPosition(), resp.GetHead(), resp.GetComparedPairs(), resp.GetCappedEntries())
		return t.Write(a.Out, c.Output)
	})
}

type reviewRebuild struct{ connected }

// Run asks for it; the work goes on in the background.
func (c reviewRebuild) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		if _, err := s.Review.RebuildMatches(a.ctx, &registryv1.RebuildMatchesRequest{}); err != nil {
			return err
		}
		_, err := io.WriteString(a.Out, "已开始重新查重 the search begins anew: xinju review progress\n")
		return err
	})
}
