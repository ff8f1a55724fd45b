package cli

import (
	"fmt"
	"os"
	"slices"
	"strings"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

type figuresCmds struct {
	Load   figuresLoad   `cmd:"" help:"从表格导入外部数据。Load figures from a file."`
	List   figuresList   `cmd:"" help:"已录入的外部数据及其历史。What was loaded, with its history."`
	Read   figuresRead   `cmd:"" help:"某区划某日的数值及其构成。What a figure is for a division on a day, and what that is made of."`
	Delete figuresDelete `cmd:"" help:"撤销一条，历史保留。Take one back; its history stays."`
}

type figuresLoad struct {
	connected
	File    string `arg:"" help:"文件（CSV、XLSX 等，UTF-8 或 GB18030），列：figure,division,year 或 date,value,source,document,document_date，中文列名亦可。The file with these columns, in English or Chinese."`
	Request string `placeholder:"ID" help:"请求编号，重试时相同即不重复导入。Request id: a retry with the same one has no second effect."`
	By      string `placeholder:"NAME" help:"经办人，记入历史。Who loads it, kept in the history."`
}

// Help shows how it is used.
func (figuresLoad) Help() string {
	return "例 example:\n\n  figure,division,year,value,source\n  registered_population,990101000000,2025,81650,县公安局户籍统计年报\n\n  xinju figures load 户籍人口.csv --by 王统计"
}

// Run reads the file and loads it, all or nothing.
func (c figuresLoad) Run(a *app) error {
	f, err := os.Open(c.File)
	if err != nil {
		return unreadable(err)
	}
	defer f.Close()
	figures, err := figureRows(f)
	if err != nil {
		return err
	}
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Figures.LoadFigures(a.ctx, &aggregatorv1.LoadFiguresRequest{Figures: figures, RequestId: c.Request, RecordedBy: c.By})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(a.Out, "新增 created %d · 替换 replaced %d · 不变 unchanged %d\n", resp.GetCreated(), resp.GetReplaced(), resp.GetUnchanged())
		return err
	})
}

type figuresList struct {
	connected
	listing
	Figure   string       `placeholder:"ID" help:"只列此项。Only this figure."`
	Division divisionCode `placeholder:"CODE" help:"只列此区划。Only of this division."`
	History  bool         `help:"包括旧版本与已撤销的。Also earlier versions and those taken back."`
	All      bool         `help:"连同系统自动取得的；给出 --figure 时总是列出。Also those that the system brings itself; always listed when --figure names them."`
	Limit    int          `default:"50" placeholder:"N" help:"最多列出多少，0 为全部，默认 50。At most so many, 0 for all; 50 by default."`
}

// Run asks and prints.
func (c figuresList) Run(a *app) error {
	if err := checkLimit(c.Limit); err != nil {
		return err
	}
	return c.dial(func(s *client.Suite) error {
		own := 0 // figures of the system's own that were left out
		list, more, err := collect(c.Limit, func(size int32, token string) (page[*aggregatorv1.Figure], error) {
			resp, err := s.Figures.ListFigures(a.ctx, &aggregatorv1.ListFiguresRequest{FigureId: c.Figure, Division: string(c.Division), History: c.History, PageSize: size, PageToken: token})
			figures := resp.GetFigures()
			if !c.All && c.Figure == "" {
				figures = slices.DeleteFunc(figures, func(f *aggregatorv1.Figure) bool { return f.GetRecordedBy() == broughtBy })
				own += len(resp.GetFigures()) - len(figures)
			}
			return page[*aggregatorv1.Figure]{figures, resp.GetNextPageToken()}, err
		})
		if err != nil {
			return err
		}
		t := figureTable(list)
		if more {
			t.Note("还有更多 there are more: --limit 0")
		}
		if err := t.Write(a.Out, c.Output); err != nil || own == 0 {
			return err
		}
		_, err = fmt.Fprintln(a.Err, "系统自动取得的未列 those that the system brings itself are left out: --all")
		return err
	})
}

// broughtBy is who records the figures that the aggregator takes from the registry.
const broughtBy = "registry"

func figureTable(list []*aggregatorv1.Figure) *show.Table {
	t := &show.Table{Columns: []show.Column{
		{Key: "figure", Title: "数据 Figure"},
		{Key: "division", Title: "区划 Division"},
		{Key: "time", Title: "年/日 Time"},
		{Key: "value", Title: "数值 Value", Right: true},
		{Key: "source", Title: "来源 Source"},
		{Key: "document", Title: "文件 Document"},
		{Key: "document_date"},
		{Key: "version", Title: "版本 Version", Right: true},
		{Key: "recorded_by", Title: "经办 By"},
		{Key: "deleted", Title: "状态 State"},
	}}
	for _, f := range list {
		state := any(nil)
		if f.GetDeleted() {
			state = show.Cell{Value: true, Shown: "已撤销 taken back"}
		}
		t.Add(f.GetFigureId(), f.GetDivision(), figureTime(f), orNil(f.GetValue()), orNil(f.GetSource()), orNil(f.GetDocument()), dateText(f.GetDocumentDate()),
			orNil(f.GetEtag()), orNil(f.GetRecordedBy()), state)
	}
	return t
}

func figureTime(f *aggregatorv1.Figure) any {
	if f.GetYear() > 0 {
		return fmt.Sprint(f.GetYear())
	}
	return dateText(f.GetAsOfDate())
}

type figuresRead struct {
	connected
	listing
	Figure   string       `required:"" placeholder:"ID" help:"哪一项。Which figure."`
	Division divisionCode `required:"" env:"XINJU_DIVISION" placeholder:"CODE" help:"区划代码。Division code."`
	Date     day          `placeholder:"2026-06-30" help:"截止日，默认今天。The day; today by default."`
}

// Run asks and prints.
func (c figuresRead) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Figures.ReadFigure(a.ctx, &aggregatorv1.ReadFigureRequest{FigureId: c.Figure, Division: string(c.Division), AsOfDate: c.Date.proto()})
		if err != nil {
			return err
		}
		t := figureTable(resp.GetParts())
		if resp.GetHasValue() {
			t.Note("%s %s %s", resp.GetFigureName(), resp.GetValue(), resp.GetUnitText())
		} else {
			t.Note("没有数值 no value: %s（%s）", resp.GetMissingText(), strings.Join(resp.GetMissingDivisions(), ", "))
		}
		return t.Write(a.Out, c.Output)
	})
}

type figuresDelete struct {
	connected
	Figure   string       `required:"" placeholder:"ID" help:"哪一项。Which figure."`
	Division divisionCode `required:"" placeholder:"CODE" help:"区划代码。Division code."`
	Year     int32        `placeholder:"2025" help:"年度数据的年份。Year of a figure of years."`
	Date     day          `placeholder:"2025-12-31" help:"时点数据的日期。Day of a figure of days."`
	Read     string       `name:"if-version" placeholder:"N" help:"读到的版本，不同则不撤销。The version that was read; another one is left."`
	By       string       `placeholder:"NAME" help:"经办人，记入历史。Who takes it back, kept in the history."`
}

// Run takes the figure back.
func (c figuresDelete) Run(a *app) error {
	if c.Year == 0 && c.Date.proto() == nil {
		return outcome.Usage("须给出 --year 或 --date", "--year or --date is needed")
	}
	return c.dial(func(s *client.Suite) error {
		_, err := s.Figures.DeleteFigure(a.ctx, &aggregatorv1.DeleteFigureRequest{
			FigureId: c.Figure, Division: string(c.Division), Year: c.Year, AsOfDate: c.Date.proto(), Etag: c.Read, RecordedBy: c.By,
		})
		return err
	})
}
