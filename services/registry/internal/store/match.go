package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/match"
	"xinju.dev/services/registry/internal/review"
)

// Reviews is the review queue and the search for duplicates that feeds it. Both
// follow the residents in the background, so that recording an event is not
// slower for them: Step does the next bit of work. Step is for one goroutine.
type Reviews struct {
	s       *SQL
	weights *match.Weights
	swept   string // of the round that looks for what the feed does not tell
	head    int64  // of the feed at the last step
	grown   int64  // by how much it grew since the step before
}

// NewReviews returns the queue of a store.
func NewReviews(s *SQL, w *match.Weights) *Reviews { return &Reviews{s: s, weights: w} }

// Stages of the search: the old index is cleared, a new one is built from all
// residents, and then their changes are followed.
const (
	stageClear  = "clear"
	stageBuild  = "build"
	stageFollow = "follow"
)

// Bounds of one step, so that the writer's lock is short.
const (
	stepChanges   = 400
	stepResidents = 200
	stepSweep     = 5000
)

// errRaced says that another process took the step, or somebody decided an item
// meanwhile; the step is done again.
var errRaced = errors.New("registry: another one was faster; the step is done again")

// matchState is the row of match_state. Position and swept are stored with what
// was done up to them.
type matchState struct {
	revision         int64 // one more with each step, so that two processes never both take one
	stage            string
	build            int64 // how many builds there were
	weights          []byte
	epoch            string
	position         int64
	swept            string // residents up to here are in the index that is being built
	done             int64
	compared, capped int64
	started, updated int64
}

func readMatchState(tx *gorm.DB) (m matchState, err error) {
	err = sqlstore.Query(tx, func(r *sql.Rows) error {
		return r.Scan(&m.revision, &m.stage, &m.build, &m.weights, &m.epoch, &m.position, &m.swept, &m.done, &m.compared, &m.capped, &m.started, &m.updated)
	}, "SELECT revision, stage, build, weights, epoch, position, swept, done, compared, capped, started_ms, updated_ms FROM match_state WHERE id = 1")
	return m, err
}

// save stores the state if nobody else did since it was read.
func (m matchState) save(tx *gorm.DB, now time.Time) error {
	up := tx.Exec("UPDATE match_state SET revision = revision + 1, stage = ?, build = ?, weights = ?, epoch = ?, position = ?, swept = ?, done = ?, compared = ?, capped = ?, started_ms = ?, updated_ms = ? WHERE id = 1 AND revision = ?",
		m.stage, m.build, nonNil(m.weights), m.epoch, m.position, m.swept, m.done, m.compared, m.capped, m.started, now.UnixMilli(), m.revision)
	if up.Error == nil && up.RowsAffected != 1 {
		return errRaced
	}
	return up.Error
}

// Step does the next bit of the search; worked is false when there is nothing
// to do for now. It is safe to be killed at any point, and several processes may
// call it.
func (v *Reviews) Step(ctx context.Context, now time.Time) (worked bool, err error) {
	m, head, err := v.look(ctx)
	if err == nil {
		v.grown, v.head = head.Position-v.head, head.Position
		worked, err = v.step(ctx, m, head, now)
	}
	if errors.Is(err, errRaced) {
		return true, nil
	}
	return worked, err
}

// look reads where the search and the feed stand.
func (v *Reviews) look(ctx context.Context) (m matchState, head changefeed.Head, err error) {
	err = v.s.db.Read(ctx, func(tx *gorm.DB) error {
		m, err = readMatchState(tx)
		return err
	})
	if err == nil {
		head, err = changefeed.ReadHead(ctx, v.s.db)
	}
	return m, head, err
}

func (v *Reviews) step(ctx context.Context, m matchState, head changefeed.Head, now time.Time) (bool, error) {
	weights := v.weights.Digest()
	switch {
	case m.revision == 0:
		return true, v.begin(ctx, now)
	case !bytes.Equal(m.weights, weights[:]) || m.epoch != head.Epoch || m.position < head.Trimmed || m.position > head.Position:
		m.restart(weights[:], head, now)
		return true, v.s.db.Write(ctx, func(tx *gorm.DB) error { return m.save(tx, now) })
	case m.stage == stageClear:
		return true, v.clear(ctx, m, now)
	case m.stage == stageBuild:
		return true, v.sweep(ctx, m, now)
	case m.position < head.Position:
		return true, v.follow(ctx, m, now)
	}
	return v.patrol(ctx, m, now)
}

// begin makes the state; its zero weights make the next step begin a build.
func (v *Reviews) begin(ctx context.Context, now time.Time) error {
	err := v.s.db.Write(ctx, func(tx *gorm.DB) error {
		return sqlstore.InsertMany(tx, "match_state",
			[]string{"id", "revision", "stage", "build", "weights", "epoch", "position", "swept", "done", "compared", "capped", "started_ms", "updated_ms"},
			[][]any{{1, 1, stageClear, 0, []byte{}, "", 0, "", 0, 0, 0, now.UnixMilli(), now.UnixMilli()}})
	})
	if errors.Is(err, sqlstore.ErrDuplicate) {
		return errRaced
	}
	return err
}

// restart begins a build: what changes from here on is followed when the build
// is done.
func (m *matchState) restart(weights []byte, head changefeed.Head, now time.Time) {
	m.stage, m.build, m.weights, m.epoch, m.position = stageClear, m.build+1, weights, head.Epoch, head.Position
	m.swept, m.done, m.compared, m.capped, m.started = "", 0, 0, 0, now.UnixMilli()
}

// clear drops some of the old index.
func (v *Reviews) clear(ctx context.Context, m matchState, now time.Time) error {
	return v.s.db.Write(ctx, func(tx *gorm.DB) error {
		var ids []string
		err := sqlstore.Query(tx, func(r *sql.Rows) error {
			var id string
			err := r.Scan(&id)
			ids = append(ids, id)
			return err
		}, "SELECT resident_id FROM match_resident ORDER BY resident_id LIMIT ?", stepResidents*5)
		if err != nil {
			return err
		}
		if err := deleteIn(tx, "DELETE FROM match_key WHERE resident_id", ids); err != nil {
			return err
		}
		if err := deleteIn(tx, "DELETE FROM match_resident WHERE resident_id", ids); err != nil {
			return err
		}
		next := m
		if len(ids) == 0 {
			next.stage = stageBuild
		}
		return next.save(tx, now)
	})
}

// follow takes in the residents of the next changes. That a change of a name or
// a telephone is no fact of the feed does not matter: patrol finds it.
func (v *Reviews) follow(ctx context.Context, m matchState, now time.Time) error {
	page, err := changefeed.Read(ctx, v.s.db, m.epoch, m.position, stepChanges)
	if err != nil {
		return err
	}
	changed := map[string]bool{}
	for _, c := range page.Changes {
		if k := c.Fact.Kind; k == v.s.kinds.person || k == v.s.kinds.stay || k == v.s.kinds.link {
			changed[c.Fact.ResidentID] = true
		}
		m.position = c.Position
		if len(changed) >= stepResidents {
			break
		}
	}
	return v.refresh(ctx, m, sortedKeys(changed), now)
}

// sweep takes in the next residents of a build. Since the old index is gone, every
// resident counts as changed, so every pair is found again or closes.
func (v *Reviews) sweep(ctx context.Context, m matchState, now time.Time) error {
	stale, seen, last, _, err := v.stale(ctx, m.swept, stepResidents)
	if err != nil {
		return err
	}
	if seen == 0 {
		m.stage, m.swept = stageFollow, ""
		return v.s.db.Write(ctx, func(tx *gorm.DB) error { return m.save(tx, now) })
	}
	m.swept, m.done = last, m.done+int64(seen)
	return v.refresh(ctx, m, stale, now)
}

// patrol looks for residents of whom something changed that the feed does not
// tell, a name or a telephone. It goes round and round, and forgets where it was
// when the process ends.
func (v *Reviews) patrol(ctx context.Context, m matchState, now time.Time) (worked bool, err error) {
	stale, _, last, end, err := v.stale(ctx, v.swept, stepSweep)
	if err != nil {
		return false, err
	}
	if len(stale) > 0 {
		if err := v.refresh(ctx, m, stale, now); err != nil {
			return false, err
		}
	}
	if v.swept = last; end {
		v.swept = ""
	}
	return len(stale) > 0, nil
}

// stale returns residents behind after whose version is not the one that was
// taken in, how many were looked at, the last of them, and whether there are no
// more.
func (v *Reviews) stale(ctx context.Context, after string, limit int) (stale []string, seen int, last string, end bool, err error) {
	err = v.s.db.Read(ctx, func(tx *gorm.DB) error {
		stale, seen, last, end = nil, 0, "", true
		return sqlstore.Query(tx, func(r *sql.Rows) error {
			var id string
			var version, taken int64
			if err := r.Scan(&id, &version, &taken); err != nil {
				return err
			}
			if seen == limit || len(stale) == stepResidents {
				end = false
				return nil
			}
			if seen, last = seen+1, id; version != taken {
				stale = append(stale, id)
			}
			return nil
		}, `SELECT r.resident_id, r.version, COALESCE(m.version, 0) FROM resident r LEFT JOIN match_resident m ON m.resident_id = r.resident_id
WHERE r.resident_id > ? ORDER BY r.resident_id LIMIT ?`, after, limit+1)
	})
	return stale, seen, last, end, err
}

// Rebuild makes the index anew; Step does the work.
func (v *Reviews) Rebuild(ctx context.Context, now time.Time) error {
	head, err := changefeed.ReadHead(ctx, v.s.db)
	if err != nil {
		return err
	}
	return v.s.db.Write(ctx, func(tx *gorm.DB) error {
		m, err := readMatchState(tx)
		if err != nil || m.revision == 0 {
			return err // the first step builds anyway
		}
		weights := v.weights.Digest()
		m.restart(slices.Clone(weights[:]), head, now)
		return m.save(tx, now)
	})
}

// Progress says how far the search has come.
func (v *Reviews) Progress(ctx context.Context) (review.Progress, error) {
	m, head, err := v.look(ctx)
	if err != nil {
		return review.Progress{}, err
	}
	p := review.Progress{
		Stage: m.stage, Done: m.done, Position: m.position, Head: head.Position, Compared: m.compared, Capped: m.capped,
		Started: time.UnixMilli(m.started).UTC(), Updated: time.UnixMilli(m.updated).UTC(),
	}
	if m.revision == 0 {
		p.Stage = stageClear
	}
	err = v.s.db.Read(ctx, func(tx *gorm.DB) error {
		return sqlstore.Query(tx, func(r *sql.Rows) error { return r.Scan(&p.Total) }, "SELECT COUNT(*) FROM resident")
	})
	return p, err
}

// bulk is how many changes of the feed during one step mean that somebody
// writes in bulk.
const bulk = 500

// Busy reports that the feed grew in bulk between the last two steps: the search
// then keeps out of the writers' way.
func (v *Reviews) Busy() bool { return v.grown >= bulk }
