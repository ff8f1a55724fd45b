package report

import (
	"bytes"
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

// allNames are all that a template may have of ours.
var allNames = []string{
	nameTitle, nameRows, "XJ_DIVISION", "XJ_DATE", "XJ_PACK", "XJ_REPORT", "XJ_DIGEST", "XJ_FROZEN", "XJ_CREATOR", "XJ_POSITIONS", "XJ_SIGNOFFS",
}

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

// template is an opened workbook with its names.
type template struct {
	book  *excelize.File
	names map[string]area
	wrong string // the first name of ours that cannot be used, with the reason
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
	t := &template{book: book, names: map[string]area{}}
	for _, n := range book.GetDefinedName() {
		t.name(strings.ToUpper(n.Name), n.RefersTo)
	}
	return t, nil
}

// ownNames begin the names that say where things go; others are the bureau's.
const ownNames = "XJ_"

// name notes where a name points. One of ours that is misspelt, points nowhere or
// stands twice would leave a cell empty that somebody signs: it is refused.
func (t *template) name(name, refers string) {
	a, ok := areaOf(refers)
	ok = ok && slices.Contains(t.book.GetSheetList(), a.sheet)
	_, twice := t.names[name]
	why := ""
	switch {
	case !strings.HasPrefix(name, ownNames):
	case !slices.Contains(allNames, name):
		why = "没有此名称 no such name"
	case !ok:
		why = "所指不在一行之内或不存在 does not point at cells of one row"
	case twice:
		why = "重复 stands twice"
	}
	if why != "" && t.wrong == "" {
		t.wrong = name + "：" + why
	}
	if ok {
		t.names[name] = a
	}
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

func (t *template) check(f Form) error {
	if t.wrong != "" {
		return ErrTemplateBad.On("workbook", t.wrong)
	}
	for _, name := range []string{nameTitle, nameRows} {
		if _, ok := t.names[name]; !ok {
			return ErrTemplateBad.On("workbook", "缺少名称 "+name+"，或其不在一行之内 lacks the name, or it is not within one row")
		}
	}
	at := t.names[nameRows]
	if err := t.whole(at); err != nil {
		return err
	}
	c := placeholders{template: t, at: at, known: map[string]bool{}}
	for _, field := range f.fields() {
		c.known[field.key] = true
	}
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
				if err := c.cell(sheet, x+1, y+1, v); err != nil {
					return err
				}
			}
		}
	}
	if !c.some {
		return ErrTemplateBad.On("workbook", "XJ_ROWS 中没有占位符 XJ_ROWS holds no placeholder")
	}
	return nil
}

// whole refuses merged cells in the row that is repeated: only its first copy
// would be merged.
func (t *template) whole(at area) error {
	merged, err := t.book.GetMergeCells(at.sheet)
	if err != nil {
		return ErrTemplateBad.On("workbook", "工作表不可读 a sheet cannot be read")
	}
	for _, m := range merged {
		_, first, err1 := excelize.CellNameToCoordinates(m.GetStartAxis())
		_, last, err2 := excelize.CellNameToCoordinates(m.GetEndAxis())
		if err1 != nil || err2 != nil || first <= at.row && at.row <= last {
			return ErrTemplateBad.On("workbook", "XJ_ROWS 所在行有合并单元格 the row of XJ_ROWS has merged cells: "+m.GetStartAxis())
		}
	}
	return nil
}

// placeholders looks at the cells of a template for a form.
type placeholders struct {
	*template
	at    area
	known map[string]bool
	some  bool // one stands in the table
}

// cell refuses a placeholder that means nothing, or that nothing is put into.
func (c *placeholders) cell(sheet string, x, y int, v string) error {
	key, isKey := placeholder(v)
	inRow := sheet == c.at.sheet && y == c.at.row && x >= c.at.first && x <= c.at.last
	switch {
	case !isKey:
	case inRow && !c.known[key]:
		return ErrTemplateBad.On("workbook", "没有此列 no such column: {"+key+"}")
	case inRow:
		c.some = true
	case c.known[key] && !c.filled(sheet, x, y):
		return ErrTemplateBad.On("workbook", "占位符不在 XJ_ROWS 之内 a placeholder outside XJ_ROWS: {"+key+"}")
	}
	return nil
}

// filled says whether a name other than that of the table begins at a cell.
func (c *placeholders) filled(sheet string, x, y int) bool {
	for _, name := range allNames {
		if a, ok := c.names[name]; ok && name != nameRows && a.sheet == sheet && a.row == y && a.first == x {
			return true
		}
	}
	return false
}

// placeholder reads {key}.
func placeholder(v string) (string, bool) {
	v = strings.TrimSpace(v)
	if len(v) < 3 || v[0] != '{' || v[len(v)-1] != '}' {
		return "", false
	}
	return v[1 : len(v)-1], true
}
