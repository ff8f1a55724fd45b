package cli

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

type reviewShow struct {
	connected
	itemID
	Output show.Format `short:"o" enum:"table,json" default:"table" placeholder:"FORMAT" help:"输出格式：table、json。Output: table or json."`
	Full   bool        `help:"显示姓名、电话、单位、地址；证件号码从不显示。Show name, telephone, employer, addresses; numbers of documents are never shown."`
}

// Run asks and prints.
func (c reviewShow) Run(a *app) error {
	if err := c.check(); err != nil {
		return err
	}
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Review.GetReviewItem(a.ctx, &registryv1.GetReviewItemRequest{ItemId: c.Item})
		if err != nil {
			return err
		}
		shown := proto.CloneOf(resp)
		for i, r := range shown.GetResidents() {
			shown.Residents[i] = shownPerson(r, c.Full)
		}
		if l := shown.GetListed(); l != nil {
			l.Person = shownPerson(l.GetPerson(), c.Full)
		}
		if c.Output == show.JSON {
			return show.Message(a.Out, shown)
		}
		return writeReview(a, newDirectory(s), shown)
	})
}

func writeReview(a *app, names *directory, r *registryv1.GetReviewItemResponse) error {
	i := r.GetItem()
	head := fmt.Sprintf("事项 Item     %s\n类别 Kind     %s（%s / %s）\n状态 State    %s，%s\n", i.GetItemId(), i.GetKind(), i.GetTextZh(), i.GetTextEn(),
		reviewStateNames[i.GetState()], priorityNames[i.GetPriority()])
	if i.GetKind() == "DUPLICATE" {
		head += fmt.Sprintf("分值 Score    %.1f  %s\n", i.GetScore(), strings.Join(i.GetRules(), " "))
	}
	if l := r.GetListed(); l != nil {
		head += fmt.Sprintf("名单 List     %s %s 第%d行 row %d\n", l.GetSender(), l.GetBatchId(), l.GetRow(), l.GetRow())
	}
	if d := i.GetUntilDate(); d != nil {
		head += fmt.Sprintf("稍后 Again on %s\n", dateText(d))
	}
	if _, err := io.WriteString(a.Out, head+"\n"); err != nil {
		return err
	}
	if err := sideBySide(a, names, r).Write(a.Out, show.Eyes); err != nil {
		return err
	}
	if len(r.GetDecisions()) > 0 {
		if _, err := io.WriteString(a.Out, "\n处理经过 Decisions\n"); err != nil {
			return err
		}
		t := &show.Table{Columns: []show.Column{{Title: "时间 When"}, {Title: "处理 Verdict"}, {Title: "经办人 By"}, {Title: "说明 Note"}}}
		for _, d := range r.GetDecisions() {
			t.Add(d.GetDecideTime().AsTime().Format("2006-01-02 15:04"), verdictNames[d.GetVerdict()], d.GetDecidedBy(), d.GetNote())
		}
		if err := t.Write(a.Out, show.Eyes); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(a.Out, "\n处理 decide: xinju review decide %s --etag %s --by WHO --verdict …\n", i.GetItemId(), i.GetEtag())
	return err
}

// sideBySide has a line for each thing that is known of the residents, and what
// its comparison says.
func sideBySide(a *app, names *directory, r *registryv1.GetReviewItemResponse) *show.Table {
	t := &show.Table{Columns: []show.Column{{Title: "项目 Field"}}}
	people := slices.Clone(r.GetResidents())
	for n := range people {
		t.Columns = append(t.Columns, show.Column{Title: fmt.Sprintf("居民%d Resident %d", n+1, n+1)})
	}
	if l := r.GetListed(); l != nil {
		people = append(people, l.GetPerson())
		t.Columns = append(t.Columns, show.Column{Title: "名单新行 New row"})
	}
	fields := map[string]*registryv1.FieldComparison{}
	for _, f := range r.GetItem().GetFields() {
		fields[f.GetField()] = f
	}
	if len(fields) > 0 {
		t.Columns = append(t.Columns, show.Column{Title: "比较 Compared"}, show.Column{Title: "权重 Weight", Right: true})
	}
	line := func(title, field string, of func(*registryv1.Resident) string) {
		row := []any{title}
		some := field != ""
		for _, p := range people {
			v := of(p)
			some = some || v != ""
			row = append(row, v)
		}
		if f := fields[field]; f != nil {
			row = append(row, f.GetTextZh(), fmt.Sprintf("%+.1f", f.GetWeight()))
		} else if len(fields) > 0 {
			row = append(row, nil, nil)
		}
		if some {
			t.Add(row...)
		}
	}
	line("编号 Identifier", "", (*registryv1.Resident).GetResidentId)
	line("证件 Documents", "document", documentsText)
	line("姓名 Name", "name", (*registryv1.Resident).GetName)
	line("出生日期 Born", "birth_date", func(p *registryv1.Resident) string {
		return cmp.Or(p.GetBirthPartial(), textOf(dateText(p.GetBirthDate())))
	})
	line("性别 Sex", "sex", func(p *registryv1.Resident) string { return sexes[p.GetSex()] })
	line("电话 Phone", "phone", (*registryv1.Resident).GetPhone)
	line("户籍地 Hukou", "hukou", func(p *registryv1.Resident) string {
		if n := len(p.GetHukou()); n > 0 {
			return p.GetHukou()[n-1].GetDivision()
		}
		return ""
	})
	line("单位 Employer", "employer", (*registryv1.Resident).GetEmployer)
	line("现住 Lives in", "", func(p *registryv1.Resident) string { return livesIn(a, names, p) })
	line("待核标记 Flags", "", func(p *registryv1.Resident) string { return strings.Join(p.GetReviewFlags(), " ") })
	return t
}

func documentsText(p *registryv1.Resident) string {
	var kinds []string
	for _, d := range p.GetDocuments() {
		kinds = append(kinds, documentName(d.GetType()))
	}
	return strings.Join(kinds, "、")
}

// livesIn is the latest stay: division, address, since and until.
func livesIn(a *app, names *directory, p *registryv1.Resident) string {
	n := len(p.GetResidences())
	if n == 0 {
		return ""
	}
	s := p.GetResidences()[n-1]
	where := s.GetDivision()
	if c, ok := names.division(a.ctx, where).(show.Cell); ok {
		where = c.Shown
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s %s–%s", where, s.GetAddress(), textOf(dateText(s.GetArrivedDate())), textOf(dateText(s.GetLeftDate()))))
}

func textOf(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

var verdictNames = map[registryv1.ReviewVerdict]string{
	registryv1.ReviewVerdict_REVIEW_VERDICT_MERGE:    "合并 merge",
	registryv1.ReviewVerdict_REVIEW_VERDICT_NOT_SAME: "非同一人 not-same",
	registryv1.ReviewVerdict_REVIEW_VERDICT_RESOLVED: "已核 resolved",
	registryv1.ReviewVerdict_REVIEW_VERDICT_LATER:    "稍后 later",
	registryv1.ReviewVerdict_REVIEW_VERDICT_UNMERGE:  "撤销合并 unmerge",
}

var verdicts = map[string]registryv1.ReviewVerdict{
	"merge":    registryv1.ReviewVerdict_REVIEW_VERDICT_MERGE,
	"not-same": registryv1.ReviewVerdict_REVIEW_VERDICT_NOT_SAME,
	"resolved": registryv1.ReviewVerdict_REVIEW_VERDICT_RESOLVED,
	"later":    registryv1.ReviewVerdict_REVIEW_VERDICT_LATER,
	"unmerge":  registryv1.ReviewVerdict_REVIEW_VERDICT_UNMERGE,
}

type reviewDecide struct {
	connected
	itemID
	Verdict  string `required:"" enum:"merge,not-same,resolved,later,unmerge" placeholder:"V" help:"merge 合并、not-same 非同一人、resolved 已核、later 稍后、unmerge 撤销合并。What was decided."`
	Etag     string `required:"" placeholder:"N" help:"review show 显示的版本，之后有变化则拒绝。Version that show gave: refused when it changed since."`
	By       string `required:"" placeholder:"WHO" help:"经办人姓名或工号。Who decided."`
	Note     string `placeholder:"TEXT" help:"说明。Why."`
	Resident string `placeholder:"ID" help:"名单换证：新证件属于哪位居民；只列一人时可省。Of a changed document: the resident whose it is; may be left out where only one is shown."`
	Until    day    `placeholder:"2026-06-30" help:"later 时再次提示的日期。With later: the day on which it shows again."`
}

// Run decides and says how the item stands.
func (c reviewDecide) Run(a *app) error {
	if err := c.check(); err != nil {
		return err
	}
	if (c.Verdict == "later") != (c.Until != 0) {
		return outcome.Usage("--until 与 --verdict later 须同时使用", "--until goes with --verdict later, and with nothing else")
	}
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Review.DecideReviewItem(a.ctx, &registryv1.DecideReviewItemRequest{
			ItemId: c.Item, Etag: c.Etag, Verdict: verdicts[c.Verdict], DecidedBy: c.By, Note: c.Note, UntilDate: c.Until.proto(), ResidentId: c.Resident,
		})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(a.Out, "%s：%s\n", verdictNames[verdicts[c.Verdict]], reviewStateNames[resp.GetItem().GetState()])
		return err
	})
}
