package recordintake

import (
	"cmp"
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/outcome"
	"xinju.dev/services/platform/sqlstore"
)

// undoRows is how many rows one step of a withdrawal takes back.
const undoRows = 200

// WithdrawStep implements intake.Withdrawer. The rows go from the last one on,
// so that what was made for a person last goes first.
func (im *Import) WithdrawStep(ctx context.Context, batchID string, _ time.Time) (n int64, done bool, err error) {
	err = im.db.Write(ctx, func(tx *gorm.DB) error {
		n, done = 0, false
		rows, err := heldRows(tx, "WHERE batch_id = ? ORDER BY row_no DESC LIMIT ?"+forUpdate(tx), batchID, undoRows)
		if err != nil {
			return err
		}
		var facts []changefeed.Fact
		for _, h := range rows {
			if err := sqlstore.Exec(tx, "DELETE FROM record_import_row WHERE batch_id = ? AND row_no = ?", h.batch, h.row); err != nil {
				return err
			}
			if err := im.undo(tx, h, &facts); err != nil {
				return err
			}
		}
		n, done = int64(len(rows)), len(rows) < undoRows
		return changefeed.Append(tx, facts...)
	})
	return n, done, err
}

// undo lets the record of a row that is gone be what the other rows of its source
// say, and voids it where there are none.
func (im *Import) undo(tx *gorm.DB, h heldRow, facts *[]changefeed.Fact) error {
	list, err := entries(tx, h.kind, h.sender, []string{h.key})
	if err != nil {
		return err
	}
	e, ok := list[h.key]
	if !ok || e.batch != h.batch || e.row != h.row {
		return nil // the record holds another row
	}
	rest, err := heldRows(tx, "WHERE kind = ? AND sender = ? AND source_key = ? AND waits = 0", h.kind, h.sender, []byte(h.key))
	if err != nil {
		return err
	}
	slices.SortFunc(rest, func(a, b heldRow) int {
		return cmp.Or(state{b.at, b.batch, b.row}.compare(state{a.at, a.batch, a.row}))
	})
	for _, r := range rest {
		if done, err := im.reapply(tx, r, e, facts); done || err != nil {
			return err
		}
	}
	if err := dropEntry(tx, h.kind, h.sender, h.key); err != nil || !e.made {
		return err
	}
	return im.unmake(tx, h, e, facts)
}

// unmake voids a record that nothing rests on any more. One that other source
// records speak of is theirs from now on; one that somebody edited stays, and so
// does one on which others stand.
func (im *Import) unmake(tx *gorm.DB, h heldRow, e entry, facts *[]changefeed.Fact) error {
	n, err := im.others(tx, h.kind, e.recordID, h.sender, h.key)
	if err != nil {
		return err
	}
	if n > 0 {
		return sqlstore.Exec(tx, "UPDATE record_import SET made = 1, version = ? WHERE kind = ? AND record_id = ?", e.version, h.kind, e.recordID)
	}
	if err := sqlstore.Exec(tx, "SAVEPOINT import_undo"); err != nil {
		return err
	}
	fact, err := im.kinds[h.kind].void(tx, e.recordID, e.version)
	if err != nil {
		if refusal(err) == nil && !isStale(err) {
			return err
		}
		return sqlstore.Exec(tx, "ROLLBACK TO SAVEPOINT import_undo")
	}
	*facts = append(*facts, fact)
	return sqlstore.Exec(tx, "RELEASE SAVEPOINT import_undo")
}

// reapply lets a record hold an earlier row; done is false when that row made
// nothing of it.
func (im *Import) reapply(tx *gorm.DB, h heldRow, e entry, facts *[]changefeed.Fact) (done bool, err error) {
	if h.outcome == outcome.NeedsReview && h.content != e.content {
		return false, nil // was never applied
	}
	if h.content == e.content {
		e.state = state{h.at, h.batch, h.row}
		return true, setEntry(tx, h.kind, h.sender, h.key, e)
	}
	it, err := im.item(h)
	if err != nil {
		return false, err
	}
	it.found = found{resident: h.resident, unitID: h.unit}
	// What is applied must look like a later word, whatever its time.
	e.state, e.content = state{}, ""
	if err := setEntry(tx, h.kind, h.sender, h.key, e); err != nil {
		return false, err
	}
	w := &work{item: it, mark: h.mark, state: state{h.at, h.batch, h.row}}
	more, err := im.settle(tx, []*work{w})
	if err != nil {
		return false, err
	}
	*facts = append(*facts, more...)
	if w.out.Code <= outcome.Unchanged {
		return true, nil
	}
	// It cannot be applied any more: the record stays as it is, and is this row's.
	e.state, e.content = state{h.at, h.batch, h.row}, h.content
	return true, setEntry(tx, h.kind, h.sender, h.key, e)
}

// others counts the source records beside one that speak of a record.
func (im *Import) others(tx *gorm.DB, kind, recordID, sender, key string) (n int64, err error) {
	err = tx.Raw("SELECT COUNT(*) FROM record_import WHERE kind = ? AND record_id = ? AND NOT (sender = ? AND source_key = ?)", kind, recordID, sender, []byte(key)).Scan(&n).Error
	return n, err
}
