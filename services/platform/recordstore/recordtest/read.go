package recordtest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordstore"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func pageOf(size int, token string) page.Query { return page.Query{Size: size, Token: token} }

func (f *fixture[T]) list(t *testing.T) {
	items := f.some(23)
	made := f.saved(t, items...)
	slices.SortFunc(made, func(a, b T) int {
		return cmp.Or(cmp.Compare(f.Date(a), f.Date(b)), cmp.Compare(f.id(a), f.id(b)))
	})
	filter := record.Filter{ResidentID: f.Base(&made[0]).ResidentID}
	want := made
	if f.OnePerResident {
		want = made[:1]
	}
	t.Run("pages of every size together are the whole list in order", func(t *testing.T) {
		for _, size := range []int{1, 4, 22, 23, 1000} {
			if diff := gocmp.Diff(want, f.all(t, filter, size), cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("size %d: %s", size, diff)
			}
		}
	})
	t.Run("both dates of a filter are inclusive", func(t *testing.T) {
		narrow := filter
		narrow.From, narrow.To = f.Date(want[len(want)/3]), f.Date(want[2*len(want)/3])
		var some []T
		for _, item := range want {
			if d := f.Date(item); d >= narrow.From && d <= narrow.To {
				some = append(some, item)
			}
		}
		if diff := gocmp.Diff(some, f.all(t, narrow, 5), cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a list without a resident holds everybody's records", func(t *testing.T) {
		seen := map[string]bool{}
		for _, item := range f.all(t, record.Filter{}, 400) {
			seen[f.id(item)] = true
		}
		for _, item := range made {
			if !seen[f.id(item)] {
				t.Fatalf("a record of %s is missing", f.Date(item))
			}
		}
	})
	t.Run("a token belongs to its filter", func(t *testing.T) {
		_, token, err := f.store.List(t.Context(), record.Filter{}, pageOf(1, ""))
		if err != nil || token == "" {
			t.Fatalf("token %q, %v", token, err)
		}
		for _, q := range []page.Query{pageOf(1, token), pageOf(1, token[:len(token)-2]), pageOf(1, "x")} {
			if _, _, err := f.store.List(t.Context(), filter, q); !errors.Is(err, page.ErrToken) {
				t.Errorf("got %v, want ErrToken", err)
			}
		}
	})
	t.Run("a negative size is refused", func(t *testing.T) {
		if _, _, err := f.store.List(t.Context(), filter, pageOf(-1, "")); !errors.Is(err, page.ErrSize) {
			t.Errorf("got %v, want ErrSize", err)
		}
	})
}

func (f *fixture[T]) all(t *testing.T, filter record.Filter, size int) []T {
	t.Helper()
	var out []T
	for token := ""; ; {
		items, next, err := f.store.List(t.Context(), filter, pageOf(size, token))
		if err != nil {
			t.Fatal(err)
		}
		if len(items) > size {
			t.Fatalf("a page of %d has %d records", size, len(items))
		}
		out = append(out, items...)
		if token = next; token == "" {
			return out
		}
	}
}

func (f *fixture[T]) feed(t *testing.T) {
	made := f.saved(t, f.some(5)...)
	f.Change(&made[1])
	changed, err := f.store.Update(t.Context(), made[1])
	if err != nil {
		t.Fatal(err)
	}
	gone, err := f.store.Delete(t.Context(), f.id(made[2]), 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("each write appends the fact as it is afterwards", func(t *testing.T) {
		p, err := changefeed.Read(t.Context(), f.db, "", f.head(t)-2, 0)
		if err != nil || len(p.Changes) != 2 {
			t.Fatalf("%d changes, %v", len(p.Changes), err)
		}
		want := f.Fact(changed)
		if diff := gocmp.Diff(want, p.Changes[0].Fact, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("after the update: %s", diff)
		}
		if want.Version != 2 || want.Deleted || want.ResidentID != f.Base(&changed).ResidentID {
			t.Errorf("the fact of version 2 is %+v", want)
		}
		want = f.Fact(gone)
		got := p.Changes[1].Fact
		if !got.Deleted || got.ID != want.ID || got.Kind != want.Kind || got.Version != 2 {
			t.Errorf("after the withdrawal: %+v", got)
		}
	})
	t.Run("the day of recording is the first one, whatever changes later", func(t *testing.T) {
		first := civil.DateOf(f.clock.Now())
		made := f.one(t)
		f.clock.Advance(40 * time.Hour)
		f.Change(&made)
		changed, err := f.store.Update(t.Context(), made)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Fact(changed).Recorded; got != first || first == civil.DateOf(f.clock.Now()) {
			t.Errorf("recorded on %s, want %s", got, first)
		}
		for from, facts := range map[string]map[string]changefeed.Fact{"feed": f.folded(t), "list": f.listed(t, 100)} {
			if got := facts[keyOf(f.Fact(changed))].Recorded; got != first {
				t.Errorf("the %s says recorded on %s, want %s", from, got, first)
			}
		}
	})
	t.Run("the feed folded is what is listed", func(t *testing.T) {
		folded := f.folded(t)
		for _, size := range []int{3, 64, 5000} {
			if diff := gocmp.Diff(folded, f.listed(t, size), cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("pages of %d (-feed +listed): %s", size, diff)
			}
		}
	})
}

// folded replays the feed: the highest version of each fact that still holds.
func (f *fixture[T]) folded(t *testing.T) map[string]changefeed.Fact {
	t.Helper()
	out, gone := map[string]changefeed.Fact{}, map[string]bool{}
	for at := int64(0); ; {
		p, err := changefeed.Read(t.Context(), f.db, "", at, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range p.Changes {
			key := keyOf(c.Fact)
			if c.Fact.Version <= out[key].Version {
				t.Fatalf("version %d of a fact follows version %d", c.Fact.Version, out[key].Version)
			}
			out[key], gone[key], at = c.Fact, c.Fact.Deleted, c.Position
		}
		if len(p.Changes) == 0 {
			for key := range gone {
				if gone[key] {
					delete(out, key)
				}
			}
			return out
		}
	}
}

func (f *fixture[T]) listed(t *testing.T, size int) map[string]changefeed.Fact {
	t.Helper()
	out, last := map[string]changefeed.Fact{}, ""
	list := recordstore.Listers(map[string]recordstore.Ordered{"records": f.store})
	for after := ""; ; {
		facts, next, err := list.ListFacts(t.Context(), after, size)
		if err != nil {
			t.Fatal(err)
		}
		for _, fact := range facts {
			if _, twice := out[keyOf(fact)]; twice {
				t.Fatal("a fact was listed twice")
			}
			if fact.ResidentID < last {
				t.Fatalf("resident %s comes after %s", fact.ResidentID, last)
			}
			out[keyOf(fact)], last = fact, fact.ResidentID
		}
		if after = next; after == "" {
			return out
		}
	}
}

func keyOf(f changefeed.Fact) string { return fmt.Sprintf("%d/%s", f.Kind, f.ID) }
