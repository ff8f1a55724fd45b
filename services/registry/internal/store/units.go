package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/ids"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
)

var unitColumns = []string{"unit_id", "name", "kind", "division", "manages", "version"}

const selectUnit = "SELECT unit_id, name, kind, division, manages, version FROM unit"

// CreateUnits adds units, all or none. A unit without an identifier gets one.
// It fails with DIVISION_NOT_FOUND, UNIT_INVALID, DUPLICATE and REQUEST_ID_REUSED.
func (s *SQL) CreateUnits(ctx context.Context, req record.Request, units []core.Unit, now time.Time) ([]core.Unit, error) {
	out := make([]core.Unit, len(units))
	err := s.db.Write(ctx, func(tx *gorm.DB) error {
		prior, found, err := idempotency.Claim(tx, "unit.create", req.ID, req.Digest)
		if err != nil {
			return err
		}
		if found {
			return unitsAgain(tx, strings.Split(string(prior), ","), out)
		}
		copy(out, units)
		if err := checkUnits(tx, out, civil.DateOf(now)); err != nil {
			return err
		}
		rows, facts, keys := make([][]any, len(out)), make([]changefeed.Fact, len(out)), make([]string, len(out))
		for i := range out {
			u := &out[i]
			if u.Version = 1; u.ID == "" {
				u.ID = ids.New(now)
			}
			keys[i], facts[i] = u.ID, s.encode.Unit(*u)
			if rows[i], err = unitValues(*u); err != nil {
				return err
			}
		}
		if err := sqlstore.InsertMany(tx, "unit", unitColumns, rows); err != nil {
			return err
		}
		if err := idempotency.Keep(tx, "unit.create", req.ID, req.Digest, []byte(strings.Join(keys, ","))); err != nil {
			return err
		}
		return changefeed.Append(tx, facts...)
	})
	return out, err
}

// checkUnits refuses units in or managing what does not exist. A managed
// village must have existed on some day of the run; that it is asked of the
// first day, or of today when the run always held, keeps the question small.
func checkUnits(tx *gorm.DB, units []core.Unit, today civil.Date) error {
	codes := map[string]bool{}
	for _, u := range units {
		if err := u.Check(); err != nil {
			return err
		}
		codes[u.Division] = true
		for _, m := range u.Manages {
			codes[m.Division] = true
		}
	}
	known, err := readPlaces(tx, sortedKeys(codes))
	if err != nil {
		return err
	}
	for _, u := range units {
		if _, ok := known.at(u.Division, today); !ok {
			return core.ErrDivisionNotFound.On("division", "不存在 does not exist")
		}
		for _, m := range u.Manages {
			day := m.From
			if day == civil.None {
				day = today
			}
			if !known.Village(m.Division, day) {
				return core.ErrDivisionNotFound.On("managed_villages", "不是该日期的村居 not a village on that day")
			}
		}
	}
	return nil
}

type managedJSON struct {
	Division string `json:"d"`
	From     int    `json:"f,omitempty"`
	Until    int    `json:"u,omitempty"`
}

func unitValues(u core.Unit) ([]any, error) {
	list := make([]managedJSON, len(u.Manages))
	for i, m := range u.Manages {
		list[i] = managedJSON{m.Division, m.From.YYYYMMDD(), m.Until.YYYYMMDD()}
	}
	raw, err := json.Marshal(list)
	return []any{u.ID, u.Name, u.Kind, u.Division, string(raw), u.Version}, err
}

func scanUnit(r *sql.Rows) (u core.Unit, err error) {
	var raw []byte
	if err = r.Scan(&u.ID, &u.Name, &u.Kind, &u.Division, &raw, &u.Version); err != nil {
		return u, err
	}
	var list []managedJSON
	if err = json.Unmarshal(raw, &list); err != nil {
		return u, err
	}
	for _, m := range list {
		v := core.Managed{Division: m.Division}
		if v.From, err = civil.FromYYYYMMDD(m.From); err != nil {
			return u, err
		}
		if v.Until, err = civil.FromYYYYMMDD(m.Until); err != nil {
			return u, err
		}
		u.Manages = append(u.Manages, v)
	}
	return u, nil
}

func unitsAgain(tx *gorm.DB, keys []string, out []core.Unit) error {
	found := map[string]core.Unit{}
	err := selectIn(tx, selectUnit+" WHERE unit_id", nil, keys, func(r *sql.Rows) error {
		u, err := scanUnit(r)
		found[u.ID] = u
		return err
	})
	for i, k := range keys {
		if i < len(out) {
			out[i] = found[k]
		}
	}
	return err
}

// Unit returns a unit. It fails with UNIT_NOT_FOUND.
func (s *SQL) Unit(ctx context.Context, id string) (u core.Unit, err error) {
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		u, err = unitByID(tx, id)
		return err
	})
	return u, err
}

func unitByID(tx *gorm.DB, id string) (core.Unit, error) {
	out := make([]core.Unit, 1)
	if err := unitsAgain(tx, []string{id}, out); err != nil {
		return core.Unit{}, err
	}
	if out[0].ID == "" {
		return core.Unit{}, core.ErrUnitNotFound
	}
	return out[0], nil
}

// UpdateUnit replaces a unit. It fails with UNIT_NOT_FOUND, UNIT_CHANGED,
// DIVISION_NOT_FOUND and UNIT_INVALID.
func (s *SQL) UpdateUnit(ctx context.Context, u core.Unit, now time.Time) (core.Unit, error) {
	out := u
	err := s.db.Write(ctx, func(tx *gorm.DB) error {
		was, err := unitByID(tx, u.ID)
		if err != nil {
			return err
		}
		if was.Version != u.Version {
			return core.ErrUnitChanged
		}
		if err := checkUnits(tx, []core.Unit{u}, civil.DateOf(now)); err != nil {
			return err
		}
		out.Version = u.Version + 1
		v, err := unitValues(out)
		if err != nil {
			return err
		}
		up := tx.Exec("UPDATE unit SET name = ?, kind = ?, division = ?, manages = ?, version = ? WHERE unit_id = ? AND version = ?",
			append(v[1:], u.ID, u.Version)...)
		if up.Error != nil {
			return up.Error
		}
		if up.RowsAffected != 1 {
			return core.ErrUnitChanged
		}
		return changefeed.Append(tx, s.encode.Unit(out))
	})
	return out, err
}

// Units pages through units by identifier: in or below a division that exists
// today, and of a kind, where they are given. It fails with DIVISION_NOT_FOUND.
func (s *SQL) Units(ctx context.Context, division string, kind int, q page.Query, today civil.Date) (out []core.Unit, next page.Next, err error) {
	limit, err := q.Limit()
	if err != nil {
		return nil, "", err
	}
	filter := filterBytes("unit", division, kind)
	after, err := q.Key(filter)
	if err != nil {
		return nil, "", err
	}
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		out = nil
		where, args := "unit_id > ?", []any{after}
		if division != "" {
			d, err := divisionOn(tx, division, today)
			if err != nil {
				return err
			}
			where, args = where+" AND division >= ? AND division <= ?", append(args, d.Prefix(), d.Prefix()+"9999999999")
		}
		if kind != 0 {
			where, args = where+" AND kind = ?", append(args, kind)
		}
		return sqlstore.Query(tx, func(r *sql.Rows) error {
			u, err := scanUnit(r)
			out = append(out, u)
			return err
		}, selectUnit+" WHERE "+where+" ORDER BY unit_id LIMIT ?", append(args, limit+1)...)
	})
	if err == nil && len(out) > limit {
		out = out[:limit]
		next = page.Encode(filter, out[limit-1].ID)
	}
	return out, next, err
}
