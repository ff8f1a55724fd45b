package store

import (
	"database/sql"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/intakestore"
	"xinju.dev/services/registry/internal/core"
)

var (
	_ intakestore.Applier = (*SQL)(nil)
	_ intake.Withdrawer   = (*SQL)(nil)
)

// ApplyItems implements intakestore.Applier: items are *core.Event, or what
// PrepareItems made of them.
func (s *SQL) ApplyItems(tx *gorm.DB, c intakestore.Call, items []any) ([]core.Outcome, []changefeed.Fact, error) {
	if slices.ContainsFunc(items, isListed) {
		return s.applyMixed(tx, c, items)
	}
	events := make([]*prepared, len(items))
	for i, item := range items {
		switch e := item.(type) {
		case *prepared:
			events[i] = e
		case *core.Event:
			own := *e
			own.Sender = c.Sender
			events[i] = prepare(own)
		default:
			events[i] = prepare(core.Event{Sender: c.Sender})
		}
	}
	now := c.Now
	if now.IsZero() {
		now = c.At
	}
	return s.applyPrepared(tx, events, Source{BatchID: c.BatchID, Rows: c.Rows, Received: c.At}, now)
}

// Waiting implements intakestore.Applier.
func (s *SQL) Waiting(tx *gorm.DB, b intake.Batch, rows []intake.RowResult) (map[int]bool, error) {
	number := make(map[string]int, len(rows))
	for _, r := range rows {
		number[r.EventID] = r.Number
	}
	still := map[int]bool{}
	whose := map[string]bool{}
	err := selectIn(tx, "SELECT event_id, resident_id FROM event WHERE sender = ? AND event_id", []any{b.Sender}, slices.Sorted(maps.Keys(number)), func(r *sql.Rows) error {
		var id, resident string
		err := r.Scan(&id, &resident)
		if resident == "" {
			still[number[id]] = true
		} else {
			whose[resident] = true
		}
		return err
	})
	if err != nil || len(whose) == 0 {
		return still, err
	}
	c, err := readClusters(tx, slices.Sorted(maps.Keys(whose)))
	if err != nil {
		return nil, err
	}
	events := map[string][]core.Event{} // of whoever stands for them
	standFor := map[string]string{}
	for _, id := range c.stand {
		standFor[id] = id
		for _, m := range c.members[id] {
			standFor[m] = id
		}
	}
	err = selectIn(tx, selectEvent+" WHERE resident_id", nil, slices.Sorted(maps.Keys(standFor)), func(r *sql.Rows) error {
		e, err := s.scanEvent(r)
		events[standFor[e.resident]] = append(events[standFor[e.resident]], e.Event)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, list := range events {
		state := core.Fold(list)
		for i, why := range state.Waiting {
			if n, asked := number[list[i].ID]; asked && why != nil && list[i].Sender == b.Sender {
				still[n] = true
			}
		}
	}
	return still, nil
}

func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
