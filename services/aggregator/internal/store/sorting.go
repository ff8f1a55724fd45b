package store

import (
	"context"
	"slices"
	"strings"
)

// Sorting puts what comes in no order into the order of its keys: what does not fit
// in memory is kept as sorted runs beside the tables of a generation, which are merged
// when it is read. DropRuns removes them.
type Sorting struct {
	runs Filling // its runs, from firstSorted on
	most int     // bytes held at a time
	held []sorted
	size int
}

type sorted struct {
	key   string
	value []byte
}

// firstSorted is the number of the first run, above those of a Filling.
const firstSorted = 1 << 40

// sortedRoom is what a value takes besides key and bytes.
const sortedRoom = 48

// Sort begins to sort beside the tables of a generation; most is how many bytes are
// held in memory.
func (s *Store) Sort(generation int64, most int) *Sorting {
	return &Sorting{runs: Filling{store: s, generation: generation, runs: firstSorted}, most: most}
}

// Add takes a value, which is kept.
func (s *Sorting) Add(ctx context.Context, key string, value []byte) error {
	s.held = append(s.held, sorted{key, value})
	if s.size += len(key) + len(value) + sortedRoom; s.size < s.most {
		return nil
	}
	if err := s.runs.write(ctx, s.cursor()); err != nil {
		return err
	}
	s.held, s.size = s.held[:0], 0
	return nil
}

func (s *Sorting) cursor() *sortedCursor {
	slices.SortStableFunc(s.held, func(a, b sorted) int { return strings.Compare(a.key, b.key) })
	return &sortedCursor{left: s.held}
}

// Each calls each for all values, in the order of their keys; those of one key in no
// order. A value is valid until each returns.
func (s *Sorting) Each(ctx context.Context, each func(key string, value []byte) error) error {
	from := make(merging, 0, s.runs.runs-firstSorted+1)
	for run := int64(firstSorted); run < s.runs.runs; run++ {
		from = append(from, &partReader{store: s.runs.store, generation: s.runs.generation, run: run})
	}
	from = append(from, s.cursor())
	if err := from.begin(ctx); err != nil {
		return err
	}
	for len(from) > 0 {
		r := from[0].at()
		if err := each(string(r.place), r.lines); err != nil {
			return err
		}
		if err := from.next(ctx); err != nil {
			return err
		}
	}
	return nil
}

// sortedCursor reads what is held.
type sortedCursor struct {
	record
	left []sorted
}

func (c *sortedCursor) next() bool {
	if len(c.left) == 0 {
		return false
	}
	c.place, c.lines = append(c.place[:0], c.left[0].key...), c.left[0].value
	c.left = c.left[1:]
	return true
}

func (c *sortedCursor) advance(context.Context) (bool, error) { return c.next(), nil }

func (c *sortedCursor) at() *record { return &c.record }
