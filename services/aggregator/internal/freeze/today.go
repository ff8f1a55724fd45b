package freeze

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/desk"
	"xinju.dev/services/aggregator/internal/report"
)

// today freezes what the present facts say about the same, to compare with; what
// was kept for an earlier comparison is used again while the state is the same,
// and dropped when it is not.
//
// One at a time: a state that another call is making is not to be dropped.
func (f *Freezer) today(ctx context.Context, basis *report.Report) (string, error) {
	select {
	case f.compare <- struct{}{}:
		defer func() { <-f.compare }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	var rows []desk.ReportRow
	var original desk.ReportRow
	err := f.Desk.Read(ctx, func(t desk.Tx) (err error) {
		if rows, err = t.ReportsFor(basis.ID); err != nil {
			return err
		}
		original, _, err = t.Report(basis.ID)
		return err
	})
	if err != nil {
		return "", err
	}
	var req report.Request
	if err := json.Unmarshal(original.Request, &req); err != nil {
		return "", err
	}
	if err := f.stillThere(&req); err != nil {
		return "", err
	}
	now, err := f.present(ctx, &req)
	if err != nil {
		return "", err
	}
	for _, r := range rows {
		if have, err := reportOf(r, nil); err == nil && have.State == report.Frozen && have.Content.State == now.State &&
			have.Content.Derivation == now.Derivation && have.Content.FigureState == now.FigureState {
			return r.ID, nil
		}
	}
	id, err := f.makeFor(ctx, basis.ID, req)
	if err != nil {
		return "", err
	}
	for _, r := range rows {
		if err := f.Desk.DropParts(ctx, r.ID); err != nil {
			return "", err
		}
		if err := f.Desk.Write(ctx, func(t desk.Tx) error { return t.DropReport(r.ID) }); err != nil {
			return "", err
		}
	}
	return id, nil
}

// present names the state of the facts, the rules and the figures that a request
// would be answered from now.
func (f *Freezer) present(ctx context.Context, req *report.Request) (at report.Content, err error) {
	var figures *answers.Figures
	if f.Figures != nil {
		if figures, err = f.Figures(ctx); err != nil {
			return at, err
		}
	}
	err = f.Book.Look(func(v coverage.View) error {
		at.State, at.Derivation = v.Figures().Digest, v.Deriver().Derivation()
		p, err := planOf(v, req)
		if err == nil {
			t := p.take(answers.On(v, figures, f.Late, f.Now()), req.AsOf)
			t.terms()
			at.FigureState = figureState(slices.Concat(t.numbers, t.behind))
		}
		return err
	})
	return at, err
}

// stillThere leaves out of a request what no pack has any more: a report that was
// made by rules that are gone can still be compared.
func (f *Freezer) stillThere(req *report.Request) error {
	return f.Book.Look(func(v coverage.View) error {
		if _, known := v.Packs().Pack(req.PackID); !known {
			req.PackID = ""
		}
		pack, err := answers.PackFor(v, req.Division, req.AsOf)
		if err != nil {
			return err
		}
		var kept []string
		for _, id := range req.Indicators {
			if _, err := answers.Indicator(v, pack, id); err == nil {
				kept = append(kept, id)
			}
		}
		if len(kept) > 0 {
			req.Indicators = kept
		}
		return nil
	})
}

func (f *Freezer) makeFor(ctx context.Context, basis string, req report.Request) (string, error) {
	now := f.Now().UTC().Truncate(time.Millisecond)
	req.Created = now
	row, err := queued(now, basis, &req)
	if err == nil {
		err = f.Desk.Write(ctx, func(t desk.Tx) error { return t.AddReport(row) })
	}
	if err == nil {
		err = f.make(ctx, &row)
	}
	return row.ID, err
}
