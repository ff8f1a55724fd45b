package desk

import (
	"database/sql"

	"xinju.dev/services/platform/sqlstore"
)

// SetContact notes that a source gave all of its figures at a moment, in
// milliseconds since 1970.
func (t Tx) SetContact(source string, ms int64) error {
	return t.replaceRows("desk_fetched", []string{"source", "contact_ms"}, [][]any{{source, ms}})
}

// Contacts is when each source last gave all of its figures.
func (t Tx) Contacts() (map[string]int64, error) {
	out := map[string]int64{}
	err := sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		var source string
		var ms int64
		if err := rows.Scan(&source, &ms); err != nil {
			return err
		}
		out[source] = ms
		return nil
	}, "SELECT source, contact_ms FROM desk_fetched")
	return out, err
}
