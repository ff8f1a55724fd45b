package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"time"

	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
)

// keepHistory writes down which events became another resident's and who stands
// for whom from now on: with the instants in the log itself, all that is needed
// to read what was known at any earlier instant.
func (b *batch) keepHistory() error {
	verb := " ON CONFLICT DO UPDATE SET %[1]s = excluded.%[1]s"
	if sqlstore.EngineOf(b.tx) == sqlstore.MySQL {
		verb = " ON DUPLICATE KEY UPDATE %[1]s = VALUES(%[1]s)"
	}
	for i := range b.work {
		e := &b.work[i]
		if e.gone || e.input >= 0 || e.now == e.resident {
			continue
		}
		ms, err := b.after("SELECT MAX(at_ms) FROM event_owner WHERE sender = ? AND event_id = ?", e.Sender, e.ID)
		if err != nil {
			return err
		}
		err = sqlstore.Exec(b.tx, "INSERT INTO event_owner (sender, event_id, at_ms, from_id, to_id) VALUES (?, ?, ?, ?, ?)"+fmt.Sprintf(verb, "to_id"),
			e.Sender, e.ID, ms, e.resident, e.now)
		if err != nil {
			return err
		}
	}
	for i := range b.persons {
		p := &b.persons[i]
		if b.links[p.id].into == p.into {
			continue
		}
		ms, err := b.after("SELECT MAX(at_ms) FROM link_history WHERE resident_id = ?", p.id)
		if err != nil {
			return err
		}
		err = sqlstore.Exec(b.tx, "INSERT INTO link_history (resident_id, at_ms, into_id) VALUES (?, ?, ?)"+fmt.Sprintf(verb, "into_id"), p.id, ms, p.into)
		if err != nil {
			return err
		}
	}
	return nil
}

// after is now, or the latest instant that a query finds where another process
// whose clock is ahead has written: what is written last counts last.
func (b *batch) after(latest string, args ...any) (ms int64, err error) {
	err = sqlstore.Query(b.tx, func(r *sql.Rows) error {
		var last sql.NullInt64
		err := r.Scan(&last)
		ms = max(b.now.UnixMilli(), last.Int64)
		return err
	}, latest, args...)
	return ms, err
}

// KnownResident returns one person as known at an instant: folded from what had
// been recorded and not withdrawn by then, with the merges of then. The version
// is 0. It fails with RESIDENT_NOT_KNOWN_THEN for somebody whom the registry has
// known at another time only, and with RESIDENT_NOT_FOUND.
func (s *SQL) KnownResident(ctx context.Context, id string, known time.Time) (core.Resident, error) {
	d, ever, err := s.dossier(ctx, id)
	if err != nil {
		return core.Resident{}, err
	}
	list, out, err := knownAt(d, ever, known)
	if err != nil {
		return core.Resident{}, err
	}
	out.State = core.FoldTraced(core.EventsOf(list))
	return out, nil
}

// knownAt is who was known at an instant, not folded, and the events of then.
func knownAt(d core.Dossier, ever bool, known time.Time) ([]core.Recorded, core.Resident, error) {
	id, merged, list := d.KnownAt(known.UnixMilli())
	switch {
	case !ever:
		return nil, core.Resident{}, core.ErrResident
	case !core.Exists(core.EventsOf(list)):
		return nil, core.Resident{}, core.ErrKnownThen
	}
	out := core.Resident{ID: id, Merged: merged, CreateTime: list[0].RecordTime}
	for i := range list {
		out.CreateTime = earliest(out.CreateTime, list[i].RecordTime)
	}
	for _, step := range d.Steps() {
		if at := step.At(); !at.After(known) {
			out.UpdateTime = at
		}
	}
	return list, out, nil
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// KnownEvents pages through the events that counted for a person at an instant,
// oldest record first; it fails as KnownResident does.
func (s *SQL) KnownEvents(ctx context.Context, id string, known time.Time, q page.Query) (out []core.Recorded, next page.Next, err error) {
	filter := filterBytes("known event", id, known.UnixMilli())
	start, limit, err := numbered(q, filter)
	if err != nil {
		return nil, "", err
	}
	d, ever, err := s.dossier(ctx, id)
	if err != nil {
		return nil, "", err
	}
	list, _, err := knownAt(d, ever, known)
	if err != nil {
		return nil, "", err
	}
	slices.SortFunc(list, func(a, b core.Recorded) int {
		return cmp.Or(a.RecordTime.Compare(b.RecordTime), cmp.Compare(core.EventKey(a.Sender, a.ID), core.EventKey(b.Sender, b.ID)))
	})
	for i, is := range core.Amended(core.EventsOf(list)) {
		list[i].Voided = is
		list[i].Withdrawn = time.Time{} // not known then
	}
	end := min(start+limit, len(list))
	if end < len(list) {
		next = page.Encode(filter, strconv.Itoa(end))
	}
	return list[min(start, end):end], next, nil
}

// Changes pages through what changed in a person's record, in the order in which
// it was recorded; a page may be shorter than asked for and not the last. It
// fails with RESIDENT_NOT_FOUND.
func (s *SQL) Changes(ctx context.Context, id string, q page.Query) (out []core.Change, next page.Next, err error) {
	filter := filterBytes("change", id)
	start, limit, err := numbered(q, filter)
	if err != nil {
		return nil, "", err
	}
	d, ever, err := s.dossier(ctx, id)
	switch {
	case err != nil:
		return nil, "", err
	case !ever:
		return nil, "", core.ErrResident
	}
	steps := d.Steps()
	out, end := core.Changes(steps, min(start, len(steps)), limit)
	if end < len(steps) {
		next = page.Encode(filter, strconv.Itoa(end))
	}
	return out, next, nil
}

// numbered reads a page token that says how many items came before. History
// only grows at its end, so a number finds its place again.
func numbered(q page.Query, filter []byte) (start, limit int, err error) {
	if limit, err = q.Limit(); err != nil {
		return 0, 0, err
	}
	key, err := q.Key(filter)
	if err != nil || key == "" {
		return 0, limit, err
	}
	if start, err = strconv.Atoi(key); err != nil || start < 0 {
		return 0, 0, page.ErrToken.On("page_token", "not a token of this query")
	}
	return start, limit, nil
}
