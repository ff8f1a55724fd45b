package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/testkit"
)

// atDesk writes telephone numbers of people until it has done so n times, as
// clerks do: read, write at that version, read again when somebody was faster.
func atDesk(t *testing.T, s *SQL, r *rand.Rand, people, n int) (written map[string]bool) {
	ctx := context.WithoutCancel(t.Context())
	written = map[string]bool{}
	for len(written) < n {
		ids, err := s.Lookup(ctx, []core.Document{numberOf(r.IntN(people))})
		if err != nil {
			t.Error(err)
			return written
		}
		if ids[0] == "" {
			continue
		}
		was, err := s.Resident(ctx, ids[0])
		if errors.Is(err, core.ErrResident) {
			continue
		}
		if err != nil {
			t.Error(err)
			return written
		}
		phone := fmt.Sprintf("138%08d", r.IntN(1e8))
		got, err := s.Amend(ctx, was.ID, was.Version, []core.Event{{Type: core.Correct, Effective: today, Phone: phone}}, onDay(today))
		if _, expected := errors.AsType[*fault.Error](err); expected {
			continue
		}
		if err != nil {
			t.Error(err)
			return written
		}
		if got.Phone != phone {
			t.Errorf("the desk does not read what it wrote")
		}
		written[phone] = true
	}
	return written
}

// TestDesksImportsMergesAndWithdrawalsAtOnceLoseNothing lets everybody write
// about the same few people at once. Afterwards what the tables say is what the
// log folds to, and everything that was acknowledged is in the log.
func TestDesksImportsMergesAndWithdrawalsAtOnceLoseNothing(t *testing.T) {
	for round := range uint64(2) {
		s := open(t, testkit.MySQL(t, sets...))
		const people, wrong = 24, 9
		bad := make([]core.Event, 0, people)
		for i := range people {
			bad = append(bad, arrive(fmt.Sprint("bad", i), i, "2025-04-01"), merge(fmt.Sprint("badmerge", i), i, (i+1)%people))
		}
		send(t, s, wrong, bad...)
		var everybody sync.WaitGroup
		acked := make([]map[string]bool, 5)
		for n := range 3 {
			r := rand.New(rand.NewPCG(round, uint64(n)))
			acked[n] = map[string]bool{}
			everybody.Go(func() {
				for i := range 16 {
					var events []core.Event
					for k := range 1 + r.IntN(12) {
						id := fmt.Sprintf("%d-%d-%d", n, i, k)
						who := r.IntN(people)
						e := arrive(id, who, "2025-03-01")
						switch r.IntN(5) {
						case 0:
							e = merge(id, who, r.IntN(people))
						case 1:
							e = void(id, fmt.Sprintf("%d-%d-%d", n, r.IntN(i+1), r.IntN(3)))
						case 2:
							e = about(id, who, core.Correct, "2026-03-01", func(e *core.Event) {
								e.Replaces, e.Document, e.Name = fmt.Sprintf("%d-%d-%d", n, r.IntN(i+1), r.IntN(3)), numberOf(r.IntN(people)), ""
							})
						case 3:
							e = born(id, who, numberOf(r.IntN(people)))
						}
						e.Sender = fmt.Sprint("ga-", n)
						events = append(events, e)
					}
					var out []core.Outcome
					err := patiently(func() (err error) {
						out, err = s.Record(context.WithoutCancel(t.Context()), events, false, onDay(today))
						return err
					})
					if err != nil {
						t.Errorf("a sender is told of an error: %v", err)
						return
					}
					for k, o := range out {
						if o.Code != core.Refused {
							acked[n][events[k].Sender+"/"+events[k].ID] = true
						}
					}
				}
			})
		}
		for n := range 2 {
			everybody.Go(func() { acked[3+n] = atDesk(t, s, rand.New(rand.NewPCG(round, uint64(10+n))), people, 20) })
		}
		everybody.Go(func() {
			if err := patiently(func() error {
				_, err := s.WithdrawBatch(context.WithoutCancel(t.Context()), batchID(wrong), onDay(today))
				return err
			}); err != nil {
				t.Errorf("the withdrawal: %v", err)
			}
		})
		everybody.Wait()
		if t.Failed() {
			return
		}
		settled(t, s, acked)
	}
}

// patiently tries again while the store says that it is busy, as every caller must.
func patiently(do func() error) error {
	for {
		if err := do(); !errors.Is(err, sqlstore.ErrBusy) {
			return err
		}
	}
}

// settled checks that the tables say what the log says and that all of acked is
// in the log.
func settled(t *testing.T, s *SQL, acked []map[string]bool) {
	t.Helper()
	replayed(t, s)
	before, head := bodies(t, s), headOf(t, s)
	if err := s.RefoldAll(t.Context(), onDay(today), func(int) {}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(before, bodies(t, s)); d != "" || headOf(t, s) != head {
		t.Errorf("folded again, %d facts differ: %s", headOf(t, s)-head, d)
	}
	inLog := map[string]bool{}
	for _, f := range all(t, s.Listers()["person"]) {
		now := get(t, s, f.ID)
		if then, err := s.KnownResident(t.Context(), f.ID, onDay(today).Add(2*time.Hour)); err != nil || then.ID != now.ID || then.State.Digest() != now.State.Digest() {
			t.Errorf("as known afterwards, somebody is not as they are: %v", err)
		}
		for q := (page.Query{Size: 1000}); ; {
			list, next, err := s.Events(t.Context(), f.ID, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range list {
				inLog[e.Sender+"/"+e.ID], inLog[e.Phone] = true, true
				if e.BatchID == batchID(9) && e.Withdrawn.IsZero() {
					t.Error("an event of the withdrawn batch counts")
				}
			}
			if q.Token = next; next == "" {
				break
			}
		}
	}
	waiting := map[string]bool{}
	err := s.db.Read(context.WithoutCancel(t.Context()), func(tx *gorm.DB) error {
		return sqlstore.Query(tx, func(r *sql.Rows) error {
			var sender, id string
			err := r.Scan(&sender, &id)
			waiting[sender+"/"+id] = true
			return err
		}, "SELECT e.sender, e.event_id FROM event e LEFT JOIN resident r ON r.resident_id = e.resident_id"+
			" LEFT JOIN resident_link l ON l.resident_id = e.resident_id WHERE COALESCE(r.known, 0) = 0 AND l.into_id IS NULL")
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range acked {
		for key := range m {
			if !inLog[key] && !waiting[key] {
				t.Errorf("%s was acknowledged and is nowhere", key)
			}
		}
	}
}
