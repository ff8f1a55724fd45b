package recordintake

import (
	"slices"

	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/outcome"
	"xinju.dev/services/platform/sqlstore"
)

// group is items of one kind and sender that do not touch each other, so that
// they can be read and written together.
type group struct {
	im    *Import
	tx    *gorm.DB
	works []*work

	entries map[string]entry
	living  map[string][]stored // by resident, linked ones under their survivor
	byID    map[string]stored
}

// meets says that an item must see what the group does first: the same source
// record, the same record of the same person, or another kind.
func (g *group) meets(w *work) bool {
	return slices.ContainsFunc(g.works, func(o *work) bool {
		return o.item.kind != w.item.kind || o.item.sender != w.item.sender || o.key == w.key ||
			o.resident == w.resident && w.item.kind.same(o.record, w.record)
	})
}

// flush deals with the items of the group and empties it.
func (g *group) flush(facts *[]changefeed.Fact) error {
	if len(g.works) == 0 {
		return nil
	}
	if err := g.load(); err != nil {
		return err
	}
	var fresh []*work
	for _, w := range g.works {
		isNew, err := g.decide(w, facts)
		if err != nil {
			return err
		}
		if isNew {
			fresh = append(fresh, w)
		}
	}
	err := g.create(fresh, facts)
	g.works = g.works[:0]
	return err
}

func (g *group) load() (err error) {
	k, sender := g.works[0].item.kind, g.works[0].item.sender
	keys, people := make([]string, len(g.works)), make([]string, len(g.works))
	for i, w := range g.works {
		keys[i], people[i] = w.key, w.resident
	}
	if g.entries, err = entries(g.tx, k.name, sender, keys); err != nil {
		return err
	}
	slices.Sort(people)
	survivor, err := linked(g.tx, slices.Compact(people))
	if err != nil {
		return err
	}
	all := make([]string, 0, len(survivor))
	for id := range survivor {
		all = append(all, id)
	}
	slices.Sort(all)
	items, err := k.living(g.tx, all)
	if err != nil {
		return err
	}
	g.living, g.byID = map[string][]stored{}, map[string]stored{}
	for _, s := range items {
		g.living[survivor[s.ResidentID]] = append(g.living[survivor[s.ResidentID]], s)
		g.byID[s.ID] = s
	}
	var elsewhere []string // records of source records that now name somebody else
	for _, e := range g.entries {
		if _, ok := g.byID[e.recordID]; !ok {
			elsewhere = append(elsewhere, e.recordID)
		}
	}
	slices.Sort(elsewhere)
	more, err := k.byIDs(g.tx, slices.Compact(elsewhere))
	for _, s := range more {
		g.byID[s.ID] = s
	}
	return err
}

// linked returns the given residents and everybody linked to them, each with the
// one given.
func linked(tx *gorm.DB, people []string) (map[string]string, error) {
	out := make(map[string]string, len(people))
	for _, id := range people {
		out[id] = id
	}
	err := sqlstore.InKeys(tx, people, func(list string, args []any) error {
		var pairs []struct{ LinkedID, IntoID string }
		err := tx.Raw("SELECT linked_id, into_id FROM resident_link WHERE into_id IN "+list, args...).Scan(&pairs).Error
		for _, p := range pairs {
			out[p.LinkedID] = p.IntoID
		}
		return err
	})
	return out, err
}

// decide deals with an item whose source record or whose record is known; isNew
// says that neither is.
func (g *group) decide(w *work, facts *[]changefeed.Fact) (isNew bool, err error) {
	k := w.item.kind
	e, known := g.entries[w.key]
	if known && e.content == w.content {
		w.out = outcome.Outcome{Code: outcome.Duplicate}
		if e.state.compare(w.state) < 0 && e.at < w.at {
			e.at = w.at // said again later: it is the latest word
			err = setEntry(g.tx, k.name, w.item.sender, w.key, e)
		}
		return false, err
	}
	if known && w.state.compare(e.state) < 0 {
		w.out = outcome.Outcome{Code: outcome.Unchanged} // a later state is there already
		return false, nil
	}
	if stop, err := g.place(w); stop || err != nil {
		return false, err
	}
	if known {
		return false, g.change(w, e, facts)
	}
	for _, s := range g.living[w.resident] {
		if k.same(w.record, s.item) {
			w.out = outcome.Outcome{Code: outcome.Duplicate}
			return false, addEntry(g.tx, k.name, w.item.sender, w.key, entry{recordID: s.ID, version: s.Version, content: w.content, state: w.state})
		}
	}
	return true, nil
}

// place finds what the record belongs to; stop says that the row ends here.
func (g *group) place(w *work) (stop bool, err error) {
	k := w.item.kind
	if k.place == nil {
		return false, nil
	}
	record, v, err := k.place(g.tx, Placing{
		Sender: w.item.sender, Text: func(field string) string { return w.item.text[field] },
		Record: func(kind, number string) (string, error) { return g.im.made(g.tx, kind, w.item.sender, number) },
	}, w.record)
	switch {
	case err != nil:
		return true, err
	case v.Wait != nil:
		w.out = outcome.Outcome{Code: outcome.Pending, Fault: v.Wait, Column: v.Field}
	case v.Refuse != nil:
		w.out = outcome.Refuse(v.Field, v.Refuse)
	default:
		w.record = record
		return false, nil
	}
	return true, nil
}

// made finds what a source record made; "" when nothing.
func (im *Import) made(tx *gorm.DB, kind, sender, number string) (string, error) {
	k := im.kinds[kind]
	if k == nil || number == "" {
		return "", nil
	}
	m := im.mark(&item{kind: k, number: number})
	list, err := entries(tx, kind, sender, []string{m.key})
	return list[m.key].recordID, err
}

// change applies a later state of a known source record.
func (g *group) change(w *work, e entry, facts *[]changefeed.Fact) error {
	k := w.item.kind
	s, lives := g.byID[e.recordID]
	review := func(why *fault.Error) { w.out = outcome.Outcome{Code: outcome.NeedsReview, Fault: why} }
	if !lives {
		review(ErrVoided)
		return nil
	}
	next := k.settled(w.record, s)
	same := k.equal(next, s.item) && g.person(s) == w.resident
	switch {
	case same:
		w.out = outcome.Outcome{Code: outcome.Unchanged}
	case !e.made:
		review(ErrForeign)
		return nil
	case e.version != s.Version:
		review(ErrEdited)
		return nil
	case g.person(s) != w.resident:
		return g.move(w, e, s, facts)
	default:
		out, fact, err := k.replace(g.tx, next)
		if why := k.refusal(err); why != nil {
			w.out = outcome.Refuse("", why)
			return nil
		}
		if err != nil {
			return err
		}
		*facts = append(*facts, fact)
		w.out, w.wrote = outcome.Outcome{Code: outcome.Updated}, true
		e.version = out.Version
	}
	e.content, e.state = w.content, w.state
	return setEntry(g.tx, k.name, w.item.sender, w.key, e)
}

// person is whose record it is, by the identifier that stands for all others.
func (g *group) person(s stored) string {
	for who, list := range g.living {
		if slices.ContainsFunc(list, func(o stored) bool { return o.ID == s.ID }) {
			return who
		}
	}
	return s.ResidentID
}

// move gives a record to another person: the source record named the wrong one.
func (g *group) move(w *work, e entry, s stored, facts *[]changefeed.Fact) error {
	k := w.item.kind
	if others, err := g.im.others(g.tx, k.name, e.recordID, w.item.sender, w.key); err != nil || others > 0 {
		w.out = outcome.Outcome{Code: outcome.NeedsReview, Fault: ErrForeign}
		return err
	}
	if err := sqlstore.Exec(g.tx, "SAVEPOINT import_move"); err != nil {
		return err
	}
	gone, err := k.void(g.tx, s.ID, s.Version)
	var out []stored
	var made []changefeed.Fact
	if err == nil {
		out, made, err = k.insert(g.tx, []any{w.record})
	}
	if why := k.refusal(err); why != nil {
		w.out = outcome.Refuse("", why)
		return sqlstore.Exec(g.tx, "ROLLBACK TO SAVEPOINT import_move")
	}
	if err != nil {
		return err
	}
	*facts = append(append(*facts, gone), made...)
	w.out, w.wrote = outcome.Outcome{Code: outcome.Updated}, true
	return setEntry(g.tx, k.name, w.item.sender, w.key, entry{recordID: out[0].ID, made: true, version: out[0].Version, content: w.content, state: w.state})
}

// create stores new records: together, and where that fails one by one, so that
// each row has its own reason.
func (g *group) create(fresh []*work, facts *[]changefeed.Fact) error {
	if len(fresh) == 0 {
		return nil
	}
	k := fresh[0].item.kind
	if err := sqlstore.Exec(g.tx, "SAVEPOINT import_rows"); err != nil {
		return err
	}
	items := make([]any, len(fresh))
	for i, w := range fresh {
		items[i] = w.record
	}
	out, made, err := k.insert(g.tx, items)
	why := k.refusal(err)
	switch {
	case err != nil && why == nil:
		return err
	case why != nil:
		if err := sqlstore.Exec(g.tx, "ROLLBACK TO SAVEPOINT import_rows"); err != nil {
			return err
		}
		if len(fresh) == 1 {
			fresh[0].out = outcome.Refuse("", why)
			return nil
		}
		for _, w := range fresh {
			if err := g.create([]*work{w}, facts); err != nil {
				return err
			}
		}
		return nil
	}
	if err := sqlstore.Exec(g.tx, "RELEASE SAVEPOINT import_rows"); err != nil {
		return err
	}
	*facts = append(*facts, made...)
	rows := make([][]any, len(fresh))
	for i, w := range fresh {
		w.out, w.wrote = outcome.Outcome{Code: outcome.Created}, true
		rows[i] = []any{k.name, w.item.sender, []byte(w.key), out[i].ID, 1, out[i].Version, []byte(w.content), w.at, w.batch, w.row}
	}
	return sqlstore.InsertMany(g.tx, "record_import",
		[]string{"kind", "sender", "source_key", "record_id", "made", "version", "content", "at_ms", "batch_id", "row_no"}, rows)
}
