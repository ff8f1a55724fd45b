package recordstore

import (
	"context"
	"errors"
	"strings"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/ids"
	"xinju.dev/services/platform/record"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Create stores 1 to 500 new records and their change rows in one transaction,
// all or none. IDs, versions and times are set here; what items say of them is
// ignored. A repeated req returns the records that the first one created, as
// they are now, also those withdrawn since.
//
// It fails with BATCH_SIZE_INVALID, REQUEST_ID_REUSED, REQUEST_ID_INVALID,
// DUPLICATE (a unique index of the table) and what the kind's Before says.
func (s *Store[T, R]) Create(ctx context.Context, req record.Request, items []T) ([]T, error) {
	if len(items) == 0 || len(items) > record.MaxBatch {
		return nil, ErrBatch
	}
	method := s.k.Name + ".create"
	var out []T
	err := s.db.Write(ctx, func(tx *gorm.DB) error {
		prior, found, err := idempotency.Claim(tx, method, req.ID, req.Digest)
		if err != nil {
			return err
		}
		if found {
			out, err = s.byIDs(tx, strings.Split(string(prior), ","))
			return err
		}
		var facts []changefeed.Fact
		if out, facts, err = s.Insert(tx, items); err != nil {
			return err
		}
		if err := idempotency.Keep(tx, method, req.ID, req.Digest, []byte(s.joinIDs(out))); err != nil {
			return err
		}
		return changefeed.Append(tx, facts...)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Insert is the middle of Create for services that write several kinds in one
// transaction: it stores the records and returns them with the facts that the
// caller must hand to changefeed.Append at the end of tx.
func (s *Store[T, R]) Insert(tx *gorm.DB, items []T) ([]T, []changefeed.Fact, error) {
	now := s.stamp()
	out := make([]T, len(items))
	rows := make([]R, len(items))
	facts := make([]changefeed.Fact, len(items))
	for i, item := range items {
		b := s.k.Base(&item)
		*b = record.Base{ID: ids.New(now), ResidentID: b.ResidentID, Version: 1, CreateTime: now, UpdateTime: now}
		out[i] = item
	}
	if s.k.Before != nil {
		if err := s.k.Before(tx, out); err != nil {
			return nil, nil, err
		}
	}
	for i, item := range out {
		rows[i], facts[i] = s.k.ToRow(item), s.k.Fact(item)
	}
	if err := insertRows(tx, rows); err != nil {
		return nil, nil, err
	}
	return out, facts, nil
}

// Update replaces a record. Its Base must carry the version that was read. The
// id, the resident and the time of creation stay.
//
// It fails with RECORD_NOT_FOUND (also when withdrawn), RECORD_CHANGED,
// RECORD_RESIDENT_FIXED, DUPLICATE and what the kind's Before says.
func (s *Store[T, R]) Update(ctx context.Context, item T) (T, error) {
	var out T
	err := s.db.Write(ctx, func(tx *gorm.DB) error {
		var fact changefeed.Fact
		var err error
		if out, fact, err = s.Replace(tx, item); err != nil {
			return err
		}
		return changefeed.Append(tx, fact)
	})
	return out, err
}

// Replace is the middle of Update for services that write several kinds in one
// transaction; the fact goes to changefeed.Append at the end of tx.
func (s *Store[T, R]) Replace(tx *gorm.DB, item T) (T, changefeed.Fact, error) {
	b := s.k.Base(&item)
	old, err := s.lock(tx, b.ID, b.Version)
	if err != nil {
		return s.none(err)
	}
	stored := old.Shared().Base()
	if b.ResidentID != stored.ResidentID {
		return s.none(ErrResident.On("resident_id", "cannot be changed"))
	}
	*b = record.Base{ID: stored.ID, ResidentID: stored.ResidentID, Version: stored.Version + 1, CreateTime: stored.CreateTime, UpdateTime: s.stamp()}
	if s.k.Before != nil {
		one := []T{item}
		if err := s.k.Before(tx, one); err != nil {
			return s.none(err)
		}
		item = one[0]
	}
	row := s.k.ToRow(item)
	return s.save(tx, item, &row, stored.Version, "*")
}

// Delete withdraws a record that was entered in error: the row stays, lists and
// Get no longer show it, and the feed says that the fact no longer holds.
// version 0 withdraws whatever version there is.
//
// It fails with RECORD_NOT_FOUND (also when already withdrawn) and RECORD_CHANGED.
func (s *Store[T, R]) Delete(ctx context.Context, id string, version int64) (T, error) {
	var out T
	err := s.db.Write(ctx, func(tx *gorm.DB) error {
		var fact changefeed.Fact
		var err error
		if out, fact, err = s.Withdraw(tx, id, version); err != nil {
			return err
		}
		return changefeed.Append(tx, fact)
	})
	return out, err
}

// Withdraw is the middle of Delete for services that write several kinds in one
// transaction; the fact goes to changefeed.Append at the end of tx.
func (s *Store[T, R]) Withdraw(tx *gorm.DB, id string, version int64) (T, changefeed.Fact, error) {
	old, err := s.lock(tx, id, version)
	if err != nil {
		return s.none(err)
	}
	item := s.k.FromRow(old)
	b := s.k.Base(&item)
	*b = old.Shared().Base()
	before := b.Version
	b.Version, b.UpdateTime, b.Deleted = before+1, s.stamp(), true
	row := s.k.ToRow(item)
	return s.save(tx, item, &row, before, append([]string{"version", "updated_ms", "deleted"}, s.k.Frees...)...)
}

// save writes columns by name: gorm would drop zero values of a struct.
func (s *Store[T, R]) save(tx *gorm.DB, item T, row *R, before int64, columns ...string) (T, changefeed.Fact, error) {
	up := tx.Model(new(R)).Where("id = ? AND version = ?", s.k.Base(&item).ID, before).Select(columns).Updates(row)
	if up.Error != nil {
		return s.none(up.Error)
	}
	if up.RowsAffected != 1 {
		return s.none(record.ErrStale)
	}
	fact := s.k.Fact(item)
	fact.Deleted = s.k.Base(&item).Deleted
	return item, fact, nil
}

// lock reads a live row for change and compares its version; 0 compares nothing.
func (s *Store[T, R]) lock(tx *gorm.DB, id string, version int64) (R, error) {
	var r R
	err := tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("id = ?", id).Take(&r).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound), err == nil && r.Shared().Deleted:
		return r, record.ErrNotFound
	case err == nil && version != 0 && version != r.Shared().Version:
		return r, record.ErrStale
	}
	return r, err
}

func (s *Store[T, R]) none(err error) (T, changefeed.Fact, error) {
	var zero T
	return zero, changefeed.Fact{}, err
}

func (s *Store[T, R]) joinIDs(items []T) string {
	out := make([]string, len(items))
	for i := range items {
		out[i] = s.k.Base(&items[i]).ID
	}
	return strings.Join(out, ",")
}

// insertRows keeps each statement well below the limit of parameters.
func insertRows[R Row](tx *gorm.DB, rows []R) error {
	return tx.CreateInBatches(&rows, 100).Error
}
