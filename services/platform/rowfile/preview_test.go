package rowfile

import (
	"errors"
	"io"

	"xinju.dev/services/platform/fault"
)

// previewRow is one row as text.
type previewRow struct {
	Number int
	Texts  []string // one for each column; empty where Fault is set
	Fault  *fault.Error
	Column int // at fault, -1 for the row as a whole
}

// previewed is what a file looks like before anything is done with it.
type previewed struct {
	Layout Layout
	Rows   []previewRow
	// Quarantine is why the file as a whole should be looked at by a person
	// first: FEED_TEXT_DAMAGED or FEED_TEXT_CONVERTED. Nil otherwise.
	Quarantine *fault.Error
}

const maxPreview = 200

// preview detects how a file is written and reads its first n rows, at most 200.
func preview(src io.ReaderAt, size int64, h Hints, n int, opts ...Option) (previewed, error) {
	l, err := Detect(src, size, h, opts...)
	if err != nil {
		return previewed{}, err
	}
	out := previewed{Layout: l}
	if l.Sampled != nil {
		out.Quarantine = l.Sampled.Fault()
	}
	r, err := NewReader(src, size, l, l.Start, opts...)
	if err != nil {
		return out, err
	}
	defer r.Close() //nolint:errcheck // only read
	d := NewDecoder(l)
	for range min(n, maxPreview) {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return out, err
		}
		texts, _, why, column := d.Row(&rec)
		row := previewRow{Number: rec.Number, Fault: why, Column: column}
		if why == nil {
			row.Texts = append([]string(nil), texts...)
		}
		out.Rows = append(out.Rows, row)
	}
	return out, nil
}
