// Package freeze makes reports out of one state, keeps them, and answers what is
// asked about them afterwards. What a report looks like is said by package
// report, where it lies by package desk.
package freeze

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"time"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/desk"
	"xinju.dev/services/aggregator/internal/report"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/ids"
	"xinju.dev/services/platform/obs"

	"go.uber.org/zap"
)

// Book is the derived state.
type Book interface {
	Look(fn func(coverage.View) error) error
	Whole(ctx context.Context, look func(coverage.View) error, read func(coverage.Whole) error) error
}

// Deps is what a Freezer needs; Figures may be nil, the rest is required.
type Deps struct {
	Desk    *desk.Desk
	Book    Book
	Figures func(ctx context.Context) (*answers.Figures, error) // from outside, as they are now
	Late    answers.Late
	Now     func() time.Time
	Log     *zap.Logger
}

// Freezer makes and keeps reports. Reports asked for are made by Run.
type Freezer struct {
	Deps
	work    chan struct{}
	compare chan struct{} // held by who makes or drops a state of today
}

// New returns a freezer.
func New(d Deps) *Freezer {
	return &Freezer{Deps: d, work: make(chan struct{}, 1), compare: make(chan struct{}, 1)}
}

// Freeze accepts a report to be made. A retry with the same request id returns
// the first one.
func (f *Freezer) Freeze(ctx context.Context, req report.Request, requestID string) (*report.Report, error) {
	now := f.Now().UTC().Truncate(time.Millisecond)
	digest, err := digestOf(&req)
	if err != nil {
		return nil, err
	}
	if err := f.Book.Look(func(v coverage.View) error { _, err := planOf(v, &req); return err }); err != nil {
		return nil, err
	}
	req.Created = now
	var row desk.ReportRow
	var prior string
	err = f.Desk.Write(ctx, func(t desk.Tx) (err error) {
		var found bool
		if prior, found, err = t.ClaimReport(requestID, digest); err != nil || found {
			return err
		}
		if row, err = queued(now, "", &req); err != nil {
			return err
		}
		if err := t.AddReport(row); err != nil {
			return err
		}
		return t.KeepReport(requestID, digest, row.ID)
	})
	if err != nil {
		return nil, err
	}
	if prior != "" {
		return f.Get(ctx, prior)
	}
	f.wake()
	return reportOf(row, nil)
}

func digestOf(req *report.Request) ([]byte, error) {
	raw, err := json.Marshal(req)
	sum := sha256.Sum256(raw)
	return sum[:], err
}

func queued(now time.Time, basis string, req *report.Request) (desk.ReportRow, error) {
	raw, err := json.Marshal(req)
	return desk.ReportRow{
		ID: ids.New(now), Basis: basis, Division: req.Division, State: int32(report.Queued), Request: raw, CreatedMS: now.UnixMilli(),
	}, err
}

func (f *Freezer) wake() {
	select {
	case f.work <- struct{}{}:
	default:
	}
}

// Run makes what was asked for, one after another, what a crash interrupted
// first, until ctx ends.
func (f *Freezer) Run(ctx context.Context) error {
	for {
		var open []desk.ReportRow
		err := f.Desk.Read(ctx, func(t desk.Tx) (err error) {
			open, err = t.ReportsInState(int32(report.Queued), int32(report.Running))
			return err
		})
		if err != nil && ctx.Err() == nil {
			f.Log.Warn("reports cannot be read", obs.Cause(err))
		}
		for _, row := range open {
			if row.Basis == "" { // a comparison makes its own
				f.attempt(ctx, row)
			}
		}
		if err := f.wait(ctx, err != nil); err != nil {
			return err
		}
	}
}

// wait waits for work, and no longer than a moment when the last look failed.
func (f *Freezer) wait(ctx context.Context, failed bool) error {
	again := make(<-chan time.Time)
	if failed {
		t := time.NewTimer(retryAfter)
		defer t.Stop()
		again = t.C
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-f.work:
	case <-again:
	}
	return nil
}

const retryAfter = 2 * time.Second

// attempt makes a report, or says why it cannot be made.
func (f *Freezer) attempt(ctx context.Context, row desk.ReportRow) {
	row.State = int32(report.Running)
	err := f.Desk.Write(ctx, func(t desk.Tx) error { _, err := t.EndReport(row, int32(report.Frozen)); return err })
	if err == nil {
		err = f.make(ctx, &row)
	}
	if err == nil || ctx.Err() != nil {
		return // done, or to be done again after the next start
	}
	f.Log.Warn("a report could not be made", obs.Cause(err))
	row.State, row.Failure, row.FailureText = int32(report.Failed), "INTERNAL", "报告无法生成 the report could not be made"
	if known, ok := errors.AsType[*fault.Error](err); ok {
		row.Failure, row.FailureText = known.Reason, known.Chinese+" "+known.Text
	}
	row.Content, row.Summary, row.Digest = nil, nil, ""
	err = f.Desk.DropParts(ctx, row.ID)
	if err == nil {
		err = f.Desk.Write(ctx, func(t desk.Tx) error { _, err := t.EndReport(row, int32(report.Frozen)); return err })
	}
	if err != nil {
		f.Log.Error("the failure of a report cannot be stored", obs.Cause(err))
	}
}

// make builds a report and ends it as frozen.
func (f *Freezer) make(ctx context.Context, row *desk.ReportRow) error {
	b := &builder{f: f, ctx: ctx, row: row}
	if err := json.Unmarshal(row.Request, &b.req); err != nil {
		return err
	}
	var err error
	if f.Figures != nil {
		if b.figures, err = f.Figures(ctx); err != nil {
			return err
		}
	}
	if row.Basis != "" {
		if err := f.eachPersonID(ctx, row.Basis, b.basis.add); err != nil {
			return err
		}
	}
	if err := f.Book.Whole(ctx, b.look, b.read); err != nil {
		return err
	}
	return b.end()
}
