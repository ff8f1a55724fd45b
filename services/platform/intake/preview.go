package intake

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"unicode"
	"unicode/utf8"
)

// A preview looks at the beginning of a file.
const (
	previewBytes = 4 << 20
	wholeBytes   = 32 << 20 // of a file whose end is needed to read its beginning
	previewRows  = 20
	mostPreview  = 200
	fewSamples   = 3
)

// Preview is what would be made of a file. Nothing of it is stored.
type Preview struct {
	Layout  Layout
	Columns []ColumnPreview
	Rows    []RowResult
	Problem error // why the file as a whole would be refused; Rows is then empty
}

// ColumnPreview is one column with values from the first rows, masked.
type ColumnPreview struct {
	ColumnUse
	Samples []string
}

// Preview looks at the beginning of a file: next returns its parts, of which as
// many are read as are needed. rows is how many rows to look at, 0 for 20, at
// most 200. It fails with what makes the file unreadable.
func (in *Intake) Preview(ctx context.Context, h Header, rows int, next func() ([]byte, error)) (Preview, error) {
	var head bytes.Buffer
	for head.Len() < previewRoom(head.Bytes()) {
		part, err := next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Preview{}, err
		}
		head.Write(part[:min(len(part), wholeBytes-head.Len())])
	}
	t, err := in.target(h.Target)
	if err != nil {
		return Preview{}, err
	}
	if err := t.CheckSender(h.Sender); err != nil {
		return Preview{}, err
	}
	probe, profile, err := in.probe(ctx, t, h)
	if err != nil {
		return Preview{}, err
	}
	if _, err := probe.Write(head.Bytes()); err != nil {
		return Preview{}, err
	}
	file := bytes.NewReader(head.Bytes())
	l, err := probe.Layout(file)
	if err != nil {
		return Preview{}, err
	}
	l.Profile = profile
	return in.lookAt(ctx, Batch{Target: t.Name(), Kind: Events, Sender: h.Sender, Layout: l, Received: in.Now()}, t, file, rows)
}

// previewRoom is how much of a file is looked at: of a workbook all, since what
// is in it stands at its end, and so of XML and JSON.
func previewRoom(head []byte) int {
	for _, whole := range []string{"PK", "<", "["} {
		if bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(head[:min(len(head), 64)], []byte("\uFEFF")), " \r\n\t"), []byte(whole)) {
			return wholeBytes
		}
	}
	return previewBytes
}

// PreviewBatch looks at the file of a batch that is still kept.
func (in *Intake) PreviewBatch(ctx context.Context, id string, rows int) (Preview, error) {
	b, err := in.Store.FeedBatch(ctx, id)
	if err != nil {
		return Preview{}, err
	}
	t, err := in.target(b.Target)
	if err != nil {
		return Preview{}, err
	}
	if b.Kind == Stream || !b.State.keepsFile() {
		return Preview{}, ErrPreview
	}
	f, err := in.spool.open(b)
	if err != nil {
		return Preview{}, err
	}
	defer func() { _ = f.Close() }()
	return in.lookAt(ctx, b, t, f, rows)
}

// lookAt says what would become of the first rows.
func (in *Intake) lookAt(ctx context.Context, b Batch, t Target, f File, rows int) (Preview, error) {
	out := Preview{Layout: b.Layout}
	m, err := t.Mapper(b.Source(), b.Layout)
	if err != nil {
		out.Problem = err
		out.Layout.Columns, out.Layout.Detail = titles(b.Layout.Columns), nil
		for _, name := range out.Layout.Columns {
			out.Columns = append(out.Columns, ColumnPreview{ColumnUse: ColumnUse{Name: name}})
		}
		return out, nil
	}
	if rows <= 0 {
		rows = previewRows
	}
	records, err := in.records(b.Layout, f, b.Layout.Start)
	if err != nil {
		return Preview{}, err
	}
	defer func() { _ = records.Close() }()
	for _, use := range m.Columns() {
		out.Columns = append(out.Columns, ColumnPreview{ColumnUse: use})
	}
	b.ValidateOnly, b.Stage = true, StageApply
	src := &chunker{
		b: b, records: sampled{records, out.Columns}, m: m, at: b.Layout.Start, rows: min(rows, mostPreview), bytes: previewBytes, hook: in.at,
	}
	c, err := src.next()
	if err != nil && !errors.Is(err, io.EOF) {
		return Preview{}, err
	}
	out.Rows, err = in.Store.RehearseFeedChunk(ctx, c)
	return out, err
}

// sampled keeps a few masked values of each column on the way.
type sampled struct {
	Records
	columns []ColumnPreview
}

// Next implements Records.
func (s sampled) Next() (Record, error) {
	rec, err := s.Records.Next()
	for i := range min(len(rec.Cells), len(s.columns)) {
		if c := &s.columns[i]; rec.Cells[i] != "" && len(c.Samples) < fewSamples {
			c.Samples = append(c.Samples, mask(c.Class, rec.Cells[i]))
		}
	}
	return rec, err
}

// titles are the names of columns as they may be shown: a file without a header
// has its first row, and so somebody, in their place. It is known by its numbers,
// which are left out already ("…").
func titles(names []string) []string {
	if !slices.ContainsFunc(names, func(name string) bool { return name == "…" || digitsInRow(name) >= 11 }) {
		return names
	}
	out := make([]string, len(names))
	for i := range out {
		out[i] = "***"
	}
	return out
}

// digitsInRow is the length of the longest run of digits.
func digitsInRow(text string) (most int) {
	n := 0
	for _, r := range text {
		if n++; !unicode.IsDigit(r) {
			n = 0
		}
		most = max(most, n)
	}
	return most
}

// mask shows of a value what somebody who sets up a feed may see: enough to
// tell a wrong column, not enough to reach a person.
func mask(c Class, value string) string {
	switch c {
	case Public, Operational, Personal:
		switch {
		case len(value) > 60:
			return "…"
		case digitsInRow(value) >= 15: // in a column for something else
			return "***"
		}
		return value
	case Contact:
		_, n := utf8.DecodeRuneInString(value)
		return value[:n] + "*"
	}
	return "***"
}
