package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/sqlstore"
)

// refoldStep is how many residents are folded again in one transaction.
const refoldStep = 500

// Refold folds residents again from the log and writes what differs, with its
// change facts: after a rule of core.Fold has changed, or the log itself.
// Residents with whom they are one person go along; unknown ones are passed
// over. It works in transactions of a few hundred residents, so an error leaves
// some of them folded; calling it again is harmless.
func (s *SQL) Refold(ctx context.Context, residents []string, now time.Time) error {
	for size := refoldStep; len(residents) > 0; {
		n := min(size, len(residents))
		err := s.db.Write(ctx, func(tx *gorm.DB) error {
			b := s.again(tx, now)
			reach := map[string]bool{}
			for _, id := range residents[:n] {
				reach[id] = true
			}
			if err := b.foldAgain(reach); err != nil {
				return err
			}
			return changefeed.Append(tx, b.facts...)
		})
		if errors.Is(err, changefeed.ErrTooMany) && n > 1 {
			size = n / 2
			continue
		}
		if err != nil {
			return err
		}
		residents = residents[n:]
	}
	return nil
}

// RefoldAll folds every resident again, by identifier, and calls progress with
// how many it has come past. It may be stopped and begun anew at any time.
func (s *SQL) RefoldAll(ctx context.Context, now time.Time, progress func(done int)) error {
	done := 0
	for after := ""; ; {
		var ids []string
		err := s.db.Read(ctx, func(tx *gorm.DB) error {
			ids = nil
			return sqlstore.Query(tx, func(r *sql.Rows) error {
				var id string
				err := r.Scan(&id)
				ids = append(ids, id)
				return err
			}, "SELECT resident_id FROM resident WHERE resident_id > ? ORDER BY resident_id LIMIT ?", after, refoldStep)
		})
		if err != nil || len(ids) == 0 {
			return err
		}
		if err := s.Refold(ctx, ids, now); err != nil {
			return err
		}
		done += len(ids)
		progress(done)
		after = ids[len(ids)-1]
	}
}

// again is a batch without new events.
func (s *SQL) again(tx *gorm.DB, now time.Time) *batch {
	return &batch{s: s, tx: tx, now: now, at: map[eventKey]int{}, refolds: true}
}

// foldAgain brings what residents to load can change, and writes what differs.
func (b *batch) foldAgain(reach map[string]bool) error {
	if err := b.gatherFrom(reach); err != nil {
		return err
	}
	defer b.rest() //nolint:errcheck // as in applyPrepared
	for _, stage := range []func() error{b.assign, b.join, b.log, b.judge, b.save} {
		if err := stage(); err != nil {
			return err
		}
	}
	return nil
}

// sameFacts reports that the tables say of a person what the encoders say now.
func (b *batch) sameFacts(p *person, old *resident) bool {
	if p.state.Exists != old.known || p.state.Exists && !bytes.Equal(b.s.encode.Person(p.state.Person, old.doubts(p.state.Flags), old.person, civil.DateOf(b.now)).Body, old.person) {
		return false
	}
	stays, permits := b.stays[p.id], b.permits[p.id]
	if len(stays) != len(p.state.Stays) || len(permits) != len(p.state.Permits) {
		return false
	}
	for _, t := range p.state.Stays {
		if k, there := stays[t.ID]; !there || k.recorded == civil.None || !bytes.Equal(k.body, b.s.encode.Stay(t, b.s.sortKey(t.Division, t.Address)).Body) {
			return false
		}
	}
	for _, t := range p.state.Permits {
		if k, there := permits[t.ID]; !there || k.recorded == civil.None || !bytes.Equal(k.body, b.s.encode.Permit(t).Body) {
			return false
		}
	}
	return true
}
