package sqlstore

import "gorm.io/gorm"

// InsertRead and InsertBound are ways of InsertMany, to compare them.
func InsertRead(tx *gorm.DB, table string, columns []string, rows [][]any) error {
	return writeRead(tx, "INSERT OR FAIL", table, columns, rows)
}

func InsertBound(tx *gorm.DB, table string, columns []string, rows [][]any, limit int) error {
	return writeBound(tx, "INSERT", table, columns, rows, limit)
}

// InsertLoaded is the way of large inserts on MySQL.
func InsertLoaded(tx *gorm.DB, table string, columns []string, rows [][]any) error {
	load := loadingOf(tx)
	if load == nil {
		return errLoad
	}
	done, err := load.insertLoaded(tx, table, columns, rows)
	if err == nil && done != len(rows) {
		return errLoad
	}
	return err
}

// TakeNoFiles makes the server of tx one that takes no files.
func TakeNoFiles(tx *gorm.DB) { tx.Dialector.(mysqlDialector).load.off.Store(true) }

// RefusesFiles recognises the errors of such a server.
var RefusesFiles = refusesFiles
