package store

import (
	"database/sql"

	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
)

// dropKnown takes out the new events that were recorded before.
func (b *batch) dropKnown() error {
	return b.bySender(0, b.fresh, func(e *entry) string { return e.ID }, func(sender string, ids []string) error {
		return b.knownIn(sender, ids, func(r *sql.Rows) error {
			var id, resident, batchID string
			var digest []byte
			if err := r.Scan(&id, &digest, &resident, &batchID); err != nil {
				return err
			}
			at, asked := b.at[eventKey{sender, id}]
			if !asked {
				return nil
			}
			e := &b.work[at]
			b.out[e.input] = again([16]byte(digest), e.digest, resident)
			if !e.gone && batchID != b.src.BatchID && b.out[e.input].Code == core.Duplicate {
				b.witnesses = append(b.witnesses, witness{sender, id, b.row(e)})
			}
			e.gone = true
			return nil
		})
	})
}

// fewKeys are looked up one by one.
const fewKeys = 16

// knownIn reads which events of a sender are in the log. Most senders number
// their events upwards, so that between the first and the last identifier of a
// call there is nothing else: read as a run, a new file costs one look and a
// repeated one is read in order. It may call each for others, and twice.
func (b *batch) knownIn(sender string, ids []string, each func(*sql.Rows) error) error {
	const query = "SELECT event_id, digest, resident_id, batch_id FROM event WHERE sender = ? AND event_id"
	if len(ids) > fewKeys {
		found, most := 0, 2*len(ids)
		err := sqlstore.Query(b.tx, func(r *sql.Rows) error {
			found++
			return each(r)
		}, query+" >= ? AND event_id <= ? ORDER BY event_id LIMIT ?", sender, ids[0], ids[len(ids)-1], most)
		if err != nil || found < most {
			return err
		}
	}
	return selectIn(b.tx, query, []any{sender}, ids, each)
}

// replacedIn reports that something of a sender may amend one of many events:
// one look at the run between them, see knownIn.
func (b *batch) replacedIn(hint, sender string, ids []string) (some bool, err error) {
	if len(ids) <= fewKeys {
		return true, nil
	}
	err = sqlstore.Query(b.tx, func(*sql.Rows) error {
		some = true
		return nil
	}, "SELECT 1 FROM event"+hint+" WHERE sender = ? AND replaces >= ? AND replaces <= ? LIMIT 1", sender, ids[0], ids[len(ids)-1])
	return some, err
}
