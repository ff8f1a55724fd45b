package sqlstore_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
)

var sets = []migrate.Set{{Name: "account", FS: os.DirFS("testdata")}}

type accountRow struct {
	ID      string
	Owner   string
	Balance int64
	Note    []byte
}

func (accountRow) TableName() string { return "account" }

func each(t *testing.T, test func(t *testing.T, db *sqlstore.DB)) {
	testkit.EachEngine(t, sets, test)
}

func insert(t *testing.T, db *sqlstore.DB, rows ...accountRow) {
	t.Helper()
	if err := db.Write(t.Context(), func(tx *gorm.DB) error { return tx.Create(&rows).Error }); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, db *sqlstore.DB, id string) (row accountRow, err error) {
	t.Helper()
	err = db.Read(t.Context(), func(tx *gorm.DB) error { return tx.Where("id = ?", id).Take(&row).Error })
	return row, err
}

func TestAWriteCommitsEverythingOrNothing(t *testing.T) {
	each(t, func(t *testing.T, db *sqlstore.DB) {
		failed := errors.New("failed on purpose")
		err := db.Write(t.Context(), func(tx *gorm.DB) error {
			if err := tx.Create(&accountRow{ID: "a", Owner: "x", Note: []byte{}}).Error; err != nil {
				return err
			}
			return failed
		})
		if !errors.Is(err, failed) {
			t.Errorf("got %v", err)
		}
		if _, err := read(t, db, "a"); !errors.Is(err, gorm.ErrRecordNotFound) {
			t.Errorf("after a failed write: %v, want ErrRecordNotFound", err)
		}
		want := accountRow{ID: "a", Owner: "阿依古丽·买买提 𣲗", Balance: 1 << 50, Note: []byte{0, 255}}
		insert(t, db, want)
		got, err := read(t, db, "a")
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
	})
}

func TestAPanicRollsBackAndFreesTheWriter(t *testing.T) {
	each(t, func(t *testing.T, db *sqlstore.DB) {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = db.Write(t.Context(), func(tx *gorm.DB) error {
				_ = tx.Create(&accountRow{ID: "a", Note: []byte{}})
				panic("on purpose")
			})
		}()
		insert(t, db, accountRow{ID: "a", Note: []byte{}})
	})
}

func TestAReadCannotWrite(t *testing.T) {
	each(t, func(t *testing.T, db *sqlstore.DB) {
		err := db.Read(t.Context(), func(tx *gorm.DB) error {
			return sqlstore.Exec(tx, "INSERT INTO account (id, owner, balance, note) VALUES ('a', '', 0, '')")
		})
		if err == nil {
			t.Error("a read wrote")
		}
		if _, err := read(t, db, "a"); !errors.Is(err, gorm.ErrRecordNotFound) {
			t.Errorf("got %v", err)
		}
	})
}

func TestAReadSeesOneSnapshotWhileOthersWrite(t *testing.T) {
	each(t, func(t *testing.T, db *sqlstore.DB) {
		insert(t, db, accountRow{ID: "a", Balance: 1, Note: []byte{}})
		err := db.Read(t.Context(), func(tx *gorm.DB) error {
			balance := func() (n int64) {
				if err := tx.Model(&accountRow{}).Select("balance").Where("id = 'a'").Scan(&n).Error; err != nil {
					t.Fatal(err)
				}
				return n
			}
			before := balance()
			err := db.Write(t.Context(), func(tx *gorm.DB) error {
				return tx.Exec("UPDATE account SET balance = 2 WHERE id = 'a'").Error
			})
			if err != nil {
				t.Fatal(err)
			}
			if after := balance(); before != 1 || after != 1 {
				t.Errorf("the snapshot went from %d to %d", before, after)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestReadersDoNotWaitForTheWriter(t *testing.T) {
	each(t, func(t *testing.T, db *sqlstore.DB) {
		insert(t, db, accountRow{ID: "a", Balance: 1, Note: []byte{}})
		err := db.Write(t.Context(), func(tx *gorm.DB) error {
			if err := tx.Exec("UPDATE account SET balance = 2 WHERE id = 'a'").Error; err != nil {
				return err
			}
			var wg sync.WaitGroup
			for range 6 {
				wg.Go(func() {
					if row, err := read(t, db, "a"); err != nil || row.Balance != 1 {
						t.Errorf("read %d, %v", row.Balance, err)
					}
				})
			}
			wg.Wait()
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestLockedReadsLoseNoUpdateUnderConcurrentWriters(t *testing.T) {
	each(t, func(t *testing.T, db *sqlstore.DB) {
		insert(t, db, accountRow{ID: "a", Note: []byte{}}, accountRow{ID: "b", Note: []byte{}})
		const writers, rounds = 8, 20
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for range rounds {
					// Half of the writers lock in the other order: deadlocks are retried.
					first, second := "a", "b"
					if w%2 == 1 {
						first, second = second, first
					}
					err := db.Write(t.Context(), func(tx *gorm.DB) error {
						for _, id := range []string{first, second} {
							if err := tx.Exec("UPDATE account SET balance = balance + 1 WHERE id = ?", id).Error; err != nil {
								return err
							}
						}
						return nil
					})
					if err != nil {
						t.Errorf("write: %v", err)
					}
				}
			})
		}
		wg.Wait()
		for _, id := range []string{"a", "b"} {
			if row, err := read(t, db, id); err != nil || row.Balance != writers*rounds {
				t.Errorf("%s has %d, %v; want %d", id, row.Balance, err, writers*rounds)
			}
		}
	})
}

func TestIdentifiersDifferByCase(t *testing.T) {
	each(t, func(t *testing.T, db *sqlstore.DB) {
		insert(t, db, accountRow{ID: "01X", Note: []byte{}}, accountRow{ID: "01x", Note: []byte{}})
		if row, err := read(t, db, "01x"); err != nil || row.ID != "01x" {
			t.Errorf("got %q, %v", row.ID, err)
		}
	})
}

func TestTooLongATextIsRefusedAndNotCut(t *testing.T) {
	db := testkit.MySQL(t, sets...)
	err := db.Write(t.Context(), func(tx *gorm.DB) error {
		return tx.Create(&accountRow{ID: strings.Repeat("x", 65), Note: []byte{}}).Error
	})
	if err == nil {
		t.Error("accepted")
	}
}

func TestBulkInsertsKeepEveryValueInItsColumn(t *testing.T) {
	each(t, func(t *testing.T, db *sqlstore.DB) {
		const n = 700
		for name, row := range map[string]func(i int) []any{
			"all vary":          func(i int) []any { return []any{fmt.Sprint("a", i), fmt.Sprint("o", i), int64(i), []byte{byte(i)}} },
			"some are the same": func(i int) []any { return []any{fmt.Sprint("b", i), "o", int64(i), []byte{byte(i)}} },
			"most are the same": func(i int) []any { return []any{fmt.Sprint("c", i), "o", int64(7), []byte{1}} },
			"all but the last":  func(i int) []any { return []any{fmt.Sprint("d", i), "o", int64(i / (n - 1)), []byte{}} },
		} {
			rows := make([][]any, n)
			for i := range rows {
				rows[i] = row(i)
			}
			if err := db.Write(t.Context(), func(tx *gorm.DB) error {
				return sqlstore.InsertMany(tx, "account", []string{"id", "owner", "balance", "note"}, rows)
			}); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, want := range rows {
				var owner string
				var balance int64
				var note []byte
				if err := db.Read(t.Context(), func(tx *gorm.DB) error {
					return sqlstore.Query(tx, func(r *sql.Rows) error { return r.Scan(&owner, &balance, &note) }, "SELECT owner, balance, note FROM account WHERE id = ?", want[0])
				}); err != nil {
					t.Fatal(err)
				}
				if owner != want[1] || balance != want[2] || !bytes.Equal(note, want[3].([]byte)) {
					t.Fatalf("%s: %v is %s %d %v", name, want, owner, balance, note)
				}
			}
		}
	})
}

func TestBulkInsertsOfEverySizeArrive(t *testing.T) {
	each(t, func(t *testing.T, db *sqlstore.DB) {
		for _, n := range []int{0, 1, 255, 256, 257, 1000} {
			rows := make([][]any, n)
			for i := range rows {
				rows[i] = []any{fmt.Sprintf("%d-%d", n, i), "o", int64(i), []byte{1}}
			}
			err := db.Write(t.Context(), func(tx *gorm.DB) error {
				return sqlstore.InsertMany(tx, "account", []string{"id", "owner", "balance", "note"}, rows)
			})
			if err != nil {
				t.Fatalf("%d rows: %v", n, err)
			}
			var got int
			err = db.Read(t.Context(), func(tx *gorm.DB) error {
				return sqlstore.Query(tx, func(r *sql.Rows) error { return r.Scan(&got) }, "SELECT COUNT(*) FROM account WHERE id LIKE ?", fmt.Sprintf("%d-%%", n))
			})
			if err != nil || got != n {
				t.Errorf("%d rows of %d arrived, %v", got, n, err)
			}
		}
		err := db.Write(t.Context(), func(tx *gorm.DB) error {
			return sqlstore.InsertMany(tx, "account", []string{"id", "owner"}, [][]any{{"x"}})
		})
		if err == nil {
			t.Error("a row with too few values was accepted")
		}
	})
}

func TestAnAnnouncementComesWithTheCommitOnly(t *testing.T) {
	each(t, func(t *testing.T, db *sqlstore.DB) {
		failed := errors.New("failed on purpose")
		woken := db.Announced("topic")
		open := func() bool {
			select {
			case <-woken:
				return false
			default:
				return true
			}
		}
		_ = db.Write(t.Context(), func(tx *gorm.DB) error { sqlstore.Announce(tx, "topic"); return failed })
		_ = db.Write(t.Context(), func(tx *gorm.DB) error { sqlstore.Announce(tx, "other"); return nil })
		if !open() {
			t.Error("woken by a rollback or another topic")
		}
		err := db.Write(t.Context(), func(tx *gorm.DB) error {
			sqlstore.Announce(tx.Session(&gorm.Session{}), "topic")
			if !open() {
				t.Error("woken before the commit")
			}
			return nil
		})
		if err != nil || open() {
			t.Errorf("not woken by the commit, %v", err)
		}
	})
}

func TestACancelledCallerLeavesNothingAndGetsItsContextsError(t *testing.T) {
	each(t, func(t *testing.T, db *sqlstore.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		err := db.Write(ctx, func(tx *gorm.DB) error {
			if err := tx.Create(&accountRow{ID: "a", Note: []byte{}}).Error; err != nil {
				return err
			}
			cancel()
			return tx.Exec("UPDATE account SET balance = 1").Error
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want context.Canceled", err)
		}
		if _, err := read(t, db, "a"); !errors.Is(err, gorm.ErrRecordNotFound) {
			t.Errorf("after: %v", err)
		}
		insert(t, db, accountRow{ID: "a", Note: []byte{}})
	})
}

func TestAStatementThatIsCutOffSaysThatTheCallerLeft(t *testing.T) {
	each(t, func(t *testing.T, db *sqlstore.DB) {
		// Long, but not for ever: a test that fails must end.
		long := "INSERT INTO account WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000000) SELECT 'x', '', COUNT(*), x'' FROM n"
		if db.Engine() == sqlstore.MySQL {
			long = "DO SLEEP(5)"
		}
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		defer cancel()
		err := db.Write(ctx, func(tx *gorm.DB) error { return sqlstore.Exec(tx, long) })
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want context.DeadlineExceeded", err)
		}
	})
}
