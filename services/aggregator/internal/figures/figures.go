// Package figures keeps the numbers from outside that ratios are computed from:
// it checks and writes them, and holds those in force in memory, so that a read
// of coverage costs no read of the database.
package figures

import (
	"context"
	"encoding/json"
	"math/big"
	"sync"
	"sync/atomic"
	"time"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/desk"
	"xinju.dev/services/aggregator/internal/figure"
	"xinju.dev/services/platform/sqlstore"
)

// Store is the figures of a desk. Make it with New.
type Store struct {
	desk *desk.Desk
	now  func() time.Time

	changes atomic.Int64 // made by this process
	held    atomic.Pointer[held]
	loading sync.Mutex
}

// held is what was read, and when.
type held struct {
	figures  *answers.Figures
	revision int64
	changes  int64
	checked  time.Time
}

// fresh is how long what another process changes may go unnoticed; what this one
// changes is seen at once.
const fresh = time.Second

// New returns the figures of a desk.
func New(d *desk.Desk) *Store { return &Store{desk: d, now: time.Now} }

// Held is what is in memory; latest is false when Current may know better.
func (s *Store) Held() (figures *answers.Figures, latest bool) {
	h := s.held.Load()
	if h == nil {
		return nil, false
	}
	return h.figures, h.changes == s.changes.Load() && s.now().Sub(h.checked) < fresh
}

// Current is the figures in force. The pointer is another one only when they were
// changed.
func (s *Store) Current(ctx context.Context) (*answers.Figures, error) {
	s.loading.Lock()
	defer s.loading.Unlock()
	if figures, latest := s.Held(); latest {
		return figures, nil
	}
	next := held{changes: s.changes.Load(), checked: s.now()}
	last := s.held.Load()
	err := s.desk.Read(ctx, func(t desk.Tx) (err error) {
		if next.revision, err = t.FigureRevision(); err != nil {
			return err
		}
		if last != nil && last.revision == next.revision {
			next.figures = last.figures
			return nil
		}
		contacts, err := t.Contacts()
		if err != nil {
			return err
		}
		rows, err := t.FiguresInForce()
		if err != nil {
			return err
		}
		list := make([]answers.Figure, len(rows))
		for i := range rows {
			list[i] = Answer(&rows[i])
			if ms := max(contacts[rows[i].Source], rows[i].RecordedMS); list[i].Fetched {
				list[i].Known = time.UnixMilli(ms)
			}
		}
		next.figures = answers.NewFigures(list)
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.held.Store(&next)
	return next.figures, nil
}

// changed makes the next read look at the database.
func (s *Store) changed() { s.changes.Add(1) }

// Answer is a stored figure as answers are computed from it. A figure that its own
// source has written is fetched from there.
func Answer(f *figure.Version) answers.Figure {
	out := answers.Figure{
		ID: f.ID, Division: f.Division, Source: f.Source, Value: new(big.Rat), Known: time.UnixMilli(f.RecordedMS), Fetched: f.RecordedBy == f.Source,
	}
	if v, ok := new(big.Rat).SetString(f.Value); ok {
		out.Value = v
	}
	out.Year, out.On = figure.PeriodOf(f.PeriodYMD)
	return out
}

const loadMethod = "aggregator.LoadFigures"

// Load writes figures, all or none; a retry with the same request id and digest
// gets the first answer. It fails as idempotency.Claim does.
func (s *Store) Load(ctx context.Context, requestID string, digest []byte, list []figure.Version) (out figure.Loaded, err error) {
	defer s.changed()
	err = s.desk.Write(ctx, func(t desk.Tx) error {
		raw, err := t.Once(loadMethod, requestID, digest, func() ([]byte, error) {
			did, err := put(t, list)
			if err != nil {
				return nil, err
			}
			return json.Marshal(did)
		})
		if err != nil {
			return err
		}
		return json.Unmarshal(raw, &out)
	})
	return out, err
}

// Fetched writes the figures that a source gave, and that it was heard of.
func (s *Store) Fetched(ctx context.Context, source string, at time.Time, list []figure.Version) error {
	defer s.changed()
	return s.desk.Write(ctx, func(t desk.Tx) error {
		if _, err := put(t, list); err != nil {
			return err
		}
		return t.SetContact(source, at.UnixMilli())
	})
}

func put(t desk.Tx, list []figure.Version) (did figure.Loaded, err error) {
	if err := t.FiguresChange(); err != nil {
		return did, err
	}
	for _, f := range list {
		put, err := t.PutFigure(f)
		if err != nil {
			return did, err
		}
		switch put {
		case desk.Created:
			did.Created++
		case desk.Replaced:
			did.Replaced++
		case desk.Unchanged:
			did.Unchanged++
		}
	}
	return did, nil
}

// Delete takes one figure back. It fails with FIGURE_NOT_FOUND, FIGURE_CHANGED.
func (s *Store) Delete(ctx context.Context, k figure.Key, version int32, at time.Time, by string) error {
	defer s.changed()
	return s.desk.Write(ctx, func(t desk.Tx) error {
		if err := t.FiguresChange(); err != nil {
			return err
		}
		return t.DeleteFigure(k, version, at.UnixMilli(), by)
	})
}

// List reads a part of all figures.
func (s *Store) List(ctx context.Context, f figure.Filter) (out []figure.Version, err error) {
	err = s.desk.Read(ctx, func(t desk.Tx) error {
		out, err = t.Figures(f)
		return err
	})
	return out, err
}

// Open makes the figures of a database that is migrated.
func Open(db *sqlstore.DB) *Store { return New(desk.New(db)) }
