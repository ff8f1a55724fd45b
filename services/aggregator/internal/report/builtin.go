package report

import (
	"bytes"
	"strings"
	"sync"

	"github.com/xuri/excelize/v2"
)

// Forms lists the forms.
func Forms() []Form { return []Form{SelfForm, SelfReport, Ledger, Bulletin} }

// BuiltInID names the template of a form that is part of the program.
func (f Form) BuiltInID() string {
	return map[Form]string{SelfForm: "builtin-self-form", SelfReport: "builtin-self-report", Ledger: "builtin-ledger", Bulletin: "builtin-bulletin"}[f]
}

var builtIns = map[Form]func() ([]byte, error){
	SelfForm:   sync.OnceValues(func() ([]byte, error) { return makeBuiltIn(SelfForm) }),
	SelfReport: sync.OnceValues(func() ([]byte, error) { return makeBuiltIn(SelfReport) }),
	Ledger:     sync.OnceValues(func() ([]byte, error) { return makeBuiltIn(Ledger) }),
	Bulletin:   sync.OnceValues(func() ([]byte, error) { return makeBuiltIn(Bulletin) }),
}

// BuiltIn returns the template of a form that is part of the program: a start for
// a bureau's own.
func BuiltIn(f Form) ([]byte, error) {
	made, ok := builtIns[f]
	if !ok {
		return nil, ErrTemplate
	}
	return made()
}

// makeBuiltIn makes a plain sheet: title, what it is of, table, signatures.
func makeBuiltIn(f Form) (_ []byte, err error) {
	book := excelize.NewFile()
	defer func() { _ = book.Close() }() // it is in memory alone
	s := &sheetMaker{book: book, sheet: f.Name()}
	s.do(book.SetSheetName("Sheet1", s.sheet))
	fields := f.fields()
	s.styles()
	s.put(1, 1, "{title}", s.title)
	s.do(book.MergeCell(s.sheet, "A1", s.name(len(fields), 1)))
	for i, part := range []struct{ label, name string }{
		{"填报单位", "XJ_DIVISION"}, {"截至", "XJ_DATE"}, {"政策包", "XJ_PACK"}, {"报告编号", "XJ_REPORT"}, {"摘要 SHA-256", "XJ_DIGEST"}, {"冻结时间", "XJ_FROZEN"},
	} {
		y := 2 + i/2
		x := 1 + 4*(i%2)
		s.put(x, y, part.label, s.label)
		s.define(part.name, x+1, x+1, y)
	}
	for x, c := range fields {
		s.put(x+1, 6, c.title, s.heading)
		s.put(x+1, 7, "{"+c.key+"}", s.body)
	}
	s.put(1, 9, "签字", s.label)
	s.define("XJ_SIGNOFFS", 2, 2, 9)
	s.define(nameTitle, 1, 1, 1)
	s.define(nameRows, 1, len(fields), 7)
	s.do(book.SetColWidth(s.sheet, "A", column(len(fields)), 16))
	s.do(book.SetRowHeight(s.sheet, 1, 28))
	if s.err != nil {
		return nil, s.err
	}
	var out bytes.Buffer
	err = book.Write(&out)
	return out.Bytes(), err
}

// sheetMaker writes cells and keeps the first error.
type sheetMaker struct {
	book                        *excelize.File
	sheet                       string
	title, label, heading, body int
	err                         error
}

func (s *sheetMaker) do(err error) {
	if s.err == nil {
		s.err = err
	}
}

func (s *sheetMaker) style(style *excelize.Style) int {
	id, err := s.book.NewStyle(style)
	s.do(err)
	return id
}

func (s *sheetMaker) styles() {
	var border []excelize.Border
	for _, side := range []string{"left", "right", "top", "bottom"} {
		border = append(border, excelize.Border{Type: side, Color: "808080", Style: 1})
	}
	s.title = s.style(&excelize.Style{Font: &excelize.Font{Bold: true, Size: 16}, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center"}})
	s.label = s.style(&excelize.Style{Font: &excelize.Font{Bold: true}})
	s.heading = s.style(&excelize.Style{
		Font: &excelize.Font{Bold: true}, Border: border, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"DDE7F0"}},
		Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true},
	})
	s.body = s.style(&excelize.Style{Border: border, Alignment: &excelize.Alignment{Vertical: "center", WrapText: true}})
}

func (s *sheetMaker) name(x, y int) string {
	at, err := excelize.CoordinatesToCellName(x, y)
	s.do(err)
	return at
}

func (s *sheetMaker) put(x, y int, v any, style int) {
	at := s.name(x, y)
	s.do(s.book.SetCellValue(s.sheet, at, v))
	s.do(s.book.SetCellStyle(s.sheet, at, at, style))
}

func (s *sheetMaker) define(name string, first, last, y int) {
	from, err := excelize.CoordinatesToCellName(first, y, true)
	s.do(err)
	if last > first {
		to, err := excelize.CoordinatesToCellName(last, y, true)
		s.do(err)
		from += ":" + to
	}
	s.do(s.book.SetDefinedName(&excelize.DefinedName{Name: name, RefersTo: "'" + strings.ReplaceAll(s.sheet, "'", "''") + "'!" + from}))
}

func column(n int) string {
	name, err := excelize.ColumnNumberToName(n)
	if err != nil {
		return "A"
	}
	return name
}
