package store

import "context"

// Filling writes where the residents of a generation count, and their lines, into
// tables that have nothing of it yet. In whatever order the residents come, every
// row goes behind the one before: what does not fit in memory is kept as sorted
// runs in a table beside, which are merged in the end.
type Filling struct {
	store      *Store
	generation int64
	most       int     // bytes held at a time
	held       heldRun // in memory
	runs       int64   // stored
}

// fillingMost bounds what is sorted in memory: some 150,000 residents.
const fillingMost = 32 << 20

// Fill begins to fill the tables of a generation that has no members.
func (s *Store) Fill(generation int64) *Filling {
	return &Filling{store: s, generation: generation, most: fillingMost}
}

// Bound sets how many bytes are held at most before they become a run.
func (f *Filling) Bound(bytes int) { f.most = bytes }

// Add takes where a resident counts in a village, each of which comes once, with
// the lines there in the order of indicator, event and day.
func (f *Filling) Add(ctx context.Context, m *MemberRow, lines []LineRow) error {
	f.held.add(m, lines)
	if f.held.size() < f.most {
		return nil
	}
	if err := f.write(ctx, f.held.sorted()); err != nil {
		return err
	}
	f.held.clear()
	return nil
}

// Parts of runs: bytes of one, and how many are written in a transaction.
const (
	partSize  = 128 << 10
	partsOnce = 8
)

// run is records in order.
type run interface {
	next() bool
	at() *record
}

// write stores a run.
func (f *Filling) write(ctx context.Context, from run) error {
	var parts [][]byte
	seq := int64(0)
	flush := func() error {
		err := f.store.Write(ctx, func(t Tx) error { return t.addParts(f.generation, f.runs, seq, parts) })
		seq += int64(len(parts))
		parts = parts[:0]
		return err
	}
	var part partWriter
	for from.next() {
		part.add(from.at())
		if len(part.bytes) < partSize {
			continue
		}
		if parts = append(parts, part.take()); len(parts) == partsOnce {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if len(part.bytes) > 0 {
		parts = append(parts, part.take())
	}
	if err := flush(); err != nil {
		return err
	}
	f.runs++
	return nil
}

// merging is all runs, at their first records.
func (f *Filling) merging(ctx context.Context) (merging, error) {
	from := make(merging, 0, f.runs+1)
	for run := range f.runs {
		from = append(from, &partReader{store: f.store, generation: f.generation, run: run})
	}
	from = append(from, f.held.sorted())
	return from, from.begin(ctx)
}

// End writes everything and removes the runs.
func (f *Filling) End(ctx context.Context) error {
	from, err := f.merging(ctx)
	if err != nil {
		return err
	}
	into, inner := f.store.insert(ctx, f.generation)
	if err := into.end(inner, from.each(inner, into.add)); err != nil {
		return err
	}
	f.held = heldRun{}
	return f.store.DropRuns(ctx, f.generation)
}
