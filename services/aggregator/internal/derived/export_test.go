package derived

import (
	"context"
	"time"

	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/store"
)

// Cells is every number of every division on every day, as Rows writes them.
func (b *Book) Cells() map[string][]ledger.MonthRow {
	b.mu.RLock()
	defer b.mu.RUnlock()
	out := map[string][]ledger.MonthRow{}
	for _, code := range b.live.ledger.Codes() {
		if rows := b.live.ledger.Rows(code, b.live.deriver.Keys()); len(rows) > 0 {
			out[code] = rows
		}
	}
	return out
}

// TakenOver is the villages that the start took from stored sums and that nobody has
// compared yet.
func (b *Book) TakenOver() []string { return b.live.kept.doubt }

// Forged is a row that passes for that of a village and has the sums of another.
func (b *Book) Forged(village, sums string) []byte {
	return sealed(b.live.generation, village, b.live.ledger.Sums(sums))
}

// ListInSteps makes listings take in so many facts at a time, sort so many bytes in
// memory, and remember so many residents for the people around them.
func (b *Book) ListInSteps(facts, sorted, asking int) {
	b.list = listBounds{step: facts, most: 3 * facts, sorted: sorted, asking: asking}
}

// Most sets how many divisions are written in one transaction when they are most of all.
func (p *Publisher) Most(divisions int) { p.most = divisions }

// Revision is that of what serves.
func (b *Book) Revision() int64 { return b.live.revision }

// Lease sets how often this process says that it makes a generation, and after how
// long it takes another one that says nothing for dead.
func (b *Book) Lease(renew, runsOut time.Duration) {
	b.leases = leaseTimes{renew, time.Millisecond, runsOut}
}

// During sets in what the making of generations runs.
func (b *Book) During(ctx func(context.Context) context.Context) { b.during = ctx }

// Owner is this process in a lease.
func (b *Book) Owner() string { return b.owner }

// Watched is what is seen of another process's lease.
type Watched struct{ watched }

func (w *Watched) Look(is store.Building, now time.Time) { w.look(is, now) }

func (w *Watched) RanOut(now time.Time, after time.Duration) bool { return w.ranOut(now, after) }

// Persist repeats an attempt as operations are.
func Persist(ctx context.Context, attempt func() error, again func()) error {
	return persist(ctx, attempt, again)
}

// Generation is that of what serves.
func (b *Book) Generation() int64 {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.live.generation
}

// Knows says whether it is known what the facts mention.
func (b *Book) Knows() bool { return b.live.refs != nil }
