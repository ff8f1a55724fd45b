package intake

import (
	"encoding/json"
	"io"

	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/rowfile"
)

// Format finds out how a file is written and reads its records. It decodes and
// cuts; it does not know what a column means.
type Format interface {
	// Probe begins to look at a file that is being received. What the sender or
	// its profile says of it wins over what is found. It fails where that
	// contradicts itself.
	Probe(h rowfile.Hints) (Probe, error)
	// Records reads a file on from a position.
	Records(l Layout, f File, from Position) (Records, error)
	// Rejects begins a file of the same kind in the same encoding, with more
	// columns behind those of the layout.
	Rejects(l Layout, w io.Writer, more ...string) (RejectWriter, error)
}

// Probe looks at a file while it streams by.
type Probe interface {
	// Write sees the next bytes. It fails as soon as the file cannot be one that
	// is read; what it keeps is bounded.
	io.Writer
	// Layout says how the file is written, after its last byte. f is the same
	// file, kept. It fails with the reason why the file as a whole is refused.
	Layout(f File) (Layout, error)
}

// File is a received file, as it was sent.
type File interface {
	io.ReaderAt
	Size() int64
}

// Records are the records of a file, one after the other.
type Records interface {
	// Next returns the next record and io.EOF after the last one. What is wrong
	// with a record is in the record. It and everything in it is valid until the
	// next call, except for strings.
	Next() (Record, error)
	// Here is the position behind the last record, blank lines included: at the
	// end of the file it is the file's end.
	Here() Position
	// Close gives back what reading holds.
	Close() error
}

// Record is one row as the file has it.
type Record struct {
	Number  int      // as a person finds it in the file: lines, the first being 1
	Cells   []string // decoded, as many as the layout has columns; nil when Fault is set
	Private []int    // cells with private-use characters
	Bytes   [][]byte // the cells before they were decoded, in Layout.CellEncoding
	Raw     []byte   // as sent, without its end; of an overlong record only the beginning
	End     Position

	Fault  *fault.Error // why it cannot be read
	Column int          // the cell at fault; -1 when it is the whole record
}

// RejectWriter writes refused rows, ready to be put right and sent again.
type RejectWriter interface {
	// Row writes a row as it was sent, with more cells behind it. No cell may be
	// a formula to a spreadsheet.
	Row(raw []byte, more ...string) error
	// Close ends the file, which is none before.
	Close() error
}

// Layout is how one file is written. It is found once, kept with the batch, and
// is all that is needed to read on after a restart.
type Layout struct {
	Format       string          `json:"format"` // CSV, XLSX …
	Encoding     string          `json:"encoding,omitempty"`
	Confidence   float64         `json:"confidence,omitempty"` // 0–1, of the encoding
	Label        string          `json:"label,omitempty"`      // the encoding that the file itself claims, right or wrong
	CellEncoding string          `json:"cell_encoding,omitempty"`
	Delimiter    string          `json:"delimiter,omitempty"`
	Sheet        string          `json:"sheet,omitempty"`
	OtherSheets  []string        `json:"other_sheets,omitempty"`
	RowPath      []string        `json:"row_path,omitempty"`    // names from the root to what is a row
	DateSystem   string          `json:"date_system,omitempty"` // what a number means where a day is expected; see rowfile.DateSystem
	Columns      []string        `json:"columns"`               // names as the file has them; never numbers of documents
	Start        Position        `json:"start"`                 // of the first record
	Extent       int64           `json:"extent,omitempty"`      // Position.Offset behind the last record; 0: the bytes of the file
	Detail       json.RawMessage `json:"detail,omitempty"`      // what only the format knows

	// Profile is the sender's profile as it stood when the file came, so that a
	// late restart maps alike; nil for none.
	Profile *Profile `json:"profile,omitempty"`
}
