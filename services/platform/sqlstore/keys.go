package sqlstore

import (
	"strings"

	"gorm.io/gorm"

	"xinju.dev/services/platform/sqlstore/internal/rowtable"
)

// Bounds of one list of keys. MySQL weighs an index by its statistics, and not
// by looking, above 200 values (eq_range_index_dive_limit): a table that grew a
// moment ago might be read from end to end.
const (
	mysqlKeysMost  = 200
	sqliteKeysMost = 20_000
	sqliteKeysFew  = 16 // below this binding is as fast
)

// InKeys calls ask for runs of keys with what stands behind IN and its
// arguments, as few times as is good for the engine:
//
//	sqlstore.InKeys(tx, ids, func(list string, args []any) error {
//		return sqlstore.Query(tx, each, "SELECT … FROM t WHERE a = ? AND id IN "+list, append([]any{a}, args...)...)
//	})
//
// list and args are good for one statement at a time, until ask returns.
// Sorted keys are found faster.
func InKeys[K any](tx *gorm.DB, keys []K, ask func(list string, args []any) error) error {
	most := mysqlKeysMost
	read := EngineOf(tx) == SQLite && len(keys) >= sqliteKeysFew
	if read {
		most = sqliteKeysMost
	}
	for len(keys) > 0 {
		n := min(most, len(keys))
		var err error
		if read {
			err = readKeys(keys[:n], ask)
		} else {
			err = ask(boundKeys(keys[:n]))
		}
		if err != nil {
			return err
		}
		keys = keys[n:]
	}
	return nil
}

func readKeys[K any](keys []K, ask func(list string, args []any) error) error {
	rows := make([][]any, len(keys))
	values := make([]any, len(keys))
	for i, k := range keys {
		values[i] = k
		rows[i] = values[i : i+1]
	}
	return withRows(rows, 1, func(handle int64) error {
		return ask("(SELECT c0 FROM "+rowtable.Table+"(?))", []any{handle})
	})
}

func boundKeys[K any](keys []K) (list string, args []any) {
	args = make([]any, len(keys))
	for i, k := range keys {
		args[i] = k
	}
	return "(" + strings.Repeat("?,", len(keys)-1) + "?)", args
}
