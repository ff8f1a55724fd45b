package derived

import (
	"context"

	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/store"
)

// deriveStep bounds the residents of one transaction while all are derived.
const deriveStep = 2000

// derivedStep is some residents: their rows, and where they count.
type derivedStep struct {
	rows    []store.ResidentRow
	sets    []feedfacts.Set // facts of the rows
	members []store.MemberRow
}

// fill gives the tables where the residents count, and their lines.
func (s *derivedStep) fill(ctx context.Context, tables *store.Filling, d *derive.Deriver) error {
	var list []store.LineRow
	for i := range s.members {
		var err error
		if list, err = keptLines(d, &s.members[i], list); err != nil {
			return err
		}
		if err := tables.Add(ctx, &s.members[i], list); err != nil {
			return err
		}
	}
	return nil
}
