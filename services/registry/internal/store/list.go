package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"gorm.io/gorm"

	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
)

// listing is one line of a list of residents: a person at a stay.
type listing struct{ division, sortKey, resident, stay string }

func (l listing) key() string {
	return strings.Join([]string{l.division, l.sortKey, l.resident, l.stay}, "/")
}

func listingOf(key string) (l listing, ok bool) {
	f := strings.Split(key, "/")
	if len(f) != 4 {
		return l, false
	}
	return listing{f[0], f[1], f[2], f[3]}, true
}

// ListResidents pages through the persons who live in a division on a day, by
// village and address; each has only the stay of that day. Of stays that
// overlap, the one that began last counts. It fails with DIVISION_NOT_FOUND.
func (s *SQL) ListResidents(ctx context.Context, f core.ResidentFilter, q page.Query) (out []core.Resident, next page.Next, err error) {
	limit, err := q.Limit()
	if err != nil {
		return nil, "", err
	}
	filter := filterBytes("resident", f.Division, f.Day, f.Sex, f.BornFrom, f.BornUntil, f.ReviewOnly)
	tokens, err := s.tokens()
	if err != nil {
		return nil, "", err
	}
	after, err := tokens.Key(filter, q)
	if err != nil {
		return nil, "", err
	}
	var lines []listing
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		d, err := divisionOn(tx, f.Division, f.Day)
		if err != nil {
			return err
		}
		if lines, err = readListing(tx, f, d, after, limit+1); err != nil {
			return err
		}
		if len(lines) > limit {
			lines = lines[:limit]
			next = tokens.Encode(filter, lines[limit-1].key())
		}
		out, err = s.listed(tx, lines)
		return err
	})
	return out, next, err
}

func readListing(tx *gorm.DB, f core.ResidentFilter, d core.Division, after string, limit int) (out []listing, err error) {
	query := `SELECT s.division, s.sort_key, s.resident_id, s.stay_id FROM stay s JOIN resident r ON r.resident_id = s.resident_id
WHERE s.division >= ? AND s.division <= ? AND s.arrived <= ? AND (s.left_on = 0 OR s.left_on >= ?)
AND NOT EXISTS (SELECT 1 FROM stay o WHERE o.resident_id = s.resident_id AND o.arrived <= ? AND (o.left_on = 0 OR o.left_on >= ?)
AND (o.arrived > s.arrived OR o.arrived = s.arrived AND o.stay_id > s.stay_id))`
	args := []any{d.Prefix(), d.Prefix() + "9999999999", f.Day, f.Day, f.Day, f.Day}
	if f.Sex != 0 {
		query, args = query+" AND r.sex = ?", append(args, f.Sex)
	}
	if f.BornFrom != 0 {
		query, args = query+" AND r.birth >= ?", append(args, f.BornFrom)
	}
	if f.BornUntil != 0 {
		query, args = query+" AND r.birth <= ? AND r.birth > 0", append(args, f.BornUntil)
	}
	if f.ReviewOnly {
		query += " AND r.flags <> ''"
	}
	if after != "" {
		l, ok := listingOf(after)
		if !ok {
			return nil, page.ErrToken.On("page_token", "not a token of this query")
		}
		// Spelt out: MariaDB scans the whole index for a comparison of rows.
		query += ` AND s.division >= ? AND (s.division > ? OR s.sort_key > ? OR s.sort_key = ? AND (s.resident_id > ? OR s.resident_id = ? AND s.stay_id > ?))`
		args = append(args, l.division, l.division, l.sortKey, l.sortKey, l.resident, l.resident, l.stay)
	}
	err = sqlstore.Query(tx, func(r *sql.Rows) error {
		var l listing
		err := r.Scan(&l.division, &l.sortKey, &l.resident, &l.stay)
		out = append(out, l)
		return err
	}, query+" ORDER BY s.division, s.sort_key, s.resident_id, s.stay_id LIMIT ?", append(args, limit)...)
	return out, err
}

// listed brings the persons of a page, each with the stay of its line.
func (s *SQL) listed(tx *gorm.DB, lines []listing) ([]core.Resident, error) {
	ids := make([]string, len(lines))
	for i, l := range lines {
		ids[i] = l.resident
	}
	out, err := s.readPersons(tx, ids)
	if err != nil {
		return nil, err
	}
	stay := map[string]string{}
	for _, l := range lines {
		stay[l.resident] = l.stay
	}
	for i := range out {
		r := &out[i]
		r.Stays = slices.DeleteFunc(r.Stays, func(t core.Stay) bool { return t.ID != stay[r.ID] })
		r.Permits = nil
	}
	return out, nil
}
