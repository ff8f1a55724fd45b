package rowfile

import (
	"fmt"
	"slices"
	"strings"
)

// Format is the kind of a file.
type Format string

// The formats that are read and written.
const (
	CSV   Format = "CSV"   // values separated by one ASCII character, a row a line
	Fixed Format = "FIXED" // columns of fixed numbers of bytes, a row a line
	XLSX  Format = "XLSX"
	XML   Format = "XML"
	JSONL Format = "JSONL" // an object a line, or one array of objects
)

// DateSystem is what a number means where a day is expected.
type DateSystem string

// The date systems. The zero value is taken as Excel1900.
const (
	NoSerials DateSystem = "NONE" // a number of five digits is no day
	Excel1900 DateSystem = "1900" // 1 is 1900-01-01, 60 the day 1900-02-29 that never was
	Excel1904 DateSystem = "1904" // 0 is 1904-01-01
)

// What a file may have at most.
const (
	maxColumns   = 1000
	maxHeaderRow = 1000
	maxSheetRows = 1 << 20 // of the format itself
	maxNesting   = 32      // of elements or objects in a file
)

// FixedColumn is a column of a file of fixed width.
type FixedColumn struct {
	Name  string `json:"name"`
	From  int    `json:"from"`  // bytes before it, in the file's encoding
	Bytes int    `json:"bytes"` // a Chinese character is 2 bytes in GB18030, a rare one 4
}

// Hints is what a sender or a profile says about a file. Zero fields are
// detected; the others win unless the file cannot be that.
type Hints struct {
	Format     Format        `json:"format,omitempty"`
	Encoding   Encoding      `json:"encoding,omitempty"`
	Delimiter  string        `json:"delimiter,omitempty"` // one ASCII character that is no letter, digit, quote or line end
	NoQuotes   bool          `json:"no_quotes,omitempty"` // quotation marks are plain characters
	HeaderRow  int           `json:"header_row,omitempty"`
	NoHeader   bool          `json:"no_header,omitempty"` // columns are then called 列1, 列2, … (CSV, XLSX)
	Sheet      string        `json:"sheet,omitempty"`     // may be a hidden one
	Columns    []FixedColumn `json:"columns,omitempty"`   // required for FIXED, never guessed
	RowElement string        `json:"row_element,omitempty"`
	DateSystem DateSystem    `json:"date_system,omitempty"`
}

// Layout is how one file is written. It is found once, kept beside the file, and
// is all that is needed to read on after a restart.
type Layout struct {
	Format     Format   `json:"format"`
	Encoding   Encoding `json:"encoding"`
	Confidence float64  `json:"confidence"`      // 0–1: share of the lines with more than ASCII that agree
	Label      string   `json:"label,omitempty"` // the encoding an XML file claims, right or wrong
	BOM        bool     `json:"bom,omitempty"`
	Mixed      bool     `json:"mixed,omitempty"` // some lines are written in another encoding
	CRLF       bool     `json:"crlf,omitempty"`

	Delimiter byte `json:"delimiter,omitempty"`
	NoQuotes  bool `json:"no_quotes,omitempty"`

	// Columns are the names as the file has them. A name that is long enough to
	// hold a number of a document is shown as "…": a file without a header would
	// otherwise show its first row.
	Columns []string `json:"columns"`
	Header  []byte   `json:"header,omitempty"` // the header line as sent (CSV, FIXED)

	Fixed []FixedColumn `json:"fixed,omitempty"`

	Sheet       string       `json:"sheet,omitempty"`
	Part        string       `json:"part,omitempty"` // of the workbook that holds the sheet
	OtherSheets []string     `json:"other_sheets,omitempty"`
	Merged      []RowRange   `json:"merged,omitempty"`
	DateSystem  DateSystem   `json:"date_system"`
	RowPath     []string     `json:"row_path,omitempty"` // XML: names from the root to the row element
	Open        []byte       `json:"open,omitempty"`     // XML: start tags down to the rows, as sent
	Array       bool         `json:"array,omitempty"`    // JSON: one array instead of lines
	Start       Position     `json:"start"`              // of the first row
	Extent      int64        `json:"extent"`             // Position.Offset at the end of the rows
	Sampled     *TallyResult `json:"sampled,omitempty"`  // what the first rows' text is like
}

// RowRange is rows From to To of a sheet, both included.
type RowRange struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// Position is a place between two rows. The zero value is the start of the file.
type Position struct {
	// Offset is the number of bytes before it: of the file; of the file as UTF-8
	// for UTF-16; of the unpacked sheet for a workbook.
	Offset int64 `json:"offset"`
	// Row is the number of the last row before it, as the sender sees it: lines,
	// rows of the sheet, row elements, objects of an array.
	Row int `json:"row"`
}

// Index returns the place of a column by its exact name, -1 where there is none.
// It fails with FEED_COLUMN_TWICE where two have it.
func (l Layout) Index(name string) (int, error) {
	i := slices.Index(l.Columns, name)
	if i >= 0 && slices.Contains(l.Columns[i+1:], name) {
		return -1, ErrColumnTwice.With("column", name)
	}
	return i, nil
}

// CellEncoding is how the cells of a Record are written.
func (l Layout) CellEncoding() Encoding {
	if l.Encoding == GB18030 && l.Format != JSONL && l.Format != XLSX {
		return GB18030
	}
	return UTF8
}

// check refuses hints that contradict themselves.
func (h Hints) check() error {
	bad := func(what string) error { return ErrHint.With("hint", what) }
	switch {
	case !slices.Contains([]Format{"", CSV, Fixed, XLSX, XML, JSONL}, h.Format):
		return bad("format")
	case !slices.Contains([]Encoding{"", GB18030, UTF8, UTF16LE, UTF16BE}, h.Encoding):
		return bad("encoding")
	case !slices.Contains([]DateSystem{"", NoSerials, Excel1900, Excel1904}, h.DateSystem):
		return bad("date_system")
	case h.Delimiter != "" && (len(h.Delimiter) != 1 || !delimiterAllowed(h.Delimiter[0])):
		return bad("delimiter")
	case h.HeaderRow < 0 || h.HeaderRow > maxHeaderRow || h.NoHeader && h.HeaderRow > 0:
		return bad("header_row")
	case (h.Format == Fixed) != (len(h.Columns) > 0):
		return bad("columns")
	case len(h.Columns) > maxColumns:
		return ErrColumnsMany
	case strings.ContainsAny(h.RowElement, "<>&/ "):
		return bad("row_element")
	}
	for i, c := range h.Columns {
		if c.Name == "" || c.From < 0 || c.Bytes <= 0 || c.From > maxLine || c.Bytes > maxLine {
			return bad(fmt.Sprintf("columns[%d]", i))
		}
		for _, before := range h.Columns[:i] {
			if c.From < before.From+before.Bytes && before.From < c.From+c.Bytes || c.Name == before.Name {
				return bad(fmt.Sprintf("columns[%d]", i))
			}
		}
	}
	return nil
}

func delimiterAllowed(c byte) bool {
	letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
	return c > 0 && c < 0x7F && !letter && !strings.ContainsRune("\"'\r\n .-", rune(c))
}

// numbered names columns that have no header.
func numbered(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("列%d", i+1)
	}
	return out
}

// shown is a column's name as it may be shown and stored.
func shown(name string) string {
	name = strings.ToValidUTF8(strings.TrimSpace(strings.TrimPrefix(name, "\uFEFF")), "\uFFFD")
	digits := 0
	for _, r := range name {
		if r >= '0' && r <= '9' || r >= '０' && r <= '９' {
			digits++
		}
	}
	if digits >= 8 || len(name) > 120 {
		return "…"
	}
	return name
}
