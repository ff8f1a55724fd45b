package derived

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/desk"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
)

// Faults of a process that only reads.
var (
	ErrOtherPacks = fault.New(fault.Unavailable, "AGGREGATOR_PACKS_DIFFER",
		"the numbers stored are of other policy packs than this process has", "已存的统计数据使用的政策包与本进程的不同")
	ErrReadsOnly = fault.New(fault.Precondition, "AGGREGATOR_READS_ONLY",
		"this process only reads; ask the one that follows the sources", "本进程只读，请向跟随数据源的进程提出")
)

// Reader answers from the tables of a database that another process keeps, and
// holds no numbers: those of the ledger by months, and the lists of the same
// revision. It is what a Book is to those who only ask.
type Reader struct {
	Store    *store.Store
	Desk     *desk.Desk      // of the same database
	Deriver  *derive.Deriver // under the packs that the other process has, without those loaded
	Loads    bool            // packs may be loaded at run time: those in use lie in the same database
	Sources  []string        // in the order in which they are shown
	LookTime time.Duration   // how long one answer may take; 0: half a minute

	mu   sync.Mutex
	last *readable
}

// readable is a copy of the ledger and the world that belongs to it.
type readable struct {
	store.Built
	state   builtState
	world   *facts.World
	deriver *derive.Deriver
}

// tables implements ledger.Source on a transaction.
type tables struct {
	t    store.Tx
	copy int64
}

func (s tables) Months(codes []string, months []ledger.Month) ([]ledger.MonthRow, error) {
	list := make([]int32, len(months))
	for i, m := range months {
		list[i] = int32(m)
	}
	rows, err := s.t.Months(s.copy, codes, list)
	return ledgerRows(rows), err
}

func (s tables) Latest(codes []string, before ledger.Month) ([]ledger.MonthRow, error) {
	rows, err := s.t.LatestMonths(s.copy, codes, int32(before))
	return ledgerRows(rows), err
}

func ledgerRows(rows []store.MonthRow) []ledger.MonthRow {
	out := make([]ledger.MonthRow, len(rows))
	for i, r := range rows {
		out[i] = ledger.MonthRow{Code: r.Division, Month: ledger.Month(r.Month), Cells: r.Cells}
	}
	return out
}

// storedView is one state of the tables; it implements coverage.View and Preparer.
type storedView struct {
	at      *readable
	reader  *Reader
	numbers *ledger.Stored
}

func (v storedView) World() *facts.World { return v.at.world }

func (v storedView) Packs() *policy.Catalogue { return v.at.deriver.Packs() }

func (v storedView) Deriver() *derive.Deriver { return v.at.deriver }

func (v storedView) Seen(code string) bool {
	_, found := slices.BinarySearch(v.at.state.Seen, code)
	return found
}

func (v storedView) Count(key ledger.Key, code string, day civil.Date) ledger.Count {
	return v.numbers.At(key, code, day)
}

func (v storedView) Direct(key ledger.Key, code string, day civil.Date) ledger.Count {
	return v.numbers.Direct(key, code, day)
}

func (v storedView) Prepare(codes []string, days []civil.Date) { v.numbers.Prepare(codes, days) }

func (v storedView) Following() []coverage.Following {
	out := make([]coverage.Following, 0, len(v.reader.Sources))
	for _, s := range v.reader.Sources {
		var f store.FollowedRow
		for _, one := range v.at.state.Followed {
			if one.Source == s {
				f = one
			}
		}
		out = append(out, coverage.Following{
			Source: s, Epoch: f.Epoch, Position: f.Position, Head: max(v.at.state.Heads[s], f.Position), Alarm: v.at.state.Alarms[s], Listing: f.Listing,
		})
	}
	return out
}

func (v storedView) Figures() coverage.Figures {
	s := &v.at.state
	return coverage.Figures{Digest: s.Digest, Residents: s.Residents, Orphans: s.Orphans, Facts: s.Facts}
}

// Look runs fn on the revision that can be read. It fails with AGGREGATOR_LOADING
// before there is one, with AGGREGATOR_BUSY and with what fn returns.
func (r *Reader) Look(fn func(coverage.View) error) error {
	limit := r.LookTime
	if limit == 0 {
		limit = 30 * time.Second
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	return r.read(ctx, false, func(_ store.Tx, v storedView) error { return fn(v) })
}

// read runs fn once on one snapshot. lists: the other tables must be of the same
// revision as the numbers; that is waited for.
func (r *Reader) read(ctx context.Context, lists bool, fn func(store.Tx, storedView) error) error {
	for range snapshotTries {
		met := false
		err := r.Store.Read(ctx, func(t store.Tx) error {
			at, err := r.readable(t)
			if err != nil || at == nil {
				return err
			}
			if lists {
				head, err := t.Head()
				if err != nil || head.Generation != at.Generation || head.Revision != at.Revision {
					return err
				}
			}
			met = true
			v := storedView{at, r, ledger.NewStored(tables{t, at.Copy})}
			err = fn(t, v)
			if failed := v.numbers.Err(); failed != nil {
				return failed
			}
			return err
		})
		if err != nil || met {
			return err
		}
		if err := await(ctx, nil); err != nil {
			return err
		}
	}
	return ErrMoving
}

// readable returns the copy that may be read; nil when the divisions that belong
// to it were changed since, until it is brought up to them.
func (r *Reader) readable(t store.Tx) (*readable, error) {
	copy, revision, err := t.BuiltAt()
	if err != nil {
		return nil, err
	}
	if copy == 0 {
		return nil, ErrLoading
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last != nil && r.last.Copy == copy && r.last.Revision == revision {
		return r.last, nil
	}
	next := &readable{}
	if next.Built, _, err = t.Built(); err != nil {
		return nil, err
	}
	if next.deriver, err = r.deriverOf(t, next.Derivation); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(next.State, &next.state); err != nil {
		return nil, err
	}
	next.State = nil
	if r.last != nil && r.last.state.World == next.state.World {
		next.world = r.last.world
	} else if next.world, err = worldAt(t, next.Generation, next.state.World); err != nil || next.world == nil {
		return nil, err
	}
	r.last = next
	return next, nil
}

// deriverOf is the deriver that numbers were derived with. It fails with
// AGGREGATOR_PACKS_DIFFER. r.mu is held.
func (r *Reader) deriverOf(t store.Tx, derivation string) (*derive.Deriver, error) {
	if r.last != nil && r.last.Derivation == derivation {
		return r.last.deriver, nil
	}
	if derivation == r.Deriver.Derivation() {
		return r.Deriver, nil
	}
	if !r.Loads {
		return nil, ErrOtherPacks
	}
	used, err := desk.In(t.SQL()).PacksInUse()
	if err != nil {
		return nil, err
	}
	packs, err := policy.Compose(r.Deriver.Packs(), sourcesOf(used, "")...)
	if err != nil {
		return nil, ErrOtherPacks.Because(err)
	}
	if d := derive.New(packs); d.Derivation() == derivation {
		return d, nil
	}
	return nil, ErrOtherPacks
}

// worldAt reads the divisions and units; nil when they are not those of the digest.
func worldAt(t store.Tx, generation int64, digest string) (*facts.World, error) {
	rows, err := t.World(generation)
	if err != nil {
		return nil, err
	}
	var set feedfacts.Set
	for _, w := range rows {
		one, err := feedfacts.Decode(w.Fact)
		if err != nil {
			return nil, err
		}
		set = append(set, one...)
	}
	if (sums{world: worldSum(set)}).hex() != digest {
		return nil, nil
	}
	return set.World()
}

// List reads one page, at one revision with its number.
func (r *Reader) List(ctx context.Context, q coverage.ListQuery) (out coverage.List, err error) {
	err = r.read(ctx, true, func(t store.Tx, v storedView) error {
		if !q.Means(v.Deriver()) || !q.In(v.World()) {
			return ErrMoving
		}
		q.Which = asKept(&q, v.Deriver())
		for most, all := enough(&q), false; !all && !out.More; most = everything {
			var villages []villageCount
			if out, villages, all = begun(v, &q, most); v.numbers.Err() != nil {
				return nil //nolint:nilerr // read says it: it may be that another copy serves by now
			}
			if err := fill(&q, t, v.at.Generation, villages, &out); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// Resident is that of a Book.
func (r *Reader) Resident(ctx context.Context, id string, look func(coverage.View) error) (who *facts.Resident, linked []string, err error) {
	err = r.read(ctx, true, func(t store.Tx, v storedView) error {
		if err := look(v); err != nil {
			return err
		}
		who, linked, err = residentOf(t, v.at.Generation, id)
		return err
	})
	return who, linked, err
}

// StartRebuild fails with AGGREGATOR_READS_ONLY.
func (r *Reader) StartRebuild(context.Context, string) (coverage.Operation, error) {
	return coverage.Operation{}, ErrReadsOnly
}

// Operation returns one operation. It fails with OPERATION_NOT_FOUND.
func (r *Reader) Operation(ctx context.Context, id string) (out coverage.Operation, err error) {
	err = r.Store.Read(ctx, func(t store.Tx) error {
		row, found, err := t.Operation(id)
		if err == nil && !found {
			err = ErrNoOperation
		}
		out = operationOf(row)
		return err
	})
	return out, err
}
