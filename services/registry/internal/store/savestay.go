package store

import (
	"bytes"
	"database/sql"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
)

// kept is a fact as a table has it.
type kept struct {
	version  int64
	body     []byte
	recorded civil.Date
}

// readKept reads the facts of residents from one table.
func (b *batch) readKept(query string, residents []string, into map[string]map[string]kept) error {
	return selectIn(b.tx, query, nil, residents, func(r *sql.Rows) error {
		var resident, id string
		var k kept
		if err := r.Scan(&resident, &id, &k.version, &k.body, &k.recorded); err != nil {
			return err
		}
		if into[resident] == nil {
			into[resident] = map[string]kept{}
		}
		into[resident][id] = k
		return nil
	})
}

// diff emits a fact where its body must change or the table, being older, has no
// day for it, and returns version and day of
// recording that the row has now: the day stays what it was, whatever else
// changes or is withdrawn.
func (b *batch) diff(old map[string]kept, away map[string]leaving, f changefeed.Fact, id string, row *resident) (int64, civil.Date) {
	if l, was := away[id]; was { // readers that keep facts by resident see it end there first
		b.fact(changefeed.Fact{Kind: f.Kind, Deleted: true}, id, l.resident, row.version-1)
	}
	if k, was := old[id]; was {
		delete(old, id)
		if bytes.Equal(k.body, f.Body) && (k.recorded != civil.None || f.Recorded == civil.None) {
			return k.version, k.recorded
		}
		if k.recorded != civil.None {
			f.Recorded = k.recorded
		}
	}
	b.fact(f, id, row.id, row.version)
	return row.version, f.Recorded
}

// removed emits the end of the facts that are left over.
func (b *batch) removed(old map[string]kept, kind int32, row *resident) {
	for _, id := range sortedKeys(old) {
		b.fact(changefeed.Fact{Kind: kind, Deleted: true}, id, row.id, row.version)
	}
}

func (b *batch) stayFacts(c *changes, row *resident, p *person) {
	old := b.stays[p.id]
	if len(old) > 0 || b.lost[p.id] {
		c.oldStays = append(c.oldStays, p.id)
	}
	for _, s := range p.state.Stays {
		key := b.sortKey(p, s.Division, s.Address)
		f := b.s.encode.Stay(s, key)
		version, recorded := b.diff(old, b.leavingStays, f, s.ID, row)
		c.stays = append(c.stays, []any{
			p.id, s.ID, s.Division, key, day(s.Arrived), day(s.Registered), day(s.FirstSeen), day(s.Left), s.Reason, version, nonNil(f.Body), day(recorded),
		})
	}
	b.removed(old, b.s.kinds.stay, row)
}

// sortKey is the key of a place of a person, which the event that told of it may
// have brought along.
func (b *batch) sortKey(p *person, division, address string) string {
	for _, at := range p.events {
		if m := b.work[at].made; m != nil && m.Address == address && m.Division == division && m.sortKey != "" {
			return m.sortKey
		}
	}
	return b.s.sortKey(division, address)
}

func (b *batch) permitFacts(c *changes, row *resident, p *person) {
	old := b.permits[p.id]
	if len(old) > 0 || b.lost[p.id] {
		c.oldPermits = append(c.oldPermits, p.id)
	}
	for _, t := range p.state.Permits {
		f := b.s.encode.Permit(t)
		version, recorded := b.diff(old, b.leavingPermits, f, t.ID, row)
		c.permits = append(c.permits, []any{
			p.id, t.ID, t.Division, day(t.Issued), day(t.ValidUntil), day(t.Lapsed), day(t.Cancelled), version, nonNil(f.Body), day(recorded),
		})
	}
	b.removed(old, b.s.kinds.permit, row)
}

// day is a date as the tables have it. The drivers would ask the date for it,
// twice of each.
func day(d civil.Date) any {
	if d == civil.None {
		return noDay
	}
	return int64(d.YYYYMMDD())
}

var noDay any = int64(civil.None.YYYYMMDD())
