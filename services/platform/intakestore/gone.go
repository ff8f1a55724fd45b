package intakestore

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"

	"gorm.io/gorm"

	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/outcome"
	"xinju.dev/services/platform/sqlstore"
)

// rememberDays is how long it is known that somebody was on a list and is gone.
const rememberDays = 2 * 366

// keepList keeps the list of a sender at what was taken of it: an entry whose row
// was refused is as it was, so that the next list tells it once more.
func (s *SQL) keepList(tx *gorm.DB, c intake.Chunk, outcomes []outcome.Outcome) error {
	var keys []string
	refused := map[string]bool{}
	for i := range c.Rows {
		r := &c.Rows[i]
		no := r.Fault != nil
		if r.Applies() {
			no, outcomes = outcomes[0].Code == outcome.Refused, outcomes[1:]
		}
		if no && r.Key != "" {
			keys, refused[r.Key] = append(keys, r.Key), true
		}
	}
	if c.Stage == intake.StageGone {
		return s.keepGone(tx, c, refused)
	}
	if len(keys) == 0 {
		return nil
	}
	return restoreEntries(tx, c.BatchID, keys)
}

// noHash is that of no entry.
var noHash = make([]byte, keySize)

// restoreEntries makes entries what they were in the list before, and different
// from whatever comes.
func restoreEntries(tx *gorm.DB, batchID string, names []string) error {
	b, err := takeBatch(tx, batchID, "")
	if err != nil {
		return err
	}
	keys := make([]string, len(names))
	for i, name := range names {
		key, err := hex.DecodeString(name)
		if err != nil {
			return fmt.Errorf("feed batch %s: an entry's key: %w", batchID, err)
		}
		keys[i] = string(key)
	}
	before, err := selectEntries(tx, b.Diff.Base, keys)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if old, there := before[k]; there && old.diff != intake.DiffGone && old.diff != intake.DiffAlike {
			err = sqlstore.Exec(tx, "UPDATE feed_list SET row_hash = ?, diff = ?, memo = ? WHERE batch_id = ? AND row_key = ?",
				noHash, int32(intake.DiffKept), old.memo, batchID, []byte(k))
		} else {
			err = sqlstore.Exec(tx, "DELETE FROM feed_list WHERE batch_id = ? AND row_key = ?", batchID, []byte(k))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// keepGone remembers who is gone, so that whoever comes back is not taken for
// somebody who was always there. Whose departure was refused is there still.
func (s *SQL) keepGone(tx *gorm.DB, c intake.Chunk, refused map[string]bool) error {
	var rows [][]any
	for _, e := range c.Gone {
		day, diff := int32(c.Day), intake.DiffGone
		if refused[e.Key] {
			day, diff = 0, intake.DiffKept
		}
		key, err := hex.DecodeString(e.Key)
		if err != nil {
			return fmt.Errorf("feed batch %s: an entry's key: %w", c.BatchID, err)
		}
		memo, err := s.seal.Seal("feed_list", c.Source.Sender+"/"+e.Key, "memo", e.Memo)
		if err != nil {
			return fmt.Errorf("feed batch %s: seal an entry: %w", c.BatchID, err)
		}
		rows = append(rows, []any{c.BatchID, key, noHash, day, int32(diff), memo})
	}
	return sqlstore.InsertMany(tx, "feed_list", []string{"batch_id", "row_key", "row_hash", "row_no", "diff", "memo"}, rows)
}

// BeginGone implements intake.Lists.
func (s *SQL) BeginGone(ctx context.Context, id string) (intake.Batch, error) {
	return s.nextStage(ctx, id, intake.StageApply, func(tx *gorm.DB, b intake.Batch) error {
		if err := sqlstore.Exec(tx, insertIgnore(tx)+`feed_list (batch_id, row_key, row_hash, row_no, diff, memo)
			SELECT ?, row_key, row_hash, row_no, diff, memo FROM feed_list WHERE batch_id = ? AND diff = 5 AND row_no > ?`,
			id, b.Diff.Base, int32(b.Day())-rememberDays); err != nil {
			return err
		}
		if a, ok := s.apply.(Asker); ok && !b.ValidateOnly {
			if err := a.LapseQuestions(tx, b.Sender, id); err != nil {
				return err
			}
		}
		return sqlstore.Exec(tx, "UPDATE feed_batch SET stage = ?, list_key = '' WHERE batch_id = ?", intake.StageGone, id)
	})
}

// Gone implements intake.Lists.
func (s *SQL) Gone(ctx context.Context, b intake.Batch, after string, limit int) (out []intake.ListEntry, err error) {
	from, err := hex.DecodeString(after)
	if err != nil {
		return nil, fmt.Errorf("feed batch %s: the cursor in its list: %w", b.ID, err)
	}
	if from == nil {
		from = []byte{}
	}
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		out = nil
		return sqlstore.Query(tx, func(rows *sql.Rows) error {
			e, err := scanEntry(rows)
			if err != nil {
				return err
			}
			gone := intake.ListEntry{Key: hex.EncodeToString([]byte(e.key))}
			gone.Memo, err = s.openMemo(b.Sender, gone.Key, e.memo)
			out = append(out, gone)
			return err
		}, `SELECT o.row_key, o.row_hash, o.row_no, o.diff, o.memo, o.likeness FROM feed_list o LEFT JOIN feed_list n ON n.batch_id = ? AND n.row_key = o.row_key
			WHERE o.batch_id = ? AND o.diff NOT IN (5, 7) AND o.row_key > ? AND n.row_key IS NULL ORDER BY o.row_key LIMIT ?`, b.ID, b.Diff.Base, from, limit)
	})
	return out, err
}

// sweepRows is how many entries one transaction removes.
const sweepRows = 5000

// keptLists is how many lists of a sender stay: the one that holds and those
// before it, each of which holds again when the ones after it are withdrawn.
const keptLists = 4

// baseOf is the list with which a list was compared, "" for none.
func baseOf(tx *gorm.DB, id string) (string, error) {
	if id == "" {
		return "", nil
	}
	b, err := takeBatch(tx, id, "")
	return b.Diff.Base, err
}

// outlived finds a list that nobody needs, "" for none.
func outlived(tx *gorm.DB) (string, error) {
	var candidates []struct{ BatchID, Snapshot string }
	err := tx.Raw(`SELECT b.batch_id, COALESCE(s.snapshot, '') AS snapshot FROM feed_batch b LEFT JOIN feed_sender s ON s.sender = b.sender
		WHERE b.kind = 2 AND b.state NOT IN (1, 2, 5, 6) AND COALESCE(s.snapshot, '') <> b.batch_id AND COALESCE(s.snapshot_old, '') <> b.batch_id
		AND EXISTS (SELECT 1 FROM feed_list l WHERE l.batch_id = b.batch_id)`).Scan(&candidates).Error
	for _, c := range candidates {
		needed, id := false, c.Snapshot
		for n := 0; err == nil && n < keptLists && id != ""; n++ {
			if id == c.BatchID {
				needed = true
				break
			}
			id, err = baseOf(tx, id)
		}
		if err != nil || !needed {
			return c.BatchID, err
		}
	}
	return "", err
}

// SweepLists implements intake.Lists: the list that holds, the three before it
// and those of batches that may still be applied stay.
func (s *SQL) SweepLists(ctx context.Context) (more bool, err error) {
	var id string
	var keys [][]byte
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		id, keys = "", nil
		var err error
		if id, err = outlived(tx); err != nil || id == "" {
			return err
		}
		return sqlstore.Query(tx, func(rows *sql.Rows) error {
			var key []byte
			err := rows.Scan(&key)
			keys = append(keys, key)
			return err
		}, "SELECT row_key FROM feed_list WHERE batch_id = ? ORDER BY row_key LIMIT ?", id, sweepRows)
	})
	if err != nil || len(keys) == 0 {
		return false, err
	}
	err = s.db.Write(ctx, func(tx *gorm.DB) error {
		if err := sweepAlike(tx, id); err != nil {
			return err
		}
		return sqlstore.Exec(tx, "DELETE FROM feed_list WHERE batch_id = ? AND row_key <= ?", id, keys[len(keys)-1])
	})
	return true, err
}
