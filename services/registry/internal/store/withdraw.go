package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/sqlstore"
)

// withdrawStep is how many events of a batch are taken out in one transaction.
const withdrawStep = 1000

// Withdrawal is what became of the events of a withdrawn batch.
type Withdrawal struct {
	Withdrawn int // count no more: they rested on the batch alone
	Kept      int // stay, because another batch or call had the same event
}

// WithdrawBatch undoes a batch that should never have been sent. Events that
// rest on it alone no longer count in anything: they leave the log, are kept
// beside it (Events shows them as withdrawn), and their identifiers are free
// again, so that the same file can be sent anew. Events that another batch of
// the sender repeated stay, as that other batch's (of several, the earliest).
// Residents of whom nothing is left are gone, but keep their identifier for
// whoever comes with one of their documents; everything that changes goes to the
// change feed.
//
// It works in transactions of at most a thousand events, so an error or a crash
// leaves a part withdrawn; calling it again goes on, and calling it after the
// end does nothing. The result counts what this call did. The batch must not be
// under way; its own row, counts and outcomes are not touched.
//
// It fails with FEED_BATCH_NOT_FOUND.
func (s *SQL) WithdrawBatch(ctx context.Context, batchID string, now time.Time) (out Withdrawal, err error) {
	w, err := s.beginWithdrawal(ctx, batchID, now)
	for done := false; err == nil && !done; {
		done, err = w.step(ctx, now)
	}
	return w.result, err
}

// WithdrawStep implements intake.Withdrawer: WithdrawBatch, one transaction at a
// time. How far a withdrawal has come is remembered between two steps, so that
// only the first step after a restart looks through all that is left.
func (s *SQL) WithdrawStep(ctx context.Context, batchID string, now time.Time) (n int64, done bool, err error) {
	kept, there := s.withdrawals.LoadAndDelete(batchID)
	w, _ := kept.(*withdrawal)
	if !there {
		if w, err = s.beginWithdrawal(ctx, batchID, now); err != nil {
			return 0, false, err
		}
	}
	before := w.result
	if done, err = w.step(ctx, now); err == nil && !done {
		s.withdrawals.Store(batchID, w)
	}
	return int64(w.result.Withdrawn - before.Withdrawn + w.result.Kept - before.Kept + w.rehomed()), done, err
}

// withdrawal is one under way.
type withdrawal struct {
	s             *SQL
	sender, batch string
	seen          map[witnessPack]bool // packs that were gone through
	after         string               // the event dealt with last
	size          int                  // of a step
	early         int                  // events that others kept before the first step, not told yet
	result        Withdrawal
}

func (s *SQL) beginWithdrawal(ctx context.Context, batchID string, now time.Time) (*withdrawal, error) {
	w := &withdrawal{s: s, batch: batchID, size: withdrawStep}
	var err error
	if w.sender, err = s.senderOf(ctx, batchID); err != nil {
		return w, err
	}
	if err := s.forgetWitness(ctx, w.sender, batchID); err != nil {
		return w, err
	}
	if err := s.db.Write(ctx, func(tx *gorm.DB) error { return s.undoListed(tx, w.sender, batchID, now) }); err != nil {
		return w, err
	}
	w.early, w.seen, err = s.rehomePacked(ctx, w.sender, batchID)
	w.result.Kept = w.early
	return w, err
}

// rehomed are the events kept before the first step, the first time it is asked.
func (w *withdrawal) rehomed() int {
	n := w.early
	w.early = 0
	return n
}

// step takes out the next events; done says that none were left.
func (w *withdrawal) step(ctx context.Context, now time.Time) (done bool, err error) {
	ids, err := w.s.eventsOf(ctx, w.sender, w.batch, w.after, w.size)
	if err != nil || len(ids) == 0 {
		return err == nil, err
	}
	var part Withdrawal
	err = w.s.db.Write(ctx, func(tx *gorm.DB) (err error) {
		part, err = w.s.withdraw(tx, w.sender, w.batch, ids, w.seen, now)
		return err
	})
	if errors.Is(err, changefeed.ErrTooMany) && w.size > 1 {
		w.size /= 2
		return false, nil
	}
	if err != nil {
		return false, err
	}
	w.result.Withdrawn, w.result.Kept = w.result.Withdrawn+part.Withdrawn, w.result.Kept+part.Kept
	w.after = ids[len(ids)-1]
	return false, nil
}

func (s *SQL) senderOf(ctx context.Context, batchID string) (sender string, err error) {
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		sender = ""
		return sqlstore.Query(tx, func(r *sql.Rows) error { return r.Scan(&sender) }, "SELECT sender FROM feed_batch WHERE batch_id = ?", batchID)
	})
	if err == nil && sender == "" {
		err = intake.ErrBatchNotFound
	}
	return sender, err
}

// eventsOf pages through the events of a batch. It goes through all events of the
// sender once: a batch is
// withdrawn so rarely that an index would cost every import more.
func (s *SQL) eventsOf(ctx context.Context, sender, batchID, after string, limit int) (ids []string, err error) {
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		ids = nil
		return sqlstore.Query(tx, func(r *sql.Rows) error {
			var id string
			err := r.Scan(&id)
			ids = append(ids, id)
			return err
		}, "SELECT event_id FROM event WHERE sender = ? AND event_id > ? AND batch_id = ? ORDER BY event_id LIMIT ?", sender, after, batchID, limit)
	})
	return ids, err
}

// forgetWitness takes back that the batch repeated events of others.
func (s *SQL) forgetWitness(ctx context.Context, sender, batchID string) error {
	return s.db.Write(ctx, func(tx *gorm.DB) error {
		return sqlstore.Exec(tx, "DELETE FROM witness_pack WHERE sender = ? AND batch_id = ?", sender, batchID)
	})
}

// withdraw takes out events of one sender and batch.
func (s *SQL) withdraw(tx *gorm.DB, sender, batchID string, ids []string, seen map[witnessPack]bool, now time.Time) (out Withdrawal, err error) {
	b := s.again(tx, now)
	if err := b.lockSender(sender); err != nil {
		return out, err
	}
	late, err := b.rehomeNew(sender, batchID, seen)
	if err != nil {
		return out, err
	}
	if out.Kept, err = b.rehome(sender, batchID, ids); err != nil {
		return out, err
	}
	out.Kept += late
	rows, err := b.takeOut(sender, batchID, ids)
	if err != nil {
		return out, err
	}
	out.Withdrawn = len(rows)
	reach := map[string]bool{}
	for id := range b.withdrawn {
		reach[id] = true
	}
	if err := b.foldAgain(reach); err != nil {
		return out, err
	}
	for _, row := range rows {
		row[len(row)-1] = b.withdrawn[row[3].(string)]
	}
	if err := sqlstore.InsertMany(tx, "event_withdrawn", withdrawnColumns, rows); err != nil {
		return out, err
	}
	return out, changefeed.Append(tx, b.facts...)
}

// rehome gives events to the earliest other batch that repeated them.
func (b *batch) rehome(sender, batchID string, ids []string) (kept int, err error) {
	type witness struct {
		batch string
		row   int
	}
	first := map[string]witness{}
	err = selectIn(b.tx, `SELECT w.event_id, w.batch_id, w.batch_row FROM event_witness w JOIN event e ON e.sender = w.sender AND e.event_id = w.event_id
WHERE e.batch_id = ? AND w.sender = ? AND w.event_id`, []any{batchID, sender}, ids, func(r *sql.Rows) error {
		var id string
		var w witness
		err := r.Scan(&id, &w.batch, &w.row)
		if best, there := first[id]; !there || w.batch < best.batch {
			first[id] = w
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, id := range sortedKeys(first) {
		w := first[id]
		err := sqlstore.Exec(b.tx, "UPDATE event SET batch_id = ?, batch_row = ? WHERE sender = ? AND event_id = ?", w.batch, w.row, sender, id)
		if err == nil {
			err = sqlstore.Exec(b.tx, "DELETE FROM event_witness WHERE sender = ? AND event_id = ? AND batch_id = ?", sender, id, w.batch)
		}
		if err != nil {
			return 0, err
		}
	}
	return len(first), nil
}

var withdrawnColumns = []string{
	"sender", "event_id", "batch_id", "resident_id", "digest", "coded", "sealed", "batch_row", "record_ms", "withdrawn_ms", "version",
}

// takeOut takes events out of the log and returns their rows of event_withdrawn,
// all but the version. They stay in work, as events that count no more, so that
// whoever has their documents is reached.
func (b *batch) takeOut(sender, batchID string, ids []string) (rows [][]any, err error) {
	b.withdrawn = map[string]int64{}
	var gone []string
	err = selectIn(b.tx, selectEvent+" WHERE sender = ? AND batch_id = ? AND event_id", []any{sender, batchID}, ids, func(r *sql.Rows) error {
		e, err := b.s.scanEvent(r)
		if err != nil {
			return err
		}
		e.entry.gone = true
		b.work = append(b.work, e.entry)
		gone = append(gone, e.ID)
		if e.resident != "" {
			b.withdrawn[e.resident] = 0
		}
		rows = append(rows, []any{
			e.Sender, e.ID, e.batch, e.resident, bytesOf(e.digest), e.coded, orNull(e.sealed), e.row, e.recordMS, b.now.UnixMilli(), int64(0),
		})
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, table := range []string{"event", "merge_side"} {
		if err := deleteOf(b.tx, "DELETE FROM "+table+" WHERE sender = ? AND event_id", []any{sender}, gone); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

func bytesOf(d [16]byte) []byte { return slices.Clone(d[:]) }

// lookWithdrawn finds new events that were withdrawn before: a fact of theirs
// begins anew and needs a version that readers have not seen.
func (b *batch) lookWithdrawn() error {
	if !b.has.withdrawn {
		return nil
	}
	own := func(e *entry) string {
		if e.gone {
			return ""
		}
		return e.ID
	}
	return b.bySender(0, b.fresh, own, func(sender string, ids []string) error {
		return selectIn(b.tx, "SELECT event_id, version FROM event_withdrawn WHERE sender = ? AND event_id", []any{sender}, ids, func(r *sql.Rows) error {
			var id string
			var version int64
			if err := r.Scan(&id, &version); err != nil {
				return err
			}
			e := &b.work[b.at[eventKey{sender, id}]]
			e.least = max(e.least, version)
			return nil
		})
	})
}

func orNull(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}
