package recordstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ids"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/record"

	"gorm.io/gorm"
)

// Get returns a record. It fails with RECORD_NOT_FOUND, also when the record
// was withdrawn.
func (s *Store[T, R]) Get(ctx context.Context, id string) (item T, err error) {
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		item, err = s.Take(tx, id)
		return err
	})
	return item, err
}

// Take is Get inside a transaction.
func (s *Store[T, R]) Take(tx *gorm.DB, id string) (item T, err error) {
	var r R
	err = tx.Where("id = ? AND deleted = ?", id, false).Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return item, record.ErrNotFound
	}
	if err != nil {
		return item, err
	}
	return s.k.FromRow(r), nil
}

// byIDs reads rows whether withdrawn or not, in the order of ids.
func (s *Store[T, R]) byIDs(tx *gorm.DB, ids []string) ([]T, error) {
	var rows []R
	if err := tx.Where("id IN ?", ids).Find(&rows).Error; err != nil {
		return nil, err
	}
	at := make(map[string]R, len(rows))
	for _, r := range rows {
		at[r.Shared().ID] = r
	}
	out := make([]T, len(ids))
	for i, id := range ids {
		r, ok := at[id]
		if !ok {
			return nil, record.ErrNotFound
		}
		out[i] = s.k.FromRow(r)
	}
	return out, nil
}

// List returns the records that a filter leaves, without those withdrawn, in
// the order of their main date and then of their making, a page at a time. Of a
// resident it holds those of every identifier of that person (see Kind.Persons),
// each with the identifier that it was recorded under. It
// fails with PAGE_SIZE_INVALID and PAGE_TOKEN_INVALID.
func (s *Store[T, R]) List(ctx context.Context, f record.Filter, q page.Query, by ...record.Equal) ([]T, page.Next, error) {
	limit, err := q.Limit()
	if err != nil {
		return nil, "", err
	}
	bound := s.digest(f, by)
	key, err := q.Key(bound)
	if err != nil {
		return nil, "", err
	}
	var rows []R
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		residents, err := s.persons(tx, f.ResidentID)
		if err != nil {
			return err
		}
		tx, err = after(where(tx, f, residents, by), key)
		if err != nil {
			return err
		}
		return tx.Order("on_date").Order("id").Limit(limit + 1).Find(&rows).Error
	})
	if err != nil {
		return nil, "", err
	}
	next := ""
	if len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1].Shared()
		next = page.Encode(bound, fmt.Sprintf("%08d%s", last.OnDate.YYYYMMDD(), last.ID))
	}
	return s.items(rows), next, nil
}

// persons is whose records a list of a resident holds.
func (s *Store[T, R]) persons(tx *gorm.DB, residentID string) ([]string, error) {
	if residentID == "" || s.k.Persons == nil {
		return []string{residentID}, nil
	}
	return s.k.Persons(tx, residentID)
}

func where(tx *gorm.DB, f record.Filter, residents []string, by []record.Equal) *gorm.DB {
	tx = tx.Where("deleted = ?", false)
	switch {
	case f.ResidentID == "":
	case len(residents) == 1:
		tx = tx.Where("resident_id = ?", residents[0])
	default:
		tx = tx.Where("resident_id IN ?", residents)
	}
	if f.From != civil.None {
		tx = tx.Where("on_date >= ?", f.From)
	}
	if f.To != civil.None {
		tx = tx.Where("on_date <= ?", f.To)
	}
	for _, b := range by {
		tx = tx.Where("`"+b.Column+"` = ?", b.Value)
	}
	return tx
}

// after goes on behind a key. The conditions are spelt out because MariaDB
// scans the whole index for (on_date, id) > (?, ?).
func after(tx *gorm.DB, key string) (*gorm.DB, error) {
	if key == "" {
		return tx, nil
	}
	if len(key) != 8+ids.Len {
		return nil, page.ErrToken
	}
	ymd, err := strconv.Atoi(key[:8])
	if err != nil {
		return nil, page.ErrToken
	}
	return tx.Where("on_date >= ? AND (on_date > ? OR id > ?)", ymd, ymd, key[8:]), nil
}

func (s *Store[T, R]) digest(f record.Filter, by []record.Equal) []byte {
	b := fmt.Appendf(nil, "%s\x00%s\x00%d\x00%d", s.k.Name, f.ResidentID, f.From.YYYYMMDD(), f.To.YYYYMMDD())
	by = slices.SortedFunc(slices.Values(by), func(x, y record.Equal) int { return cmp.Compare(x.Column, y.Column) })
	for _, e := range by {
		b = fmt.Appendf(b, "\x00%s=%v", e.Column, e.Value)
	}
	return b
}

// ListOrdered implements Ordered, without records withdrawn: a reader that starts
// from nothing has nothing to withdraw.
func (s *Store[T, R]) ListOrdered(ctx context.Context, after string, limit int) ([]Listed, error) {
	var rows []R
	err := s.db.Read(ctx, func(tx *gorm.DB) error {
		tx, err := inOrder(tx, after)
		if err != nil {
			return err
		}
		return tx.Limit(limit).Find(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	list := make([]Listed, len(rows))
	for i, r := range rows {
		b := r.Shared()
		list[i] = Listed{s.k.Fact(s.k.FromRow(r)), fmt.Sprintf("%s/%08d%s", b.ResidentID, b.OnDate.YYYYMMDD(), b.ID)}
	}
	return list, nil
}

// inOrder goes on behind a key of ListOrdered, in the order of the index of
// residents. A new main date moves a record in that order: that is a change of
// the fact, too.
func inOrder(tx *gorm.DB, key string) (*gorm.DB, error) {
	resident, ymd, id := "", 0, ""
	if key != "" {
		at := len(key) - ids.Len - 9
		if at < 0 || key[at] != '/' {
			return nil, page.ErrToken
		}
		var err error
		if ymd, err = strconv.Atoi(key[at+1 : at+9]); err != nil {
			return nil, page.ErrToken
		}
		resident, id = key[:at], key[at+9:]
	}
	return tx.Where("resident_id >= ? AND (resident_id > ? OR on_date >= ? AND (on_date > ? OR id > ?))", resident, resident, ymd, ymd, id).
		Where("deleted = ?", false).Order("resident_id").Order("on_date").Order("id"), nil
}
