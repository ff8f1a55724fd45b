// Package recordtest specifies what every kind of service record promises: a
// service runs it for each of its kinds and so has the store's contract tested
// on both engines. Only tests import it.
package recordtest

import (
	"context"
	"testing"
	"time"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ids"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordstore"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"
)

// Records is what the contract is about; *recordstore.Store[T, R] is one.
type Records[T any] interface {
	Create(ctx context.Context, req record.Request, items []T) ([]T, error)
	Get(ctx context.Context, id string) (T, error)
	List(ctx context.Context, f record.Filter, q page.Query, by ...record.Equal) ([]T, page.Next, error)
	Update(ctx context.Context, item T) (T, error)
	Delete(ctx context.Context, id string, version int64) (T, error)
	recordstore.Ordered
}

// Subject is one kind of record under test.
type Subject[T any] struct {
	// Sets are all migrations of the service: its own, the change feed's, the
	// idempotency table's and those of merged residents.
	Sets []migrate.Set
	// Open returns the kind's store, without any records.
	Open func(db *sqlstore.DB, now func() time.Time) Records[T]
	Base func(*T) *record.Base
	// Date is the record's main date.
	Date func(T) civil.Date
	// Fact is what the record's change rows carry.
	Fact func(T) changefeed.Fact
	// Make returns a valid record of a resident; another n gives another record,
	// and about every third n another main date. It sets nothing of the Base but ResidentID.
	Make func(residentID string, n int) T
	// Change alters something that is stored and keeps the record valid.
	Change func(*T)
	// OnePerResident says that a resident can have only one live record of the
	// kind: the contract then gives each record a resident of its own.
	OnePerResident bool
}

// Run runs the contract on SQLite and on MySQL.
func Run[T any](t *testing.T, s Subject[T]) {
	t.Helper()
	testkit.EachEngine(t, s.Sets, func(t *testing.T, db *sqlstore.DB) {
		clock := testkit.NewClock(civil.Must("2026-03-01"))
		f := &fixture[T]{Subject: s, db: db, clock: clock, store: s.Open(db, clock.Now)}
		t.Run("create", f.create)
		t.Run("replay", f.replay)
		t.Run("atomic", f.atomic)
		t.Run("update", f.update)
		t.Run("withdraw", f.withdraw)
		t.Run("list", f.list)
		t.Run("feed", f.feed)
		t.Run("links", f.links)
	})
}

// fixture is one store and what the cases need around it.
type fixture[T any] struct {
	Subject[T]
	db    *sqlstore.DB
	clock *testkit.Clock
	store Records[T]
}

// resident returns a new resident id.
func (f *fixture[T]) resident() string { return ids.New(f.clock.Now()) }

// some returns n unsaved records of one resident, or of one each.
func (f *fixture[T]) some(n int) []T {
	who := f.resident()
	out := make([]T, n)
	for i := range out {
		if f.OnePerResident {
			who = f.resident()
		}
		out[i] = f.Make(who, i)
	}
	return out
}

func (f *fixture[T]) saved(t *testing.T, items ...T) []T {
	t.Helper()
	out, err := f.store.Create(t.Context(), record.Request{}, items)
	if err != nil {
		t.Fatalf("create %d records: %v", len(items), err)
	}
	return out
}

func (f *fixture[T]) one(t *testing.T) T {
	t.Helper()
	return f.saved(t, f.some(1)...)[0]
}

func (f *fixture[T]) id(item T) string { return f.Base(&item).ID }

// head is how many changes the feed has seen.
func (f *fixture[T]) head(t *testing.T) int64 {
	t.Helper()
	h, err := changefeed.ReadHead(t.Context(), f.db)
	if err != nil {
		t.Fatal(err)
	}
	return h.Position
}
