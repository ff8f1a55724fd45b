package store

import (
	"context"
	"database/sql"
	"strconv"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ids"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/verify"
)

// standings are the conditions under which a verification counts as what
// verify.Verification.Standing says, on a day; each takes the day once or not.
var standings = map[verify.Standing]struct {
	where string
	day   bool
}{
	verify.InTime:   {"answered > 0 AND late = 0", false},
	verify.Late:     {"answered > 0 AND late = 1", false},
	verify.TakeBack: {"answered = 0 AND state = 7", false},
	verify.Overdue:  {"answered = 0 AND state <> 7 AND NOT (state = 4 AND days_left > 0) AND deadline < ?", true},
	verify.Open:     {"answered = 0 AND state <> 7 AND ((state = 4 AND days_left > 0) OR deadline >= ?)", true},
}

// verificationWhere is the condition of a filter without its standing.
func verificationWhere(tx *gorm.DB, f verify.Filter, today civil.Date) (where string, args []any, err error) {
	side := "asked"
	if f.Side == verify.AskingSide {
		side = "asking"
	}
	where = "1 = 1"
	and := func(condition string, v ...any) { where, args = where+" AND "+condition, append(args, v...) }
	if f.Division != "" {
		d, err := divisionOn(tx, f.Division, today)
		if err != nil {
			return "", nil, err
		}
		and(side+"_division >= ? AND "+side+"_division <= ?", d.Prefix(), d.Prefix()+"9999999999")
	}
	if f.Unit != "" {
		and(side+"_unit = ?", f.Unit)
	}
	if f.From != civil.None {
		and("sent >= ?", f.From)
	}
	if f.Until != civil.None {
		and("sent <= ?", f.Until)
	}
	if f.State != 0 {
		and("state = ?", int(f.State))
	}
	if f.Kind != 0 {
		and("kind = ?", int(f.Kind))
	}
	if f.ResidentID != "" {
		and("resident_id = ?", f.ResidentID)
	}
	return where, args, nil
}

func withStanding(where string, args []any, k verify.Standing, today civil.Date) (string, []any) {
	c, ok := standings[k]
	if !ok {
		return where, args
	}
	args = append([]any{}, args...)
	if c.day {
		args = append(args, today)
	}
	return where + " AND " + c.where, args
}

// Verifications pages through verifications by day of sending; they have no
// steps. It fails with DIVISION_NOT_FOUND.
func (s *SQL) Verifications(ctx context.Context, f verify.Filter, q page.Query, now time.Time) (out []verify.Verification, next page.Next, err error) {
	limit, err := q.Limit()
	if err != nil {
		return nil, "", err
	}
	today := civil.DateOf(now)
	// The day is a part of the filter: what is overdue changes overnight.
	filter := filterBytes("verification", f.Side, f.Division, f.Unit, f.From, f.Until, f.Standing, f.State, f.Kind, f.ResidentID, today)
	key, err := q.Key(filter)
	if err != nil {
		return nil, "", err
	}
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		where, args, err := verificationWhere(tx, f, today)
		if err != nil {
			return err
		}
		where, args = withStanding(where, args, f.Standing, today)
		if key != "" {
			if len(key) != 8+ids.Len {
				return page.ErrToken
			}
			sent, err := strconv.Atoi(key[:8])
			if err != nil {
				return page.ErrToken
			}
			where, args = where+" AND sent >= ? AND (sent > ? OR verification_id > ?)", append(args, sent, sent, key[8:])
		}
		out = nil
		return sqlstore.Query(tx, func(r *sql.Rows) error {
			v, err := s.scanVerification(r)
			out = append(out, v)
			return err
		}, selectVerification+" WHERE "+where+" ORDER BY sent, verification_id LIMIT ?", append(args, limit+1)...)
	})
	if err == nil && len(out) > limit {
		out = out[:limit]
		last := out[limit-1]
		next = page.Encode(filter, strconv.Itoa(last.Sent.YYYYMMDD())+last.ID)
	}
	return out, next, err
}

// VerificationStats counts what Verifications lists, by standing. It fails with
// DIVISION_NOT_FOUND.
func (s *SQL) VerificationStats(ctx context.Context, f verify.Filter, now time.Time) (out verify.Stats, err error) {
	today := civil.DateOf(now)
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		out = verify.Stats{Counts: map[verify.Standing]int64{}, Days: map[int]int64{}}
		where, args, err := verificationWhere(tx, f, today)
		if err != nil {
			return err
		}
		for k := range standings {
			where, args := withStanding(where, args, k, today)
			var n int64
			if err := sqlstore.Query(tx, func(r *sql.Rows) error { return r.Scan(&n) }, "SELECT COUNT(*) FROM verification WHERE "+where, args...); err != nil {
				return err
			}
			out.Counts[k] = n
		}
		return sqlstore.Query(tx, func(r *sql.Rows) error {
			var sent, answered civil.Date
			var n int64
			err := r.Scan(&sent, &answered, &n)
			out.Days[int(answered-sent)] += n
			return err
		}, "SELECT sent, answered, COUNT(*) FROM verification WHERE "+where+" AND answered > 0 GROUP BY sent, answered", args...)
	})
	return out, err
}
