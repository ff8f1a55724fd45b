package intakestore

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/outcome"
)

// feedBatchRow is the table feed_batch. Layout, manifest, counts, reasons and
// diff are JSON or lists: nothing searches them.
type feedBatchRow struct {
	BatchID      string `gorm:"primaryKey"`
	Target       string
	Kind         int32
	Sender       string
	Sequence     int64
	ContentKey   string
	Spool        string
	FileName     string
	Digest       string
	FileBytes    int64
	ValidateOnly int
	Layout       string
	Manifest     string
	State        int32
	Failure      string
	ReceivedMs   int64
	StartedMs    int64
	EndedMs      int64
	Stage        string
	NextOffset   int64
	NextLine     int
	ListKey      string
	RateMilli    int64
	Counts       string
	Reasons      string
	Diff         string
	Previous     string
	Undone       int64
	WithdrawnBy  string
}

// TableName names the table for gorm.
func (feedBatchRow) TableName() string { return "feed_batch" }

func rowOf(b intake.Batch) (feedBatchRow, error) {
	layout, err := json.Marshal(b.Layout)
	if err != nil {
		return feedBatchRow{}, fmt.Errorf("feed batch: write the layout: %w", err)
	}
	manifest, err := json.Marshal(b.Manifest)
	if err != nil {
		return feedBatchRow{}, fmt.Errorf("feed batch: write the manifest: %w", err)
	}
	diff, err := json.Marshal(b.Diff)
	if err != nil {
		return feedBatchRow{}, fmt.Errorf("feed batch: write the difference: %w", err)
	}
	row := feedBatchRow{
		BatchID: b.ID, Target: b.Target, Kind: int32(b.Kind), Sender: b.Sender, Sequence: b.Manifest.Sequence, ContentKey: contentKey(b), Spool: b.Spool,
		FileName: b.FileName, Digest: b.Digest, FileBytes: b.Bytes, Layout: string(layout), Manifest: string(manifest), State: int32(b.State), Failure: b.Failure,
		ReceivedMs: ms(b.Received), StartedMs: ms(b.Started), EndedMs: ms(b.Ended), Stage: b.Stage,
		NextOffset: b.At.Offset, NextLine: b.At.Line, ListKey: b.Cursor, RateMilli: int64(b.Rate * 1000),
		Counts: countsText(b.Counts), Reasons: reasonsText(b.Reasons), Diff: string(diff), Previous: b.Previous, Undone: b.Undone, WithdrawnBy: b.WithdrawnBy,
	}
	if b.ValidateOnly {
		row.ValidateOnly = 1
	}
	return row, nil
}

// contentKey is what makes two files the same to a sender: bytes, encoding, how
// they are read and what they are for. A rehearsal and a stream are never the
// same as anything.
func contentKey(b intake.Batch) string {
	if b.ValidateOnly || b.Kind == intake.Stream {
		return b.ID
	}
	key := b.Layout.Encoding + ":" + b.Digest
	if b.Kind == intake.Snapshot { // the same list is true of several days
		key = fmt.Sprintf("%d/%d:%s", b.Kind, b.Manifest.Sequence, b.Digest)
	}
	return key + readingKey(b.Layout)
}

// readingKey tells readings of the same bytes apart that give other rows or
// other meanings: another sheet, another element as the row, another profile.
func readingKey(l intake.Layout) string {
	if l.Profile == nil && l.Sheet == "" && len(l.RowPath) == 0 {
		return ""
	}
	name, version := "", int64(0)
	if l.Profile != nil {
		name, version = l.Profile.Name, l.Profile.Version
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %d %q %q", name, version, l.Sheet, l.RowPath))
	return "/" + hex.EncodeToString(sum[:6])
}

func (r feedBatchRow) batch() (intake.Batch, error) {
	b := intake.Batch{
		ID: r.BatchID, Target: r.Target, Kind: intake.Kind(r.Kind), Sender: r.Sender, Spool: r.Spool, FileName: r.FileName, Digest: r.Digest, Bytes: r.FileBytes,
		ValidateOnly: r.ValidateOnly != 0, State: intake.State(r.State), Failure: r.Failure, Received: at(r.ReceivedMs), Started: at(r.StartedMs), Ended: at(r.EndedMs),
		Stage: r.Stage, At: intake.Position{Offset: r.NextOffset, Line: r.NextLine}, Cursor: r.ListKey, Rate: float64(r.RateMilli) / 1000,
		Previous: r.Previous, Undone: r.Undone, WithdrawnBy: r.WithdrawnBy,
	}
	err := json.Unmarshal([]byte(r.Layout), &b.Layout)
	if err == nil {
		err = json.Unmarshal([]byte(r.Manifest), &b.Manifest)
	}
	if err == nil {
		err = json.Unmarshal([]byte(r.Diff), &b.Diff)
	}
	if err == nil {
		b.Counts, err = parseCounts(r.Counts)
	}
	if err == nil {
		b.Reasons, err = parseReasons(r.Reasons)
	}
	if err != nil {
		return intake.Batch{}, fmt.Errorf("feed batch %s: read it: %w", r.BatchID, err)
	}
	return b, nil
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
		out[intake.ReasonKey{Outcome: outcome.Code(c), Reason: reason}] = n
	}
	return out, nil
}

const rowSelect = "SELECT row_no, outcome, reason, column_name, event_id, resident_id FROM feed_row"

func scanRow(rows *sql.Rows) (r intake.RowResult, err error) {
	err = rows.Scan(&r.Number, &r.Outcome, &r.Reason, &r.Column, &r.EventID, &r.ResidentID)
	return r, err
}
