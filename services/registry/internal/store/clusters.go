package store

import (
	"database/sql"
	"slices"

	"gorm.io/gorm"

	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
)

// clusters are the persons whom identifiers find.
type clusters struct {
	stand   []string            // who stands for each asked, in that order, each once
	members map[string][]string // residents for whom somebody stands, ascending
}

func readClusters(tx *gorm.DB, ids []string) (c clusters, err error) {
	c.members = map[string][]string{}
	linked := false
	err = sqlstore.Query(tx, func(r *sql.Rows) error { return r.Scan(&linked) }, "SELECT EXISTS (SELECT 1 FROM resident_link)")
	if err != nil {
		return c, err
	}
	into := map[string]string{}
	if linked {
		err = selectIn(tx, "SELECT resident_id, into_id FROM resident_link WHERE resident_id", nil, ids, func(r *sql.Rows) error {
			var id, to string
			err := r.Scan(&id, &to)
			into[id] = to
			return err
		})
	}
	seen := map[string]bool{}
	for _, id := range ids {
		if to := into[id]; to != "" {
			id = to
		}
		if !seen[id] {
			seen[id] = true
			c.stand = append(c.stand, id)
		}
	}
	if err != nil || !linked {
		return c, err
	}
	return c, selectIn(tx, "SELECT into_id, resident_id FROM resident_link WHERE into_id", nil, c.stand, func(r *sql.Rows) error {
		var to, id string
		err := r.Scan(&to, &id)
		c.members[to] = append(c.members[to], id)
		slices.Sort(c.members[to])
		return err
	})
}

// everybody lists the known ones of those who stand for somebody, and for whom.
func (c clusters) everybody(known map[string]*resident) (out []string) {
	for id := range known {
		out = append(append(out, id), c.members[id]...)
	}
	slices.Sort(out)
	return out
}

// together are the events that are folded for a person, as batch.takes has them.
func (c clusters) together(id string, events map[string][]core.Event) []core.Event {
	out := events[id]
	for _, m := range c.members[id] {
		out = append(out, core.Joining(m, events[m])...)
	}
	return out
}

// everKnown reports a resident of whom the feed was ever told.
func everKnown(tx *gorm.DB, id string) (known bool, err error) {
	err = sqlstore.Query(tx, func(r *sql.Rows) error { return r.Scan(&known) }, "SELECT known = 1 OR person_version > 0 FROM resident WHERE resident_id = ?", id)
	return known, err
}

const selectWithdrawn = "SELECT sender, event_id, resident_id, digest, coded, sealed, batch_id, batch_row, record_ms, withdrawn_ms FROM event_withdrawn"

func (s *SQL) scanWithdrawn(rows *sql.Rows) (stored, error) {
	var withdrawn int64
	e, err := s.scanStored(rows, &withdrawn)
	e.withdrawnMS = withdrawn
	return e, err
}
