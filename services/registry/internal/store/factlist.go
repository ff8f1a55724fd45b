package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/recordstore"
	"xinju.dev/services/platform/sqlstore"
)

// Listers returns the lists of the facts that hold now, by name, except those
// of relations. Divisions and units are about no resident and thus come first; a
// link is listed under the identifier that is linked.
func (s *SQL) Listers() map[string]recordstore.Ordered {
	return map[string]recordstore.Ordered{
		"division":  lister(s.divisionFacts),
		"link":      lister(s.linkFacts),
		"person":    lister(s.personFacts),
		"permit":    s.residentFacts("permit", "permit_id", s.kinds.permit),
		"residence": s.residentFacts("stay", "stay_id", s.kinds.stay),
		"unit":      lister(s.unitFacts),
	}
}

// lister is a function as a recordstore.Ordered.
type lister func(ctx context.Context, after string, limit int) ([]recordstore.Listed, error)

// ListOrdered implements recordstore.Ordered.
func (l lister) ListOrdered(ctx context.Context, after string, limit int) ([]recordstore.Listed, error) {
	return l(ctx, after, limit)
}

// factPage reads one page: a query that ends in LIMIT ?, and the key of a row.
func (s *SQL) factPage(ctx context.Context, limit int, query string, args []any, scan func(*sql.Rows) (changefeed.Fact, string, error)) (out []recordstore.Listed, err error) {
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		out = nil
		return sqlstore.Query(tx, func(r *sql.Rows) error {
			f, key, err := scan(r)
			out = append(out, recordstore.Listed{Fact: f, Key: key})
			return err
		}, query+" LIMIT ?", append(args, limit)...)
	})
	return out, err
}

func (s *SQL) personFacts(ctx context.Context, after string, limit int) ([]recordstore.Listed, error) {
	return s.factPage(ctx, limit, "SELECT resident_id, person_version, person, created_ms FROM resident WHERE known = 1 AND resident_id > ? ORDER BY resident_id", []any{after},
		func(r *sql.Rows) (changefeed.Fact, string, error) {
			f, err := s.scanPersonFact(r)
			return f, f.ID, err
		})
}

// scanPersonFact reads identifier, version, body and time of creation.
func (s *SQL) scanPersonFact(r *sql.Rows) (changefeed.Fact, error) {
	f := changefeed.Fact{Kind: s.kinds.person}
	var row resident
	err := r.Scan(&f.ID, &f.Version, &f.Body, &row.created)
	f.ResidentID, f.Recorded = f.ID, row.recorded()
	return f, err
}

func (s *SQL) linkFacts(ctx context.Context, after string, limit int) ([]recordstore.Listed, error) {
	return s.factPage(ctx, limit, "SELECT resident_id, into_id, version FROM resident_link WHERE resident_id > ? ORDER BY resident_id", []any{after},
		func(r *sql.Rows) (changefeed.Fact, string, error) {
			var id, into string
			var version int64
			err := r.Scan(&id, &into, &version)
			f := s.encode.Link(into)
			f.ID, f.ResidentID, f.Version = id, id, version
			return f, id, err
		})
}

// residentFacts lists the facts of a table keyed by resident and its own id.
func (s *SQL) residentFacts(table, id string, kind int32) lister {
	query := "SELECT resident_id, " + id + ", version, body, recorded FROM " + table +
		" WHERE resident_id >= ? AND (resident_id > ? OR " + id + " > ?) ORDER BY resident_id, " + id
	return func(ctx context.Context, after string, limit int) ([]recordstore.Listed, error) {
		resident, own, _ := strings.Cut(after, "/")
		return s.factPage(ctx, limit, query, []any{resident, resident, own},
			func(r *sql.Rows) (changefeed.Fact, string, error) {
				f := changefeed.Fact{Kind: kind}
				err := r.Scan(&f.ResidentID, &f.ID, &f.Version, &f.Body, &f.Recorded)
				return f, f.ResidentID + "/" + f.ID, err
			})
	}
}

func (s *SQL) divisionFacts(ctx context.Context, after string, limit int) ([]recordstore.Listed, error) {
	code, day, _ := strings.Cut(after, "/")
	from, err := strconv.Atoi(day)
	if err != nil {
		from = -1
	}
	return s.factPage(ctx, limit, selectDivision+" WHERE code >= ? AND (code > ? OR valid_from > ?) ORDER BY code, valid_from", []any{code, code, from},
		func(r *sql.Rows) (changefeed.Fact, string, error) {
			d, err := scanDivision(r)
			return s.encode.Division(d), d.Code + "/" + strconv.Itoa(d.From.YYYYMMDD()), err
		})
}

func (s *SQL) unitFacts(ctx context.Context, after string, limit int) ([]recordstore.Listed, error) {
	return s.factPage(ctx, limit, selectUnit+" WHERE unit_id > ? ORDER BY unit_id", []any{after},
		func(r *sql.Rows) (changefeed.Fact, string, error) {
			u, err := scanUnit(r)
			return s.encode.Unit(u), u.ID, err
		})
}
