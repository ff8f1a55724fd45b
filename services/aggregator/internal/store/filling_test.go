package store_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"xinju.dev/services/aggregator/internal/store"

	gocmp "github.com/google/go-cmp/cmp"
)

// counting is a resident in a village, with the lines there.
type counting struct {
	member store.MemberRow
	lines  []store.LineRow
}

// residents invents who counts where, in no order.
func residents(n int) []counting {
	rng := rand.New(rand.NewPCG(7, uint64(n)))
	var out []counting
	for i := range n {
		id := fmt.Sprintf("R%06d", i)
		for v := range 1 + rng.IntN(2) {
			c := counting{member: store.MemberRow{Village: fmt.Sprintf("V%d", (i+v*5)%9), SortKey: fmt.Sprintf("k\x00%d", rng.IntN(40)), ResidentID: id}}
			for indicator := range int32(12) {
				for event := range rng.IntN(3) {
					c.lines = append(c.lines, store.LineRow{
						Indicator: indicator, Village: c.member.Village, SortKey: c.member.SortKey, ResidentID: id, EventID: []string{"", "E1"}[event],
						FromDay: int32(rng.IntN(9000)), UntilDay: 20_000, OnDay: -int32(rng.IntN(5000)), Weight: 1 + int32(event),
					})
				}
			}
			out = append(out, c)
		}
	}
	rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

func fill(t *testing.T, s *store.Store, generation int64, list []counting, bound int) *store.Filling {
	t.Helper()
	f := s.Fill(generation)
	f.Bound(bound)
	for i := range list {
		if err := f.Add(t.Context(), &list[i].member, list[i].lines); err != nil {
			t.Fatal(err)
		}
		if f.Held() > bound {
			t.Fatalf("%d bytes are held, at most %d may be", f.Held(), bound)
		}
	}
	return f
}

func rows(t *testing.T, s *store.Store, generation int64) (members []store.MemberRow, lines []store.LineRow) {
	t.Helper()
	members = read(t, s, func(tx store.Tx) ([]store.MemberRow, error) { return tx.MemberKeys(generation) })
	for v := range 9 {
		village := fmt.Sprintf("V%d", v)
		for indicator := range int32(12) {
			p := store.LinePage{Indicator: indicator, After: store.LinePlace{Village: village}, Last: village, Day: 10_000, Limit: 1 << 20}
			lines = append(lines, read(t, s, func(tx store.Tx) ([]store.LineRow, error) { return tx.Lines(generation, p) })...)
		}
	}
	return members, lines
}

// TestAFillingWritesWhatSingleRowsDo: in memory, with runs of few and of many parts.
func TestAFillingWritesWhatSingleRowsDo(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		for i, bound := range []int{4 << 10, 400 << 10, 32 << 20} {
			t.Run(fmt.Sprint(bound), func(t *testing.T) {
				list := residents([]int{200, 2500, 800}[i])
				ours, want := int64(2*i+1), int64(2*i+2)
				var members []store.MemberRow
				var lines []store.LineRow
				for _, c := range list {
					members, lines = append(members, c.member), append(lines, c.lines...)
				}
				write(t, s, func(tx store.Tx) error { return tx.PutMembers(want, members) })
				write(t, s, func(tx store.Tx) error { return tx.PutLines(want, lines) })
				if err := fill(t, s, ours, list, bound).End(t.Context()); err != nil {
					t.Fatal(err)
				}
				gotMembers, gotLines := rows(t, s, ours)
				wantMembers, wantLines := rows(t, s, want)
				if len(wantMembers) != len(members) || len(wantLines) != len(lines) {
					t.Fatalf("%d members of %d, %d lines of %d", len(wantMembers), len(members), len(wantLines), len(lines))
				}
				if diff := gocmp.Diff(wantMembers, gotMembers); diff != "" {
					t.Error(diff)
				}
				if diff := gocmp.Diff(wantLines, gotLines); diff != "" {
					t.Error(diff)
				}
				if n := parts(t, s, ours); n != 0 {
					t.Errorf("%d parts of runs are left", n)
				}
			})
		}
	})
}

func parts(t *testing.T, s *store.Store, generation int64) int {
	t.Helper()
	return read(t, s, func(tx store.Tx) (int, error) { return tx.Parts(generation) })
}

// TestAFillingWritesInTheOrderOfItsTables: first who counts where, then the lines of
// one indicator after the other, each by place.
func TestAFillingWritesInTheOrderOfItsTables(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		f := fill(t, s, 1, residents(500), 30<<10)
		if n := parts(t, s, 1); n < 3 {
			t.Fatalf("%d parts: no runs to merge", n)
		}
		sections, places, err := f.Order(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for i := 1; i < len(places); i++ {
			if cmp.Or(cmp.Compare(sections[i-1], sections[i]), cmp.Compare(places[i-1], places[i])) >= 0 {
				t.Fatalf("record %d (%d %q) comes after %d %q", i, sections[i], places[i], sections[i-1], places[i-1])
			}
		}
	})
}

// TestAFillingThatDidNotEndLeavesNothing: it was killed between two runs, or failed
// while they were merged.
func TestAFillingThatDidNotEndLeavesNothing(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		list := residents(10_000)    // three transactions: the last waits for one of those before
		fill(t, s, 1, list, 300<<10) // and nothing more
		if err := fill(t, s, 3, list, 300<<10).End(t.Context()); err != nil {
			t.Fatal(err)
		}
		fails := fill(t, s, 2, list, 300<<10)
		last := read(t, s, func(tx store.Tx) ([]byte, error) { return tx.LastBlock(3, 11) })
		write(t, s, func(tx store.Tx) error { return tx.AddBlock(2, 11, last, []byte{}) })
		if err := fails.End(t.Context()); err == nil {
			t.Fatal("a block that is there was written again")
		}
		members, lines := rows(t, s, 2)
		if len(members) == 0 || len(lines) < 2 || parts(t, s, 1) == 0 || parts(t, s, 2) == 0 {
			t.Fatalf("%d members and %d lines are written, %d and %d parts are there", len(members), len(lines), parts(t, s, 1), parts(t, s, 2))
		}
		left := read(t, s, store.Tx.Generations)
		if !slices.Equal(left, []int64{1, 2, 3}) {
			t.Fatalf("generations %v", left)
		}
		for _, generation := range left {
			if err := s.Drop(t.Context(), generation); err != nil {
				t.Fatal(err)
			}
		}
		if left := read(t, s, store.Tx.Generations); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
		if _, lines := rows(t, s, 2); len(lines) > 0 {
			t.Errorf("%d lines are left", len(lines))
		}
	})
}
