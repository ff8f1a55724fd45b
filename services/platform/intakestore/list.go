package intakestore

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/sqlstore"
)

const keySize = 16

// key and hash are what is kept of an entry: without the key of the seal nobody
// can tell whose it is or what it says.
func (s *SQL) listKey(e intake.Entry) string {
	return string(s.seal.Index("feed_list", e.Key)[:keySize])
}

func (s *SQL) listHash(e intake.Entry) string {
	return string(s.seal.Index("feed_list_content", e.Content)[:keySize])
}

// entryRow is one row of feed_list.
type entryRow struct {
	key, hash string
	number    int
	diff      intake.Difference
	memo      []byte // sealed
	likeness  []byte // nil: not made yet; see noLikeness
}

// CompareList implements intake.Lists.
func (s *SQL) CompareList(ctx context.Context, c intake.ListChunk) error {
	return chunkError(s.db.Write(ctx, func(tx *gorm.DB) error {
		if err := moveBatch(tx, intake.Chunk{
			BatchID: c.Batch.ID, Stage: intake.StageCompare, Source: c.Batch.Source(), From: c.From, To: c.To, Rate: c.Rate,
		}); err != nil {
			return err
		}
		now, err := takeBatch(tx, c.Batch.ID, "")
		if err != nil {
			return err
		}
		d := now.Diff
		if c.From == now.Layout.Start {
			d = intake.Diff{Base: c.Batch.Diff.Base}
			if err := tx.Raw("SELECT COUNT(*) FROM feed_list WHERE batch_id = ? AND diff NOT IN (5, 7)", d.Base).Scan(&d.Before).Error; err != nil {
				return err
			}
		}
		d.Unclear += c.Unclear
		if err := s.storeEntries(tx, c, &d); err != nil {
			return err
		}
		if err := c.Hook("chunk.listed"); err != nil {
			return err
		}
		return saveDiff(tx, c.Batch.ID, d)
	}))
}

func saveDiff(tx *gorm.DB, id string, d intake.Diff) error {
	text, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("feed batch %s: write the difference: %w", id, err)
	}
	return sqlstore.Exec(tx, "UPDATE feed_batch SET diff = ? WHERE batch_id = ?", string(text), id)
}

func (s *SQL) storeEntries(tx *gorm.DB, c intake.ListChunk, d *intake.Diff) error {
	keys := make([]string, len(c.Rows))
	for i, r := range c.Rows {
		keys[i] = s.listKey(r.Entry)
	}
	there, err := selectEntries(tx, c.Batch.ID, keys)
	if err != nil {
		return err
	}
	before, err := selectEntries(tx, d.Base, keys)
	if err != nil {
		return err
	}
	var rows, alike [][]any
	for i, r := range c.Rows {
		if _, twice := there[keys[i]]; twice {
			continue // its row is refused when it comes to be applied
		}
		old, known := before[keys[i]]
		undecided := known && old.diff == intake.DiffAlike
		known = known && old.diff != intake.DiffGone && !undecided
		e := entryRow{key: keys[i], hash: s.listHash(r.Entry), number: r.Number}
		switch {
		case r.Refused && undecided:
			e.diff, e.hash = intake.DiffAlike, old.hash
		case r.Refused && !known:
			continue
		case r.Refused:
			e.diff, e.hash = intake.DiffKept, old.hash
			d.Unchanged++
		case !known:
			e.diff = intake.DiffNew
			d.Arrived++
		case old.hash == e.hash:
			e.diff = intake.DiffUnchanged
			d.Unchanged++
		default:
			e.diff = intake.DiffChanged
			d.Changed++
		}
		e.likeness = s.likeness(c, r, e, old)
		there[e.key] = e
		if e.memo, err = s.nextMemo(c, r, e, old); err != nil {
			return err
		}
		rows = append(rows, e.values(c.Batch.ID))
		if side := e.side(); side != 0 && d.Before > 0 {
			alike = append(alike, []any{c.Batch.ID, e.likeness, side, []byte(e.key)})
		}
	}
	if err := sqlstore.InsertMany(tx, "feed_alike", alikeColumns, alike); err != nil {
		return err
	}
	return sqlstore.InsertMany(tx, "feed_list", entryColumns, rows)
}

var entryColumns = []string{"batch_id", "row_key", "row_hash", "row_no", "diff", "memo", "likeness"}

func (e *entryRow) values(batchID string) []any {
	var likeness any
	if e.likeness != nil {
		likeness = e.likeness
	}
	return []any{batchID, []byte(e.key), []byte(e.hash), e.number, int32(e.diff), e.memo, likeness}
}

func (s *SQL) nextMemo(c intake.ListChunk, r intake.ListRow, e, old entryRow) ([]byte, error) {
	if e.diff == intake.DiffUnchanged || e.diff == intake.DiffKept || e.diff == intake.DiffAlike {
		return old.memo, nil
	}
	name := hex.EncodeToString([]byte(e.key))
	before, err := s.openMemo(c.Batch.Sender, name, old.applied())
	if err != nil {
		return nil, err
	}
	memo, err := c.Make(r, name, e.diff, before)
	if err != nil {
		return nil, err
	}
	sealed, err := s.seal.Seal("feed_list", c.Batch.Sender+"/"+name, "memo", memo)
	if err != nil {
		return nil, fmt.Errorf("feed batch %s: seal an entry: %w", c.Batch.ID, err)
	}
	return sealed, nil
}

// applied is what is kept of an entry as far as it was applied.
func (e entryRow) applied() []byte {
	if e.diff == intake.DiffAlike {
		return nil
	}
	return e.memo
}

func (s *SQL) openMemo(sender, key string, sealed []byte) ([]byte, error) {
	plain, err := s.seal.Open("feed_list", sender+"/"+key, "memo", sealed)
	if err != nil {
		return nil, fmt.Errorf("the list of %s: open an entry: %w", sender, err)
	}
	return plain, nil
}

func selectEntries(tx *gorm.DB, batchID string, keys []string) (map[string]entryRow, error) {
	out := make(map[string]entryRow, len(keys))
	if batchID == "" {
		return out, nil
	}
	const most = 500
	for len(keys) > 0 {
		n := min(len(keys), most)
		args := []any{batchID}
		for _, k := range keys[:n] {
			args = append(args, []byte(k))
		}
		err := sqlstore.Query(tx, func(rows *sql.Rows) error {
			e, err := scanEntry(rows)
			out[e.key] = e
			return err
		}, selectEntry+" WHERE batch_id = ? AND row_key IN (?"+strings.Repeat(",?", n-1)+")", args...)
		if err != nil {
			return nil, err
		}
		keys = keys[n:]
	}
	return out, nil
}

const selectEntry = "SELECT row_key, row_hash, row_no, diff, memo, likeness FROM feed_list"

func scanEntry(rows *sql.Rows) (e entryRow, err error) {
	var key, hash sql.RawBytes // strings are made of them at once
	err = rows.Scan(&key, &hash, &e.number, &e.diff, &e.memo, &e.likeness)
	e.key, e.hash = string(key), string(hash)
	return e, err
}

// BeginApplying implements intake.Lists.
func (s *SQL) BeginApplying(ctx context.Context, id string, d intake.Diff) (b intake.Batch, err error) {
	return s.nextStage(ctx, id, intake.StageCompare, func(tx *gorm.DB, b intake.Batch) error {
		state, failure := int32(b.State), ""
		if d.Hold != "" && !b.ValidateOnly {
			state, failure = int32(intake.Held), d.Hold
		}
		if err := s.matchAlike(tx, b, &d); err != nil {
			return err
		}
		if err := saveDiff(tx, id, d); err != nil {
			return err
		}
		return sqlstore.Exec(tx, "UPDATE feed_batch SET stage = ?, state = ?, failure = ?, next_offset = ?, next_line = ? WHERE batch_id = ?",
			intake.StageApply, state, failure, b.Layout.Start.Offset, b.Layout.Start.Line, id)
	})
}

// Stopped implements intake.Lists.
func (s *SQL) Stopped(ctx context.Context, b intake.Batch) (id string, err error) {
	var rows []feedBatchRow
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		rows = nil
		return tx.Where("sender = ? AND kind = 2 AND state IN (4, 5) AND validate_only = 0 AND stage IN (?, ?) AND batch_id <> ?",
			b.Sender, intake.StageApply, intake.StageGone, b.ID).Order("batch_id").Find(&rows).Error
	})
	for i := range rows {
		other, readErr := rows[i].batch()
		if err = errors.Join(err, readErr); err == nil && other.Diff.Base == b.Diff.Base && other.Counts.Received() > 0 {
			return other.ID, nil
		}
	}
	return "", err
}

func (s *SQL) nextStage(ctx context.Context, id, from string, change func(*gorm.DB, intake.Batch) error) (b intake.Batch, err error) {
	err = s.db.Write(ctx, func(tx *gorm.DB) error {
		if b, err = takeBatch(tx, id, forUpdate(tx)); err != nil {
			return err
		}
		if b.Stage != from || !b.State.Open() {
			return intake.ErrMoved
		}
		if err := change(tx, b); err != nil {
			return err
		}
		b, err = takeBatch(tx, id, "")
		return err
	})
	return b, err
}

// ListDiff implements intake.Lists.
func (s *SQL) ListDiff(ctx context.Context, b intake.Batch, entries []intake.Entry) (out []intake.ListEntry, err error) {
	keys := make([]string, len(entries))
	for i, e := range entries {
		keys[i] = s.listKey(e)
	}
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		there, err := selectEntries(tx, b.ID, keys)
		if err != nil {
			return err
		}
		before, err := selectEntries(tx, b.Diff.Base, keys)
		if err != nil {
			return err
		}
		out = make([]intake.ListEntry, len(keys))
		for i, k := range keys {
			e := there[k]
			name := hex.EncodeToString([]byte(k))
			out[i] = intake.ListEntry{Key: name, Number: e.number, Diff: e.diff}
			if out[i].Memo, err = s.openMemo(b.Sender, name, before[k].applied()); err != nil {
				return err
			}
			if e.diff == intake.DiffAlike {
				if out[i].Missed, err = s.missed(tx, b, e.likeness); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return out, err
}
