package store

import (
	"database/sql"
	"slices"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/intakestore"
	"xinju.dev/services/registry/internal/core"
)

func isListed(item any) bool {
	_, ok := item.(*core.Listed)
	return ok
}

// applyMixed is ApplyItems where some rows of a list ask whose they are: those
// come last, so that they see what the others say.
func (s *SQL) applyMixed(tx *gorm.DB, c intakestore.Call, items []any) ([]core.Outcome, []changefeed.Fact, error) {
	out := make([]core.Outcome, len(items))
	var plain []any
	var at []int
	part := c
	part.Rows = nil
	for i, item := range items {
		if !isListed(item) {
			plain, at, part.Rows = append(plain, item), append(at, i), append(part.Rows, c.Rows[i])
		}
	}
	outcomes, facts, err := s.ApplyItems(tx, part, plain)
	if err != nil {
		return nil, nil, err
	}
	for n, i := range at {
		out[i] = outcomes[n]
	}
	for i, item := range items {
		l, ok := item.(*core.Listed)
		if !ok {
			continue
		}
		one, more, err := s.applyListed(tx, c, c.Rows[i], l)
		if err != nil {
			return nil, nil, err
		}
		out[i], facts = one, append(facts, more...)
	}
	return out, facts, nil
}

// candidate is somebody who may be meant, and known.
type candidate struct {
	*core.Missed
	resident string // who stands for them
	said     string // once they are the row's: what it says, as Settle returns it
}

// candidates are those about whom the list still asks, and who has the row's
// document by now: "" for nobody.
func (s *SQL) candidates(tx *gorm.DB, batch string, l *core.Listed) (list []candidate, holder string, err error) {
	keys := make([]string, len(l.Others))
	documents := []core.Document{l.Event.Document}
	for i := range l.Others {
		keys[i] = l.Others[i].Key
		documents = append(documents, l.Others[i].Gone.Document)
	}
	open, err := s.lists().Undecided(tx, batch, keys)
	if err != nil {
		return nil, "", err
	}
	who, err := s.holders(tx, documents)
	if err != nil {
		return nil, "", err
	}
	for i := range l.Others {
		m := &l.Others[i]
		if id := who[i+1]; id != "" && slices.Contains(open, m.Key) {
			list = append(list, candidate{Missed: m, resident: id})
		}
	}
	return list, who[0], nil
}

// holders says of documents who has each; of residents who are one person,
// whoever stands for them.
func (s *SQL) holders(tx *gorm.DB, documents []core.Document) ([]string, error) {
	out := make([]string, len(documents))
	keys := make([][]byte, len(documents))
	for i, d := range documents {
		x := s.docIndex(d)
		keys[i] = x[:]
	}
	err := selectIn(tx, selectHolder+" d.document_index", nil, slices.Clone(keys), func(r *sql.Rows) error {
		var x []byte
		var id string
		err := r.Scan(&x, &id)
		for i := range keys {
			if string(keys[i]) == string(x) {
				out[i] = id
			}
		}
		return err
	})
	return out, err
}

// lists are the full lists of senders, which answers are written into.
func (s *SQL) lists() *intakestore.SQL { return intakestore.New(s.db, s.seal, s) }

// applyListed takes in a row of which the list cannot say whose it is. Where the
// registry knows it, it is no question: the document is the missed person's
// already, or somebody else's.
func (s *SQL) applyListed(tx *gorm.DB, c intakestore.Call, row int, l *core.Listed) (core.Outcome, []changefeed.Fact, error) {
	now := c.Now
	if now.IsZero() {
		now = c.At
	}
	own := *l
	own.Event.Sender = c.Sender
	own.Others = slices.Clone(own.Others)
	for i := range own.Others {
		own.Others[i].Gone.Sender, own.Others[i].Same.Sender = c.Sender, c.Sender
	}
	refusal, ok, err := s.checkListed(tx, &own, civil.DateOf(c.At))
	if err != nil || !ok {
		return refusal, nil, err
	}
	list, holder, err := s.candidates(tx, c.BatchID, &own)
	if err != nil {
		return core.Outcome{}, nil, err
	}
	same := slices.IndexFunc(list, func(m candidate) bool { return m.resident == holder })
	switch {
	case same >= 0:
		return s.answerListed(tx, c.BatchID, row, &own, &list[same], holder, c.At, now)
	case len(list) == 0 || holder != "":
		return s.answerListed(tx, c.BatchID, row, &own, nil, holder, c.At, now)
	}
	err = s.ask(tx, c.BatchID, row, &own, list, now)
	return core.Outcome{Code: core.NeedsReview, Fault: core.FlagListed, ResidentID: list[0].resident}, nil, err
}

// checkListed says what is wrong with the row in itself.
func (s *SQL) checkListed(tx *gorm.DB, l *core.Listed, today civil.Date) (core.Outcome, bool, error) {
	e := prepare(l.Event)
	places, err := s.placesOf(tx, []*prepared{e})
	if err != nil {
		return core.Outcome{}, false, err
	}
	refusal, ok := core.Check(e.Event, today, places)
	return refusal, ok, nil
}

// answerListed applies what a row says of whoever it is of: of the missed one,
// who then has the document as well, or of somebody else. When nobody is asked
// about any more, those who are still missed are gone.
func (s *SQL) answerListed(tx *gorm.DB, batch string, row int, l *core.Listed, same *candidate, holder string, received, now time.Time) (core.Outcome, []changefeed.Fact, error) {
	events, a := []core.Event{l.Event}, intakestore.Answer{Sender: l.Event.Sender, BatchID: batch, Key: l.Key, Memo: l.Memo, Missed: map[string][]byte{}}
	if same != nil {
		events, a.Memo, a.Same = nil, same.SameMemo, same.Key
		switch holder {
		case "":
			own, err := s.memberWith(tx, same.resident, same.Gone.Document)
			if err != nil {
				return core.Outcome{}, nil, err
			}
			events = append(events, l.Shown(own))
		case same.resident:
		default:
			events = append(events, l.Joined(same.Missed))
		}
		events = append(events, same.Same)
	}
	for i := range l.Others {
		a.Missed[l.Others[i].Key] = l.Others[i].Memo
	}
	said := len(events) - 1
	gone, content, err := s.lists().Settle(tx, a)
	if err != nil {
		return core.Outcome{}, nil, err
	}
	if same != nil {
		same.said = content
	}
	for i := range l.Others {
		if slices.Contains(gone, l.Others[i].Key) {
			events = append(events, l.Others[i].Gone)
		}
	}
	return s.sayOf(tx, Source{BatchID: batch, Received: received}, row, events, said, now)
}

// sayOf applies what follows from one row of a list. Its outcome is that of one of
// the events, or of the first that is refused.
func (s *SQL) sayOf(tx *gorm.DB, src Source, row int, events []core.Event, said int, now time.Time) (core.Outcome, []changefeed.Fact, error) {
	src.Rows = slices.Repeat([]int{row}, len(events))
	out, facts, err := s.applyEvents(tx, events, src, now)
	if err != nil {
		return core.Outcome{}, nil, err
	}
	for _, o := range out {
		if o.Code == core.Refused {
			return o, facts, nil
		}
	}
	return out[said], facts, nil
}
