package sqlstore

import (
	"strings"

	"gorm.io/gorm"

	"xinju.dev/services/platform/sqlstore/internal/rowtable"
)

// ReplaceMany is InsertMany, except that a row takes the place of one with the same
// key. Of two given with the same key the last one stays. Rows in the order of
// the key are written fastest: neighbours share their pages.
func ReplaceMany(tx *gorm.DB, table string, columns []string, rows [][]any) error {
	for _, row := range rows {
		if len(row) != len(columns) {
			return errShape
		}
	}
	if EngineOf(tx) == SQLite {
		if len(rows) >= sqliteRowsFew && len(columns) <= rowtable.Columns {
			return writeRead(tx, replacing, table, columns, rows)
		}
		return writeBound(tx, replacing, table, columns, rows, sqliteParamBest)
	}
	return writeLoaded(tx, replacing, table, columns, rows)
}

// replacing is the verb that overwrites rows with the same key.
const replacing = "REPLACE"

// UpdateMany is ReplaceMany for a table that has other indexes than its primary
// key, which is the first keys columns: those in which nothing changes are left alone.
func UpdateMany(tx *gorm.DB, table string, columns []string, keys int, rows [][]any) error {
	if EngineOf(tx) != SQLite || len(rows) < sqliteRowsFew || len(columns) > rowtable.Columns {
		return ReplaceMany(tx, table, columns, rows)
	}
	for _, row := range rows {
		if len(row) != len(columns) {
			return errShape
		}
	}
	var set []string
	for _, c := range columns[keys:] {
		set = append(set, "`"+c+"` = excluded.`"+c+"`")
	}
	query := "INSERT OR FAIL INTO `" + table + "` (`" + strings.Join(columns, "`,`") + "`) SELECT " + readColumns(len(columns)) + " FROM " + rowtable.Table +
		"(?) WHERE true ON CONFLICT (`" + strings.Join(columns[:keys], "`,`") + "`) DO UPDATE SET " + strings.Join(set, ",")
	return readRuns(tx, query, len(columns), rows)
}

// DeleteMany deletes the rows whose columns have the values of one of keys, as few
// statements as is good for the engine. columns are the primary key or begin it.
func DeleteMany(tx *gorm.DB, table string, columns []string, keys [][]any) error {
	for _, key := range keys {
		if len(key) != len(columns) {
			return errShape
		}
	}
	if EngineOf(tx) == SQLite && len(keys) >= sqliteKeysFew && len(columns) <= rowtable.Columns {
		return deleteRead(tx, table, columns, keys)
	}
	step := mysqlDeletes
	if EngineOf(tx) == SQLite {
		step = 1 // each is looked up in the key
	}
	one := "(`" + strings.Join(columns, "` = ? AND `") + "` = ?)"
	for len(keys) > 0 {
		n := min(step, len(keys))
		args := make([]any, 0, n*len(columns))
		for _, key := range keys[:n] {
			args = append(args, key...)
		}
		if err := Exec(tx, "DELETE FROM `"+table+"` WHERE "+one+strings.Repeat(" OR "+one, n-1), args...); err != nil {
			return err
		}
		keys = keys[n:]
	}
	return nil
}

// mysqlDeletes bounds the keys of one DELETE on MySQL, where each statement is a
// round trip and the optimizer looks each key up beforehand.
const mysqlDeletes = 100

func deleteRead(tx *gorm.DB, table string, columns []string, keys [][]any) error {
	list := "`" + strings.Join(columns, "`,`") + "`"
	query := "DELETE FROM `" + table + "` WHERE (" + list + ") IN (SELECT " + readColumns(len(columns)) + " FROM " + rowtable.Table + "(?))"
	return readRuns(tx, query, len(columns), keys)
}
