package store

import (
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/registry/internal/core"
)

// applyEvents records events of one or several senders in tx: each ends in one
// outcome, in the order given. It returns the change facts; the caller appends
// them with changefeed.Append as the last statement of tx. Events need not be
// normalised. An event of a new person makes two facts, one that amends others
// a few; keep calls below 20,000 events so that changefeed.MaxAppend is not
// reached.
//
// No event is recorded halfway: an error means that tx must roll back.
func (s *SQL) applyEvents(tx *gorm.DB, events []core.Event, src Source, now time.Time) ([]core.Outcome, []changefeed.Fact, error) {
	list := make([]*prepared, len(events))
	for i := range events {
		list[i] = prepare(events[i])
	}
	return s.applyPrepared(tx, list, src, now)
}

func (s *SQL) applyPrepared(tx *gorm.DB, events []*prepared, src Source, now time.Time) ([]core.Outcome, []changefeed.Fact, error) {
	b := &batch{s: s, tx: tx, src: src, now: now, out: make([]core.Outcome, len(events))}
	if err := b.admit(events); err != nil {
		return nil, nil, err
	}
	defer b.rest() //nolint:errcheck // asked before; the transaction must be at rest when it ends
	for _, stage := range []func() error{b.lockSenders, b.gather, b.drop, b.assign, b.join, b.log, b.judge, b.save} {
		if err := stage(); err != nil {
			return nil, nil, err
		}
	}
	b.remember()
	return b.out, b.facts, nil
}

// batch is one call of applyEvents under way.
type batch struct {
	s   *SQL
	tx  *gorm.DB
	src Source
	now time.Time

	out   []core.Outcome
	facts []changefeed.Fact

	work      []entry             // every event that matters: the new ones, then what they touch
	refolds   bool                // without new events: also what the digests do not show
	fresh     int                 // how many of work are new
	at        map[eventKey]int    // position in work
	owner     map[docIndex]string // document → resident, "" when nobody has it
	listed    map[docIndex]bool   // documents that had a row
	indexes   map[core.Document]docIndex
	loaded    map[string]bool      // residents whose events are in work
	residents map[string]*resident // rows of residents
	stays     map[string]map[string]kept
	permits   map[string]map[string]kept
	persons   []person // who has which events now
	twins     [][2]int // inputs that repeat an input of the same call

	has    rarely
	links  map[string]link     // of loaded residents, as the table has them
	former map[docIndex]string // who had a document of which nothing was left
	others map[string]string   // mothers who are not in hand → who stands for them, where somebody does
	pairs  []pair              // what MERGEs in hand say
	moved  bool                // events or facts go from one resident to another
	lost   map[string]bool     // residents who had a fact that somebody else has now

	room    []core.Event // to be folded
	writing *writing     // what is written beside the rules; nil when nothing is

	leavingStays, leavingPermits map[string]leaving

	witnesses []witness        // what was there already, as somebody else's
	withdrawn map[string]int64 // residents of withdrawn events → the highest version of their facts
}

type eventKey struct{ sender, id string }

// docIndex is the blind index of a document.
type docIndex [16]byte

// entry is one event in hand.
type entry struct {
	core.Event
	digest   [16]byte
	resident string    // whose it was so far; "" for a new or waiting one
	now      string    // whose it is now
	input    int       // position in the call; -1 for one that was there
	made     *prepared // of a new one
	gone     bool      // refused or a duplicate after all
	home     string    // whose it was before a correction gave it away; "" when nobody's
	homeNow  string    // the same, afterwards
	names    string    // the resident that the event itself names
	least    int64     // a fact of this event may have had this version before it was withdrawn
}

// person is a resident with the events that are theirs now.
type person struct {
	id     string
	events []int // positions in work
	docs   []docIndex
	state  *folded // nil until judged
	mother []byte  // index of the mother's document

	into    string // the resident who stands for this one; "" when none does
	hollow  bool   // nothing of the person's own makes them known: a correction gave it away
	members []int  // persons for whom this one stands, by position
}

// admit checks events, and drops what comes twice in one call.
func (b *batch) admit(events []*prepared) error {
	places, err := b.s.placesOf(b.tx, events)
	if err != nil {
		return err
	}
	today := civil.DateOf(b.now)
	if !b.src.Received.IsZero() {
		today = civil.DateOf(b.src.Received)
	}
	recorded := civil.DateOf(b.now)
	b.at = make(map[eventKey]int, len(events))
	b.work = make([]entry, 0, len(events))
	for i, e := range events {
		if refusal, ok := core.Check(e.Event, today, places); !ok {
			b.out[i] = refusal
			continue
		}
		k := eventKey{e.Sender, e.ID}
		if first, twice := b.at[k]; twice {
			b.out[i] = again(b.work[first].digest, e.digest, "")
			b.twins = append(b.twins, [2]int{i, b.work[first].input})
			continue
		}
		b.at[k] = len(b.work)
		b.work = append(b.work, entry{}) // filled where it lies: an event is large
		own := &b.work[len(b.work)-1]
		own.Event, own.digest, own.input, own.made = e.Event, e.digest, i, e
		own.Recorded = recorded
	}
	b.fresh = len(b.work)
	return nil
}

// again is the outcome of an identifier that is used a second time.
func again(before, now [16]byte, resident string) core.Outcome {
	if before != now {
		return core.Refuse("event_id", core.ErrIDReused)
	}
	return core.Outcome{Code: core.Duplicate, ResidentID: resident}
}

// row is the row number in the batch of a new event.
func (b *batch) row(e *entry) int {
	if e.input < len(b.src.Rows) {
		return b.src.Rows[e.input]
	}
	return 0
}

// drop takes out new events that name a resident who does not exist or a
// document of somebody else.
func (b *batch) drop() error {
	given := map[docIndex]string{}
	for i := range b.work[:b.fresh] {
		e := &b.work[i]
		if !e.gone && e.OtherResidentID != "" && b.residents[e.OtherResidentID] == nil {
			b.refuse(e, "other_resident_id", core.ErrResident)
			continue
		}
		if e.gone || e.ResidentID == "" {
			continue
		}
		if b.residents[e.ResidentID] == nil {
			b.refuse(e, "resident_id", core.ErrResident)
			continue
		}
		if e.Document.Number.IsZero() {
			continue
		}
		x := b.index(e.Document)
		holder := b.owner[x]
		if holder == "" {
			holder = given[x]
		}
		if holder != "" && holder != e.ResidentID {
			b.refuse(e, "document", core.ErrTaken)
			continue
		}
		given[x] = e.ResidentID
	}
	return nil
}

func (b *batch) refuse(e *entry, column string, why core.Wait) {
	b.out[e.input] = core.Refuse(column, why)
	e.gone = true
}

func (b *batch) index(d core.Document) docIndex {
	x, ok := b.indexes[d]
	if !ok {
		x = b.s.docIndex(d)
		b.indexes[d] = x
	}
	return x
}

// docIndex is what a document is found by: kind, country and number together.
func (s *SQL) docIndex(d core.Document) docIndex {
	plain := make([]byte, 0, 48)
	plain = append(plain, d.Type...)
	plain = append(append(plain, 0), d.Country...)
	plain = append(append(plain, 0), d.Number.Reveal()...)
	return docIndex(s.seal.Index("document", plain)[:16])
}
