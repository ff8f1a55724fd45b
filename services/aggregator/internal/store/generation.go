package store

import (
	"context"
	"database/sql"

	"xinju.dev/services/platform/sqlstore"
)

// Head says which generation serves. Revision grows with every transaction that
// changes what is served; Derivation names the packs and the code that the
// members were derived with.
type Head struct {
	Generation int64
	Revision   int64
	Derivation string
}

// Head reads the one row.
func (t Tx) Head() (h Head, err error) {
	found := false
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(&h.Generation, &h.Revision, &h.Derivation)
	}, "SELECT current, revision, derivation FROM generation WHERE id = 1")
	if err == nil && !found {
		err = errNoHead
	}
	return h, err
}

// SetHead replaces the one row.
func (t Tx) SetHead(h Head) error {
	return sqlstore.Exec(t.tx, "UPDATE generation SET current = ?, revision = ?, derivation = ? WHERE id = 1", h.Generation, h.Revision, h.Derivation)
}

// dropStep bounds the rows that one transaction deletes.
const dropStep = 5000

// Drop deletes everything of a generation, in transactions of their own.
func (s *Store) Drop(ctx context.Context, generation int64) error {
	if err := s.DropMembers(ctx, generation); err != nil {
		return err
	}
	if err := s.DropTouched(ctx, generation); err != nil {
		return err
	}
	for {
		last, n := "", 0
		err := s.Write(ctx, func(t Tx) error {
			last, n = "", 0
			err := t.EachID(generation, "", dropStep, func(id string) error {
				last, n = id, n+1
				return nil
			})
			if err != nil || n == 0 {
				return err
			}
			return sqlstore.Exec(t.tx, "DELETE FROM resident_fact WHERE generation = ? AND resident_id <= ?", generation, last)
		})
		if err != nil {
			return err
		}
		if n < dropStep {
			break
		}
	}
	return s.Write(ctx, func(t Tx) error {
		if err := sqlstore.Exec(t.tx, "DELETE FROM world_fact WHERE generation = ?", generation); err != nil {
			return err
		}
		if err := t.DropLinks(generation); err != nil {
			return err
		}
		if err := t.DropTies(generation); err != nil {
			return err
		}
		if err := sqlstore.Exec(t.tx, "DELETE FROM record_code WHERE generation = ?", generation); err != nil {
			return err
		}
		return sqlstore.Exec(t.tx, "DELETE FROM followed WHERE generation = ?", generation)
	})
}

// DropMembers deletes where the residents of a generation have pieces, their sums
// and their lines, a village at a time. The pieces stay in the residents' rows.
func (s *Store) DropMembers(ctx context.Context, generation int64) error {
	if err := s.DropSums(ctx, generation); err != nil {
		return err
	}
	if err := s.DropRuns(ctx, generation); err != nil {
		return err
	}
	if err := s.DropLines(ctx, generation); err != nil {
		return err
	}
	for {
		found := false // a row may be of no village
		err := s.Write(ctx, func(t Tx) error {
			village := ""
			found = false
			err := sqlstore.Query(t.tx, func(rows *sql.Rows) error {
				found = true
				return rows.Scan(&village)
			}, "SELECT village FROM member WHERE generation = ? ORDER BY village LIMIT 1", generation)
			if err != nil || !found {
				return err
			}
			return sqlstore.Exec(t.tx, "DELETE FROM member WHERE generation = ? AND village = ?", generation, village)
		})
		if err != nil || !found {
			return err
		}
	}
}

// Generations lists every generation of which something is stored.
func (t Tx) Generations() (out []int64, err error) {
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		var g int64
		if err := rows.Scan(&g); err != nil {
			return err
		}
		out = append(out, g)
		return nil
	}, "SELECT generation FROM followed UNION SELECT generation FROM world_fact UNION SELECT generation FROM member UNION SELECT generation FROM resident_fact UNION SELECT generation FROM resident_link UNION SELECT generation FROM resident_tie UNION SELECT generation FROM record_code UNION SELECT generation FROM filling_part ORDER BY 1")
	return out, err
}
