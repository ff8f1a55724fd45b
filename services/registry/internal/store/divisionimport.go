package store

import (
	"context"
	"database/sql"

	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
	tree "xinju.dev/services/registry/internal/places"
)

// divisionStep bounds the nodes that one transaction changes; each may make two facts.
const divisionStep = 2000

// DivisionsBelow returns the nodes below one as they stand on a day, by code.
func (s *SQL) DivisionsBelow(ctx context.Context, scope core.Division, day civil.Date) (out []core.Division, err error) {
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		out = nil
		return sqlstore.Query(tx, func(r *sql.Rows) error {
			d, err := scanDivision(r)
			out = append(out, d)
			return err
		}, selectDivision+" WHERE code > ? AND code <= ? AND valid_from <= ? AND (valid_until = 0 OR valid_until >= ?) ORDER BY code",
			scope.Code, scope.Prefix()+"999999999999"[len(scope.Prefix()):], day, day)
	})
	return out, err
}

// LivingIn counts the residents whose stay in a village goes on, by village.
func (s *SQL) LivingIn(ctx context.Context, villages []string) (out map[string]int, err error) {
	out = map[string]int{}
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		clear(out)
		return sqlstore.InKeys(tx, villages, func(list string, args []any) error {
			return sqlstore.Query(tx, func(r *sql.Rows) error {
				var code string
				var n int
				err := r.Scan(&code, &n)
				out[code] = n
				return err
			}, "SELECT division, COUNT(DISTINCT resident_id) FROM stay WHERE left_on = 0 AND division IN "+list+" GROUP BY division", args...)
		})
	})
	return out, err
}

// ApplyDivisionChanges changes the tree from a day on. Steps of many nodes are
// applied one after the other, from the highest level down in code order; run
// the comparison again after a failure to go on with the rest. It fails with
// DIVISION_EXISTS, DIVISION_PARENT_UNKNOWN and DIVISION_CHANGED.
func (s *SQL) ApplyDivisionChanges(ctx context.Context, changes []tree.Change, from civil.Date) error {
	for len(changes) > 0 {
		n := min(divisionStep, len(changes))
		if err := s.applyDivisionStep(ctx, changes[:n], from); err != nil {
			return err
		}
		changes = changes[n:]
	}
	return nil
}

func (s *SQL) applyDivisionStep(ctx context.Context, changes []tree.Change, from civil.Date) error {
	return s.db.Write(ctx, func(tx *gorm.DB) error {
		var add []core.Division
		var facts []changefeed.Fact
		for _, c := range changes {
			before, after := c.Rows(from)
			if before.Code != "" {
				before.Version++
				if err := endDivision(tx, before); err != nil {
					return err
				}
				facts = append(facts, s.encode.Division(before))
			}
			if after.Code != "" {
				after.Version = 1
				add = append(add, after)
			}
		}
		if err := admitDivisions(tx, add); err != nil {
			return err
		}
		rows := make([][]any, len(add))
		for i, d := range add {
			rows[i] = divisionValues(d)
			facts = append(facts, s.encode.Division(d))
		}
		if err := sqlstore.InsertMany(tx, "division", divisionColumns, rows); err != nil {
			return err
		}
		return changefeed.Append(tx, facts...)
	})
}

// endDivision gives a run of days its last day and successors.
func endDivision(tx *gorm.DB, d core.Division) error {
	up := tx.Exec("UPDATE division SET valid_until = ?, successors = ?, version = ? WHERE code = ? AND valid_from = ? AND version = ?",
		d.Until, divisionValues(d)[6], d.Version, d.Code, d.From, d.Version-1)
	if up.Error == nil && up.RowsAffected != 1 {
		return core.ErrDivisionChanged
	}
	return up.Error
}

// admitDivisions checks new nodes against the table, in which what they follow
// has ended already.
func admitDivisions(tx *gorm.DB, add []core.Division) error {
	known, err := readPlaces(tx, codesOf(add))
	if err != nil {
		return err
	}
	for _, d := range add {
		if err := admitDivision(known, d); err != nil {
			return err
		}
		known[d.Code] = append(known[d.Code], d)
	}
	return nil
}

// DivisionRuns returns all runs of days of codes.
func (s *SQL) DivisionRuns(ctx context.Context, codes []string) (out map[string][]core.Division, err error) {
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		out, err = readPlaces(tx, codes)
		return err
	})
	return out, err
}

// FindDivisions pages through the nodes of a day whose name is the last one of
// path and whose nodes above bear the other names in this order; nodes between
// them may be left out.
func (s *SQL) FindDivisions(ctx context.Context, path []string, within string, day civil.Date, q page.Query) (out []core.DivisionMatch, next page.Next, err error) {
	limit, err := q.Limit()
	if err != nil {
		return nil, "", err
	}
	filter := filterBytes("divisionname", path, within, day)
	after, err := q.Key(filter)
	if err != nil {
		return nil, "", err
	}
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		out, err = findDivisions(tx, path, within, day, after)
		return err
	})
	if err == nil && len(out) > limit {
		out = out[:limit]
		next = page.Encode(filter, out[limit-1].Code)
	}
	return out, next, err
}

func findDivisions(tx *gorm.DB, path []string, within string, day civil.Date, after string) (out []core.DivisionMatch, err error) {
	var named []core.Division
	err = sqlstore.Query(tx, func(r *sql.Rows) error {
		d, err := scanDivision(r)
		named = append(named, d)
		return err
	}, selectDivision+" WHERE name = ? AND valid_from <= ? AND (valid_until = 0 OR valid_until >= ?) AND code > ? ORDER BY code",
		path[len(path)-1], day, day, after)
	if err != nil {
		return nil, err
	}
	codes := map[string]bool{}
	for _, d := range named {
		for _, n := range []int{2, 4, 6, 9} {
			codes[d.Code[:n]+"0000000000"[:12-n]] = true
		}
	}
	known, err := readPlaces(tx, sortedKeys(codes))
	if err != nil {
		return nil, err
	}
	for _, d := range named {
		m := core.DivisionMatch{Division: d, Path: known.path(d, day)}
		if m.Fits(path) && (within == "" || known.below(d, within, day)) {
			out = append(out, m)
		}
	}
	return out, nil
}

// path is the names from the province down to a node.
func (p places) path(d core.Division, day civil.Date) []string {
	out := []string{d.Name}
	for above, there := p.at(d.Parent, day); there && len(out) < 8; above, there = p.at(above.Parent, day) {
		out = append([]string{above.Name}, out...)
	}
	return out
}

// below reports that a node stands below a code.
func (p places) below(d core.Division, code string, day civil.Date) bool {
	for above, there := p.at(d.Parent, day); there; above, there = p.at(above.Parent, day) {
		if above.Code == code {
			return true
		}
	}
	return false
}
