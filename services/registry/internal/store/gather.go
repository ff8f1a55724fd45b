package store

import (
	"database/sql"
	"maps"
	"slices"
	"strings"

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
	b.indexes = make(map[core.Document]docIndex, len(b.work))
	b.loaded = map[string]bool{}
	b.residents = map[string]*resident{}
	b.stays, b.permits = map[string]map[string]kept{}, map[string]map[string]kept{}
	b.links, b.former = map[string]link{}, map[docIndex]string{}
	for seen, first := 0, true; seen < len(b.work) || len(reach) > 0; first = false {
		from := seen
		seen = len(b.work)
		if err := b.lookDocuments(from, seen, reach); err != nil {
			return err
		}
		if first {
			if err := b.dropKnown(); err != nil {
				return err
			}
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
		for _, id := range [2]string{e.ResidentID, e.OtherResidentID} {
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
	if err := b.lockDocuments(keys); err != nil {
		return err
	}
	err := selectIn(b.tx, "SELECT document_index, resident_id FROM document WHERE document_index", nil, keys, func(r *sql.Rows) error {
		var x []byte
		var id string
		if err := r.Scan(&x, &id); err != nil {
			return err
		}
		b.owner[docIndex(x)] = id
		if id != "" {
			reach[id] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := b.lookSides(ask, reach); err != nil {
		return err
	}
	return b.lookChildren(keys, reach)
}

func compareIndex(a, b docIndex) int { return slices.Compare(a[:], b[:]) }

// lockDocuments keeps two transactions from making two persons of one
// document: on MySQL the row is claimed, for nobody yet, before it is read.
func (b *batch) lockDocuments(keys [][]byte) error {
	if sqlstore.EngineOf(b.tx) != sqlstore.MySQL {
		return nil
	}
	for run := range slices.Chunk(keys, step) {
		args := make([]any, len(run))
		for i, k := range run {
			args[i] = k
		}
		values := strings.TrimSuffix(strings.Repeat("(?,''),", len(run)), ",")
		err := sqlstore.Exec(b.tx, "INSERT INTO document (document_index, resident_id) VALUES "+values+
			" ON DUPLICATE KEY UPDATE document_index = document.document_index", args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// dropKnown takes out the new events that were recorded before.
func (b *batch) dropKnown() error {
	return b.bySender(0, b.fresh, func(e *entry) string { return e.ID }, func(sender string, ids []string) error {
		return selectIn(b.tx, "SELECT event_id, digest, resident_id, batch_id FROM event WHERE sender = ? AND event_id", []any{sender}, ids, func(r *sql.Rows) error {
			var id, resident, batchID string
			var digest []byte
			if err := r.Scan(&id, &digest, &resident, &batchID); err != nil {
				return err
			}
			e := &b.work[b.at[eventKey{sender, id}]]
			b.out[e.input] = again([16]byte(digest), e.digest, resident)
			e.gone = true
			if batchID != b.src.BatchID && b.out[e.input].Code == core.Duplicate {
				b.witnesses = append(b.witnesses, witness{sender, id, b.row(e)})
			}
			return nil
		})
	})
}

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
	if column == "replaces" && sqlstore.EngineOf(b.tx) == sqlstore.SQLite {
		hint = " INDEXED BY event_replaces" // without statistics it would read all of the sender
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
	if err := b.readKept("SELECT resident_id, stay_id, version, body FROM stay WHERE resident_id", ids, b.stays); err != nil {
		return err
	}
	if err := b.readKept("SELECT resident_id, permit_id, version, body FROM permit WHERE resident_id", ids, b.permits); err != nil {
		return err
	}
	if err := b.lookLinks(ids, reach); err != nil {
		return err
	}
	return b.readEvents("", "resident_id", nil, ids, func(e entry) {
		if e.home != "" {
			reach[e.home] = true
		}
		b.add(e)
	})
}
