package idempotency_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"gorm.io/gorm"
)

var sets = []migrate.Set{idempotency.Migrations()}

// once does a request: it claims, counts the effect and keeps the answer.
func once(t *testing.T, db *sqlstore.DB, method, id, digest, answer string) (got string, replayed bool, err error) {
	t.Helper()
	err = db.Write(t.Context(), func(tx *gorm.DB) error {
		prior, found, err := idempotency.Claim(tx, method, id, []byte(digest))
		if got, replayed = string(prior), found; err != nil || found {
			return err
		}
		got = answer
		return idempotency.Keep(tx, method, id, []byte(digest), []byte(answer))
	})
	return got, replayed, err
}

func TestARequestIsAnsweredOnce(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		for _, c := range []struct {
			name, method, id, digest, answer string
			want                             string
			replayed                         bool
			err                              error
		}{
			{"the first time it is done", "dose.create", "r1", "d", "one", "one", false, nil},
			{"a retry gets the first answer", "dose.create", "r1", "d", "two", "one", true, nil},
			{"another method has ids of its own", "visit.create", "r1", "e", "three", "three", false, nil},
			{"another id is another request", "dose.create", "r2", "d", "four", "four", false, nil},
			{"ids differ by case", "dose.create", "R2", "d", "five", "five", false, nil},
			{"another digest is refused", "dose.create", "r1", "x", "six", "", false, idempotency.ErrReused},
			{"without an id everything is done", "dose.create", "", "d", "seven", "seven", false, nil},
			{"and again", "dose.create", "", "d", "eight", "eight", false, nil},
			{"an answer may be empty", "dose.create", "r3", "", "", "", false, nil},
			{"an empty answer is an answer", "dose.create", "r3", "", "nine", "", true, nil},
			{"64 characters", "dose.create", strings.Repeat("x", 64), "d", "ten", "ten", false, nil},
			{"65 characters", "dose.create", strings.Repeat("x", 65), "d", "", "", false, idempotency.ErrRequestID},
			{"a blank", "dose.create", "a b", "d", "", "", false, idempotency.ErrRequestID},
			{"not ASCII", "dose.create", "编号", "d", "", "", false, idempotency.ErrRequestID},
		} {
			t.Run(c.name, func(t *testing.T) {
				got, replayed, err := once(t, db, c.method, c.id, c.digest, c.answer)
				if !errors.Is(err, c.err) || got != c.want || replayed != c.replayed {
					t.Errorf("got %q, replayed %t, %v", got, replayed, err)
				}
			})
		}
	})
}

func TestARequestThatFailedMayBeRetried(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		failed := errors.New("failed on purpose")
		err := db.Write(t.Context(), func(tx *gorm.DB) error {
			if _, _, err := idempotency.Claim(tx, "m", "r", []byte("d")); err != nil {
				return err
			}
			return failed
		})
		if !errors.Is(err, failed) {
			t.Fatal(err)
		}
		if _, replayed, err := once(t, db, "m", "r", "another", "a"); err != nil || replayed {
			t.Errorf("replayed %t, %v", replayed, err)
		}
	})
}

func TestRequestsAtTheSameTimeHaveOneEffect(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		var effects atomic.Int32
		var wg sync.WaitGroup
		for range 12 {
			wg.Go(func() {
				got, replayed, err := once(t, db, "m", "r", "d", "answer")
				if err != nil || got != "answer" {
					t.Errorf("got %q, %v", got, err)
				}
				if !replayed {
					effects.Add(1)
				}
			})
		}
		wg.Wait()
		if effects.Load() != 1 {
			t.Errorf("%d effects", effects.Load())
		}
	})
}

func TestKeepNeedsAClaim(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		err := db.Write(t.Context(), func(tx *gorm.DB) error { return idempotency.Keep(tx, "m", "r", []byte("d"), nil) })
		if err == nil {
			t.Error("an answer was kept for a request nobody claimed")
		}
	})
}

func TestForgetDropsOldRequestsOnly(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		for _, id := range []string{"a", "b", "c"} {
			if _, _, err := once(t, db, "m", id, "d", id); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := idempotency.Forget(t.Context(), db, time.Now().Add(-time.Hour), 10); n != 0 || err != nil {
			t.Errorf("dropped %d recent requests, %v", n, err)
		}
		for _, want := range []int64{2, 1, 0} {
			if n, err := idempotency.Forget(t.Context(), db, time.Now().Add(time.Hour), 2); n != want || err != nil {
				t.Errorf("dropped %d, want %d, %v", n, want, err)
			}
		}
		if _, replayed, err := once(t, db, "m", "a", "other", "a"); replayed || err != nil {
			t.Errorf("after being forgotten: replayed %t, %v", replayed, err)
		}
	})
}
