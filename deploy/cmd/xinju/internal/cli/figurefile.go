package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/rowfile"
	"xinju.dev/services/platform/wire"

	"google.golang.org/genproto/googleapis/type/date"
)

// figureColumns are the columns of a file of figures, by their names in a header.
var figureColumns = map[string][]string{
	"figure": {"figure", "figure_id", "数据", "数据项"}, "division": {"division", "区划", "区划代码"}, "year": {"year", "年", "年度", "年份"},
	"date": {"date", "as_of_date", "日期", "时点"}, "value": {"value", "数值", "数量"}, "source": {"source", "来源", "数据来源"},
	"document": {"document", "文件", "文件号"}, "document_date": {"document_date", "文件日期"},
}

// maxFigureRows is what one load takes.
const maxFigureRows = 5000

// figureRows reads a file of figures.
func figureRows(f *os.File) ([]*aggregatorv1.Figure, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, unreadable(err)
	}
	layout, err := rowfile.Detect(f, info.Size(), rowfile.Hints{})
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	for i, name := range layout.Columns {
		for column, names := range figureColumns {
			if slices.Contains(names, strings.ToLower(strings.TrimSpace(name))) {
				at[column] = i
			}
		}
	}
	for _, column := range []string{"figure", "division", "value", "source"} {
		if _, ok := at[column]; !ok {
			return nil, outcome.Usage("缺少列："+strings.Join(figureColumns[column], "、"), "a column is missing: "+column)
		}
	}
	rows, err := rowfile.NewReader(f, info.Size(), layout, rowfile.Position{})
	if err != nil {
		return nil, err
	}
	out, err := readFigures(rows, layout, at)
	return out, errors.Join(err, rows.Close())
}

func readFigures(rows *rowfile.Reader, layout rowfile.Layout, at map[string]int) ([]*aggregatorv1.Figure, error) {
	var out []*aggregatorv1.Figure
	d := rowfile.NewDecoder(layout)
	for {
		rec, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		texts, _, why, _ := d.Row(&rec)
		if why != nil {
			return nil, fmt.Errorf("第 %d 行 line %d: %w", rec.Number, rec.Number, why)
		}
		if len(out) == maxFigureRows {
			return nil, outcome.Usage("一次最多 5000 行，请分成几个文件", "at most 5,000 rows at a time: split the file")
		}
		cell := func(column string) string {
			if i, ok := at[column]; ok && i < len(texts) {
				return strings.TrimSpace(texts[i])
			}
			return ""
		}
		f, wrong := figureOf(cell)
		if wrong != "" {
			return nil, outcome.Usage(fmt.Sprintf("第 %d 行：%s 不对", rec.Number, wrong), fmt.Sprintf("line %d: %s is wrong", rec.Number, wrong))
		}
		out = append(out, f)
	}
}

// figureOf reads one row; wrong names the column at fault.
func figureOf(cell func(string) string) (f *aggregatorv1.Figure, wrong string) {
	var code divisionCode
	if code.UnmarshalText([]byte(cell("division"))) != nil {
		return nil, "division"
	}
	f = &aggregatorv1.Figure{FigureId: cell("figure"), Division: string(code), Value: cell("value"), Source: cell("source"), Document: cell("document")}
	if y := strings.TrimSuffix(cell("year"), "年"); y != "" {
		n, err := strconv.ParseInt(y, 10, 32)
		if err != nil {
			return nil, "year"
		}
		f.Year = int32(n)
	}
	for column, into := range map[string]**date.Date{"date": &f.AsOfDate, "document_date": &f.DocumentDate} {
		if text := cell(column); text != "" {
			got, err := rowfile.ParseDay(text, rowfile.NoSerials)
			if err != nil || got.Date == civil.None {
				return nil, column
			}
			*into = wire.DateProto(got.Date)
		}
	}
	return f, ""
}
