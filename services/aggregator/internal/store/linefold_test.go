package store_test

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"xinju.dev/services/aggregator/internal/store"

	gocmp "github.com/google/go-cmp/cmp"
)

func inLines(a, b store.LineRow) int {
	return cmp.Or(cmp.Compare(a.Indicator, b.Indicator), strings.Compare(a.Village, b.Village), strings.Compare(a.SortKey, b.SortKey),
		strings.Compare(a.ResidentID, b.ResidentID), strings.Compare(a.EventID, b.EventID), cmp.Compare(a.FromDay, b.FromDay))
}

// known is what lines there should be, by key.
type known map[store.LineRow]store.LineRow

func (k known) put(list []store.LineRow) {
	for _, l := range list {
		k[l.Key()] = l
	}
}

// on lists what a page without bounds has.
func (k known) on(indicator, day int32, first, last string) []store.LineRow {
	out := []store.LineRow{}
	for l := range maps.Values(k) {
		if l.Indicator == indicator && l.Village >= first && l.Village <= last && l.FromDay <= day && day < l.UntilDay {
			out = append(out, l)
		}
	}
	slices.SortFunc(out, inLines)
	return out
}

// changes invents lines that are put, new or over others, and lines that are taken away,
// some of which there are not.
func (k known) changes(rng *rand.Rand, n int) (come, gone []store.LineRow) {
	of := func() store.LineRow {
		return store.LineRow{
			Indicator: int32(rng.IntN(4)), Village: fmt.Sprintf("V%d", rng.IntN(9)), SortKey: fmt.Sprintf("k\x00%d", rng.IntN(9)), ResidentID: fmt.Sprintf("R%06d", rng.IntN(40)),
			EventID: []string{"", "E1", "\xfb"}[rng.IntN(3)], FromDay: int32(rng.IntN(9000)), UntilDay: 20_000 - int32(rng.IntN(15_000)), OnDay: int32(rng.IntN(9000)), Weight: 1 + int32(rng.IntN(3)),
		}
	}
	there := slices.SortedFunc(maps.Values(k), inLines)
	for range n {
		l := of()
		switch kind := rng.IntN(4); {
		case kind == 0 && len(there) > 0:
			was := there[rng.IntN(len(there))]
			l.UntilDay, was.UntilDay = 0, l.UntilDay
			come = append(come, was)
		case kind == 1 && len(there) > 0:
			gone = append(gone, there[rng.IntN(len(there))])
		case kind == 2:
			gone = append(gone, l)
		default:
			come = append(come, l)
		}
	}
	for _, list := range []*[]store.LineRow{&come, &gone} { // a page knows each line once
		once := known{}
		once.put(*list)
		*list = slices.SortedFunc(maps.Values(once), inLines)
	}
	return come, slices.DeleteFunc(gone, func(l store.LineRow) bool {
		return slices.ContainsFunc(come, func(c store.LineRow) bool { return c.Key() == l.Key() })
	})
}

// TestLinesAreThoseThatWerePutWhereverTheyLie: in blocks of a filling, changed since in
// rows, folded now and then: pages of any day, place and length are those of a map.
func TestLinesAreThoseThatWerePutWhereverTheyLie(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		for seed := range uint64(12) {
			rng := rand.New(rand.NewPCG(11, seed))
			generation := int64(seed + 1)
			s.FoldEach([]int{1, 3, 40, 1 << 30}[seed%4])
			have := known{}
			if seed%3 > 0 {
				list := residents(150 * int(seed%3))
				if err := fill(t, s, generation, list, 32<<20).End(t.Context()); err != nil {
					t.Fatal(err)
				}
				for _, c := range list {
					have.put(c.lines)
				}
			}
			for range 6 {
				come, gone := have.changes(rng, 1+rng.IntN(120))
				write(t, s, func(tx store.Tx) error { return tx.DeleteLines(generation, gone) })
				write(t, s, func(tx store.Tx) error { return tx.PutLines(generation, come) })
				for _, l := range gone {
					delete(have, l.Key())
				}
				have.put(come)
				for range 5 {
					have.compare(t, s, generation, rng)
				}
			}
			if rows, blocks := stored(t, s, generation); seed%4 == 0 && (rows > 0 || blocks == 0) || seed%4 == 3 && rows == 0 {
				t.Errorf("seed %d: %d rows and %d blocks", seed, rows, blocks)
			}
			if seed%8 == 0 { // nothing is kept of lines that are gone
				write(t, s, func(tx store.Tx) error { return tx.DeleteLines(generation, slices.Collect(maps.Keys(have))) })
			} else if err := s.DropLines(t.Context(), generation); err != nil {
				t.Fatal(err)
			}
			if rows, blocks := stored(t, s, generation); rows+blocks > 0 {
				t.Fatalf("%d rows and %d blocks are left", rows, blocks)
			}
		}
	})
}

// compare reads a list page by page, in a transaction and outside.
func (k known) compare(t *testing.T, s *store.Store, generation int64, rng *rand.Rand) {
	t.Helper()
	first := rng.IntN(9)
	p := store.LinePage{
		Indicator: int32(rng.IntN(5)), Day: int32(rng.IntN(20_000)), Limit: 1 + rng.IntN(400),
		After: store.LinePlace{Village: fmt.Sprintf("V%d", first)}, Last: fmt.Sprintf("V%d", first+rng.IntN(9-first)),
	}
	want := k.on(p.Indicator, p.Day, p.After.Village, p.Last)
	got := []store.LineRow{}
	for {
		page := read(t, s, func(tx store.Tx) ([]store.LineRow, error) { return tx.Lines(generation, p) })
		got = append(got, page...)
		if len(page) < p.Limit {
			break
		}
		p.After = placeOf(&page[len(page)-1])
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Fatalf("generation %d, list %d on %d: %s", generation, p.Indicator, p.Day, diff)
	}
}

func stored(t *testing.T, s *store.Store, generation int64) (rows, blocks int) {
	t.Helper()
	n := read(t, s, func(tx store.Tx) ([2]int, error) { return tx.LinesStored(generation) })
	return n[0], n[1]
}

// TestManyChangesOfOneListAreFoldedInTheirTurn: more rows than one folding takes,
// without any block before, behind the last one, and with many of one place at the bound.
func TestManyChangesOfOneListAreFoldedInTheirTurn(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		s.FoldEach(1 << 30)
		have := known{}
		line := func(i, day int32) store.LineRow {
			return store.LineRow{Indicator: 2, Village: "V", SortKey: fmt.Sprintf("%05d", i), ResidentID: "R", FromDay: day, UntilDay: day + 1, Weight: 1}
		}
		var list []store.LineRow
		for i := range int32(4090) {
			list = append(list, line(i, 7))
		}
		for day := range int32(30) { // at the bound
			list = append(list, line(4090, 2*day))
		}
		for i := range int32(3000) {
			list = append(list, line(5000+i, 7))
		}
		write(t, s, func(tx store.Tx) error { return tx.PutLines(1, list) })
		have.put(list)
		s.FoldEach(1)
		last := 1 << 30
		for range 3 {
			write(t, s, func(tx store.Tx) error { return tx.PutLines(1, list[:1]) })
			write(t, s, func(tx store.Tx) error { return tx.PutLines(1, list[len(list)-1:]) })
			rows, blocks := stored(t, s, 1)
			if rows >= last && rows > 0 || blocks == 0 {
				t.Errorf("%d rows of %d are left, %d blocks", rows, last, blocks)
			}
			last = rows
			for _, day := range []int32{7, 20} {
				p := store.LinePage{Indicator: 2, Day: day, Limit: 1 << 20, After: store.LinePlace{Village: "V"}, Last: "V"}
				got := read(t, s, func(tx store.Tx) ([]store.LineRow, error) { return tx.Lines(1, p) })
				if diff := gocmp.Diff(have.on(2, day, "V", "V"), got); diff != "" {
					t.Fatal(diff)
				}
			}
		}
		if last > 0 {
			t.Errorf("%d rows were not folded", last)
		}
	})
}

// TestADamagedBlockIsNoEmptyList.
func TestADamagedBlockIsNoEmptyList(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		for i, records := range [][]byte{{}, {1}, {0, 5, 'V'}, {0, 1, 'V', 3, 1}, []byte("\x00\x08V\x00\x01k\x00\x01R\x00\x02\x00\x02")} {
			write(t, s, func(tx store.Tx) error { return tx.AddBlock(int64(i), 4, []byte("V\x00\x02"), records) })
			p := store.LinePage{Indicator: 4, Day: 1, Limit: 9, After: store.LinePlace{Village: "V"}, Last: "V"}
			err := s.Read(t.Context(), func(tx store.Tx) error { _, err := tx.Lines(int64(i), p); return err })
			if (err == nil) != (len(records) == 0) {
				t.Errorf("%q: %v", records, err)
			}
		}
	})
}
