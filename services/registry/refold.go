package registry

import (
	"context"
	"time"

	"xinju.dev/services/platform/seal"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/facts"
	"xinju.dev/services/registry/internal/store"
)

// Refold folds every resident of a migrated database again from the log of
// events and writes what differs, with its change facts: after a rule has
// changed, or what facts say. progress is told how many residents it has come
// past. It may be stopped and begun anew at any time; a service on the same
// database is only made to wait.
func Refold(ctx context.Context, db *sqlstore.DB, sealer seal.Sealer, now time.Time, progress func(done int)) error {
	return store.New(db, sealer, encoders()).RefoldAll(ctx, now, progress)
}

func encoders() store.Encoders {
	return store.Encoders{
		Person: facts.Person, Flagged: facts.Flagged, Stay: facts.Stay, Permit: facts.Permit, Link: facts.Link, Division: facts.Division, Unit: facts.Unit,
	}
}
