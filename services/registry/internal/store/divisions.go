package store

import (
	"context"
	"database/sql"
	"strings"

	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
)

var divisionColumns = []string{"code", "valid_from", "name", "level", "parent", "valid_until", "successors", "version"}

func divisionValues(d core.Division) []any {
	return []any{d.Code, d.From, d.Name, int(d.Level), d.Parent, d.Until, strings.Join(d.Successors, ","), d.Version}
}

// CreateDivisions adds nodes, all or none; a parent may stand before its
// children. It fails with DIVISION_EXISTS, DIVISION_PARENT_UNKNOWN,
// DIVISION_INVALID and REQUEST_ID_REUSED.
func (s *SQL) CreateDivisions(ctx context.Context, req record.Request, nodes []core.Division) ([]core.Division, error) {
	out := make([]core.Division, len(nodes))
	err := s.db.Write(ctx, func(tx *gorm.DB) error {
		prior, found, err := idempotency.Claim(tx, "division.create", req.ID, req.Digest)
		if err != nil {
			return err
		}
		if found {
			return s.divisionsAgain(tx, strings.Split(string(prior), ","), out)
		}
		known, err := readPlaces(tx, codesOf(nodes))
		if err != nil {
			return err
		}
		var keys []string
		for i, d := range nodes {
			d.Version = 1
			if err := admitDivision(known, d); err != nil {
				return err
			}
			known[d.Code] = append(known[d.Code], d)
			out[i] = d
			keys = append(keys, d.Key())
		}
		if err := idempotency.Keep(tx, "division.create", req.ID, req.Digest, []byte(strings.Join(keys, ","))); err != nil {
			return err
		}
		return s.insertDivisions(tx, out)
	})
	return out, err
}

func codesOf(nodes []core.Division) []string {
	codes := map[string]bool{}
	for _, d := range nodes {
		codes[d.Code] = true
		if d.Parent != "" {
			codes[d.Parent] = true
		}
	}
	return sortedKeys(codes)
}

func admitDivision(known places, d core.Division) error {
	if err := d.Check(); err != nil {
		return err
	}
	for _, o := range known[d.Code] {
		if d.Overlaps(o) {
			return core.ErrDivisionExists.With("division_code", d.Code)
		}
	}
	if d.Parent == "" {
		return nil
	}
	for _, p := range known[d.Parent] {
		if d.Under(p) {
			return nil
		}
	}
	return core.ErrDivisionParent.With("division_code", d.Code)
}

func (s *SQL) insertDivisions(tx *gorm.DB, nodes []core.Division) error {
	rows := make([][]any, len(nodes))
	facts := make([]changefeed.Fact, len(nodes))
	for i, d := range nodes {
		rows[i], facts[i] = divisionValues(d), s.encode.Division(d)
	}
	if err := sqlstore.InsertMany(tx, "division", divisionColumns, rows); err != nil {
		return err
	}
	return changefeed.Append(tx, facts...)
}

func (s *SQL) divisionsAgain(tx *gorm.DB, keys []string, out []core.Division) error {
	codes := make([]string, len(keys))
	for i, k := range keys {
		codes[i], _, _ = strings.Cut(k, "@")
	}
	known, err := readPlaces(tx, codes)
	if err != nil {
		return err
	}
	for i, k := range keys {
		for _, d := range known[codes[i]] {
			if d.Key() == k && i < len(out) {
				out[i] = d
			}
		}
	}
	return nil
}

// Division returns a node as it is on a day. It fails with DIVISION_NOT_FOUND.
func (s *SQL) Division(ctx context.Context, code string, day civil.Date) (d core.Division, err error) {
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		d, err = divisionOn(tx, code, day)
		return err
	})
	return d, err
}

func divisionOn(tx *gorm.DB, code string, day civil.Date) (core.Division, error) {
	known, err := readPlaces(tx, []string{code})
	if err != nil {
		return core.Division{}, err
	}
	d, ok := known.at(code, day)
	if !ok {
		return d, core.ErrDivisionNotFound
	}
	return d, nil
}

// UpdateDivision replaces name, level, last day and successors of the node that
// has the code and first day. It fails with DIVISION_NOT_FOUND and DIVISION_CHANGED.
func (s *SQL) UpdateDivision(ctx context.Context, d core.Division) (core.Division, error) {
	var out core.Division
	err := s.db.Write(ctx, func(tx *gorm.DB) error {
		known, err := readPlaces(tx, codesOf([]core.Division{d}))
		if err != nil {
			return err
		}
		was, others := core.Division{}, []core.Division{}
		for _, o := range known[d.Code] {
			if o.From == d.From {
				was = o
				continue
			}
			others = append(others, o)
		}
		switch {
		case was.Code == "":
			return core.ErrDivisionNotFound
		case was.Version != d.Version:
			return core.ErrDivisionChanged
		}
		known[d.Code] = others
		if err := admitDivision(known, d); err != nil {
			return err
		}
		out = d
		out.Version++
		up := tx.Exec("UPDATE division SET name = ?, level = ?, parent = ?, valid_until = ?, successors = ?, version = ? WHERE code = ? AND valid_from = ? AND version = ?",
			out.Name, int(out.Level), out.Parent, out.Until, strings.Join(out.Successors, ","), out.Version, d.Code, d.From, d.Version)
		if up.Error != nil {
			return up.Error
		}
		if up.RowsAffected != 1 {
			return core.ErrDivisionChanged
		}
		return changefeed.Append(tx, s.encode.Division(out))
	})
	return out, err
}

// Divisions pages through the nodes of a day by code.
func (s *SQL) Divisions(ctx context.Context, f core.DivisionFilter, q page.Query) (out []core.Division, next page.Next, err error) {
	limit, err := q.Limit()
	if err != nil {
		return nil, "", err
	}
	filter := filterBytes("division", f.Parent, f.Level, f.Day)
	after, err := q.Key(filter)
	if err != nil {
		return nil, "", err
	}
	where, args := "valid_from <= ? AND (valid_until = 0 OR valid_until >= ?) AND code > ?", []any{f.Day, f.Day, after}
	if f.Parent != "" {
		where, args = where+" AND parent = ?", append(args, f.Parent)
	}
	if f.Level != 0 {
		where, args = where+" AND level = ?", append(args, int(f.Level))
	}
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		out = nil
		return sqlstore.Query(tx, func(r *sql.Rows) error {
			d, err := scanDivision(r)
			out = append(out, d)
			return err
		}, selectDivision+" WHERE "+where+" ORDER BY code LIMIT ?", append(args, limit+1)...)
	})
	if err == nil && len(out) > limit {
		out = out[:limit]
		next = page.Encode(filter, out[limit-1].Code)
	}
	return out, next, err
}
