package store

import "xinju.dev/services/platform/sqlstore"

// aside is from how many events on they are inserted while the persons are
// judged: the database and the rules then work at the same time.
const aside = 100

// log adds the new events to the log and moves those whose person is now known,
// or another. Many are still being inserted when it returns: until inserted,
// nobody may use the transaction.
func (b *batch) log() error {
	var events, sides [][]any
	for i := range b.work {
		e := &b.work[i]
		if e.gone || e.input < 0 && e.now == e.resident && e.homeNow == e.home {
			continue
		}
		if e.input < 0 {
			if err := b.moveEvent(e); err != nil {
				return err
			}
			continue
		}
		row, err := b.eventRow(e)
		if err != nil {
			return err
		}
		events = append(events, row)
		if row := b.sideRow(e); row != nil {
			sides = append(sides, row)
		}
	}
	if err := sqlstore.InsertMany(b.tx, "merge_side", sideColumns, sides); err != nil {
		return err
	}
	if len(events) < aside {
		return sqlstore.InsertMany(b.tx, "event", eventColumns, events)
	}
	b.inserting = make(chan error, 1)
	go func() { b.inserting <- sqlstore.InsertMany(b.tx, "event", eventColumns, events) }()
	return nil
}

// inserted waits for events that are being inserted.
func (b *batch) inserted() error {
	if b.inserting == nil {
		return nil
	}
	err := <-b.inserting
	b.inserting = nil
	return err
}

func (b *batch) moveEvent(e *entry) error {
	var home any
	if e.homeNow != "" {
		home = e.homeNow
	}
	return sqlstore.Exec(b.tx, "UPDATE event SET resident_id = ?, home_id = ? WHERE sender = ? AND event_id = ?", e.now, home, e.Sender, e.ID)
}
