package store

import "xinju.dev/services/platform/sqlstore"

// log adds the new events to the log, moves those whose person is now known, or
// another, and writes down who has which document. It writes beside.
func (b *batch) log() error {
	var events, sides [][]any
	rows := b.eventRows()
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
		row, err := rows.of(e)
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
	if err := b.beside(func() error { return sqlstore.InsertMany(b.tx, "event", eventColumns, events) }); err != nil || b.withdrawn != nil {
		return err // who lost a document by a withdrawal, save knows
	}
	return b.saveDocuments()
}

func (b *batch) moveEvent(e *entry) error {
	var home any
	if e.homeNow != "" {
		home = e.homeNow
	}
	return sqlstore.Exec(b.tx, "UPDATE event SET resident_id = ?, home_id = ? WHERE sender = ? AND event_id = ?", e.now, home, e.Sender, e.ID)
}
