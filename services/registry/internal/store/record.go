package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/registry/internal/core"
)

// errDry ends a transaction that was only asked what it would do.
var errDry = errors.New("registry: only asked")

// Record records events in one transaction and says what became of each. With
// dry set nothing is written and the outcomes are those that would be; the
// residents of Created outcomes have no lasting identifier then.
func (s *SQL) Record(ctx context.Context, events []core.Event, dry bool, now time.Time) (out []core.Outcome, err error) {
	err = s.db.Write(ctx, func(tx *gorm.DB) error {
		var facts []changefeed.Fact
		// applyEvents normalises in place, and this may run several times.
		out, facts, err = s.applyEvents(tx, append([]core.Event{}, events...), Source{}, now)
		if err != nil {
			return err
		}
		if dry {
			return errDry
		}
		return changefeed.Append(tx, facts...)
	})
	if dry && errors.Is(err, errDry) {
		err = nil
		for i := range out {
			if out[i].Code == core.Created {
				out[i].ResidentID = ""
			}
		}
	}
	return out, err
}
