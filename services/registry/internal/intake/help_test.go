package intake

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/intake/rows"
	"xinju.dev/services/platform/rowfile"
	"xinju.dev/services/registry/internal/core"
)

func faultOf(t *testing.T, err error) *fault.Error {
	t.Helper()
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		t.Fatalf("%v is not a fault", err)
	}
	return f
}

// layoutOf is that of a file of separated values with a header.
func layoutOf(t testing.TB, enc rowfile.Encoding, header string) intake.Layout {
	t.Helper()
	file := enc.AppendEncoded(nil, header+"\n")
	from := int64(len(file))
	file = append(file, "x\n"...)
	l, err := rowfile.Detect(bytes.NewReader(file), int64(len(file)), rowfile.Hints{Format: rowfile.CSV, Encoding: enc, Delimiter: ","})
	if err != nil {
		t.Fatal(err)
	}
	l.Start.Offset -= from // rows are read without the header before them
	detail, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	return intake.Layout{Format: "CSV", Encoding: string(enc), CellEncoding: string(enc), DateSystem: "1900", Columns: l.Columns, Start: intake.Position{Line: 1}, Detail: detail}
}

// reading is what becomes of rows of one file.
type reading struct {
	*mapper
	layout intake.Layout
}

// read is a row with its event.
type read struct {
	intake.Row
	Event core.Event
}

func readerOf(t testing.TB, enc rowfile.Encoding, header string, p *intake.Profile) *reading {
	t.Helper()
	l := layoutOf(t, enc, header)
	l.Profile = p
	m, err := newMapper("ga-990101", day, l)
	if err != nil {
		t.Fatal(err)
	}
	return &reading{m, l}
}

var day = civil.Must("2025-06-30")

// row reads the only row of a file without its header.
func (r *reading) row(t testing.TB, raw []byte) read {
	t.Helper()
	records, err := rows.Files{}.Records(r.layout, bytes.NewReader(raw), r.layout.Start)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = records.Close() }()
	rec, err := records.Next()
	if err != nil {
		t.Fatal(err)
	}
	out := read{Row: intake.Row{Number: rec.Number}}
	if rec.Fault != nil {
		out.Fault = rec.Fault
		if rec.Column >= 0 {
			out.Column = r.names[rec.Column]
		}
		return out
	}
	r.Map(rec, &out.Row)
	if e, ok := out.Item.(*core.Event); ok {
		out.Event = *e
	}
	return out
}
