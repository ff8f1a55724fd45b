package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/intake"
)

// feedBatchRow is the table feed_batch. Layout, counts and reasons are JSON:
// nothing searches them.
type feedBatchRow struct {
	BatchID      string `gorm:"primaryKey"`
	Sender       string
	ContentKey   string
	Spool        string
	FileName     string
	Digest       string
	FileBytes    int64
	ValidateOnly int
	Layout       string
	Header       []byte
	State        int32
	Failure      string
	ReceivedMs   int64
	StartedMs    int64
	EndedMs      int64
	NextOffset   int64
	NextLine     int
	RateMilli    int64
	Counts       string
	Reasons      string
}

// TableName names the table for gorm.
func (feedBatchRow) TableName() string { return "feed_batch" }

// layoutJSON is an intake.Layout without its header.
type layoutJSON struct {
	Encoding  string `json:"e"`
	Delimiter byte   `json:"d"`
	BOM       bool   `json:"b,omitempty"`
	CRLF      bool   `json:"c,omitempty"`
	DataFrom  int64  `json:"f"`
	DataLine  int    `json:"l"`
}

func feedRowOf(b intake.Batch) (feedBatchRow, error) {
	l := b.Layout
	layout, err := json.Marshal(layoutJSON{string(l.Encoding), l.Delimiter, l.BOM, l.CRLF, l.DataFrom, l.DataLine})
	if err != nil {
		return feedBatchRow{}, fmt.Errorf("feed batch: write the layout: %w", err)
	}
	row := feedBatchRow{
		BatchID: b.ID, Sender: b.Sender, ContentKey: contentKey(b), Spool: b.Spool, FileName: b.FileName, Digest: b.Digest, FileBytes: b.Bytes,
		Layout: string(layout), Header: l.Header, State: int32(b.State), Failure: b.Failure,
		ReceivedMs: ms(b.Received), StartedMs: ms(b.Started), EndedMs: ms(b.Ended),
		NextOffset: b.Offset, NextLine: b.Line, RateMilli: int64(b.Rate * 1000),
		Counts: countsText(b.Counts), Reasons: reasonsText(b.Reasons),
	}
	if b.ValidateOnly {
		row.ValidateOnly = 1
	}
	return row, nil
}

// contentKey is what makes two files the same to a sender: bytes and encoding.
// A rehearsal is never the same as anything.
func contentKey(b intake.Batch) string {
	if b.ValidateOnly {
		return b.ID
	}
	return string(b.Layout.Encoding) + ":" + b.Digest
}

func (r feedBatchRow) batch() (intake.Batch, error) {
	var l layoutJSON
	if err := json.Unmarshal([]byte(r.Layout), &l); err != nil {
		return intake.Batch{}, fmt.Errorf("feed batch %s: read the layout: %w", r.BatchID, err)
	}
	counts, err := parseCounts(r.Counts)
	if err != nil {
		return intake.Batch{}, fmt.Errorf("feed batch %s: read the counts: %w", r.BatchID, err)
	}
	reasons, err := parseReasons(r.Reasons)
	if err != nil {
		return intake.Batch{}, fmt.Errorf("feed batch %s: read the reasons: %w", r.BatchID, err)
	}
	return intake.Batch{
		ID: r.BatchID, Sender: r.Sender, Spool: r.Spool, FileName: r.FileName, Digest: r.Digest, Bytes: r.FileBytes, ValidateOnly: r.ValidateOnly != 0,
		Layout: intake.Layout{
			Encoding: intake.Encoding(l.Encoding), Delimiter: l.Delimiter, BOM: l.BOM, CRLF: l.CRLF,
			Header: r.Header, DataFrom: l.DataFrom, DataLine: l.DataLine,
		},
		State: intake.State(r.State), Failure: r.Failure, Received: at(r.ReceivedMs), Started: at(r.StartedMs), Ended: at(r.EndedMs),
		Offset: r.NextOffset, Line: r.NextLine, Rate: float64(r.RateMilli) / 1000, Counts: counts, Reasons: reasons,
	}, nil
}

func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func countsText(c intake.Counts) string {
	parts := make([]string, len(c))
	for i, n := range c {
		parts[i] = strconv.FormatInt(n, 10)
	}
	return strings.Join(parts, ",")
}

func parseCounts(s string) (c intake.Counts, err error) {
	parts := strings.Split(s, ",")
	if len(parts) != len(c) {
		return c, fmt.Errorf("%d numbers instead of %d", len(parts), len(c))
	}
	for i, p := range parts {
		if c[i], err = strconv.ParseInt(p, 10, 64); err != nil {
			return c, err
		}
	}
	return c, nil
}

// reasonsText is {"7 DATE_IMPOSSIBLE": 12}; keys are sorted by the encoder.
func reasonsText(m map[intake.ReasonKey]int64) string {
	flat := make(map[string]int64, len(m))
	for k, n := range m {
		flat[fmt.Sprintf("%d %s", k.Outcome, k.Reason)] = n
	}
	out, err := json.Marshal(flat)
	if err != nil {
		return "{}" // cannot happen with strings and numbers
	}
	return string(out)
}

func parseReasons(s string) (map[intake.ReasonKey]int64, error) {
	flat := map[string]int64{}
	if err := json.Unmarshal([]byte(s), &flat); err != nil {
		return nil, err
	}
	out := make(map[intake.ReasonKey]int64, len(flat))
	for k, n := range flat {
		code, reason, _ := strings.Cut(k, " ")
		c, err := strconv.Atoi(code)
		if err != nil {
			return nil, err
		}
		out[intake.ReasonKey{Outcome: core.OutcomeCode(c), Reason: reason}] = n
	}
	return out, nil
}

const feedRowSelect = "SELECT row_no, outcome, reason, column_name, event_id, resident_id FROM feed_row"

func scanFeedRow(rows *sql.Rows) (r intake.RowResult, err error) {
	err = rows.Scan(&r.Number, &r.Outcome, &r.Reason, &r.Column, &r.EventID, &r.ResidentID)
	return r, err
}
