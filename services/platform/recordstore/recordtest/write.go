package recordtest

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"xinju.dev/services/platform/ids"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordstore"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func (f *fixture[T]) create(t *testing.T) {
	t.Run("what was created is read back unchanged", func(t *testing.T) {
		now := f.clock.Now()
		made := f.one(t)
		b := f.Base(&made)
		if !ids.Valid(b.ID) || b.Version != 1 || b.Deleted || !b.CreateTime.Equal(now) || !b.UpdateTime.Equal(now) {
			t.Errorf("the store set %+v", *b)
		}
		got, err := f.store.Get(t.Context(), b.ID)
		f.same(t, got, made, err)
	})
	t.Run("what the caller says of id, version and times is ignored", func(t *testing.T) {
		item := f.some(1)[0]
		b := f.Base(&item)
		b.ID, b.Version, b.Deleted, b.CreateTime = "mine", 7, true, time.Unix(1, 0)
		made := f.saved(t, item)[0]
		if b := f.Base(&made); b.ID == "mine" || b.Version != 1 || b.Deleted || b.CreateTime.Equal(time.Unix(1, 0)) {
			t.Errorf("kept %+v", *b)
		}
	})
	t.Run("a batch comes back in its order", func(t *testing.T) {
		items := f.some(7)
		last := ""
		for i, made := range f.saved(t, slices.Clone(items)...) {
			got, err := f.store.Get(t.Context(), f.id(made))
			f.same(t, got, made, err)
			if was := f.Base(&items[i]).ResidentID; was != "" && was != f.Base(&made).ResidentID || f.id(made) <= last {
				t.Errorf("record %d of the batch is %s of %s, after %s; sent of %s", i, f.id(made), f.Base(&made).ResidentID, last, was)
			}
			last = f.id(made)
		}
	})
	t.Run("a record that does not exist is not found", func(t *testing.T) {
		if _, err := f.store.Get(t.Context(), f.resident()); !errors.Is(err, record.ErrNotFound) {
			t.Errorf("get: %v, want ErrNotFound", err)
		}
	})
	t.Run("a batch has from 1 to 500 items", func(t *testing.T) {
		before := f.head(t)
		for _, n := range []int{0, record.MaxBatch + 1} {
			if _, err := f.store.Create(t.Context(), record.Request{}, f.some(n)); !errors.Is(err, recordstore.ErrBatch) {
				t.Errorf("%d items: %v, want ErrBatch", n, err)
			}
		}
		f.saved(t, f.some(record.MaxBatch)...)
		if got := f.head(t) - before; got != record.MaxBatch {
			t.Errorf("%d changes, want %d", got, record.MaxBatch)
		}
	})
}

func (f *fixture[T]) replay(t *testing.T) {
	t.Run("a retried request has one effect and the same answer", func(t *testing.T) {
		req, items := record.NewRequest("retry-"+f.resident(), []byte("a")), f.some(3)
		first, err := f.store.Create(t.Context(), req, items)
		if err != nil {
			t.Fatal(err)
		}
		before := f.head(t)
		f.clock.Advance(time.Hour)
		second, err := f.store.Create(t.Context(), req, items)
		if diff := cmp.Diff(first, second, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Errorf("second answer: %v\n%s", err, diff)
		}
		if f.head(t) != before {
			t.Error("the retry appended to the feed")
		}
	})
	t.Run("a request id cannot be used for another request", func(t *testing.T) {
		id := "reuse-" + f.resident()
		if _, err := f.store.Create(t.Context(), record.NewRequest(id, []byte("a")), f.some(1)); err != nil {
			t.Fatal(err)
		}
		before := f.head(t)
		if _, err := f.store.Create(t.Context(), record.NewRequest(id, []byte("b")), f.some(1)); err == nil {
			t.Error("accepted")
		}
		if f.head(t) != before {
			t.Error("the refused request appended to the feed")
		}
	})
	t.Run("retries at the same time have one effect", func(t *testing.T) {
		req, items := record.NewRequest("race-"+f.resident(), []byte("a")), f.some(1)
		before := f.head(t)
		answers, wg := make([]string, 8), sync.WaitGroup{}
		for i := range answers {
			wg.Go(func() {
				got, err := f.store.Create(t.Context(), req, items)
				if err != nil {
					t.Errorf("attempt %d: %v", i, err)
					return
				}
				answers[i] = f.id(got[0])
			})
		}
		wg.Wait()
		for _, a := range answers {
			if a != answers[0] {
				t.Errorf("answers differ: %v", answers)
			}
		}
		if got := f.head(t) - before; got != 1 {
			t.Errorf("%d changes, want 1", got)
		}
	})
}

// atomic makes the last record of a batch impossible to store.
func (f *fixture[T]) atomic(t *testing.T) {
	t.Run("a batch that fails leaves nothing", func(t *testing.T) {
		items := f.some(120)
		last := f.Base(&items[119])
		last.ResidentID = string(make([]byte, 1<<16)) // no engine's column or fact takes that
		req, before := record.NewRequest("atomic-"+f.resident(), []byte("a")), f.head(t)
		if _, err := f.store.Create(t.Context(), req, items); err == nil {
			t.Fatal("the impossible record was stored")
		}
		first := f.Base(&items[0]).ResidentID
		got, _, err := f.store.List(t.Context(), record.Filter{ResidentID: first}, pageOf(1000, ""))
		if err != nil || len(got) != 0 {
			t.Errorf("%d records stayed, %v", len(got), err)
		}
		if f.head(t) != before {
			t.Error("the feed moved")
		}
		if _, err := f.store.Create(t.Context(), req, items[:119]); err != nil {
			t.Errorf("the request id stayed taken: %v", err)
		}
	})
}

func (f *fixture[T]) update(t *testing.T) {
	t.Run("an update raises the version and keeps id, resident and creation", func(t *testing.T) {
		made := f.one(t)
		f.clock.Advance(time.Minute)
		next := made
		f.Change(&next)
		got, err := f.store.Update(t.Context(), next)
		if err != nil {
			t.Fatal(err)
		}
		want := *f.Base(&made)
		want.Version, want.UpdateTime = 2, f.clock.Now()
		if diff := cmp.Diff(want, *f.Base(&got)); diff != "" {
			t.Error(diff)
		}
		*f.Base(&next) = want
		f.same(t, got, next, nil)
		read, err := f.store.Get(t.Context(), want.ID)
		f.same(t, read, next, err)
		if cmp.Equal(read, made) {
			t.Error("Change changes nothing that is stored")
		}
	})
	t.Run("a stale version is refused and changes nothing", func(t *testing.T) {
		made := f.one(t)
		next := made
		f.Change(&next)
		newer, err := f.store.Update(t.Context(), next)
		if err != nil {
			t.Fatal(err)
		}
		before := f.head(t)
		if _, err := f.store.Update(t.Context(), made); !errors.Is(err, record.ErrStale) {
			t.Errorf("update: %v, want ErrStale", err)
		}
		if _, err := f.store.Delete(t.Context(), f.id(made), 1); !errors.Is(err, record.ErrStale) {
			t.Errorf("delete: %v, want ErrStale", err)
		}
		read, err := f.store.Get(t.Context(), f.id(made))
		f.same(t, read, newer, err)
		if f.head(t) != before {
			t.Error("the feed moved")
		}
	})
	t.Run("of writers with the same version one wins", func(t *testing.T) {
		made := f.one(t)
		f.Change(&made)
		var mu sync.Mutex
		won, wg := 0, sync.WaitGroup{}
		for range 8 {
			wg.Go(func() {
				_, err := f.store.Update(t.Context(), made)
				if err != nil && !errors.Is(err, record.ErrStale) {
					t.Errorf("a loser got %v, want ErrStale", err)
				}
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				}
			})
		}
		wg.Wait()
		if won != 1 {
			t.Errorf("%d writers won", won)
		}
	})
	t.Run("a record cannot be moved to another resident", func(t *testing.T) {
		made := f.one(t)
		f.Base(&made).ResidentID = f.resident()
		if _, err := f.store.Update(t.Context(), made); !errors.Is(err, recordstore.ErrResident) {
			t.Errorf("got %v, want ErrResident", err)
		}
	})
	t.Run("a record that does not exist cannot be updated", func(t *testing.T) {
		made := f.one(t)
		f.Base(&made).ID = f.resident()
		if _, err := f.store.Update(t.Context(), made); !errors.Is(err, record.ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound", err)
		}
	})
}

func (f *fixture[T]) withdraw(t *testing.T) {
	t.Run("a withdrawn record is gone for readers and says so once", func(t *testing.T) {
		made := f.one(t)
		id := f.id(made)
		gone, err := f.store.Delete(t.Context(), id, 1)
		if b := f.Base(&gone); err != nil || !b.Deleted || b.Version != 2 || b.ID != id {
			t.Fatalf("got %+v, %v", *b, err)
		}
		if _, err := f.store.Get(t.Context(), id); !errors.Is(err, record.ErrNotFound) {
			t.Errorf("get: %v, want ErrNotFound", err)
		}
		if got, _, err := f.store.List(t.Context(), record.Filter{ResidentID: f.Base(&made).ResidentID}, pageOf(10, "")); err != nil || len(got) != 0 {
			t.Errorf("list: %d records, %v", len(got), err)
		}
		if _, err := f.store.Delete(t.Context(), id, 2); !errors.Is(err, record.ErrNotFound) {
			t.Errorf("delete again: %v, want ErrNotFound", err)
		}
		if _, err := f.store.Update(t.Context(), gone); !errors.Is(err, record.ErrNotFound) {
			t.Errorf("update: %v, want ErrNotFound", err)
		}
	})
	t.Run("version 0 withdraws whatever there is", func(t *testing.T) {
		if _, err := f.store.Delete(t.Context(), f.id(f.one(t)), 0); err != nil {
			t.Error(err)
		}
	})
	t.Run("what was created by a request since withdrawn is still its answer", func(t *testing.T) {
		req, items := record.NewRequest("gone-"+f.resident(), []byte("a")), f.some(1)
		made, err := f.store.Create(t.Context(), req, items)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.store.Delete(t.Context(), f.id(made[0]), 1); err != nil {
			t.Fatal(err)
		}
		again, err := f.store.Create(t.Context(), req, items)
		if err != nil || len(again) != 1 || f.id(again[0]) != f.id(made[0]) || !f.Base(&again[0]).Deleted {
			t.Errorf("got %d records, %v", len(again), err)
		}
	})
}

func (f *fixture[T]) same(t *testing.T, got, want T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
