package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/review"
)

// Items pages through what is open, by division, most urgent first, then oldest
// first. It fails with DIVISION_NOT_FOUND.
func (v *Reviews) Items(ctx context.Context, f review.Filter, q page.Query) (out []review.Item, next page.Next, err error) {
	limit, err := q.Limit()
	if err != nil {
		return nil, "", err
	}
	filter := filterBytes("review", f.Division, f.Kind, int(f.Priority), f.Today)
	after, err := q.Key(filter)
	if err != nil {
		return nil, "", err
	}
	var lines []reviewLine
	err = v.s.db.Read(ctx, func(tx *gorm.DB) error {
		area, err := areaOf(tx, f.Division, f.Today)
		if err != nil {
			return err
		}
		if lines, err = readReviewLines(tx, f, area, after, limit+1); err != nil {
			return err
		}
		next = ""
		if len(lines) > limit {
			lines = lines[:limit]
			next = page.Encode(filter, lines[limit-1].key())
		}
		out, err = itemsOf(tx, lines)
		return err
	})
	return out, next, err
}

// area is a range of division codes: those of a division and of all below it.
type area struct{ low, high string }

// everywhere also holds what concerns nobody who ever lived here.
var everywhere = area{"", "99999999999999"}

func areaOf(tx *gorm.DB, division string, day civil.Date) (area, error) {
	if division == "" {
		return everywhere, nil
	}
	d, err := divisionOn(tx, division, day)
	return areaBelow(d), err
}

func areaBelow(d core.Division) area {
	if d.Code == "" {
		return area{}
	}
	return area{d.Prefix(), d.Prefix() + "9999999999"}
}

// where is the condition of both lists and counts, so that a number is the
// length of its list: of the two rows of an item whose residents live in two
// divisions of the area only the first one counts.
func (a area) where(f review.Filter) (string, []any) {
	where := "division >= ? AND division <= ? AND hidden_until <= ? AND (twin = '' OR twin < ? OR twin > ?)"
	args := []any{a.low, a.high, f.Today, a.low, a.high}
	if f.Kind != "" {
		where, args = where+" AND kind = ?", append(args, f.Kind)
	}
	if f.Priority != 0 {
		where, args = where+" AND priority = ?", append(args, int(f.Priority))
	}
	return where, args
}

// reviewLine is one line of the list.
type reviewLine struct {
	division string
	priority int
	opened   int64
	item     string
}

func (l reviewLine) key() string {
	return strings.Join([]string{l.division, strconv.Itoa(l.priority), strconv.FormatInt(l.opened, 10), l.item}, "/")
}

func reviewLineOf(key string) (l reviewLine, ok bool) {
	f := strings.Split(key, "/")
	if len(f) != 4 {
		return l, false
	}
	priority, err1 := strconv.Atoi(f[1])
	opened, err2 := strconv.ParseInt(f[2], 10, 64)
	return reviewLine{f[0], priority, opened, f[3]}, err1 == nil && err2 == nil
}

func readReviewLines(tx *gorm.DB, f review.Filter, a area, after string, limit int) (out []reviewLine, err error) {
	where, args := a.where(f)
	if after != "" {
		l, ok := reviewLineOf(after)
		if !ok {
			return nil, page.ErrToken.On("page_token", "not a token of this query")
		}
		where += " AND division >= ? AND (division > ? OR priority > ? OR priority = ? AND (opened_ms > ? OR opened_ms = ? AND item_id > ?))"
		args = append(args, l.division, l.division, l.priority, l.priority, l.opened, l.opened, l.item)
	}
	err = sqlstore.Query(tx, func(r *sql.Rows) error {
		var l reviewLine
		err := r.Scan(&l.division, &l.priority, &l.opened, &l.item)
		out = append(out, l)
		return err
	}, "SELECT division, priority, opened_ms, item_id FROM review_place WHERE "+where+" ORDER BY division, priority, opened_ms, item_id LIMIT ?", append(args, limit)...)
	return out, err
}

func itemsOf(tx *gorm.DB, lines []reviewLine) ([]review.Item, error) {
	ids := make([]string, len(lines))
	for i, l := range lines {
		ids[i] = l.item
	}
	byID := map[string]review.Item{}
	err := selectIn(tx, selectItem+" WHERE item_id", nil, ids, func(r *sql.Rows) error {
		i, err := scanItem(r)
		byID[i.ID] = i.Item
		return err
	})
	out := make([]review.Item, len(ids))
	for n, id := range ids {
		out[n] = byID[id]
	}
	return out, err
}

// Counts returns how many items of each kind are open in a division, and with
// byChild in each division right below it. It fails with DIVISION_NOT_FOUND.
func (v *Reviews) Counts(ctx context.Context, division string, byChild bool, today civil.Date) (out []review.Count, err error) {
	err = v.s.db.Read(ctx, func(tx *gorm.DB) error {
		whole, err := areaOf(tx, division, today)
		if err != nil {
			return err
		}
		if out, err = countIn(tx, division, whole, today); err != nil || !byChild {
			return err
		}
		children, err := childrenOf(tx, division, today)
		if err != nil {
			return err
		}
		for _, d := range children {
			list, err := countIn(tx, d.Code, areaBelow(d), today)
			if err != nil {
				return err
			}
			out = append(out, list...)
		}
		return nil
	})
	return out, err
}

func countIn(tx *gorm.DB, division string, a area, today civil.Date) (out []review.Count, err error) {
	where, args := a.where(review.Filter{Today: today})
	err = sqlstore.Query(tx, func(r *sql.Rows) error {
		c := review.Count{Division: division}
		err := r.Scan(&c.Kind, &c.Items)
		out = append(out, c)
		return err
	}, "SELECT kind, COUNT(*) FROM review_place WHERE "+where+" GROUP BY kind ORDER BY kind", args...)
	return out, err
}

func childrenOf(tx *gorm.DB, division string, day civil.Date) (out []core.Division, err error) {
	err = sqlstore.Query(tx, func(r *sql.Rows) error {
		d, err := scanDivision(r)
		if err == nil && d.On(day) {
			out = append(out, d)
		}
		return err
	}, selectDivision+" WHERE parent = ?", division)
	slices.SortFunc(out, func(a, b core.Division) int { return cmp.Compare(a.Code, b.Code) })
	return out, err
}
