package testkit_test

import (
	"testing"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/testkit"
)

// Each database is migrated as far as Up goes, empty, and like no other in what
// is made up by chance.
func TestEveryDatabaseIsMigratedAndOneOfItsOwn(t *testing.T) {
	sets := []migrate.Set{changefeed.Migrations()}
	epochs := map[string]bool{}
	for range 3 {
		db := testkit.SQLite(t, sets...)
		if err := migrate.Check(t.Context(), db, sets...); err != nil {
			t.Fatal(err)
		}
		head, err := changefeed.ReadHead(t.Context(), db)
		if err != nil || head.Position != 0 || epochs[head.Epoch] || len(head.Epoch) != 32 {
			t.Errorf("%+v, %v", head, err)
		}
		epochs[head.Epoch] = true
	}
}
