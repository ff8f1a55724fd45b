package sqlstore_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"gorm.io/gorm"

	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"
)

// Writers who find out only on the way what they lock cannot keep an order: most
// attempts of these end in a deadlock, and yet none is told that the store is
// busy, and nothing that was committed is lost.
func TestWritersThatLockInNoOrderAllGetThrough(t *testing.T) {
	testkit.EachEngine(t, nil, func(t *testing.T, db *sqlstore.DB) {
		const rows, writers, rounds, each = 24, 30, 4, 24
		exec := func(query string, args ...any) {
			t.Helper()
			if err := db.Write(t.Context(), func(tx *gorm.DB) error { return sqlstore.Exec(tx, query, args...) }); err != nil {
				t.Fatal(err)
			}
		}
		exec("CREATE TABLE busy (id BIGINT NOT NULL PRIMARY KEY, n BIGINT NOT NULL)")
		for id := range rows {
			exec("INSERT INTO busy VALUES (?, 0)", id)
		}
		var all sync.WaitGroup
		for w := range writers {
			r := rand.New(rand.NewPCG(3, uint64(w)))
			all.Go(func() {
				for range rounds {
					ids := r.Perm(rows)[:each]
					err := db.Write(t.Context(), func(tx *gorm.DB) error {
						for _, id := range ids {
							if err := sqlstore.Exec(tx, "UPDATE busy SET n = n + 1 WHERE id = ?", id); err != nil {
								return err
							}
						}
						return nil
					})
					if err != nil {
						t.Errorf("a writer is turned away: %v", err)
						return
					}
				}
			})
		}
		all.Wait()
		var sum int
		if err := db.SQL().QueryRowContext(t.Context(), "SELECT SUM(n) FROM busy").Scan(&sum); err != nil || sum != writers*rounds*each {
			t.Error(fmt.Sprint(sum, " of ", writers*rounds*each, " additions are there, "), err)
		}
	})
}
