package store

import (
	"cmp"
	"database/sql"
	"slices"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/review"
)

// doubts are the flags of the feed: those of the folded state, and that of an
// open pair, which the review queue alone knows.
func (r *resident) doubts(flags []string) []string {
	if r.doubled {
		return append(slices.Clone(flags), core.FlagDoubled.Reason)
	}
	return flags
}

// doubtful lists of whom the flag may have to change: both sides of the pairs
// that changed, and whoever in hand has one that the items do not bear out.
func (r *refreshing) doubtful() []string {
	open, out := map[string]bool{}, map[string]bool{}
	note := func(i *storedItem, changed bool) {
		if i.Kind != review.Duplicate {
			return
		}
		for _, id := range [2]string{i.ResidentID, i.OtherID} {
			open[id] = open[id] || i.State == review.Open
			if changed {
				out[id] = true
			}
		}
	}
	for _, i := range r.items {
		note(i, false)
	}
	for _, i := range r.dirty {
		note(i, true)
	}
	for id, row := range r.rows {
		if row.doubled != open[id] {
			out[id] = true
		}
	}
	return sortedKeys(out)
}

// doubt makes the PersonFacts of residents say whether a pair with them is open,
// and returns those that changed. Call it when the items are saved: whoever has
// the lock of a resident then sees every item that was saved before, so that of
// two who decide at once the later one gets it right. The flag begins or ends on
// the day of now, and its days stay with the person.
func (s *SQL) doubt(tx *gorm.DB, residents []string, now time.Time) (facts []changefeed.Fact, err error) {
	if len(residents) == 0 {
		return nil, nil
	}
	b := &batch{s: s, tx: tx, residents: map[string]*resident{}}
	if err := b.readResidents(residents); err != nil {
		return nil, err
	}
	open, err := openPairs(tx, residents)
	if err != nil {
		return nil, err
	}
	for _, id := range residents {
		row := b.residents[id]
		if row == nil || row.doubled == open[id] {
			continue
		}
		row.doubled = open[id]
		if row.known {
			f, err := s.encode.Flagged(row.person, core.FlagDoubled.Reason, row.doubled, civil.DateOf(now))
			if err != nil {
				return nil, err
			}
			row.version++
			row.person, row.personVersion = f.Body, row.version
			f.Recorded = row.recorded()
			b.fact(f, id, id, row.version)
		}
		err := sqlstore.Exec(tx, "UPDATE resident SET doubled = ?, version = ?, person = ?, person_version = ? WHERE resident_id = ?",
			row.doubled, row.version, nonNil(row.person), row.personVersion, id)
		if err != nil {
			return nil, err
		}
	}
	return b.facts, nil
}

// openPairs says who of the residents is in a pair that is open.
func openPairs(tx *gorm.DB, residents []string) (map[string]bool, error) {
	out := map[string]bool{}
	for _, side := range [2]string{"resident_id", "other_id"} {
		err := selectIn(tx, "SELECT "+side+" FROM review_item WHERE kind = ? AND state = ? AND "+side, []any{review.Duplicate, int(review.Open)}, residents, func(r *sql.Rows) error {
			var id string
			err := r.Scan(&id)
			out[id] = true
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// sides are the residents of a pair, in order, and nobody of any other item.
func sides(i *storedItem) []string {
	if i.Kind != review.Duplicate {
		return nil
	}
	out := []string{i.ResidentID, i.OtherID}
	slices.SortFunc(out, cmp.Compare)
	return out
}
