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
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/desk"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/ids"
	"xinju.dev/services/platform/obs"

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

	owner  string        // of the generations that this process makes
	builds chan struct{} // full while one is made
	leases leaseTimes
	during func(context.Context) context.Context // what making one runs in; tests end that at any moment

	work    chan struct{}           // wakes the worker that runs rebuilds
	current atomic.Pointer[running] // the rebuild at work
	first   atomic.Pointer[taken]   // while everything is listed for the first time
}

// New returns an empty book.
func New(d Deps) *Book {
	return &Book{
		Deps: d, builtin: derive.New(d.Packs), list: usualBounds(), heads: map[string]int64{}, contacts: map[string]time.Time{}, alarms: map[string]string{},
		owner: ids.New(d.Now()), builds: make(chan struct{}, 1), leases: usualLease(),
		during:  func(ctx context.Context) context.Context { return ctx },
		changed: make(chan struct{}), work: make(chan struct{}, 1),
	}
}

// Deriver tells the numbers of the indicators, as they are now.
func (b *Book) Deriver() *derive.Deriver { return b.deriverNow() }

// Load reads what is stored and makes the numbers. When packs or code are not
// those that the members were derived with, they are derived anew first, in a
// generation beside: a crash leaves what there was.
func (b *Book) Load(ctx context.Context) error {
	b.applying.Lock()
	defer b.applying.Unlock()
	r, err := b.stored(ctx)
	if errors.Is(err, errPacksMoved) {
		err = b.building(ctx, func(ctx context.Context, generation int64) (err error) {
			if r, err = b.stored(ctx); errors.Is(err, errPacksMoved) { // and nobody else has done it
				r, err = b.deriveAgain(ctx, generation)
			}
			return err
		})
	}
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

// stored loads what is to serve. It fails with errPacksMoved.
func (b *Book) stored(ctx context.Context) (*replica, error) {
	head, d, err := b.headNow(ctx)
	if err != nil {
		return nil, err
	}
	if head.Derivation != d.Derivation() {
		return nil, errPacksMoved
	}
	return b.load(ctx, head.Generation, d)
}

// headNow is what the store says, and how it should have been derived.
func (b *Book) headNow(ctx context.Context) (head store.Head, d *derive.Deriver, err error) {
	err = b.Store.Read(ctx, func(t store.Tx) (err error) {
		head, err = t.Head()
		return err
	})
	if err != nil {
		return head, nil, err
	}
	packs, err := b.composed(ctx)
	if err != nil {
		return head, nil, err
	}
	return head, derive.New(packs), nil
}

// deriveAgain derives everybody anew from the stored facts and lets that take over.
// Links and ties are made of the facts, too: also of those that an older build kept
// without reading them. The sources count as followed up to where they were before it
// began: what a process that is about to end takes in meanwhile comes once more.
func (b *Book) deriveAgain(ctx context.Context, generation int64) (*replica, error) {
	head, d, err := b.headNow(ctx)
	if err != nil {
		return nil, err
	}
	var followed []store.FollowedRow
	err = b.Store.Read(ctx, func(t store.Tx) (err error) {
		followed, err = t.Followed(head.Generation)
		return err
	})
	if err != nil {
		return nil, err
	}
	op := &running{b: b, began: time.Now()}
	r, err := b.onePassOf(generation, d, op).copied(ctx, head.Generation, nil)
	if err != nil {
		return nil, err
	}
	for _, f := range followed {
		r.followed[f.Source] = f
	}
	if _, err = b.swap(ctx, r, op, false, r.putFollowed); err != nil {
		return nil, err
	}
	if err := b.Store.Drop(ctx, head.Generation); err != nil {
		b.Log.Warn("the generation before the change of packs is not removed yet", obs.Cause(err))
	}
	return r, nil
}

// signal wakes everybody who waits for a change. b.mu is held.
func (b *Book) signal() {
	close(b.changed)
	b.changed = make(chan struct{})
}
