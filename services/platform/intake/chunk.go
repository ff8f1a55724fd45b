package intake

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/outcome"
)

// ChunkRows is how many rows one transaction applies at most. The pages of an
// index by keys without order are written once a transaction, so that large
// ones pay; this many rows are a few megabytes, and their changes stay below
// what a change feed takes at once.
const ChunkRows = 10_000

// A file that is applied for good is cut by time: others must not wait long for
// the lock of a transaction, be the machine slow or fast. The first chunk, of
// firstRows, shows how fast it is.
const (
	firstRows = 1000
	fillTime  = 400 * time.Millisecond
)

// RehearsedTogether is how many rows a rehearsal judges together, so that rows
// of one file see each other: larger files are rehearsed in such parts.
const RehearsedTogether = 20_000

// A chunk is also bounded by its bytes: both bound memory.
const (
	chunkBytes    = 4 << 20
	rehearseBytes = 16 << 20
	arenaBytes    = 256 << 10
)

// Chunk is consecutive rows of a batch.
type Chunk struct {
	BatchID      string
	Target       string
	Stage        string
	Source       Source
	ValidateOnly bool
	From, To     Position
	Cursor       string      // in StageGone: the key of the last row
	Gone         []ListEntry // in StageGone: what is kept of those who are gone, one per row
	Day          civil.Date  // and since when they are
	Rate         float64
	Now          time.Time // when it is applied
	Rows         []Row
	Hook         func(point string) error // tests only; never nil
	// Settled, when not nil, is told the results before they are committed; it may
	// be called again for the same rows.
	Settled func([]RowResult)

	columnOf func(field string) string // nil: fields keep their names
}

// chunker cuts a file into chunks from a position on.
type chunker struct {
	b       Batch
	records Records
	m       Mapper
	at      Position
	rows    int // of one chunk at most
	bytes   int
	soon    *atomic.Int64 // rows of the next chunk; nil: as many as it may have
	hook    func(string) error
}

// Next returns the next chunk; at the end of the file it is io.EOF.
func (c *chunker) next() (Chunk, error) {
	most := c.rows
	if c.soon != nil {
		most = min(most, int(c.soon.Load()))
	}
	out := Chunk{
		BatchID: c.b.ID, Target: c.b.Target, Stage: c.b.Stage, Source: c.b.Source(), ValidateOnly: c.b.ValidateOnly,
		From: c.at, To: c.at, Rows: make([]Row, 0, min(most, ChunkRows)), Hook: c.hook, columnOf: c.m.ColumnOf,
	}
	var arena []byte
	for size := 0; len(out.Rows) < most && size < c.bytes; {
		rec, err := c.records.Next()
		if errors.Is(err, io.EOF) {
			out.To = c.records.Here()
			c.at = out.To
			if out.To == out.From {
				return out, io.EOF
			}
			return out, nil
		}
		if err != nil {
			return out, err
		}
		out.To = rec.End
		row := Row{Number: rec.Number, end: rec.End}
		if rec.Fault != nil {
			row.Fault = rec.Fault
			if rec.Column >= 0 && rec.Column < len(c.b.Layout.Columns) {
				row.Column = c.b.Layout.Columns[rec.Column]
			}
		} else {
			c.m.Map(rec, &row)
		}
		if cap(arena)-len(arena) < len(rec.Raw) {
			arena = make([]byte, 0, max(len(rec.Raw), arenaBytes))
		}
		arena = append(arena, rec.Raw...)
		row.Raw = arena[len(arena)-len(rec.Raw) : len(arena) : len(arena)]
		size += len(rec.Raw)
		out.Rows = append(out.Rows, row)
	}
	c.at = out.To
	return out, nil
}

func (c *chunker) readInto(ctx context.Context, chunks chan<- Chunk, prepare func(Chunk)) error {
	for {
		chunk, err := c.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		prepare(chunk)
		select {
		case chunks <- chunk:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// halves splits a chunk of at least two rows.
func (c Chunk) halves() (a, b Chunk) {
	a, b = c, c
	n := len(c.Rows) / 2
	a.Rows, b.Rows = c.Rows[:n], c.Rows[n:]
	a.To = c.Rows[n-1].end
	if c.Cursor != "" {
		a.Cursor = c.Rows[n-1].Key
	}
	b.From = a.To
	if len(c.Gone) > 0 {
		a.Gone, b.Gone = c.Gone[:n], c.Gone[n:]
	}
	return a, b
}

// Items returns what is to be applied, with the row numbers.
func (c Chunk) Items() (items []any, rows []int) {
	items, rows = make([]any, 0, len(c.Rows)), make([]int, 0, len(c.Rows))
	for i := range c.Rows {
		if r := &c.Rows[i]; r.Applies() {
			items, rows = append(items, r.Item), append(rows, r.Number)
		}
	}
	return items, rows
}

// Settle joins what the rows are with what became of their items, in the order
// of Items: exactly one result per row. Raw is set only where somebody will
// have to look at the row.
func (c Chunk) Settle(outcomes []outcome.Outcome) ([]RowResult, Counts, map[ReasonKey]int64) {
	results := make([]RowResult, len(c.Rows))
	var counts Counts
	reasons := map[ReasonKey]int64{}
	for i := range c.Rows {
		row := &c.Rows[i]
		o := outcome.Outcome{Code: outcome.Refused, Fault: row.Fault, Column: row.Column}
		switch {
		case row.Applies():
			o, outcomes = outcomes[0], outcomes[1:]
			if c.columnOf != nil {
				o.Column = c.columnOf(o.Column)
			}
			if row.Review != nil && o.Code <= outcome.Unchanged {
				o.Code, o.Fault, o.Column = outcome.NeedsReview, row.Review, row.ReviewColumn
			}
			if c.ValidateOnly && o.Code != outcome.Duplicate {
				o.ResidentID = "" // it may never come to be
			}
		case row.Fault == nil:
			o.Code = row.Known
		}
		r := RowResult{Number: row.Number, Outcome: o.Code, Reason: o.Reason(), Column: o.Column, EventID: keptID(row.ID), ResidentID: o.ResidentID}
		if o.Code >= outcome.Pending {
			r.Raw = row.Raw
		}
		results[i] = r
		counts[o.Code]++
		if o.Code >= outcome.Pending {
			reasons[ReasonKey{o.Code, r.Reason}]++
		}
	}
	return results, counts, reasons
}

// keptID is an identifier as far as it may be shown and stored: a sender's
// column may hold anything.
func keptID(id string) string {
	if len(id) > 64 {
		return ""
	}
	return id
}

// pace is the speed of the last chunks, in rows per second.
type pace struct {
	now  func() time.Time
	last time.Time
	rate float64
}

func (p *pace) add(rows int) {
	now := p.now()
	took := now.Sub(p.last).Seconds()
	p.last = now
	if took <= 0 {
		return
	}
	if rate := float64(rows) / took; p.rate == 0 {
		p.rate = rate
	} else {
		p.rate = 0.7*p.rate + 0.3*rate
	}
}

// fill is how many rows take fillTime where some took a time.
func fill(rows int, took time.Duration) int {
	if took <= 0 {
		return ChunkRows
	}
	most := float64(rows) * float64(fillTime) / float64(took)
	return int(min(max(most, firstRows), 2*float64(max(rows, firstRows)), ChunkRows))
}
