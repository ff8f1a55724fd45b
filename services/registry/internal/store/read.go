package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/page"
	"xinju.dev/services/registry/internal/core"
)

// Resident returns one person. It fails with RESIDENT_NOT_FOUND, also for
// somebody of whom only waiting events are known.
func (s *SQL) Resident(ctx context.Context, id string) (core.Resident, error) {
	list, err := s.Residents(ctx, []string{id})
	if err != nil {
		return core.Resident{}, err
	}
	if len(list) == 0 {
		return core.Resident{}, core.ErrResident
	}
	return list[0], nil
}

// Residents returns persons in the order of ids, without those not found, and
// each person once: for residents who are one person, whoever stands for them.
func (s *SQL) Residents(ctx context.Context, ids []string) (out []core.Resident, err error) {
	if len(ids) == 1 {
		one, found, err := s.residentAlone(ctx, ids[0])
		if err != nil {
			return nil, err
		}
		if found {
			return []core.Resident{one}, nil
		}
	}
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		out, err = s.readPersons(tx, ids)
		return err
	})
	return out, err
}

// readPersons folds persons from the log: names and addresses are nowhere else.
func (s *SQL) readPersons(tx *gorm.DB, ids []string) ([]core.Resident, error) {
	c, err := readClusters(tx, ids)
	if err != nil {
		return nil, err
	}
	rows := map[string]*resident{}
	err = selectIn(tx, selectResident+" WHERE known = 1 AND resident_id", nil, c.stand, func(r *sql.Rows) error {
		row, err := scanResident(r)
		rows[row.id] = row
		return err
	})
	if err != nil {
		return nil, err
	}
	events := map[string][]core.Event{}
	err = selectIn(tx, selectEvent+" WHERE resident_id", nil, c.everybody(rows), func(r *sql.Rows) error {
		e, err := s.scanEvent(r)
		events[e.resident] = append(events[e.resident], e.Event)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := make([]core.Resident, 0, len(c.stand))
	for _, id := range c.stand {
		if row := rows[id]; row != nil {
			out = append(out, core.Resident{
				State: core.FoldTraced(c.together(id, events)), ID: id, Version: row.version, Merged: c.members[id],
				CreateTime: time.UnixMilli(row.created).UTC(), UpdateTime: time.UnixMilli(row.updated).UTC(),
			})
		}
	}
	return out, nil
}

// Lookup returns who holds each document, "" for nobody; of residents who are
// one person, whoever stands for them.
func (s *SQL) Lookup(ctx context.Context, documents []core.Document) ([]string, error) {
	if len(documents) == 1 {
		id, err := s.lookupOne(ctx, documents[0])
		return []string{id}, err
	}
	keys := make([][]byte, len(documents))
	for i, d := range documents {
		x := s.docIndex(d)
		keys[i] = x[:]
	}
	holder := map[docIndex]string{}
	err := s.db.Read(ctx, func(tx *gorm.DB) error {
		return selectIn(tx, selectHolder+" d.document_index", nil, keys, func(r *sql.Rows) error {
			var x []byte
			var id string
			err := r.Scan(&x, &id)
			if err == nil {
				holder[docIndex(x)] = id
			}
			return err
		})
	})
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = holder[docIndex(k)]
	}
	return out, err
}

// Events pages through the log of one resident and of everybody for whom the
// resident stands, oldest record first, with what was withdrawn. It fails with
// RESIDENT_NOT_FOUND.
func (s *SQL) Events(ctx context.Context, resident string, q page.Query) (out []core.Recorded, next page.Next, err error) {
	limit, err := q.Limit()
	if err != nil {
		return nil, "", err
	}
	filter := filterBytes("event", resident)
	after, err := q.Key(filter)
	if err != nil {
		return nil, "", err
	}
	var all []stored
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		all = nil
		c, err := readClusters(tx, []string{resident})
		if err != nil {
			return err
		}
		who := append([]string{c.stand[0]}, c.members[c.stand[0]]...)
		each := func(r *sql.Rows) error {
			e, err := s.scanEvent(r)
			all = append(all, e)
			return err
		}
		known, err := everKnown(tx, c.stand[0])
		if err != nil || !known {
			return cmp.Or(err, error(core.ErrResident))
		}
		if err := selectIn(tx, selectEvent+" WHERE resident_id", nil, who, each); err != nil {
			return err
		}
		return selectIn(tx, selectWithdrawn+" WHERE resident_id", nil, who, func(r *sql.Rows) error {
			e, err := s.scanWithdrawn(r)
			all = append(all, e)
			return err
		})
	})
	if err != nil {
		return nil, "", err
	}
	return eventPage(all, after, limit, filter)
}

// eventPage cuts a page out of all events of one person: there are few, and
// whether one is amended takes all of them.
func eventPage(all []stored, after string, limit int, filter []byte) (out []core.Recorded, next page.Next, err error) {
	key := func(e *stored) string {
		k := core.EventKey(e.Sender, e.ID)
		if e.withdrawnMS != 0 {
			k += "/" + e.batch // the same event may have come again
		}
		return k
	}
	slices.SortFunc(all, func(a, b stored) int {
		return cmp.Or(cmp.Compare(a.recordMS, b.recordMS), cmp.Compare(key(&a), key(&b)))
	})
	var events []core.Event
	var counts []int
	start := 0
	for i := range all {
		if all[i].withdrawnMS == 0 {
			events, counts = append(events, all[i].Event), append(counts, i)
		}
		if after != "" && key(&all[i]) == after {
			start = i + 1
		}
	}
	if after != "" && start == 0 {
		return nil, "", page.ErrToken.On("page_token", "not a token of this query")
	}
	amended := make([]bool, len(all))
	for i, is := range core.Amended(events) {
		amended[counts[i]] = is
	}
	end := min(start+limit, len(all))
	for i := start; i < end; i++ {
		e := &all[i]
		out = append(out, core.Recorded{
			Event: e.Event, BatchID: e.batch, Row: e.row, RecordTime: time.UnixMilli(e.recordMS).UTC(), Voided: amended[i], Withdrawn: at(e.withdrawnMS),
		})
	}
	if end < len(all) {
		next = page.Encode(filter, key(&all[end-1]))
	}
	return out, next, nil
}
