// Package derived keeps the aggregator's derived state: the facts as followed,
// the members derived from them in the store, and the numbers in memory, so
// that all of them always say the same.
//
// There is one writer at a time and it works page by page: one transaction for
// facts, members and position, and after its commit one step in memory.
// Readers see the state before a page or after it, never half of one. What is a
// rule is said by package policy, where facts come from by package tail.
package derived

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/desk"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/fault"

	"go.uber.org/zap"
)

// Faults of following and reading.
var (
	ErrGap = fault.New(fault.Precondition, "FEED_GAP",
		"the source left out a position; nothing after it is applied", "数据源跳过了位置，其后的变更不予应用")
	ErrEpoch = fault.New(fault.Precondition, "FEED_EPOCH_DIFFERS",
		"the source was restored or replaced; rebuild", "数据源已被恢复或替换，请重建")
	ErrLoading = fault.New(fault.Unavailable, "AGGREGATOR_LOADING",
		"the numbers are still being loaded, try again", "统计数据正在装载，请稍后重试")
	ErrMoving = fault.New(fault.Unavailable, "AGGREGATOR_BUSY",
		"the numbers change faster than the list can be read, try again", "数据变化过快，请稍后重试")
	ErrResident = fault.New(fault.NotFound, "RESIDENT_UNKNOWN",
		"no fact about this resident has arrived", "尚未收到该人员的任何记录")
)

// Deps is what a Book needs; all fields but Desk are required.
type Deps struct {
	Store   *store.Store
	Desk    *desk.Desk        // in the same database; nil: no pack can be loaded
	Packs   *policy.Catalogue // built in
	Sources []string          // in the order in which they are shown
	Now     func() time.Time
	Log     *zap.Logger
	Metrics *Metrics
}

// Book is the derived state. Make it with New, then Load it before anything else.
type Book struct {
	Deps
	builtin *derive.Deriver
	list    listBounds

	applying sync.Mutex // held by the one writer, for a whole page
	noted    *noted     // what pages change, while somebody wants to know; applying is held

	mu       sync.RWMutex
	live     *replica             // nil until loaded
	heads    map[string]int64     // last position that each source was seen to have
	contacts map[string]time.Time // when each source was last heard of
	alarms   map[string]string    // reason why a source is not followed any more
	lost     ledger.Count         // residents without a village as last reported; covered: counted above one
	chained  int64                // links that lead on as last reported
	changed  chan struct{}        // closed and replaced when live or an alarm changes

	work    chan struct{}           // wakes the worker that runs rebuilds
	current atomic.Pointer[running] // the rebuild at work
	first   atomic.Pointer[taken]   // while everything is listed for the first time
}

// New returns an empty book.
func New(d Deps) *Book {
	return &Book{
		Deps: d, builtin: derive.New(d.Packs), list: usualBounds(), heads: map[string]int64{}, contacts: map[string]time.Time{}, alarms: map[string]string{},
		changed: make(chan struct{}), work: make(chan struct{}, 1),
	}
}

// Deriver tells the numbers of the indicators, as they are now.
func (b *Book) Deriver() *derive.Deriver { return b.deriverNow() }

// Load reads what is stored and makes the numbers. When packs or code are not
// those that the members were derived with, they are derived anew first.
func (b *Book) Load(ctx context.Context) error {
	b.applying.Lock()
	defer b.applying.Unlock()
	var head store.Head
	err := b.Store.Read(ctx, func(t store.Tx) (err error) {
		head, err = t.Head()
		return err
	})
	if err != nil {
		return err
	}
	packs, err := b.composed(ctx)
	if err != nil {
		return err
	}
	deriver := derive.New(packs)
	load := b.load
	if head.Derivation != deriver.Derivation() {
		load = b.deriveAgain
	}
	r, err := load(ctx, head.Generation, deriver)
	if err != nil {
		return err
	}
	b.mu.Lock()
	b.live = r
	b.reportUnplaced()
	b.reportChains()
	b.signal()
	b.mu.Unlock()
	b.Metrics.loaded(r.sums.members.n, r.residents)
	return nil
}

// deriveAgain replaces the members of the serving generation and loads it. Until
// that is done they were derived by nothing, so that it begins again after a crash
// with whatever packs there are then.
func (b *Book) deriveAgain(ctx context.Context, generation int64, d *derive.Deriver) (*replica, error) {
	err := b.Store.Write(ctx, func(t store.Tx) error {
		h, err := t.LockedHead()
		if err != nil {
			return err
		}
		h.Derivation = ""
		return t.SetHead(h)
	})
	if err != nil {
		return nil, err
	}
	if err := b.Store.DropMembers(ctx, generation); err != nil {
		return nil, err
	}
	if err := b.indexAgain(ctx, generation); err != nil {
		return nil, err
	}
	r, err := b.deriveAll(ctx, generation, d)
	if err != nil {
		return nil, err
	}
	return r, b.Store.Write(ctx, func(t store.Tx) error {
		h, err := t.LockedHead()
		if err != nil {
			return err
		}
		h.Derivation = d.Derivation()
		h.Revision++
		r.revision = h.Revision
		if err := r.keep(t, h.Revision); err != nil {
			return err
		}
		return t.SetHead(h)
	})
}

// signal wakes everybody who waits for a change. b.mu is held.
func (b *Book) signal() {
	close(b.changed)
	b.changed = make(chan struct{})
}

// indexAgain makes links and ties of a generation anew from the facts that say so:
// facts that an older build kept without reading them, too. Codes that were seen
// stay.
func (b *Book) indexAgain(ctx context.Context, generation int64) error {
	err := b.Store.DropIndexes(ctx, generation)
	for after, last := "", ""; err == nil; after = last {
		err = b.Store.Write(ctx, func(t store.Tx) (err error) {
			last, _, err = index(t, generation, generation, after)
			return err
		})
		if last == "" {
			break
		}
	}
	return err
}
