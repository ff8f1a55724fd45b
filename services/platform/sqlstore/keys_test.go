package sqlstore_test

import (
	"database/sql"
	"fmt"
	"slices"
	"testing"

	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"gorm.io/gorm"
)

func TestKeysOfEveryNumberAndTypeAreFoundOnce(t *testing.T) {
	testkit.EachEngine(t, nil, func(t *testing.T, db *sqlstore.DB) {
		valueTables(t, db)
		rows := make([][]any, 1000)
		for i := range rows {
			rows[i] = []any{int64(i), fmt.Sprintf("'%d\\", i), fmt.Appendf(nil, "\x00%d", i), int64(i % 2), nil}
		}
		if err := db.Write(t.Context(), func(tx *gorm.DB) error { return sqlstore.InsertMany(tx, "given", valueColumns, rows) }); err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{0, 1, 15, 16, 17, 200, 201, 450} {
			ids, words, bytes := []int64{}, []string{}, [][]byte{}
			for i := range n {
				id := int64(i * 3) // beyond 999 there is none
				ids, words, bytes = append(ids, id), append(words, fmt.Sprintf("'%d\\", id)), append(bytes, fmt.Appendf(nil, "\x00%d", id))
			}
			if n > 0 { // a key twice is one key
				ids, words, bytes = append(ids, ids[0]), append(words, words[0]), append(bytes, bytes[0])
			}
			var want []int64
			for i := range n {
				if id := int64(i * 3); id%2 == 0 && id < 1000 {
					want = append(want, id)
				}
			}
			find(t, db, "id", ids, want)
			find(t, db, "words", words, want)
			find(t, db, "bytes", bytes, want)
		}
	})
}

func find[K any](t *testing.T, db *sqlstore.DB, column string, keys []K, want []int64) {
	t.Helper()
	var got []int64
	err := db.Read(t.Context(), func(tx *gorm.DB) error {
		return sqlstore.InKeys(tx, keys, func(list string, args []any) error {
			return sqlstore.Query(tx, func(r *sql.Rows) error {
				var id int64
				err := r.Scan(&id)
				got = append(got, id)
				return err
			}, "SELECT id FROM given WHERE whole = ? AND "+column+" IN "+list, append([]any{0}, args...)...)
		})
	})
	slices.Sort(got)
	if got = slices.Compact(got); err != nil || !slices.Equal(got, want) {
		t.Errorf("%d keys by %s: %v, %v; want %v", len(keys), column, got, err, want)
	}
}
