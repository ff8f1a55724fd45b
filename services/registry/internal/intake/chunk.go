package intake

import (
	"errors"
	"io"
	"time"

	"xinju.dev/services/registry/internal/core"
)

// A chunk is what one transaction applies. Both limits bound memory; the number
// of rows also keeps the transaction's changes below what a feed takes at once.
const (
	chunkRows  = 1800
	chunkBytes = 1 << 20
	keptOfLong = 4 << 10 // of a row that is too long, for looking at it
)

// Chunk is consecutive rows of a batch.
type Chunk struct {
	BatchID      string
	Received     time.Time
	ValidateOnly bool
	From, To     int64 // offsets in the file
	Line         int   // lines up to To
	Rate         float64
	Rows         []Row
	Hook         func(point string) error // tests only; never nil

	columnOf func(field string) string // nil: fields keep their names
}

// chunker cuts a file into chunks from an offset on.
type chunker struct {
	b     Batch
	lines *lineReader
	m     *mapper
	rows  int // of one chunk at most
	hook  func(string) error
}

func newChunker(b Batch, src io.Reader, rows int, hook func(string) error) (*chunker, error) {
	m, err := newMapper(b.Sender, dayOf(b.Received), b.Layout)
	if err != nil {
		return nil, err
	}
	return &chunker{b: b, lines: newLineReader(src, b.Offset, b.Line), m: m, rows: rows, hook: hook}, nil
}

// next returns the next chunk; it has no rows where the file has only blank
// lines. At the end of the file it is io.EOF.
func (c *chunker) next() (Chunk, error) {
	out := Chunk{
		BatchID: c.b.ID, Received: c.b.Received, ValidateOnly: c.b.ValidateOnly,
		From: c.lines.offset, To: c.lines.offset, Line: c.lines.number,
		Rows: make([]Row, 0, c.rows), Hook: c.hook, columnOf: c.m.columnOf,
	}
	var arena []byte
	for len(out.Rows) < c.rows && out.To-out.From < chunkBytes {
		l, err := c.lines.next()
		if errors.Is(err, io.EOF) {
			if out.To == out.From {
				return out, io.EOF
			}
			break
		}
		if err != nil {
			return out, err
		}
		out.To, out.Line = l.end, l.number
		if blank(l.raw) {
			continue
		}
		row := c.m.row(l)
		row.end, row.lines = l.end, l.number
		raw := l.raw
		if l.tooLong {
			raw = raw[:keptOfLong]
		}
		if cap(arena)-len(arena) < len(raw) {
			arena = make([]byte, 0, max(len(raw), chunkBytes/4))
		}
		arena = append(arena, raw...)
		row.Raw = arena[len(arena)-len(raw) : len(arena) : len(arena)]
		out.Rows = append(out.Rows, row)
	}
	return out, nil
}

// halves splits a chunk of at least two rows.
func (c Chunk) halves() (a, b Chunk) {
	a, b = c, c
	n := len(c.Rows) / 2
	a.Rows, b.Rows = c.Rows[:n], c.Rows[n:]
	a.To, a.Line = c.Rows[n-1].end, c.Rows[n-1].lines
	b.From = a.To
	return a, b
}

// Events returns the events of the rows that are not refused, with their row numbers.
func (c Chunk) Events() (events []core.Event, rows []int) {
	events, rows = make([]core.Event, 0, len(c.Rows)), make([]int, 0, len(c.Rows))
	for i := range c.Rows {
		if r := &c.Rows[i]; r.Fault == nil {
			events, rows = append(events, r.Event), append(rows, r.Number)
		}
	}
	return events, rows
}

// Settle joins what the rows are with what became of their events, in the order
// of Events: exactly one result per row. Raw is set only where somebody will
// have to look at the row.
func (c Chunk) Settle(outcomes []core.Outcome) ([]RowResult, Counts, map[ReasonKey]int64) {
	results := make([]RowResult, len(c.Rows))
	var counts Counts
	reasons := map[ReasonKey]int64{}
	for i := range c.Rows {
		row := &c.Rows[i]
		o := core.Outcome{Code: core.Refused, Fault: row.Fault, Column: row.Column}
		if row.Fault == nil {
			o, outcomes = outcomes[0], outcomes[1:]
			if c.columnOf != nil {
				o.Column = c.columnOf(o.Column)
			}
			if row.Review != nil && o.Code <= core.Unchanged {
				o.Code, o.Fault, o.Column = core.NeedsReview, row.Review, row.ReviewColumn
			}
			if c.ValidateOnly && o.Code != core.Duplicate {
				o.ResidentID = "" // it may never come to be
			}
		}
		r := RowResult{Number: row.Number, Outcome: o.Code, Reason: o.Reason(), Column: o.Column, EventID: keptID(row.Event.ID), ResidentID: o.ResidentID}
		if o.Code >= core.Pending {
			r.Raw = row.Raw
		}
		results[i] = r
		counts[o.Code]++
		if o.Code >= core.Pending {
			reasons[ReasonKey{o.Code, r.Reason}]++
		}
	}
	return results, counts, reasons
}

// keptID is an event's identifier as far as it may be shown and stored: a
// sender's column may hold anything.
func keptID(id string) string {
	if len(id) > 64 {
		return ""
	}
	return id
}
