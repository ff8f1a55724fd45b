package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"github.com/google/go-cmp/cmp"
)

var sets = []migrate.Set{store.Migrations(), idempotency.Migrations()}

// each runs the contract on every engine.
func each(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) { test(t, store.New(db)) })
}

func write(t *testing.T, s *store.Store, fn func(store.Tx) error) {
	t.Helper()
	if err := s.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func read[T any](t *testing.T, s *store.Store, fn func(store.Tx) (T, error)) (out T) {
	t.Helper()
	err := s.Read(t.Context(), func(tx store.Tx) (err error) {
		out, err = fn(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestMembersComeInTheOrderOfTheirBytes(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		keys := []string{"", " ", "A", "B", "a", "a ", "a b", "ab", "z", "é", "\xff"} // ascending by bytes
		var rows []store.MemberRow
		for i := range keys {
			rows = append(rows, store.MemberRow{Village: "990101001201", SortKey: keys[len(keys)-1-i], ResidentID: fmt.Sprint("R", i), Pieces: []byte{byte(i)}})
		}
		write(t, s, func(tx store.Tx) error { return putMembers(tx, 1, rows...) })
		var got []string
		next := store.MemberPage{Village: "990101001201", Limit: 2}
		for { // a page of two at a time
			page := read(t, s, func(tx store.Tx) ([]store.MemberRow, error) {
				return tx.Members(1, next)
			})
			for _, m := range page {
				got = append(got, m.SortKey)
			}
			if len(page) < 2 {
				break
			}
			next.SortKey, next.ResidentID, next.After = page[1].SortKey, page[1].ResidentID, true
		}
		if diff := cmp.Diff(keys, got); diff != "" {
			t.Error(diff)
		}
	})
}

// putMembers writes rows of residents who have one each.
func putMembers(tx store.Tx, generation int64, rows ...store.MemberRow) error {
	var residents []store.ResidentRow
	for _, m := range rows {
		residents = append(residents, store.ResidentRow{ID: m.ResidentID, Facts: []byte("f"), Members: store.PackMembers([]store.MemberRow{m})})
	}
	return errors.Join(tx.PutResidents(generation, residents), tx.PutMembers(generation, rows))
}

func TestMembersAreReplacedAndDeletedByKey(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		a := store.MemberRow{Village: "V", SortKey: "k", ResidentID: "R1", Pieces: []byte("old")}
		b := store.MemberRow{Village: "V", SortKey: "k", ResidentID: "R2", Pieces: []byte("goes")}
		write(t, s, func(tx store.Tx) error { return putMembers(tx, 1, a, b) })
		write(t, s, func(tx store.Tx) error { return putMembers(tx, 2, a) })
		a.Pieces = []byte("new")
		write(t, s, func(tx store.Tx) error { return putMembers(tx, 1, a) })
		write(t, s, func(tx store.Tx) error { return tx.DeleteMembers(1, []store.MemberRow{b}) })
		got := read(t, s, func(tx store.Tx) ([]store.MemberRow, error) {
			return tx.Members(1, store.MemberPage{Village: "V", Limit: 9})
		})
		if diff := cmp.Diff([]store.MemberRow{a}, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestFactsOfManyResidents(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		var rows []store.ResidentRow
		var ids []string
		for i := range 1200 { // more than one statement takes
			id := fmt.Sprintf("R%05d", i)
			rows, ids = append(rows, store.ResidentRow{ID: id, Facts: []byte(id)}), append(ids, id)
		}
		write(t, s, func(tx store.Tx) error { return tx.PutResidents(1, rows) })
		got := read(t, s, func(tx store.Tx) (map[string]store.ResidentRow, error) { return tx.Residents(1, append(ids, "nobody")) })
		if len(got) != 1200 || string(got["R01199"].Facts) != "R01199" {
			t.Errorf("%d residents", len(got))
		}
		n := read(t, s, func(tx store.Tx) (n int, err error) {
			err = tx.EachResident(1, "R00999", 5000, func(store.ResidentRow) error { n++; return nil })
			return n, err
		})
		if n != 200 {
			t.Errorf("%d residents after R00999, want 200", n)
		}
	})
}

func TestDropLeavesOtherGenerations(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		for g := range int64(2) {
			write(t, s, func(tx store.Tx) error {
				return errors.Join(
					tx.PutResidents(g+1, []store.ResidentRow{{ID: "R1", Facts: []byte("x")}}),
					tx.PutMembers(g+1, []store.MemberRow{{Village: "V", ResidentID: "R1", Pieces: []byte("x")}, {Village: "", ResidentID: "R2", Pieces: []byte("x")}}),
					tx.PutWorld(g+1, []store.WorldRow{{Kind: 5, ID: "D", Fact: []byte("x")}}),
					tx.PutLinks(g+1, []store.LinkRow{{Linked: "R2", Into: "R1"}}),
					tx.PutFollowed(g+1, store.FollowedRow{Source: "registry", Epoch: "E", Position: 7, Listing: true, PageToken: "t"}))
			})
		}
		if err := s.Drop(t.Context(), 2); err != nil {
			t.Fatal(err)
		}
		got := read(t, s, store.Tx.Generations)
		if diff := cmp.Diff([]int64{1}, got); diff != "" {
			t.Error(diff)
		}
		if links := read(t, s, func(tx store.Tx) (map[string][]string, error) { return tx.LinkedInto(1, []string{"R1"}) }); len(links) != 1 {
			t.Errorf("links %v", links)
		}
		followed := read(t, s, func(tx store.Tx) ([]store.FollowedRow, error) { return tx.Followed(1) })
		if diff := cmp.Diff([]store.FollowedRow{{Source: "registry", Epoch: "E", Position: 7, Listing: true, PageToken: "t"}}, followed); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAFailedTransactionLeavesNothing(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		failed := errors.New("no")
		err := s.Write(context.WithoutCancel(t.Context()), func(tx store.Tx) error {
			if err := tx.PutResidents(1, []store.ResidentRow{{ID: "R1", Facts: []byte("x")}}); err != nil {
				return err
			}
			return failed
		})
		if !errors.Is(err, failed) {
			t.Fatalf("err = %v", err)
		}
		if got := read(t, s, func(tx store.Tx) (map[string]store.ResidentRow, error) { return tx.Residents(1, []string{"R1"}) }); len(got) != 0 {
			t.Error("the row is there")
		}
	})
}

func TestLinksOfManyResidents(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		var rows []store.LinkRow
		var linked, roots []string
		for i := range 1200 { // more than one statement takes, two to a root
			l := store.LinkRow{Linked: fmt.Sprintf("R%05d", i), Into: fmt.Sprintf("P%05d", i/2)}
			rows, linked, roots = append(rows, l), append(linked, l.Linked), append(roots, l.Into)
		}
		write(t, s, func(tx store.Tx) error { return tx.PutLinks(1, rows) })
		write(t, s, func(tx store.Tx) error { return tx.PutLinks(2, rows[:1]) })
		write(t, s, func(tx store.Tx) error {
			return tx.PutLinks(1, []store.LinkRow{{Linked: "R00000"}, {Linked: "R00002", Into: "P00599"}, {Linked: "R09999"}})
		})
		into := read(t, s, func(tx store.Tx) (map[string]string, error) { return tx.IntoOf(1, linked) })
		if len(into) != 1199 || into["R00000"] != "" || into["R00002"] != "P00599" || into["R01198"] != "P00599" {
			t.Errorf("%d links, %q, %q", len(into), into["R00002"], into["R01198"])
		}
		got := read(t, s, func(tx store.Tx) (map[string][]string, error) { return tx.LinkedInto(1, append(roots[2:], "nobody")) })
		if diff := cmp.Diff([]string{"R00002", "R01198", "R01199"}, got["P00599"]); diff != "" || len(got) != 599 {
			t.Errorf("%d roots %s", len(got), diff)
		}
		n := 0
		if err := s.DropIndexes(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		write(t, s, func(tx store.Tx) error {
			return errors.Join(tx.Links(1, func(store.LinkRow) error { n++; return nil }), tx.Links(2, func(store.LinkRow) error { n += 10; return nil }))
		})
		if n != 10 {
			t.Errorf("%d are left, want those of the other generation alone", n)
		}
	})
}
