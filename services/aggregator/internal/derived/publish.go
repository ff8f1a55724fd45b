package derived

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/obs"
)

// builtState is what is stored beside a copy of the ledger: everything of its
// revision that is neither a number nor in a table of that revision.
type builtState struct {
	World     string              `json:"world"` // digest of the divisions and units
	Seen      []string            `json:"seen,omitempty"`
	Followed  []store.FollowedRow `json:"followed,omitempty"`
	Heads     map[string]int64    `json:"heads,omitempty"`
	Alarms    map[string]string   `json:"alarms,omitempty"`
	Digest    string              `json:"digest"`
	Residents int64               `json:"residents"`
	Orphans   int64               `json:"orphans"`
	Facts     int64               `json:"facts"`
}

// Publisher writes the numbers in memory into tables, for processes that hold
// none. It alone writes those tables.
type Publisher struct {
	b      *Book
	copy   int64           // that may be read, or is about to be
	ledger *ledger.Ledger  // that the copy was made of; nil when there is no copy
	stale  map[string]bool // divisions that differ from the copy
	at     int64           // revision of the copy
	most   int             // divisions that are written in one transaction when they are most of all
}

const (
	publishRest  = 100 * time.Millisecond // at least, between two copies
	publishShare = 4                      // it rests this many times as long as it worked
	publishStep  = 64                     // divisions encoded at a time; no page is applied meanwhile
)

var (
	// errReplaced says that another generation serves since.
	errReplaced = errors.New("the ledger was replaced while it was copied")
	// errMost says that most divisions differ from the copy: the tree has changed.
	errMost = errors.New("most of the ledger has changed since it was copied")
)

// Publisher returns one that has written nothing yet; a book has one at most.
func (b *Book) Publisher() *Publisher {
	return &Publisher{b: b, stale: map[string]bool{}, most: 4 * publishStep}
}

// Run keeps the ledger by months up to date in the background until ctx ends.
// What goes wrong is reported and tried again; readers see the last copy.
func (p *Publisher) Run(ctx context.Context) error {
	for {
		changed := p.b.Changed()
		began := time.Now()
		if err := p.Bring(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, errReplaced) && !errors.Is(err, errMost) {
			p.b.Log.Warn("the ledger cannot be written for readers", obs.Cause(err))
			changed = nil // again after the rest, and not only at the next change
		}
		rest := time.NewTimer(max(publishRest, publishShare*time.Since(began)))
		select {
		case <-ctx.Done():
			rest.Stop()
			return ctx.Err()
		case <-rest.C:
		}
		if changed == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}

// Bring makes the tables equal to memory: the divisions that have changed are
// written again, with the revision that they stand for, in one transaction. After
// a crash, when another generation serves or most divisions have changed, all is
// written into a copy beside, which then takes over. It is not safe for concurrent use.
func (p *Publisher) Bring(ctx context.Context) error {
	l, revision := p.serving()
	if p.ledger == l {
		if p.at == revision {
			return nil
		}
		if err := p.follow(ctx); !errors.Is(err, errMost) {
			return err
		}
	}
	return p.begin(ctx, l)
}

func (p *Publisher) serving() (*ledger.Ledger, int64) {
	p.b.mu.RLock()
	defer p.b.mu.RUnlock()
	return p.b.live.ledger, p.b.live.revision
}

// begin takes over the copy that is there when it is of the present state, and
// otherwise makes one beside it, in small transactions.
func (p *Publisher) begin(ctx context.Context, l *ledger.Ledger) error {
	p.ledger = nil
	var was store.Built
	var found bool
	err := p.b.Store.Read(ctx, func(t store.Tx) (err error) {
		was, found, err = t.Built()
		return err
	})
	if err != nil {
		return err
	}
	if err := p.b.Store.DropCopies(ctx, was.Copy); err != nil {
		return err
	}
	codes, current, err := p.track(l, was)
	if err != nil {
		return err
	}
	clear(p.stale)
	if found && current {
		p.ledger, p.copy, p.at = l, was.Copy, was.Revision
		return nil
	}
	p.copy, p.at = was.Copy+1, 0
	for part := range slices.Chunk(codes, publishStep) {
		list, err := p.encode(l, part)
		if err != nil {
			return err
		}
		var rows []store.MonthRow
		for _, code := range part {
			rows = append(rows, list[code]...)
		}
		if err := p.b.Store.Write(ctx, func(t store.Tx) error { return t.PutMonths(p.copy, rows) }); err != nil {
			return err
		}
	}
	p.ledger = l
	if err := p.follow(ctx); err != nil {
		p.ledger = nil
		return err
	}
	return p.b.Store.DropCopies(ctx, p.copy)
}

// track begins to note what changes.
func (p *Publisher) track(l *ledger.Ledger, was store.Built) (codes []string, current bool, err error) {
	p.b.applying.Lock()
	defer p.b.applying.Unlock()
	r := p.b.live
	if r.ledger != l {
		return nil, false, errReplaced
	}
	l.Track()
	current = was.Generation == r.generation && was.Revision == r.revision && was.Derivation == r.deriver.Derivation()
	return l.Codes(), current, nil
}

// encode writes divisions down as they are now.
func (p *Publisher) encode(l *ledger.Ledger, codes []string) (map[string][]store.MonthRow, error) {
	p.b.applying.Lock()
	defer p.b.applying.Unlock()
	if p.b.live.ledger != l {
		return nil, errReplaced
	}
	return monthRows(p.b.live, codes), nil
}

func monthRows(r *replica, codes []string) map[string][]store.MonthRow {
	out := make(map[string][]store.MonthRow, len(codes))
	for _, code := range codes {
		rows := r.ledger.Rows(code, r.deriver.Keys())
		list := make([]store.MonthRow, len(rows))
		for i, m := range rows {
			list[i] = store.MonthRow{Division: m.Code, Month: int32(m.Month), Cells: m.Cells}
		}
		out[code] = list
	}
	return out
}

// follow writes what has changed since the copy was made, and that it stands for
// the present revision, in one transaction.
func (p *Publisher) follow(ctx context.Context) error {
	rows, built, err := p.present()
	if err != nil {
		return err
	}
	var puts, deletes []store.MonthRow
	err = p.b.Store.Read(ctx, func(t store.Tx) error {
		puts, deletes = nil, nil
		for _, code := range slices.Sorted(maps.Keys(rows)) {
			put, gone, err := differing(t, p.copy, code, rows[code])
			if err != nil {
				return err
			}
			puts, deletes = append(puts, put...), append(deletes, gone...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = p.b.Store.Write(ctx, func(t store.Tx) error {
		if err := t.DeleteMonths(p.copy, deletes); err != nil {
			return err
		}
		if err := t.PutMonths(p.copy, puts); err != nil {
			return err
		}
		return t.SetBuilt(built)
	})
	if err != nil {
		return err
	}
	clear(p.stale)
	p.at = built.Revision
	return nil
}

// present is the stale divisions, and what they stand for, at one moment.
func (p *Publisher) present() (map[string][]store.MonthRow, store.Built, error) {
	p.b.applying.Lock()
	defer p.b.applying.Unlock()
	r := p.b.live
	if r.ledger != p.ledger {
		return nil, store.Built{}, errReplaced
	}
	for _, code := range r.ledger.TakeDirty() {
		p.stale[code] = true
	}
	if n := len(p.stale); n > p.most && n > len(r.ledger.Codes())/2 {
		return nil, store.Built{}, errMost
	}
	state, err := json.Marshal(p.b.stateOf(r))
	if err != nil {
		return nil, store.Built{}, err
	}
	built := store.Built{Copy: p.copy, Generation: r.generation, Revision: r.revision, Derivation: r.deriver.Derivation(), State: state}
	return monthRows(r, slices.Collect(maps.Keys(p.stale))), built, nil
}

func (b *Book) stateOf(r *replica) builtState {
	b.mu.RLock()
	defer b.mu.RUnlock()
	out := builtState{
		World: sums{world: r.sums.world}.hex(), Heads: maps.Clone(b.heads), Alarms: maps.Clone(b.alarms),
		Digest: r.sums.hex(), Residents: r.residents, Orphans: r.orphans, Facts: r.facts,
	}
	for code, seen := range r.seen {
		if seen {
			out.Seen = append(out.Seen, code)
		}
	}
	slices.Sort(out.Seen)
	for _, source := range slices.Sorted(maps.Keys(r.followed)) {
		out.Followed = append(out.Followed, r.followed[source])
	}
	return out
}

// differing compares a division's rows with those that are stored.
func differing(t store.Tx, copy int64, code string, rows []store.MonthRow) (puts, gone []store.MonthRow, err error) {
	want := make(map[int32][]byte, len(rows))
	for _, r := range rows {
		want[r.Month] = r.Cells
	}
	err = t.EachMonth(copy, code, func(r store.MonthRow) error {
		cells, stays := want[r.Month]
		switch {
		case !stays:
			gone = append(gone, r)
		case bytes.Equal(cells, r.Cells):
			delete(want, r.Month)
		}
		return nil
	})
	for _, r := range rows {
		if _, ok := want[r.Month]; ok {
			puts = append(puts, r)
		}
	}
	return puts, gone, err
}
