package store

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/ids"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/match"
	"xinju.dev/services/registry/internal/review"
)

// refresh takes in residents as they are now, and moves the search on to m. All
// reading and comparing happens before the writer's lock is taken.
func (v *Reviews) refresh(ctx context.Context, m matchState, residents []string, now time.Time) error {
	r := &refreshing{v: v, m: m, now: now, ids: residents}
	if len(residents) > 0 {
		err := v.s.db.Read(ctx, func(tx *gorm.DB) error {
			r.reset()
			for _, stage := range []func(*gorm.DB) error{r.read, r.meet, r.judge} {
				if err := stage(tx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return v.s.db.Write(ctx, r.write)
}

// refreshing is one call of refresh under way.
type refreshing struct {
	v   *Reviews
	m   matchState
	now time.Time
	ids []string

	rows     map[string]*resident
	persons  map[string]*core.Resident
	taken    map[string]taken
	forms    map[string]*match.Forms // of residents in hand, and of those they meet
	changed  []string                // whose features are not those that were kept
	plain    map[string][]byte       // new features; empty for who is gone
	keys     map[string][]blockKey   // new entries
	items    map[itemKey]*storedItem
	pairs    map[[2]string]match.Comparison
	place    map[string]string // where people live
	dirty    []*storedItem
	compared int64
	capped   int64
}

type itemKey struct{ kind, resident, other string }

func (r *refreshing) reset() {
	v, m, now, list := r.v, r.m, r.now, r.ids
	*r = refreshing{
		v: v, m: m, now: now, ids: list, rows: map[string]*resident{}, persons: map[string]*core.Resident{}, plain: map[string][]byte{},
		keys: map[string][]blockKey{}, items: map[itemKey]*storedItem{}, pairs: map[[2]string]match.Comparison{}, place: map[string]string{},
	}
}

// meet brings the changed residents together with everybody in their blocks;
// each pair is compared once. A full block takes nobody more: what is lost are
// pairs of whom both came when it was full, if they share no other block.
func (r *refreshing) meet(tx *gorm.DB) error {
	skip := map[string]bool{}
	var asked []blockKey
	own := map[string][]blockKey{}
	for _, id := range r.changed {
		skip[id] = true
		if f := r.forms[id]; f != nil {
			own[id] = r.v.s.blockKeys(f)
			asked = append(asked, own[id]...)
		}
	}
	slices.SortFunc(asked, func(a, b blockKey) int { return bytes.Compare(a[:], b[:]) })
	blocks, err := readBlocks(tx, slices.Compact(asked), skip)
	if err != nil {
		return err
	}
	met := map[[2]string]bool{}
	for _, id := range r.changed {
		for _, k := range own[id] {
			for _, other := range blocks[k] {
				met[pairOf(id, other)] = true
			}
			if len(blocks[k]) >= r.v.weights.Block {
				r.capped++
				continue
			}
			blocks[k] = append(blocks[k], id)
			r.keys[id] = append(r.keys[id], k)
		}
	}
	for k := range r.items { // known pairs are looked at wherever their entries are
		if k.kind == review.Duplicate && (skip[k.resident] || skip[k.other]) {
			met[[2]string{k.resident, k.other}] = true
		}
	}
	return r.compare(tx, met)
}

func pairOf(a, b string) [2]string { return [2]string{min(a, b), max(a, b)} }

func (r *refreshing) compare(tx *gorm.DB, met map[[2]string]bool) error {
	missing := map[string]bool{}
	for p := range met {
		for _, id := range p {
			if r.rows[id] == nil {
				missing[id] = true
			}
		}
	}
	others, err := r.v.s.readFeatures(tx, sortedKeys(missing))
	if err != nil {
		return err
	}
	away := map[string]bool{}
	for p := range met {
		a, b := cmp.Or(r.forms[p[0]], others[p[0]]), cmp.Or(r.forms[p[1]], others[p[1]])
		if a == nil || b == nil {
			continue
		}
		r.compared++
		c := r.v.weights.CompareForms(*a, *b)
		if !r.v.weights.Candidate(c) {
			continue
		}
		r.pairs[p] = c
		for _, id := range p {
			if _, here := r.place[id]; !here {
				away[id] = true
			}
		}
	}
	return r.places(tx, sortedKeys(away))
}

// places says where the others of pairs live.
func (r *refreshing) places(tx *gorm.DB, residents []string) error {
	stays := map[string][]core.Stay{}
	err := selectIn(tx, "SELECT resident_id, division, arrived, left_on FROM stay WHERE resident_id", nil, residents, func(rows *sql.Rows) error {
		var id string
		var s core.Stay
		err := rows.Scan(&id, &s.Division, &s.Arrived, &s.Left)
		stays[id] = append(stays[id], s)
		return err
	})
	for id, list := range stays {
		r.place[id] = review.Home(list)
	}
	return err
}

// judge compares what the residents show now with their items.
func (r *refreshing) judge(*gorm.DB) error {
	causes := map[itemKey]review.Cause{}
	for _, id := range r.ids {
		row, p := r.rows[id], r.persons[id]
		if row == nil || p == nil {
			continue
		}
		for _, flag := range strings.Split(row.flags, ",") {
			if core.Reviewable(flag) != nil {
				causes[itemKey{flag, id, ""}] = review.OfFlag(flag, p)
			}
		}
	}
	for p, c := range r.pairs {
		causes[itemKey{review.Duplicate, p[0], p[1]}] = review.OfPair(c, r.v.weights.Urgent, r.place[p[0]], r.place[p[1]])
	}
	for k, c := range causes {
		r.seen(k, c)
	}
	changed := map[string]bool{}
	for _, id := range r.changed {
		changed[id] = true
	}
	for k, i := range r.items {
		if _, there := causes[k]; there {
			continue
		}
		if k.kind == review.Duplicate && !changed[k.resident] && !changed[k.other] {
			r.moved(i)
			continue
		}
		if i.Vanished() {
			r.dirty = append(r.dirty, i)
		}
	}
	slices.SortFunc(r.dirty, func(a, b *storedItem) int { return cmp.Compare(a.ID, b.ID) })
	return nil
}

func (r *refreshing) seen(k itemKey, c review.Cause) {
	i, there := r.items[k]
	if !there {
		i = &storedItem{review.Item{ID: ids.New(r.now), Kind: k.kind, ResidentID: k.resident, OtherID: k.other}}
	}
	if i.Seen(c, r.now) {
		r.dirty = append(r.dirty, i)
	}
}

// moved puts a pair where its residents live now; nothing else of it changed.
func (r *refreshing) moved(i *storedItem) {
	c := i.Cause
	if p, here := r.place[i.ResidentID]; here {
		c.Division = p
	}
	if p, here := r.place[i.OtherID]; here {
		c.OtherPlace = p
	}
	if c.Division != i.Division || c.OtherPlace != i.OtherPlace {
		i.Division, i.OtherPlace = c.Division, c.OtherPlace
		r.dirty = append(r.dirty, i)
	}
}

// write stores everything, with the position, or nothing.
func (r *refreshing) write(tx *gorm.DB) error {
	next := r.m
	next.compared, next.capped = next.compared+r.compared, next.capped+r.capped
	if err := next.save(tx, r.now); err != nil {
		return err
	}
	if err := deleteIn(tx, "DELETE FROM match_key WHERE resident_id", r.changed); err != nil {
		return err
	}
	if err := deleteIn(tx, "DELETE FROM match_resident WHERE resident_id", r.ids); err != nil {
		return err
	}
	entries, kept, err := r.entries(tx)
	if err != nil {
		return err
	}
	if err := sqlstore.InsertMany(tx, "match_resident", []string{"resident_id", "version", "mother_id", "digest", "features"}, kept); err != nil {
		return err
	}
	if err := sqlstore.InsertMany(tx, "match_key", []string{"block_key", "resident_id"}, entries); err != nil {
		return err
	}
	for _, i := range r.dirty {
		copied := *i // this may run several times
		if err := saveItem(tx, &copied); err != nil {
			return err
		}
	}
	facts, err := r.v.s.doubt(tx, r.doubtful(), r.now)
	if err != nil {
		return err
	}
	return changefeed.Append(tx, facts...)
}

// entries are the rows of the index.
func (r *refreshing) entries(*gorm.DB) (entries, kept [][]any, err error) {
	for _, id := range r.ids {
		row := r.rows[id]
		if row == nil {
			continue
		}
		plain, isNew := r.plain[id]
		if f := r.forms[id]; f != nil && !isNew {
			if plain, err = encodeFeatures(f.Record); err != nil {
				return nil, nil, err
			}
		}
		mother := ""
		var features any
		if f := r.forms[id]; f != nil {
			mother = f.MotherID
			sealed, err := r.v.s.seal.Seal("match_resident", id, "features", plain)
			if err != nil {
				return nil, nil, err
			}
			features = sealed
		}
		kept = append(kept, []any{id, row.version, mother, digestOf(plain), features})
		for _, k := range r.keys[id] {
			entries = append(entries, []any{bytes.Clone(k[:]), id})
		}
	}
	slices.SortFunc(entries, func(a, b []any) int { return bytes.Compare(a[0].([]byte), b[0].([]byte)) })
	return entries, kept, nil
}
