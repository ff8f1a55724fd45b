package recordtest

import (
	"cmp"
	"slices"
	"testing"

	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/residentlink"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gorm.io/gorm"
)

// links is what a kind promises about residents whom the registry has merged:
// one list for all their identifiers, records that nobody rewrites, and
// everything as it was before once they are parted.
func (f *fixture[T]) links(t *testing.T) {
	type merged struct{ survivor, other, third string }
	who := merged{f.resident(), f.resident(), f.resident()}
	n := 7
	if f.OnePerResident {
		n = 1
	}
	own := map[string][]T{}
	for _, id := range []string{who.other, who.third, who.survivor} {
		items := make([]T, n)
		for i := range items {
			items[i] = f.Make(id, 3*len(own)+i)
		}
		own[id] = f.ordered(f.saved(t, items...))
	}
	say := func(version int64, into string, linked ...string) {
		t.Helper()
		err := f.db.Write(t.Context(), func(tx *gorm.DB) error {
			for _, id := range linked {
				if err := residentlink.Put(tx, residentlink.Link{Linked: id, Into: into, Version: version}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	shows := func(when string, want []T, asked ...string) {
		t.Helper()
		for _, id := range asked {
			for _, size := range []int{1, 3, 1000} {
				if diff := gocmp.Diff(want, f.all(t, record.Filter{ResidentID: id}, size), cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("%s, pages of %d (-want +got)\n%s", when, size, diff)
				}
			}
		}
	}
	apart := func(when string) {
		t.Helper()
		for id, items := range own {
			shows(when, items, id)
		}
	}
	apart("before anybody is merged")

	say(1, who.survivor, who.other)
	both := f.ordered(slices.Concat(own[who.survivor], own[who.other]))
	t.Run("merged residents have one list, whoever of them is asked for", func(t *testing.T) {
		shows("two are one", both, who.survivor, who.other)
		shows("the third is not", own[who.third], who.third)
	})
	t.Run("both dates of a filter hold for all of them", func(t *testing.T) {
		day := f.Date(both[len(both)/2])
		got := f.all(t, record.Filter{ResidentID: who.other, From: day, To: day}, 1000)
		want := slices.DeleteFunc(slices.Clone(both), func(item T) bool { return f.Date(item) != day })
		if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a third may join them", func(t *testing.T) {
		say(1, who.survivor, who.third)
		all := f.ordered(slices.Concat(both, own[who.third]))
		shows("three are one", all, who.survivor, who.other, who.third)
		say(2, "", who.third)
	})
	t.Run("what an older version of a link says changes nothing", func(t *testing.T) {
		say(1, who.survivor, who.third)
		shows("parted already", own[who.third], who.third)
	})
	t.Run("a record keeps the identifier that it was written with", func(t *testing.T) {
		if !f.OnePerResident {
			own[who.other] = f.ordered(append(own[who.other], f.saved(t, f.Make(who.other, 50))...))
		}
		at := len(own[who.other]) - 1
		next := own[who.other][at]
		f.Change(&next)
		changed, err := f.store.Update(t.Context(), next)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Base(&changed).ResidentID; got != who.other {
			t.Errorf("the record of one identifier is another's now: %v", got == who.survivor)
		}
		own[who.other][at] = changed
		both = f.ordered(slices.Concat(own[who.survivor], own[who.other]))
		shows("written while merged", both, who.survivor, who.other)
	})
	say(3, "", who.other)
	apart("after they were parted")
}

// ordered puts records into the order of lists.
func (f *fixture[T]) ordered(items []T) []T {
	return slices.SortedFunc(slices.Values(items), func(a, b T) int {
		return cmp.Or(cmp.Compare(f.Date(a), f.Date(b)), cmp.Compare(f.id(a), f.id(b)))
	})
}
