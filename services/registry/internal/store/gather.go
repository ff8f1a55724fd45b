package store

import (
	"database/sql"
	"maps"
	"slices"

	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
)

// lockSenders lets the calls of one sender that may amend each other's events
// run one after the other. SQLite has one writer anyway.
func (b *batch) lockSenders() error {
	if sqlstore.EngineOf(b.tx) != sqlstore.MySQL {
		return nil
	}
	senders := map[string]bool{}
	for i := range b.work {
		if b.work[i].Sender != core.Desk {
			senders[b.work[i].Sender] = true
		}
	}
	for _, s := range slices.Sorted(maps.Keys(senders)) {
		if err := b.lockSender(s); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) lockSender(sender string) error {
	if sqlstore.EngineOf(b.tx) != sqlstore.MySQL {
		return nil
	}
	return sqlstore.Exec(b.tx, "INSERT INTO sender (sender) VALUES (?) ON DUPLICATE KEY UPDATE sender = sender", sender)
}

// gather brings into work whatever the new events can change: whose documents
// they show, what they amend, what waited for them, and all events of every
// resident so reached, until nothing more is reached.
func (b *batch) gather() error { return b.gatherFrom(map[string]bool{}) }

// gatherFrom is gather that begins with residents to load besides.
func (b *batch) gatherFrom(reach map[string]bool) error {
	b.owner = make(map[docIndex]string, len(b.work))
	b.listed = map[docIndex]bool{}
	b.indexes = make(map[core.Document]docIndex, len(b.work))
	b.loaded = map[string]bool{}
	b.residents = map[string]*resident{}
	b.stays, b.permits = map[string]map[string]kept{}, map[string]map[string]kept{}
	b.links, b.former = map[string]link{}, map[docIndex]string{}
	for seen, first := 0, true; seen < len(b.work) || len(reach) > 0; first = false {
		from := seen
		seen = len(b.work)
		if first {
			if err := b.dropKnown(); err != nil {
				return err
			}
			for i := range b.work[:b.fresh] {
				if e := &b.work[i]; !e.gone {
					e.made = b.s.whole(e.made)
				}
			}
		}
		if err := b.lookDocuments(from, seen, reach); err != nil {
			return err
		}
		if first {
			if err := b.lookWithdrawn(); err != nil {
				return err
			}
		}
		if err := b.lookAmended(from, seen, reach); err != nil {
			return err
		}
		for id := range b.loaded {
			delete(reach, id)
		}
		ids := slices.Sorted(maps.Keys(reach))
		clear(reach)
		if err := b.load(ids, reach); err != nil {
			return err
		}
	}
	return nil
}

// lookDocuments finds the holders of the documents that work[from:to] shows.
func (b *batch) lookDocuments(from, to int, reach map[string]bool) error {
	var ask []docIndex
	for i := from; i < to; i++ {
		e := &b.work[i]
		if e.gone && e.input >= 0 {
			continue // recorded before
		}
		for _, id := range [3]string{e.ResidentID, e.OtherResidentID, e.namesMother()} {
			if id != "" {
				reach[id] = true
			}
		}
		for i, d := range shown(&e.Event) {
			if d.Number.IsZero() {
				continue
			}
			if _, known := b.indexes[d]; !known && e.made != nil {
				b.indexes[d] = e.made.indexes[i]
			}
			x := b.index(d)
			if _, known := b.owner[x]; !known {
				b.owner[x] = ""
				ask = append(ask, x)
			}
		}
	}
	slices.SortFunc(ask, compareIndex)
	keys := make([][]byte, len(ask))
	for i := range ask {
		keys[i] = ask[i][:]
	}
	if err := b.readDocuments(keys, reach); err != nil {
		return err
	}
	if err := b.lookSides(ask, reach); err != nil {
		return err
	}
	return b.lookChildren(slices.DeleteFunc(keys, func(x []byte) bool { return !b.listed[docIndex(x)] }), reach)
}

// readDocuments says who has the documents, and locks the rows that are there
// where the engine has row locks. That nobody makes a row for another one of
// them meanwhile, saveDocuments sees.
func (b *batch) readDocuments(keys [][]byte, reach map[string]bool) error {
	lock := ""
	if sqlstore.EngineOf(b.tx) == sqlstore.MySQL {
		lock = " FOR UPDATE"
	}
	return sqlstore.InKeys(b.tx, keys, func(list string, args []any) error {
		return sqlstore.Query(b.tx, func(r *sql.Rows) error {
			var x []byte
			var id string
			if err := r.Scan(&x, &id); err != nil {
				return err
			}
			b.owner[docIndex(x)], b.listed[docIndex(x)] = id, true
			if id != "" {
				reach[id] = true
			}
			return nil
		}, "SELECT document_index, resident_id FROM document WHERE document_index IN "+list+lock, args...)
	})
}

func compareIndex(a, b docIndex) int { return slices.Compare(a[:], b[:]) }

// lookAmended finds what work[from:to] amends and what waits to amend it.
func (b *batch) lookAmended(from, to int, reach map[string]bool) error {
	target := func(e *entry) string {
		if e.gone || e.resident != "" {
			return "" // what it amends is with the same resident
		}
		return e.Replaces
	}
	err := b.bySender(from, to, target, func(sender string, ids []string) error {
		return b.take("event_id", sender, ids, reach)
	})
	if err != nil {
		return err
	}
	// Only a new event, or a waiting one now found, can have somebody waiting.
	own := func(e *entry) string {
		if e.gone || e.resident != "" {
			return ""
		}
		return e.ID
	}
	return b.bySender(from, to, own, func(sender string, ids []string) error {
		return b.take("replaces", sender, ids, reach)
	})
}

// take reads events of a sender by one column. One of a resident brings all of
// that resident; a waiting one comes alone.
func (b *batch) take(column, sender string, ids []string, reach map[string]bool) error {
	hint := ""
	if column == "replaces" {
		if sqlstore.EngineOf(b.tx) == sqlstore.SQLite {
			hint = " INDEXED BY event_replaces" // without statistics it would read all of the sender
		}
		if some, err := b.replacedIn(hint, sender, ids); err != nil || !some {
			return err
		}
	}
	return b.readEvents(hint, "sender = ? AND "+column, []any{sender}, ids, func(e entry) {
		if e.resident != "" {
			reach[e.resident] = true
			return
		}
		b.add(e)
	})
}

func (b *batch) add(e entry) {
	k := eventKey{e.Sender, e.ID}
	if at, there := b.at[k]; there && !b.work[at].gone {
		return
	}
	b.at[k] = len(b.work)
	b.work = append(b.work, e)
}

// bySender calls ask with the keys of work[from:to], per sender.
func (b *batch) bySender(from, to int, key func(*entry) string, ask func(sender string, ids []string) error) error {
	ids := map[string][]string{}
	for i := from; i < to; i++ {
		if k := key(&b.work[i]); k != "" {
			ids[b.work[i].Sender] = append(ids[b.work[i].Sender], k)
		}
	}
	for _, sender := range slices.Sorted(maps.Keys(ids)) {
		slices.Sort(ids[sender])
		if err := ask(sender, slices.Compact(ids[sender])); err != nil {
			return err
		}
	}
	return nil
}

// load locks residents and brings their rows and all their events.
func (b *batch) load(ids []string, reach map[string]bool) error {
	if len(ids) == 0 {
		return nil
	}
	if err := b.readResidents(ids); err != nil {
		return err
	}
	for _, id := range ids {
		b.loaded[id] = true
	}
	if err := b.readKept("SELECT resident_id, stay_id, version, body, recorded FROM stay WHERE resident_id", ids, b.stays); err != nil {
		return err
	}
	if err := b.readKept("SELECT resident_id, permit_id, version, body, recorded FROM permit WHERE resident_id", ids, b.permits); err != nil {
		return err
	}
	if err := b.lookLinks(ids, reach); err != nil {
		return err
	}
	if err := b.lookNamed(ids, reach); err != nil {
		return err
	}
	return b.readEvents("", "resident_id", nil, ids, func(e entry) {
		if e.home != "" {
			reach[e.home] = true
		}
		b.add(e)
	})
}
