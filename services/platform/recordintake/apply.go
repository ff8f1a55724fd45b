package recordintake

import (
	"slices"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/intakestore"
	"xinju.dev/services/platform/outcome"
	"xinju.dev/services/platform/residentlink"
	"xinju.dev/services/platform/sqlstore"
)

// ApplyItems implements intakestore.Applier.
func (im *Import) ApplyItems(tx *gorm.DB, c intakestore.Call, items []any) ([]outcome.Outcome, []changefeed.Fact, error) {
	all := make([]*work, len(items))
	for i := range items {
		it, ok := items[i].(*item)
		if !ok {
			return nil, nil, ErrKind
		}
		all[i] = &work{item: it, mark: im.mark(it), state: state{it.at, c.BatchID, c.Rows[i]}}
	}
	facts, err := im.settle(tx, all)
	if err != nil {
		return nil, nil, err
	}
	outcomes := make([]outcome.Outcome, len(all))
	var rows [][]any
	for i, w := range all {
		outcomes[i] = w.result()
		if w.out.Code == outcome.Refused {
			continue
		}
		h, err := im.held(w, c)
		if err != nil {
			return nil, nil, err
		}
		rows = append(rows, h.values())
	}
	return outcomes, facts, sqlstore.InsertMany(tx, "record_import_row", rowColumns, rows)
}

// held is what is kept of a row that was taken.
func (im *Import) held(w *work, c intakestore.Call) (heldRow, error) {
	payload, err := im.sealText(c.BatchID, w.row, w.item.text)
	h := heldRow{
		batch: c.BatchID, row: w.row, kind: w.item.kind.name, sender: c.Sender, mark: w.mark, at: w.item.at, received: c.At.UnixMilli(),
		resident: w.resident, unit: w.item.found.unitID, waits: w.out.Code == outcome.Pending, outcome: w.out.Code, payload: payload,
	}
	if h.waits && err == nil {
		h.next = im.now().Add(waitFirst).UnixMilli()
		h.raw, err = im.sealRaw(c.BatchID, w.row, w.item.raw)
	}
	return h, err
}

// work is one item on its way.
type work struct {
	item *item
	mark
	state
	resident string // the person, by the identifier that stands for all others
	record   any    // with person and unit
	out      outcome.Outcome
	// wrote says that the record now holds this row.
	wrote bool
}

// result is the row's outcome: a record without the unit that its row names must
// be looked at.
func (w *work) result() outcome.Outcome {
	o := w.out
	o.ResidentID = w.resident
	if w.item.found.noUnit && o.Code <= outcome.Duplicate {
		o.Code, o.Fault, o.Column = outcome.NeedsReview, ErrUnit, FieldUnit
	}
	return o
}

// settle decides what becomes of items and does it.
func (im *Import) settle(tx *gorm.DB, all []*work) ([]changefeed.Fact, error) {
	if err := own(tx, all); err != nil {
		return nil, err
	}
	var facts []changefeed.Fact
	g := &group{im: im, tx: tx}
	for _, w := range all {
		if w.resident == "" {
			w.out = outcome.Outcome{Code: outcome.Pending, Fault: ErrPersonUnknown, Column: personField(w.item)}
			continue
		}
		w.record = w.item.kind.own(w.item.record, w.resident, w.item.found.unitID)
		if g.meets(w) {
			if err := g.flush(&facts); err != nil {
				return nil, err
			}
		}
		g.works = append(g.works, w)
	}
	if err := g.flush(&facts); err != nil {
		return nil, err
	}
	return facts, wake(tx, all)
}

func personField(it *item) string {
	if _, ok := it.text[FieldCitizen]; ok {
		return FieldCitizen
	}
	return FieldDocument
}

// own finds the identifier that stands for each person: a merged one counts as
// its survivor.
func own(tx *gorm.DB, all []*work) error {
	known := map[string]string{"": ""}
	for _, w := range all {
		id := w.item.found.resident
		if _, ok := known[id]; !ok {
			same, err := residentlink.Expand(tx, id)
			if err != nil {
				return err
			}
			known[id] = same[0]
		}
		w.resident = known[id]
	}
	return nil
}

// wake lets rows that wait for something of these persons be tried soon.
func wake(tx *gorm.DB, all []*work) error {
	var who []string
	for _, w := range all {
		if w.wrote {
			who = append(who, w.resident)
		}
	}
	slices.Sort(who)
	who = slices.Compact(who)
	if len(who) == 0 {
		return nil
	}
	var found int
	if err := tx.Raw("SELECT COUNT(*) FROM (SELECT 1 FROM record_import_row WHERE waits = 1 AND resident_id <> '' LIMIT 1) w").Scan(&found).Error; err != nil || found == 0 {
		return err
	}
	return sqlstore.InKeys(tx, who, func(list string, args []any) error {
		return sqlstore.Exec(tx, "UPDATE record_import_row SET next_ms = 0, tries = 0 WHERE waits = 1 AND resident_id IN "+list, args...)
	})
}

// Waiting implements intakestore.Applier.
func (im *Import) Waiting(tx *gorm.DB, b intake.Batch, rows []intake.RowResult) (map[int]bool, error) {
	out := map[int]bool{}
	numbers := make([]int, len(rows))
	for i, r := range rows {
		numbers[i] = r.Number
	}
	err := sqlstore.InKeys(tx, numbers, func(list string, args []any) error {
		var waiting []int
		err := tx.Raw("SELECT row_no FROM record_import_row WHERE batch_id = ? AND waits = 1 AND row_no IN "+list, append([]any{b.ID}, args...)...).Scan(&waiting).Error
		for _, n := range waiting {
			out[n] = true
		}
		return err
	})
	return out, err
}

// The waits between two tries of a row, doubled each time.
const (
	waitFirst = time.Minute
	waitMost  = 6 * time.Hour
)

func waitAfter(tries int) time.Duration {
	d := waitFirst
	for range tries {
		if d *= 2; d >= waitMost {
			return waitMost
		}
	}
	return d
}
