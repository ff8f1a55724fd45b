// Package show writes the answers of commands: as a table for eyes, as JSON or
// CSV for programs. It must not know what the answers are about.
package show

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Format is how an answer is written.
type Format string

// The formats.
const (
	Eyes Format = "table"
	JSON Format = "json"
	CSV  Format = "csv"
)

// absent stands for a value that is not there; it is never shown as 0.
const absent = "—"

// Column is one column. Key names it in JSON and CSV; a column without a key is
// for eyes only, one without a title for programs only.
type Column struct {
	Key, Title string
	Right      bool // numbers
}

// Cell is a value whose text in a table is not simply the value.
type Cell struct {
	Value any
	Shown string
}

// Table is rows of values: strings, integers, floats, booleans, Cells, and nil for
// what is absent.
type Table struct {
	Columns []Column
	Rows    [][]any
	Notes   []string // lines under a table for eyes
}

// Add appends a row.
func (t *Table) Add(values ...any) { t.Rows = append(t.Rows, values) }

// Note appends a line that is written under a table for eyes.
func (t *Table) Note(format string, args ...any) {
	t.Notes = append(t.Notes, fmt.Sprintf(format, args...))
}

// Write writes the table. JSON is an array with one object per row, CSV has a
// header of keys and is UTF-8.
func (t *Table) Write(w io.Writer, f Format) error {
	switch f {
	case JSON:
		return t.writeJSON(w)
	case CSV:
		return t.writeCSV(w)
	}
	return t.writeEyes(w)
}

func (t *Table) writeEyes(w io.Writer) error {
	var shown []int
	widths := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		if c.Title == "" {
			continue
		}
		shown = append(shown, i)
		widths[i] = Width(c.Title)
		for _, row := range t.Rows {
			widths[i] = max(widths[i], Width(eyes(row[i])))
		}
	}
	var b strings.Builder
	line := func(text func(i int) string) {
		cells := make([]string, len(shown))
		for n, i := range shown {
			cells[n] = pad(text(i), widths[i], t.Columns[i].Right)
		}
		b.WriteString(strings.TrimRight(strings.Join(cells, "  "), " ") + "\n")
	}
	line(func(i int) string { return t.Columns[i].Title })
	line(func(i int) string { return strings.Repeat("─", widths[i]) })
	for _, row := range t.Rows {
		line(func(i int) string { return eyes(row[i]) })
	}
	if len(t.Rows) == 0 {
		b.WriteString("（无 none）\n")
	}
	if len(t.Notes) > 0 {
		b.WriteString("\n" + strings.Join(t.Notes, "\n") + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func eyes(v any) string {
	switch v := v.(type) {
	case nil:
		return absent
	case Cell:
		return Printable(v.Shown)
	case string:
		if v == "" {
			return absent
		}
		return Printable(v)
	case bool:
		if v {
			return "是 yes"
		}
		return "否 no"
	}
	return fmt.Sprint(v)
}

func plain(v any) any {
	if c, ok := v.(Cell); ok {
		return c.Value
	}
	return v
}

func (t *Table) writeJSON(w io.Writer) error {
	var b bytes.Buffer
	b.WriteString("[")
	for n, row := range t.Rows {
		if n > 0 {
			b.WriteString(",")
		}
		b.WriteString("\n  {")
		first := true
		for i, c := range t.Columns {
			if c.Key == "" {
				continue
			}
			if !first {
				b.WriteString(", ")
			}
			first = false
			value, err := encode(plain(row[i]))
			if err != nil {
				return fmt.Errorf("column %s: %w", c.Key, err)
			}
			fmt.Fprintf(&b, "%q: %s", c.Key, value)
		}
		b.WriteString("}")
	}
	if len(t.Rows) > 0 {
		b.WriteString("\n")
	}
	b.WriteString("]\n")
	_, err := w.Write(b.Bytes())
	return err
}

// encode is json.Marshal without the escapes meant for HTML.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

func (t *Table) writeCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	record := func(text func(i int, c Column) string) error {
		var cells []string
		for i, c := range t.Columns {
			if c.Key != "" {
				cells = append(cells, text(i, c))
			}
		}
		return out.Write(cells)
	}
	if err := record(func(_ int, c Column) string { return c.Key }); err != nil {
		return err
	}
	for _, row := range t.Rows {
		if err := record(func(i int, _ Column) string { return cell(plain(row[i])) }); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case string:
		// A spreadsheet would run it as a formula.
		if v != "" && strings.ContainsRune("=+-@\t\r", rune(v[0])) {
			return "'" + v
		}
		return v
	}
	return fmt.Sprint(v)
}
