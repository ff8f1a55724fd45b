package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"
)

// writerEnv makes the test's own program a process that writes into the database
// that it names.
const writerEnv = "XINJU_TEST_WRITER"

func TestMain(m *testing.M) {
	dsn := os.Getenv(writerEnv)
	if dsn == "" {
		os.Exit(m.Run())
	}
	if err := writerProcess(dsn); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

const (
	busyRows    = 24
	busyWriters = 6 // of each process
	busyRounds  = 3
)

func writerProcess(dsn string) (err error) {
	db, err := sqlstore.Open(context.Background(), dsn, sqlstore.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return addInNoOrder(context.Background(), db, uint64(os.Getpid()))
}

// addInNoOrder lets many writers add 1 to every row, each in an order of its own.
func addInNoOrder(ctx context.Context, db *sqlstore.DB, seed uint64) error {
	errs := make([]error, busyWriters)
	var all sync.WaitGroup
	for w := range errs {
		r := rand.New(rand.NewPCG(seed, uint64(w)))
		all.Go(func() {
			for range busyRounds {
				ids := r.Perm(busyRows)
				errs[w] = errors.Join(errs[w], db.Write(ctx, func(tx *gorm.DB) error {
					for _, id := range ids {
						if err := sqlstore.Exec(tx, "UPDATE busy SET n = n + 1 WHERE id = ?", id); err != nil {
							return err
						}
					}
					return nil
				}))
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

func TestWritersOfSeveralProcessesAllGetThrough(t *testing.T) {
	testkit.EachEngine(t, nil, func(t *testing.T, db *sqlstore.DB) {
		mustWrite(t, db, "CREATE TABLE busy (id BIGINT NOT NULL PRIMARY KEY, n BIGINT NOT NULL)")
		for id := range busyRows {
			mustWrite(t, db, "INSERT INTO busy VALUES (?, 0)", id)
		}
		const processes = 3
		var all sync.WaitGroup
		for range processes {
			cmd := exec.CommandContext(t.Context(), os.Args[0])
			cmd.Env = append(os.Environ(), writerEnv+"="+dsnOf(t, db))
			all.Go(func() {
				if said, err := cmd.CombinedOutput(); err != nil {
					t.Errorf("a process was turned away: %v\n%s", err, said)
				}
			})
		}
		all.Wait()
		var least, most int
		err := db.SQL().QueryRowContext(t.Context(), "SELECT MIN(n), MAX(n) FROM busy").Scan(&least, &most)
		if want := processes * busyWriters * busyRounds; err != nil || least != want || most != want {
			t.Errorf("%d to %d of %d additions are there, %v", least, most, want, err)
		}
	})
}

// Of two processes in which somebody lost races, one waits for the other.
func TestWhoLostRacesIsAloneAmongAllProcesses(t *testing.T) {
	testkit.EachEngine(t, nil, func(t *testing.T, db *sqlstore.DB) {
		other := beside(t, db)
		inside, through := make(chan struct{}), make(chan error, 1)
		late := make(chan struct{})
		losing := func(on *sqlstore.DB, last func()) error {
			lost := 0
			return on.Write(t.Context(), func(*gorm.DB) error {
				if lost++; lost <= 3 {
					return lostRace(on)
				}
				last()
				return nil
			})
		}
		var done atomic.Bool
		var first sync.WaitGroup
		first.Go(func() {
			err := losing(db, func() {
				close(inside)
				waiting(t, db, late)
				done.Store(true)
			})
			if err != nil {
				t.Error(err)
			}
		})
		<-inside
		go func() {
			through <- losing(other, func() {
				close(late)
				if !done.Load() {
					t.Error("both are in at once")
				}
			})
		}()
		first.Wait()
		if err := <-through; err != nil {
			t.Error(err)
		}
	})
}

// A process that writes without a break does not keep another one out.
func TestAWriterOfAnotherProcessComesNext(t *testing.T) {
	db := testkit.SQLite(t)
	other := beside(t, db)
	var mu sync.Mutex
	var order []string
	comes := func(who string) func(*gorm.DB) error {
		return func(*gorm.DB) error {
			mu.Lock()
			defer mu.Unlock()
			order = append(order, who)
			return nil
		}
	}
	inside, came := make(chan struct{}), make(chan error, 1)
	err := db.Write(t.Context(), func(*gorm.DB) error {
		go func() {
			close(inside)
			came <- other.Write(t.Context(), comes("other"))
		}()
		<-inside
		waiting(t, db, nil)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), comes("again")); err != nil {
		t.Fatal(err)
	}
	if err := <-came; err != nil {
		t.Fatal(err)
	}
	if len(order) != 2 || order[0] != "other" {
		t.Errorf("in the order %v", order)
	}
}

// Many lost races end a write no more than few do; only time does.
func TestAWriterGivesUpByTimeAndNotByTheNumberOfLostRaces(t *testing.T) {
	testkit.EachEngine(t, nil, func(t *testing.T, db *sqlstore.DB) {
		lost := 0
		err := db.Write(t.Context(), func(*gorm.DB) error {
			if lost++; lost <= 12 {
				return lostRace(db)
			}
			return nil
		})
		if err != nil || lost != 13 {
			t.Errorf("after %d runs: %v", lost, err)
		}
		always := func(*gorm.DB) error { return lostRace(db) }
		ctx, cancel := context.WithTimeout(t.Context(), 60*time.Millisecond)
		defer cancel()
		if err := db.Write(ctx, always); !errors.Is(err, sqlstore.ErrBusy) || ctx.Err() != nil {
			t.Errorf("who has a deadline hears %v, and then %v", err, ctx.Err())
		}
		db.GiveUpAfter(20 * time.Millisecond)
		if err := db.Write(t.Context(), always); !errors.Is(err, sqlstore.ErrBusy) {
			t.Errorf("who has none hears %v", err)
		}
	})
}

// A caller is answered in time although another process has the turn.
func TestAWriterThatWaitsForAnotherProcessKeepsItsDeadline(t *testing.T) {
	testkit.EachEngine(t, nil, func(t *testing.T, db *sqlstore.DB) {
		other := beside(t, db)
		mustWrite(t, db, "CREATE TABLE one (id BIGINT NOT NULL PRIMARY KEY, n BIGINT NOT NULL)")
		mustWrite(t, db, "INSERT INTO one VALUES (1, 0)")
		add := func(tx *gorm.DB) error { return sqlstore.Exec(tx, "UPDATE one SET n = n + 1 WHERE id = 1") }
		err := db.Write(t.Context(), func(tx *gorm.DB) error {
			if err := add(tx); err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			began := time.Now()
			err := other.Write(ctx, add)
			if took := time.Since(began); !errors.Is(err, context.DeadlineExceeded) || took > 3*time.Second {
				t.Errorf("after %v: %v", took, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := other.Write(t.Context(), add); err != nil {
			t.Error(err)
		}
	})
}

func mustWrite(t *testing.T, db *sqlstore.DB, query string, args ...any) {
	t.Helper()
	if err := db.Write(t.Context(), func(tx *gorm.DB) error { return sqlstore.Exec(tx, query, args...) }); err != nil {
		t.Fatal(err)
	}
}

// lostRace is what the engine says of a lost race.
func lostRace(db *sqlstore.DB) error {
	if db.Engine() == sqlstore.SQLite {
		return &sqlstore.DriverError{Engine: sqlstore.SQLite, Number: 5}
	}
	return &sqlstore.DriverError{Engine: sqlstore.MySQL, Number: 1213}
}

// dsnOf is the address of a database.
func dsnOf(t *testing.T, db *sqlstore.DB) string {
	t.Helper()
	query, before, after := "SELECT file FROM pragma_database_list", "sqlite:", ""
	if db.Engine() == sqlstore.MySQL {
		server, params, _ := strings.Cut(os.Getenv(testkit.MySQLEnv), "?")
		query, before = "SELECT DATABASE()", "mysql:"+strings.TrimSuffix(server, "/")+"/"
		if params != "" {
			after = "?" + params
		}
	}
	var name string
	if err := db.SQL().QueryRowContext(t.Context(), query).Scan(&name); err != nil {
		t.Fatal(err)
	}
	return before + name + after
}

// beside opens the same database once more, as another process does.
func beside(t *testing.T, db *sqlstore.DB) *sqlstore.DB {
	t.Helper()
	other, err := sqlstore.Open(t.Context(), dsnOf(t, db), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := other.Close(); err != nil {
			t.Error(err)
		}
	})
	return other
}

// waiting returns when somebody of another process waits for a turn, or when
// enough is closed.
func waiting(t *testing.T, db *sqlstore.DB, enough <-chan struct{}) {
	t.Helper()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for range 3000 {
		if n, err := db.Waiting(t.Context()); err != nil || n > 0 {
			if err != nil {
				t.Error(err)
			}
			return
		}
		select {
		case <-enough:
			return
		case <-look.C:
		}
	}
	t.Error("nobody waits for a turn")
}
