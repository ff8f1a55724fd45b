package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"

	"gorm.io/gorm"

	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
)

// dossier reads all that was ever known of a resident; ever is false for one
// who was never known.
func (s *SQL) dossier(ctx context.Context, id string) (d core.Dossier, ever bool, err error) {
	err = s.db.Read(ctx, func(tx *gorm.DB) (err error) {
		r := dossierReader{s: s, tx: tx, id: id, with: map[string]bool{id: true}, events: map[string][]stored{}, byKey: map[eventKey]bool{}}
		ever, err = r.read()
		d = core.Dossier{ID: id, Kept: r.kept, Links: r.links}
		return err
	})
	return d, ever, err
}

type dossierReader struct {
	s      *SQL
	tx     *gorm.DB
	id     string
	with   map[string]bool // everybody with whom the resident ever was one person
	events map[string][]stored
	byKey  map[eventKey]bool
	links  []core.Linked
	kept   []core.Kept
}

func (r *dossierReader) read() (ever bool, err error) {
	var handed bool
	for _, stage := range []func() error{
		r.readLinks,
		func() error { return r.readEvents("resident_id", nil, sortedKeys(r.with)) },
		func() error {
			return sqlstore.Query(r.tx, func(rows *sql.Rows) error { return rows.Scan(&handed) }, "SELECT EXISTS (SELECT 1 FROM event_owner)")
		},
	} {
		if err := stage(); err != nil {
			return false, err
		}
	}
	owners := map[eventKey][]core.Handover{}
	if handed {
		if owners, err = r.readOwners(); err != nil {
			return false, err
		}
	}
	for _, key := range slices.SortedFunc(maps.Keys(r.byKey), func(a, b eventKey) int {
		return cmp.Or(cmp.Compare(a.sender, b.sender), cmp.Compare(a.id, b.id))
	}) {
		for _, e := range r.events[key.sender+"/"+key.id] {
			r.kept = append(r.kept, core.Kept{
				Recorded: core.Recorded{Event: e.Event, BatchID: e.batch, Row: e.row, RecordTime: at(e.recordMS), Withdrawn: at(e.withdrawnMS)},
				Owned:    core.OwnedBy(e.resident, e.recordMS, e.withdrawnMS, owners[key]),
			})
		}
	}
	for id := range r.with {
		known, err := everKnown(r.tx, id)
		if err != nil || known {
			return known, err
		}
	}
	return false, nil
}

// readLinks finds with whom the resident ever was one person.
func (r *dossierReader) readLinks() error {
	seen := map[core.Linked]bool{}
	for ask := []string{r.id}; len(ask) > 0; {
		var reached []string
		each := func(rows *sql.Rows) error {
			var l core.Linked
			err := rows.Scan(&l.Resident, &l.AtMS, &l.Into)
			if !seen[l] {
				seen[l] = true
				r.links = append(r.links, l)
			}
			for _, id := range [2]string{l.Resident, l.Into} {
				if id != "" && !r.with[id] {
					r.with[id] = true
					reached = append(reached, id)
				}
			}
			return err
		}
		for _, column := range []string{"resident_id", "into_id"} {
			err := selectIn(r.tx, "SELECT resident_id, at_ms, into_id FROM link_history WHERE "+column, nil, ask, each)
			if err != nil {
				return err
			}
		}
		ask = reached
	}
	slices.SortFunc(r.links, func(a, b core.Linked) int {
		return cmp.Or(cmp.Compare(a.AtMS, b.AtMS), cmp.Compare(a.Resident, b.Resident))
	})
	return nil
}

// readEvents reads events of the log and withdrawn ones by one column.
func (r *dossierReader) readEvents(column string, before []any, keys []string) error {
	condition := " WHERE " + column
	if len(before) > 0 {
		condition = " WHERE sender = ? AND " + column
	}
	take := func(e stored, err error) error {
		if err != nil {
			return err
		}
		name := e.Sender + "/" + e.ID
		same := func(o stored) bool {
			return o.recordMS == e.recordMS && o.withdrawnMS == e.withdrawnMS && o.batch == e.batch
		}
		if !slices.ContainsFunc(r.events[name], same) {
			r.byKey[eventKey{e.Sender, e.ID}] = true
			r.events[name] = append(r.events[name], e)
		}
		return nil
	}
	err := selectIn(r.tx, selectEvent+condition, before, keys, func(rows *sql.Rows) error { return take(r.s.scanEvent(rows)) })
	if err != nil {
		return err
	}
	return selectIn(r.tx, selectWithdrawn+condition, before, keys, func(rows *sql.Rows) error { return take(r.s.scanWithdrawn(rows)) })
}

// readOwners brings the events that were theirs once and are not now, and whose
// all of the events were.
func (r *dossierReader) readOwners() (map[eventKey][]core.Handover, error) {
	away := map[string][]string{}
	err := selectIn(r.tx, "SELECT sender, event_id FROM event_owner WHERE from_id", nil, sortedKeys(r.with), func(rows *sql.Rows) error {
		var sender, id string
		err := rows.Scan(&sender, &id)
		away[sender] = append(away[sender], id)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, sender := range sortedKeys(away) {
		if err := r.readEvents("event_id", []any{sender}, away[sender]); err != nil {
			return nil, err
		}
	}
	all := map[string][]string{}
	for k := range r.byKey {
		all[k.sender] = append(all[k.sender], k.id)
	}
	out := map[eventKey][]core.Handover{}
	for _, sender := range sortedKeys(all) {
		err = errors.Join(err, selectIn(r.tx, "SELECT event_id, at_ms, from_id, to_id FROM event_owner WHERE sender = ? AND event_id", []any{sender}, all[sender], func(rows *sql.Rows) error {
			var id string
			var h core.Handover
			err := rows.Scan(&id, &h.AtMS, &h.From, &h.To)
			out[eventKey{sender, id}] = append(out[eventKey{sender, id}], h)
			return err
		}))
	}
	for k := range out {
		slices.SortFunc(out[k], func(a, b core.Handover) int { return cmp.Compare(a.AtMS, b.AtMS) })
	}
	return out, err
}
