// Package trials keeps the files of what-if runs on the desk for a while, so that the
// lists behind their numbers have an address: nobody has to send the rules again.
package trials

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"xinju.dev/services/aggregator/internal/desk"
	"xinju.dev/services/platform/fault"
)

// ErrNotFound says that a trial is kept no more, or never was.
var ErrNotFound = fault.New(fault.NotFound, "POLICY_TRIAL_NOT_FOUND",
	"the rules of this what-if run are not kept any more; send them again", "该次试算的规则已不再保留，请重新提交政策包试算")

const (
	// For is how long a file is kept after it was last tried.
	For = 7 * 24 * time.Hour
	// Most is how many files are kept.
	Most = 50

	renewAfter = time.Hour // a run again within it writes nothing
)

// Store keeps files.
type Store struct {
	desk  *desk.Desk
	now   func() time.Time
	keeps bool
}

// New returns a store on a desk. One of a process that only reads finds what others
// keep, and keeps nothing.
func New(d *desk.Desk, now func() time.Time, keeps bool) *Store { return &Store{d, now, keeps} }

// Keep keeps a file and returns its identifier; where nothing is kept "", unless
// another process has kept it. Equal files have the same.
func (s *Store) Keep(ctx context.Context, source []byte) (id string, err error) {
	sum := sha256.Sum256(source)
	id = hex.EncodeToString(sum[:16])
	now := s.now()
	var kept int64
	err = s.desk.Read(ctx, func(t desk.Tx) error {
		_, kept, _, err = t.Trial(id)
		return err
	})
	switch {
	case err != nil || kept > now.Add(-renewAfter).UnixMilli() || !s.keeps && kept > now.Add(renewAfter-For).UnixMilli():
		return id, err
	case !s.keeps:
		return "", nil
	}
	return id, s.desk.Write(ctx, func(t desk.Tx) error {
		if err := t.KeepTrial(id, now.UnixMilli(), source); err != nil {
			return err
		}
		return t.DropTrials(now.Add(-For).UnixMilli(), Most)
	})
}

// Find returns a file that is kept. It fails with POLICY_TRIAL_NOT_FOUND.
func (s *Store) Find(ctx context.Context, id string) (source []byte, err error) {
	err = s.desk.Read(ctx, func(t desk.Tx) error {
		var kept int64
		var found bool
		if source, kept, found, err = t.Trial(id); err == nil && (!found || kept < s.now().Add(-For).UnixMilli()) {
			err = ErrNotFound
		}
		return err
	})
	return source, err
}
