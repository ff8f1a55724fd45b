package desk

import (
	"database/sql"

	"xinju.dev/services/platform/sqlstore"
)

// KeepTrial keeps the file of a what-if run from a moment on, in milliseconds since
// 1970.
func (t Tx) KeepTrial(id string, ms int64, source []byte) error {
	return t.replaceRows("desk_trial", []string{"trial_id", "kept_ms", "source"}, [][]any{{id, ms, source}})
}

// Trial reads the file of a what-if run and when it was kept; false when there is none.
func (t Tx) Trial(id string) (source []byte, ms int64, found bool, err error) {
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(&source, &ms)
	}, "SELECT source, kept_ms FROM desk_trial WHERE trial_id = ?", id)
	return source, ms, found, err
}

// DropTrials deletes those that were kept before a moment, and all but the latest.
func (t Tx) DropTrials(beforeMS int64, latest int) error {
	var ids []string
	err := sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		var id string
		var ms int64
		if err := rows.Scan(&id, &ms); err != nil {
			return err
		}
		if latest--; latest < 0 || ms < beforeMS {
			ids = append(ids, id)
		}
		return nil
	}, "SELECT trial_id, kept_ms FROM desk_trial ORDER BY kept_ms DESC, trial_id")
	for _, id := range ids {
		if err == nil {
			err = sqlstore.Exec(t.tx, "DELETE FROM desk_trial WHERE trial_id = ?", id)
		}
	}
	return err
}
