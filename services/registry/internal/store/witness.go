package store

import (
	"context"
	"database/sql"
	"slices"

	"gorm.io/gorm"

	"xinju.dev/services/platform/ids"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/platform/varint"
)

// witness says that a call repeated an event that somebody had recorded: should
// whoever did be withdrawn, the event stays.
type witness struct {
	sender, id string
	row        int // in the batch
}

// packedWitnesses is how many of them one row of witness_pack holds. A second
// import of a file is nothing but witnesses.
const packedWitnesses = 4000

const packForm = 1

func encodeWitnesses(list []witness) []byte {
	w := writer{buf: append(make([]byte, 0, 32*len(list)), packForm)}
	w.ints(int64(len(list)))
	for i := range list {
		w.ints(int64(list[i].row))
		w.texts(list[i].id)
	}
	return w.buf
}

// decodeWitnesses returns the row number of each event.
func decodeWitnesses(pack []byte) (map[string]int, error) {
	r := varint.Reader{Rest: pack}
	if r.Byte() != packForm {
		return nil, errCoded
	}
	n := r.Signed()
	out := map[string]int{}
	for range n {
		row := int(r.Signed())
		id := r.Text()
		if r.Bad {
			return nil, errCoded
		}
		out[id] = row
	}
	return out, nil
}

// saveWitnesses writes down what the call repeated: of a batch in packs, of a
// single call, which has no row to be told apart by, one by one.
func (b *batch) saveWitnesses() error {
	if b.src.BatchID == "" {
		rows := make([][]any, len(b.witnesses))
		for i, w := range b.witnesses {
			rows[i] = []any{w.sender, w.id, "", w.row}
		}
		return insertAbsent(b.tx, "event_witness", witnessColumns, rows)
	}
	var rows [][]any
	bySender := map[string][]witness{}
	for _, w := range b.witnesses {
		bySender[w.sender] = append(bySender[w.sender], w)
	}
	for _, sender := range sortedKeys(bySender) {
		for run := range slices.Chunk(bySender[sender], packedWitnesses) {
			rows = append(rows, []any{sender, b.src.BatchID, ids.New(b.now), encodeWitnesses(run)})
		}
	}
	return sqlstore.InsertMany(b.tx, "witness_pack", witnessPackColumns, rows)
}

// witnessPack names a row of witness_pack of one sender.
type witnessPack struct{ batch, id string }

// witnessPacks are those of a sender but for a batch's own, of the earliest
// batch first.
func witnessPacks(tx *gorm.DB, sender, batchID string) (out []witnessPack, err error) {
	err = sqlstore.Query(tx, func(r *sql.Rows) error {
		var p witnessPack
		err := r.Scan(&p.batch, &p.id)
		out = append(out, p)
		return err
	}, "SELECT batch_id, pack_id FROM witness_pack WHERE sender = ? AND batch_id <> ? ORDER BY batch_id, pack_id", sender, batchID)
	return out, err
}

// rehomePacked gives events of a batch to the earliest other batch that repeated
// them, one pack in a transaction. done are the packs that were gone through.
func (s *SQL) rehomePacked(ctx context.Context, sender, batchID string) (kept int, done map[witnessPack]bool, err error) {
	var packs []witnessPack
	done = map[witnessPack]bool{}
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		packs, err = witnessPacks(tx, sender, batchID)
		return err
	})
	for _, p := range packs {
		n := 0
		err = s.db.Write(ctx, func(tx *gorm.DB) error {
			b := &batch{s: s, tx: tx}
			if err := b.lockSender(sender); err != nil {
				return err
			}
			n, err = b.rehomePack(sender, batchID, p)
			return err
		})
		if err != nil {
			return kept, done, err
		}
		kept += n
		done[p] = true
	}
	return kept, done, err
}

// rehomeNew does the same for packs that came since. The sender is locked, so
// that none comes now.
func (b *batch) rehomeNew(sender, batchID string, done map[witnessPack]bool) (kept int, err error) {
	packs, err := witnessPacks(b.tx, sender, batchID)
	for _, p := range packs {
		if done[p] || err != nil {
			continue
		}
		var n int
		n, err = b.rehomePack(sender, batchID, p)
		kept += n
	}
	return kept, err
}

// rehomePack leaves alone what a single call repeated: that is told by row.
func (b *batch) rehomePack(sender, batchID string, p witnessPack) (kept int, err error) {
	var pack []byte
	err = sqlstore.Query(b.tx, func(r *sql.Rows) error { return r.Scan(&pack) },
		"SELECT pack FROM witness_pack WHERE sender = ? AND batch_id = ? AND pack_id = ?", sender, p.batch, p.id)
	if err != nil || pack == nil { // withdrawn itself meanwhile
		return 0, err
	}
	rows, err := decodeWitnesses(pack)
	if err != nil {
		return 0, err
	}
	var mine []string
	err = selectIn(b.tx, `SELECT e.event_id FROM event e WHERE NOT EXISTS (SELECT 1 FROM event_witness w WHERE w.sender = e.sender AND w.event_id = e.event_id)
AND e.sender = ? AND e.batch_id = ? AND e.event_id`, []any{sender, batchID}, sortedKeys(rows), func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		mine = append(mine, id)
		return err
	})
	for _, id := range mine {
		if err == nil {
			err = sqlstore.Exec(b.tx, "UPDATE event SET batch_id = ?, batch_row = ? WHERE sender = ? AND event_id = ?", p.batch, rows[id], sender, id)
		}
	}
	return len(mine), err
}
