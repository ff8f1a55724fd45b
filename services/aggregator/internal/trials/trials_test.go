package trials_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"xinju.dev/services/aggregator/internal/desk"
	"xinju.dev/services/aggregator/internal/trials"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"
)

func TestAFileIsKeptForAWhile(t *testing.T) {
	testkit.EachEngine(t, []migrate.Set{desk.Migrations()}, func(t *testing.T, db *sqlstore.DB) {
		now := time.Date(2026, 6, 30, 8, 0, 0, 0, time.UTC)
		s := trials.New(desk.New(db), func() time.Time { return now }, true)
		keep := func(text string) string {
			t.Helper()
			id, err := s.Keep(t.Context(), []byte(text))
			if err != nil || id == "" {
				t.Fatal(id, err)
			}
			return id
		}
		missing := func(id string) bool {
			_, err := s.Find(t.Context(), id)
			return errors.Is(err, trials.ErrNotFound)
		}
		first := keep("id: a")
		if again := keep("id: a"); again != first || keep("id: b") == first {
			t.Errorf("equal files and none else have one name: %s, %s", first, again)
		}
		if got, err := s.Find(t.Context(), first); err != nil || string(got) != "id: a" {
			t.Errorf("%q, %v", got, err)
		}
		if reads := trials.New(desk.New(db), time.Now, false); !missing("none") {
			t.Error("found what was never kept")
		} else if id, err := reads.Keep(t.Context(), []byte("id: c")); id != "" || err != nil {
			t.Errorf("a process that only reads kept %q, %v", id, err)
		} else if id, err := trials.New(desk.New(db), func() time.Time { return now }, false).Keep(t.Context(), []byte("id: a")); id != first || err != nil {
			t.Errorf("it does not find what another one kept: %q, %v", id, err)
		}
		now = now.Add(trials.For - time.Hour)
		if keep("id: a"); missing(first) {
			t.Error("tried again it is not kept on")
		}
		now = now.Add(2 * time.Hour)
		if missing(first) || !missing(keep("id: b")[:31]) {
			t.Error("kept for less than it is said")
		}
		now = now.Add(trials.For)
		if !missing(first) {
			t.Error("kept for longer than it is said")
		}
		last := keep("id: z")
		for i := range trials.Most - 1 {
			now = now.Add(time.Millisecond)
			keep(fmt.Sprint("id: ", i))
		}
		if missing(last) {
			t.Error("fewer are kept than it is said")
		}
		now = now.Add(time.Millisecond)
		if keep("id: one more"); !missing(last) {
			t.Error("more are kept than it is said")
		}
	})
}
