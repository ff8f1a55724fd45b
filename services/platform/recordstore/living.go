package recordstore

import (
	"xinju.dev/services/platform/sqlstore"

	"gorm.io/gorm"
)

// Living returns the records of residents inside a transaction, without those
// withdrawn, of exactly the identifiers given, in no order.
func (s *Store[T, R]) Living(tx *gorm.DB, residents []string) ([]T, error) {
	return s.inKeys(tx, "resident_id", residents)
}

// TakeMany returns records inside a transaction, in no order; those missing or
// withdrawn are left out.
func (s *Store[T, R]) TakeMany(tx *gorm.DB, ids []string) ([]T, error) {
	return s.inKeys(tx, "id", ids)
}

func (s *Store[T, R]) inKeys(tx *gorm.DB, column string, keys []string) (out []T, err error) {
	err = sqlstore.InKeys(tx, keys, func(list string, args []any) error {
		var rows []R
		if err := tx.Where("deleted = ? AND "+column+" IN "+list, append([]any{false}, args...)...).Find(&rows).Error; err != nil {
			return err
		}
		out = append(out, s.items(rows)...)
		return nil
	})
	return out, err
}
