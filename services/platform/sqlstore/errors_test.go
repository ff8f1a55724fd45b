package sqlstore_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"xinju.dev/services/platform/sqlstore"

	"gorm.io/gorm"
)

func TestADuplicateIsAFaultWithoutTheValue(t *testing.T) {
	each(t, func(t *testing.T, db *sqlstore.DB) {
		const canary = "canary-990101"
		insert(t, db, accountRow{ID: canary, Note: []byte{}})
		for name, write := range map[string]func(tx *gorm.DB) error{
			"gorm": func(tx *gorm.DB) error {
				return fmt.Errorf("create: %w", tx.Create(&accountRow{ID: canary, Note: []byte{}}).Error)
			},
			"exec": func(tx *gorm.DB) error {
				return sqlstore.Exec(tx, "INSERT INTO account (id, owner, balance, note) VALUES (?, '', 0, ?)", canary, []byte{})
			},
			"bulk": func(tx *gorm.DB) error {
				return sqlstore.InsertMany(tx, "account", []string{"id", "owner", "balance", "note"}, [][]any{{canary, "", 0, []byte{}}})
			},
		} {
			err := db.Write(t.Context(), write)
			if !errors.Is(err, sqlstore.ErrDuplicate) || !errors.Is(err, gorm.ErrDuplicatedKey) {
				t.Errorf("%s: %v, want ErrDuplicate", name, err)
			}
			if strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), canary) {
				t.Errorf("%s: the error quotes the value", name)
			}
		}
	})
}

func TestOtherDriverErrorsShowTheirNumberOnly(t *testing.T) {
	each(t, func(t *testing.T, db *sqlstore.DB) {
		const canary = "canary_column"
		for name, do := range map[string]func(tx *gorm.DB) error{
			"gorm":  func(tx *gorm.DB) error { return tx.Exec("SELECT " + canary + " FROM nowhere").Error },
			"raw":   func(tx *gorm.DB) error { return tx.Raw("SELECT " + canary + " FROM nowhere").Scan(new(int)).Error },
			"exec":  func(tx *gorm.DB) error { return sqlstore.Exec(tx, "SELECT "+canary+" FROM nowhere") },
			"query": func(tx *gorm.DB) error { return sqlstore.Query(tx, nil, "SELECT "+canary+" FROM nowhere") },
		} {
			err := db.Write(t.Context(), do)
			e, ok := errors.AsType[*sqlstore.DriverError](err)
			if !ok || e.Number == 0 || e.Engine != db.Engine() {
				t.Errorf("%s: %v, want a DriverError", name, err)
			}
			if err == nil || strings.Contains(err.Error(), canary) || strings.Contains(err.Error(), "nowhere") {
				t.Errorf("%s: the error quotes the statement: %v", name, err)
			}
		}
	})
}
