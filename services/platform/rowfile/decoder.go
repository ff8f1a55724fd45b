package rowfile

import (
	"encoding/binary"

	"xinju.dev/services/platform/fault"
)

// Decoder turns the cells of records into text. It is not safe for concurrent use.
type Decoder struct {
	enc     Encoding
	scratch []byte
	ends    []int
	texts   []string
	private []int
}

// NewDecoder prepares for the cells of a file.
func NewDecoder(l Layout) *Decoder {
	return &Decoder{enc: l.CellEncoding(), texts: make([]string, len(l.Columns))}
}

// Row decodes the cells of a record, with one allocation however many there are.
// texts has one entry for each column, uncovered (see Uncover), and is valid
// until the next call, though its strings stay; private are the columns with
// private-use characters. Where bytes are no text, why is ENCODING_BROKEN and
// column says where. For a record with a Fault that is returned.
func (d *Decoder) Row(rec *Record) (texts []string, private []int, why *fault.Error, column int) {
	clear(d.texts)
	if rec.Fault != nil {
		return d.texts, nil, rec.Fault, rec.Column
	}
	d.scratch, d.ends, d.private = d.scratch[:0], d.ends[:0], d.private[:0]
	for i, cell := range rec.Cells {
		var state State
		if simple(cell) {
			d.scratch = append(d.scratch, cell...)
		} else {
			d.scratch, state = d.enc.AppendText(d.scratch, cell)
		}
		if state&Broken != 0 && why == nil {
			why, column = ErrEncoding, i
		}
		if state&Private != 0 {
			d.private = append(d.private, i)
		}
		d.ends = append(d.ends, len(d.scratch))
	}
	if why != nil {
		return d.texts, nil, why, column
	}
	all, from := string(d.scratch), 0
	for i, end := range d.ends {
		d.texts[i] = Uncover(all[from:end])
		from = end
	}
	return d.texts, d.private, nil, -1
}

// simple reports ASCII without NUL, which is the same in every encoding.
func simple(b []byte) bool {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for len(b) >= 8 {
		x := binary.LittleEndian.Uint64(b)
		if (x|(x-ones)&^x)&highs != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c == 0 || c >= 0x80 {
			return false
		}
	}
	return true
}
