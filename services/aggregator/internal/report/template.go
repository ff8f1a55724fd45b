package report

import (
	"archive/zip"
	"bytes"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// MaxTemplate bounds a template in bytes.
const MaxTemplate = 2 << 20

const (
	maxUnzipped      = 32 << 20
	maxTemplateParts = 500
	maxTemplateRows  = 500
	maxTemplateCells = 100 // in a row
)

// The defined names that a template may have; the first two it must have.
const (
	nameTitle = "XJ_TITLE"
	nameRows  = "XJ_ROWS" // the first row of the table: its cells hold placeholders such as {value}
)

// CheckTemplate refuses a workbook that cannot be a template of the form, or that
// could do more than look good: macros, links to other files, other active content.
func CheckTemplate(f Form, workbook []byte) error {
	if len(workbook) == 0 || len(workbook) > MaxTemplate {
		return ErrTemplateBad.On("workbook", "应为 1 字节到 2 MiB must be 1 byte to 2 MiB")
	}
	if why := active(workbook); why != "" {
		return ErrTemplateBad.On("workbook", why)
	}
	t, err := openTemplate(workbook)
	if err != nil {
		return err
	}
	defer t.close()
	return t.check(f)
}

var forbidden = []struct{ part, why string }{
	{"vbaproject", "含有宏 has macros"},
	{"externallinks/", "链接到其他文件 links to other files"},
	{"activex/", "含有控件 has controls"},
	{"embeddings/", "含有嵌入对象 has embedded objects"},
	{"connections.xml", "含有数据连接 has data connections"},
	{"macrosheets/", "含有宏 has macros"},
	{"querytables/", "含有数据连接 has data connections"},
}

// active says what is wrong with the parts of a workbook; "" when nothing is.
func active(workbook []byte) string {
	z, err := zip.NewReader(bytes.NewReader(workbook), int64(len(workbook)))
	if err != nil {
		return "不是 .xlsx 工作簿 not an .xlsx workbook"
	}
	if len(z.File) > maxTemplateParts {
		return "部件过多 too many parts"
	}
	left := int64(maxUnzipped)
	for _, part := range z.File {
		name := strings.ToLower(part.Name)
		for _, f := range forbidden {
			if strings.Contains(name, f.part) {
				return f.why
			}
		}
		raw, err := readPart(part, left)
		if err != nil {
			return "工作簿损坏或过大 damaged or too large"
		}
		left -= int64(len(raw))
		lower := bytes.ToLower(raw)
		switch {
		case strings.HasSuffix(name, ".rels") && bytes.Contains(lower, []byte(`targetmode="external"`)):
			return "链接到外部地址 links to something outside"
		case name == "[content_types].xml" && bytes.Contains(lower, []byte("macroenabled")):
			return "含有宏 has macros"
		}
	}
	return ""
}

func readPart(part *zip.File, limit int64) ([]byte, error) {
	r, err := part.Open()
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(r, limit+1))
	if closed := r.Close(); err == nil {
		err = closed
	}
	if err == nil && int64(len(raw)) > limit {
		err = errDamaged
	}
	return raw, err
}

// template is an opened workbook with its names.
type template struct {
	book  *excelize.File
	names map[string]area
}

// area is where a defined name points: cells of one row.
type area struct {
	sheet            string
	row, first, last int // columns from 1
}

func openTemplate(workbook []byte) (*template, error) {
	book, err := excelize.OpenReader(bytes.NewReader(workbook), excelize.Options{UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxUnzipped})
	if err != nil {
		return nil, ErrTemplateBad.On("workbook", "不是可读的 .xlsx 工作簿 not a readable .xlsx workbook")
	}
	t := &template{book, map[string]area{}}
	for _, n := range book.GetDefinedName() {
		if a, ok := areaOf(n.RefersTo); ok && slices.Contains(book.GetSheetList(), a.sheet) {
			t.names[strings.ToUpper(n.Name)] = a
		}
	}
	return t, nil
}

func (t *template) close() { _ = t.book.Close() } // a reader has nothing to lose

var reference = regexp.MustCompile(`^=?(?:'((?:[^']|'')+)'|([^'!]+))!\$?([A-Za-z]{1,3})\$?(\d{1,7})(?::\$?([A-Za-z]{1,3})\$?(\d{1,7}))?$`)

func areaOf(refers string) (a area, ok bool) {
	m := reference.FindStringSubmatch(refers)
	if m == nil {
		return a, false
	}
	a.sheet = strings.ReplaceAll(m[1], "''", "'") + m[2]
	var err error
	if a.first, a.row, err = excelize.CellNameToCoordinates(m[3] + m[4]); err != nil {
		return a, false
	}
	a.last = a.first
	if m[5] != "" {
		var row int
		if a.last, row, err = excelize.CellNameToCoordinates(m[5] + m[6]); err != nil || row != a.row {
			return a, false
		}
	}
	return a, a.last >= a.first && a.last-a.first < maxTemplateCells
}

var calling = regexp.MustCompile(`(?i)\b(WEBSERVICE|HYPERLINK|RTD|CALL|REGISTER|IMAGE|FILTERXML|DDE)\b|\|`)

func (t *template) check(f Form) error {
	for _, name := range []string{nameTitle, nameRows} {
		if _, ok := t.names[name]; !ok {
			return ErrTemplateBad.On("workbook", "缺少名称 "+name+"，或其不在一行之内 lacks the name, or it is not within one row")
		}
	}
	known := map[string]bool{}
	for _, c := range f.fields() {
		known[c.key] = true
	}
	some := false
	for _, sheet := range t.book.GetSheetList() {
		rows, err := t.book.GetRows(sheet)
		if err != nil || len(rows) > maxTemplateRows {
			return ErrTemplateBad.On("workbook", "工作表不可读或超过 500 行 a sheet cannot be read or has more than 500 rows")
		}
		for y, row := range rows {
			if len(row) > maxTemplateCells {
				return ErrTemplateBad.On("workbook", "一行超过 100 列 a row has more than 100 cells")
			}
			for x, v := range row {
				at, err := excelize.CoordinatesToCellName(x+1, y+1)
				if err != nil {
					return err
				}
				if formula, _ := t.book.GetCellFormula(sheet, at); calling.MatchString(formula) {
					return ErrTemplateBad.On("workbook", "公式调用外部内容 a formula calls something outside: "+at)
				}
				key, isKey := placeholder(v)
				if a := t.names[nameRows]; !isKey || sheet != a.sheet || y+1 != a.row || x+1 < a.first || x+1 > a.last {
					continue
				}
				if some = true; !known[key] {
					return ErrTemplateBad.On("workbook", "没有此列 no such column: {"+key+"}")
				}
			}
		}
	}
	if !some {
		return ErrTemplateBad.On("workbook", "XJ_ROWS 中没有占位符 XJ_ROWS holds no placeholder")
	}
	return nil
}

// placeholder reads {key}.
func placeholder(v string) (string, bool) {
	v = strings.TrimSpace(v)
	if len(v) < 3 || v[0] != '{' || v[len(v)-1] != '}' {
		return "", false
	}
	return v[1 : len(v)-1], true
}
