package recordintake

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"
	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/obs"
	"xinju.dev/services/platform/outcome"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/sqlstore"
)

const (
	retryRows = 500
	lookEvery = 15 * time.Second
	// mostTries bounds the tries of one row: about seven weeks. Sent again, or
	// when something of the same person arrives, it is tried anew.
	mostTries = 200
)

func isStale(err error) bool { return errors.Is(err, record.ErrStale) }

// keepTrying tries waiting rows again until ctx ends.
func (im *Import) keepTrying(ctx context.Context) {
	for ctx.Err() == nil {
		n, err := im.Retry(ctx)
		if err != nil && ctx.Err() == nil {
			im.log.Warn("rows that wait for their person could not be tried again", obs.Cause(err))
		}
		if n == retryRows && err == nil {
			continue
		}
		t := time.NewTimer(lookEvery)
		select {
		case <-ctx.Done():
		case <-t.C:
		}
		t.Stop()
	}
}

// Retry tries up to 500 waiting rows whose time has come and says how many.
func (im *Import) Retry(ctx context.Context) (int, error) {
	now := im.now()
	var due []heldRow
	err := im.db.Read(ctx, func(tx *gorm.DB) (err error) {
		due, err = heldRows(tx, "WHERE waits = 1 AND next_ms <= ? AND tries < ? ORDER BY next_ms, batch_id, row_no LIMIT ?", now.UnixMilli(), mostTries, retryRows)
		return err
	})
	if err != nil || len(due) == 0 {
		return 0, err
	}
	items := make([]*item, 0, len(due))
	held := map[*item]heldRow{}
	for _, h := range due {
		it, err := im.item(h)
		if why := refusal(err); why != nil {
			if err := im.end(ctx, h, why); err != nil {
				return 0, err
			}
			continue
		}
		if err != nil {
			return 0, err
		}
		items = append(items, it)
		held[it] = h
	}
	if err := im.resolver.resolve(ctx, items, ""); err != nil {
		return 0, err
	}
	for _, it := range items {
		if it.unit == "" {
			it.found.unitID = held[it].unit
		}
	}
	applied, err := im.retry(ctx, items, held)
	if err != nil {
		// One row must not hold up the others.
		if _, ours := errors.AsType[*fault.Error](err); !ours || len(items) == 1 {
			return 0, err
		}
		for _, it := range items {
			n, err := im.retry(ctx, []*item{it}, held)
			if err != nil {
				return 0, err
			}
			applied += n
		}
	}
	if applied > 0 {
		im.log.Info("rows that waited are applied", zap.Int("rows", applied))
	}
	return len(due), nil
}

// end says that a row waits no more: it cannot be read any longer.
func (im *Import) end(ctx context.Context, h heldRow, why *fault.Error) error {
	return im.db.Write(ctx, func(tx *gorm.DB) error {
		return sqlstore.Exec(tx, "UPDATE record_import_row SET waits = 0, outcome = ?, reason = ? WHERE batch_id = ? AND row_no = ? AND waits = 1",
			int32(outcome.Refused), why.Reason, h.batch, h.row)
	})
}

// applied says what became of a row that waits no more. What was sent is kept
// only of a refused one.
func (im *Import) applied(tx *gorm.DB, w *work, h heldRow) error {
	o := w.result()
	reason, column, keep := "", "", "NULL"
	if o.Code == outcome.Refused {
		keep = "raw"
		if o.Fault != nil {
			reason = o.Fault.Reason
		}
		if o.Column != "" {
			column = w.item.kind.sheet.title(o.Column)
		}
	}
	return sqlstore.Exec(tx, "UPDATE record_import_row SET waits = 0, outcome = ?, resident_id = ?, unit_id = ?, reason = ?, column_name = ?, raw = "+keep+" WHERE batch_id = ? AND row_no = ?",
		int32(o.Code), w.resident, w.item.found.unitID, reason, column, h.batch, h.row)
}

// retry applies what can be applied now.
func (im *Import) retry(ctx context.Context, items []*item, held map[*item]heldRow) (applied int, err error) {
	err = im.db.Write(ctx, func(tx *gorm.DB) error {
		applied = 0
		var all []*work
		for _, it := range items {
			h := held[it]
			still, err := heldRows(tx, "WHERE batch_id = ? AND row_no = ? AND waits = 1"+forUpdate(tx), h.batch, h.row)
			if err != nil {
				return err
			}
			if len(still) > 0 { // no other process was here, and the batch was not withdrawn
				all = append(all, &work{item: it, mark: h.mark, state: state{h.at, h.batch, h.row}})
			}
		}
		facts, err := im.settle(tx, all)
		if err != nil {
			return err
		}
		now := im.now()
		for _, w := range all {
			h := held[w.item]
			if w.out.Code == outcome.Pending {
				err = sqlstore.Exec(tx, "UPDATE record_import_row SET tries = tries + 1, next_ms = ?, resident_id = ? WHERE batch_id = ? AND row_no = ?",
					now.Add(waitAfter(h.tries+1)).UnixMilli(), w.resident, h.batch, h.row)
			} else {
				applied++
				err = im.applied(tx, w, h)
			}
			if err != nil {
				return err
			}
		}
		return changefeed.Append(tx, facts...)
	})
	return applied, err
}
