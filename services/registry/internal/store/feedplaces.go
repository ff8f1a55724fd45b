package store

import (
	"context"
	"database/sql"
	"strings"

	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/registry/internal/core"
)

// Prefix implements changefeed.Places: of the node as it was last.
func (s *SQL) Prefix(ctx context.Context, division string) (prefix string, err error) {
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		known, err := readPlaces(tx, []string{division})
		if err != nil {
			return err
		}
		nodes := known[division]
		if len(nodes) == 0 {
			return core.ErrDivisionNotFound
		}
		last := nodes[0]
		for _, d := range nodes {
			if d.From > last.From {
				last = d
			}
		}
		prefix = last.Prefix()
		return nil
	})
	return prefix, err
}

// Lived implements changefeed.Places. It asks the log of events, which loses
// nothing: a stay that was corrected or voided since was told to readers once.
func (s *SQL) Lived(ctx context.Context, prefix string, residents []string) (lived map[string]bool, err error) {
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		lived = map[string]bool{}
		err := selectIn(tx, "SELECT resident_id, coded FROM event WHERE resident_id", nil, residents, func(r *sql.Rows) error {
			var id string
			var coded []byte
			if err := r.Scan(&id, &coded); err != nil || lived[id] {
				return err
			}
			e, err := readEvent("", "", coded, nil)
			if strings.HasPrefix(e.Division, prefix) {
				lived[id] = true
			}
			return err
		})
		if err != nil {
			return err
		}
		return selectIn(tx, "SELECT resident_id, division FROM stay WHERE resident_id", nil, residents, func(r *sql.Rows) error {
			var id, division string
			err := r.Scan(&id, &division)
			lived[id] = lived[id] || strings.HasPrefix(division, prefix)
			return err
		})
	})
	return lived, err
}

// FactsOf returns the facts of persons, stays and permits that hold now.
func (s *SQL) FactsOf(ctx context.Context, residents []string) (out []changefeed.Fact, err error) {
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		out = nil
		err := selectIn(tx, "SELECT resident_id, person_version, person, created_ms FROM resident WHERE known = 1 AND resident_id", nil, residents, func(r *sql.Rows) error {
			f, err := s.scanPersonFact(r)
			out = append(out, f)
			return err
		})
		if err != nil {
			return err
		}
		for _, t := range []struct {
			kind       int32
			table, key string
		}{{s.kinds.stay, "stay", "stay_id"}, {s.kinds.permit, "permit", "permit_id"}} {
			err := selectIn(tx, "SELECT resident_id, "+t.key+", version, body, recorded FROM "+t.table+" WHERE resident_id", nil, residents, func(r *sql.Rows) error {
				f := changefeed.Fact{Kind: t.kind}
				err := r.Scan(&f.ResidentID, &f.ID, &f.Version, &f.Body, &f.Recorded)
				out = append(out, f)
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}
