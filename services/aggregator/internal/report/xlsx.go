package report

import (
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// XLSX fills a template and writes the workbook. Rows are streamed: memory does
// not grow with them. It fails with REPORT_TEMPLATE_INVALID and REPORT_TOO_LONG.
func XLSX(w io.Writer, f Form, workbook []byte, r *Report, lines Lines) error {
	t, err := openTemplate(workbook)
	if err != nil {
		return err
	}
	defer t.close()
	if err := t.check(f); err != nil {
		return err
	}
	at := t.names[nameRows]
	sheet, err := t.read(at.sheet)
	if err != nil {
		return err
	}
	for name, v := range named(f, r) {
		a, ok := t.names[name]
		switch {
		case !ok:
		case a.sheet == at.sheet:
			sheet.set(a.first, a.row, v)
		default:
			cell, err := excelize.CoordinatesToCellName(a.first, a.row)
			if err != nil {
				return err
			}
			if err := t.book.SetCellStr(a.sheet, cell, v); err != nil {
				return err
			}
		}
	}
	if err := sheet.write(f, at, r, lines); err != nil {
		return err
	}
	return t.book.Write(w)
}

// named is what the named cells say.
func named(f Form, r *Report) map[string]string {
	c := r.Content
	return map[string]string{
		nameTitle: c.Title + " " + f.Name() + f.early(c), "XJ_DIVISION": c.DivisionName + " " + c.Division, "XJ_DATE": c.AsOf.String(),
		"XJ_PACK": c.PackName + " " + c.PackID, "XJ_REPORT": r.ID, "XJ_DIGEST": r.Digest, "XJ_FROZEN": c.Frozen.UTC().Format(timeForm),
		"XJ_CREATOR": c.CreatedBy, "XJ_SIGNOFFS": signatures(r), "XJ_POSITIONS": positions(c),
	}
}

func signatures(r *Report) string {
	var out []string
	for _, s := range r.Signoffs {
		one := s.Role + "：" + s.Name + " " + s.On.String()
		if s.Remark != "" {
			one += "（" + s.Remark + "）"
		}
		out = append(out, one)
	}
	return strings.Join(out, "\n")
}

func positions(c *Content) string {
	var out []string
	for _, p := range c.Positions {
		out = append(out, p.Source+" "+cell(p.Position))
	}
	return strings.Join(out, "，")
}

// sheetCells is a sheet of a template as it is written again around its table.
type sheetCells struct {
	book    *excelize.File
	name    string
	rows    [][]excelize.Cell
	heights []float64
	widths  []float64
	merges  [][4]int // first column and row, last column and row
}

func (t *template) read(sheet string) (*sheetCells, error) {
	s := &sheetCells{book: t.book, name: sheet}
	values, err := t.book.GetRows(sheet)
	if err != nil {
		return nil, err
	}
	width, height := 0, len(values)
	for _, row := range values {
		width = max(width, len(row))
	}
	for _, a := range t.names {
		if a.sheet == sheet {
			width, height = max(width, a.last), max(height, a.row)
		}
	}
	if height > maxTemplateRows || width > maxTemplateCells+26 {
		return nil, ErrTemplateBad
	}
	for y := range height {
		row := make([]excelize.Cell, width)
		for x := range row {
			if err := s.read(&row[x], x+1, y+1); err != nil {
				return nil, err
			}
		}
		h, err := t.book.GetRowHeight(sheet, y+1)
		if err != nil {
			return nil, err
		}
		s.rows, s.heights = append(s.rows, row), append(s.heights, h)
	}
	for x := range width {
		w, err := t.book.GetColWidth(sheet, column(x+1))
		if err != nil {
			return nil, err
		}
		s.widths = append(s.widths, w)
	}
	return s, s.readMerges()
}

func (s *sheetCells) read(into *excelize.Cell, x, y int) error {
	at, err := excelize.CoordinatesToCellName(x, y)
	if err != nil {
		return err
	}
	if into.StyleID, err = s.book.GetCellStyle(s.name, at); err != nil {
		return err
	}
	if into.Formula, err = s.book.GetCellFormula(s.name, at); err != nil {
		return err
	}
	v, err := s.book.GetCellValue(s.name, at)
	if v != "" && into.Formula == "" {
		into.Value = v
	}
	return err
}

func (s *sheetCells) readMerges() error {
	merged, err := s.book.GetMergeCells(s.name)
	if err != nil {
		return err
	}
	for _, m := range merged {
		x1, y1, err := excelize.CellNameToCoordinates(m.GetStartAxis())
		if err != nil {
			return err
		}
		x2, y2, err := excelize.CellNameToCoordinates(m.GetEndAxis())
		if err != nil {
			return err
		}
		s.merges = append(s.merges, [4]int{x1, y1, x2, y2})
	}
	return nil
}

func (s *sheetCells) set(x, y int, v string) { s.rows[y-1][x-1].Value = v }

const maxSheetRows = 1 << 20

// write streams the sheet: what stands above the table, its rows, what stands below.
func (s *sheetCells) write(f Form, at area, r *Report, lines Lines) error {
	out, err := s.book.NewStreamWriter(s.name)
	if err != nil {
		return err
	}
	for x, w := range s.widths {
		if err := out.SetColWidth(x+1, x+1, w); err != nil {
			return err
		}
	}
	y := 0
	put := func(row []excelize.Cell, height float64) error {
		if y++; y > maxSheetRows {
			return ErrTooLong
		}
		cells := make([]any, len(row))
		for i := range row {
			cells[i] = row[i]
		}
		name, err := excelize.CoordinatesToCellName(1, y)
		if err != nil {
			return err
		}
		return out.SetRow(name, cells, excelize.RowOpts{Height: height})
	}
	for i := range at.row - 1 {
		if err := put(s.rows[i], s.heights[i]); err != nil {
			return err
		}
	}
	if err := s.table(f, at, r, lines, put); err != nil {
		return err
	}
	added := y - at.row
	for i := at.row; i < len(s.rows); i++ {
		if err := put(s.rows[i], s.heights[i]); err != nil {
			return err
		}
	}
	for _, m := range s.merges {
		if m[1] > at.row {
			m[1], m[3] = m[1]+added, m[3]+added
		}
		if err := s.merge(out, m); err != nil {
			return err
		}
	}
	return out.Flush()
}

func (s *sheetCells) merge(out *excelize.StreamWriter, m [4]int) error {
	from, err := excelize.CoordinatesToCellName(m[0], m[1])
	if err != nil {
		return err
	}
	to, err := excelize.CoordinatesToCellName(m[2], m[3])
	if err != nil {
		return err
	}
	return out.MergeCell(from, to)
}

// inSheet is a value as a workbook holds it.
func inSheet(v any) any {
	f, ok := v.(fraction)
	if !ok {
		return v
	}
	n, ok := f.rat()
	if !ok {
		return string(f)
	}
	near, _ := strconv.ParseFloat(n.FloatString(2), 64) // as CSV and the text have it
	return near
}

// table writes the rows of the form in the shape of the template's one row; one
// without values when the form has none.
func (s *sheetCells) table(f Form, at area, r *Report, lines Lines, put func([]excelize.Cell, float64) error) error {
	shape, height := s.rows[at.row-1], s.heights[at.row-1]
	index := map[string]int{}
	for i, c := range f.fields() {
		index[c.key] = i
	}
	source := make([]int, len(shape)) // of each cell the field, -1 without
	for i := range shape {
		source[i] = -1
		if v, isText := shape[i].Value.(string); isText && i+1 >= at.first && i+1 <= at.last {
			if key, ok := placeholder(v); ok {
				source[i] = index[key]
			}
		}
	}
	row, some := make([]excelize.Cell, len(shape)), false
	one := func(values []any) error {
		copy(row, shape)
		for i, from := range source {
			if from >= 0 {
				row[i].Value = nil
				if values != nil {
					row[i].Value = inSheet(values[from])
				}
			}
		}
		some = true
		return put(row, height)
	}
	if err := f.rows(r, lines, one); err != nil {
		return err
	}
	if !some {
		return one(nil)
	}
	return nil
}
