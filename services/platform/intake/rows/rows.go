// Package rows lets package intake read every kind of file that package rowfile
// reads, and give its refused rows back. It decides nothing: it translates.
package rows

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/rowfile"
)

// Files is every kind of file of rows. It implements intake.Format.
type Files struct {
	// TempDir keeps the texts of a large workbook while it is read; "" for the
	// system's. They are personal data.
	TempDir string
}

var _ intake.Format = Files{}

func (f Files) options() []rowfile.Option {
	if f.TempDir == "" {
		return nil
	}
	return []rowfile.Option{rowfile.TempDir(f.TempDir)}
}

// Probe implements intake.Format. It fails with FEED_HINT_INVALID.
func (f Files) Probe(h rowfile.Hints) (intake.Probe, error) {
	p, err := rowfile.NewProbe(h)
	if err != nil {
		return nil, err
	}
	return &probe{Probe: p, files: f}, nil
}

type probe struct {
	*rowfile.Probe
	files Files
}

// Layout implements intake.Probe. A file whose text was mostly damaged before it
// was sent is refused as a whole: what looks whole in it went the same way.
func (p *probe) Layout(f intake.File) (intake.Layout, error) {
	l, err := p.Probe.Layout(f, f.Size(), p.files.options()...)
	if err != nil {
		return intake.Layout{}, err
	}
	if l.Sampled != nil {
		if why := l.Sampled.Fault(); why != nil {
			return intake.Layout{}, why
		}
	}
	return shown(l)
}

// shown is a layout as the pipeline keeps it.
func shown(l rowfile.Layout) (intake.Layout, error) {
	detail, err := json.Marshal(l)
	if err != nil {
		return intake.Layout{}, fmt.Errorf("keep the layout of a file: %w", err)
	}
	out := intake.Layout{
		Format: string(l.Format), Encoding: string(l.Encoding), Confidence: l.Confidence, Label: l.Label, CellEncoding: string(l.CellEncoding()),
		Sheet: l.Sheet, OtherSheets: l.OtherSheets, RowPath: l.RowPath, DateSystem: string(l.DateSystem), Columns: l.Columns,
		Start: intake.Position{Offset: l.Start.Offset, Line: l.Start.Row}, Extent: l.Extent, Detail: detail,
	}
	if l.Delimiter != 0 {
		out.Delimiter = string(rune(l.Delimiter))
	}
	return out, nil
}

func layoutOf(l intake.Layout) (out rowfile.Layout, err error) {
	if err = json.Unmarshal(l.Detail, &out); err != nil {
		err = fmt.Errorf("read the layout of a file: %w", errors.Join(err, rowfile.ErrFileUnreadable))
	}
	return out, err
}

// Records implements intake.Format.
func (f Files) Records(shown intake.Layout, file intake.File, from intake.Position) (intake.Records, error) {
	l, err := layoutOf(shown)
	if err != nil {
		return nil, err
	}
	r, err := rowfile.NewReader(file, file.Size(), l, rowfile.Position{Offset: from.Offset, Row: from.Line}, f.options()...)
	if err != nil {
		return nil, err
	}
	return &records{Reader: r, decoder: rowfile.NewDecoder(l)}, nil
}

type records struct {
	*rowfile.Reader
	decoder *rowfile.Decoder
}

// Here implements intake.Records.
func (r *records) Here() intake.Position { return position(r.Reader.Here()) }

func position(p rowfile.Position) intake.Position {
	return intake.Position{Offset: p.Offset, Line: p.Row}
}

// Next implements intake.Records.
func (r *records) Next() (intake.Record, error) {
	rec, err := r.Reader.Next()
	if err != nil {
		return intake.Record{}, err
	}
	out := intake.Record{Number: rec.Number, Raw: rec.Raw, Bytes: rec.Cells, End: position(rec.End)}
	out.Cells, out.Private, out.Fault, out.Column = r.decoder.Row(&rec)
	if out.Fault != nil {
		out.Cells = nil
	}
	return out, nil
}

// Rejects implements intake.Format.
func (f Files) Rejects(shown intake.Layout, w io.Writer, more ...string) (intake.RejectWriter, error) {
	l, err := layoutOf(shown)
	if err != nil {
		return nil, err
	}
	out, err := rowfile.NewWriter(w, l, more...)
	if err != nil {
		return nil, err
	}
	return rejects{out}, nil
}

type rejects struct{ *rowfile.Writer }

// Row implements intake.RejectWriter.
func (r rejects) Row(raw []byte, more ...string) error { return r.Write(raw, more...) }
