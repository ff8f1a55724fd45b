package store

import (
	"database/sql"

	"xinju.dev/services/platform/sqlstore"
)

// Codes lists the codes of records that a generation has seen, ascending.
func (t Tx) Codes(generation int64) (out []string, err error) {
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		var code string
		if err := rows.Scan(&code); err != nil {
			return err
		}
		out = append(out, code)
		return nil
	}, "SELECT code FROM record_code WHERE generation = ? ORDER BY code", generation)
	return out, err
}

// PutCodes notes codes that were seen.
func (t Tx) PutCodes(generation int64, codes []string) error {
	rows := make([][]any, len(codes))
	for i, code := range codes {
		rows[i] = []any{generation, code}
	}
	return t.replace("record_code", []string{"generation", "code"}, rows)
}
