package core

// Listed is a new row of a full list that may be of somebody who stands on the
// list no more: a corrected number, a renewed passport, the first number of a
// newborn. A person says which; until then nothing of it counts.
type Listed struct {
	Key    string // of the entry in the sender's lists
	Event  Event  // what the row says, should it be somebody else: an arrival
	Memo   []byte // what the list then keeps of the entry
	Others []Missed
}

// Missed is somebody who may be meant.
type Missed struct {
	Key  string
	Memo []byte // what the list keeps when they are gone
	// Gone is the departure, should nobody on the list be this person.
	Gone Event
	// Same is what the row says of this person besides the document, which the
	// list then keeps with SameMemo.
	Same     Event
	SameMemo []byte
}

// The event that gives somebody the row's document, and those that take another
// back, are told from the arrival, which holds should the row be somebody else's.
const (
	documentSuffix = "-d"
	partedSuffix   = "-p"
	undoneSuffix   = "-u"
)

// Shown says that a resident has a document besides those known so far: an event
// of the list's, so that whoever withdraws the list takes it back.
func (l *Listed) Shown(residentID string) Event {
	return Event{
		Sender: l.Event.Sender, ID: l.Event.ID + documentSuffix, Type: Correct, Effective: l.Others[0].Gone.Effective,
		ResidentID: residentID, Document: l.Event.Document,
	}
}

// Joined says that whoever has the row's document is one person with one who is
// missed. It holds where the document is another resident's already.
func (l *Listed) Joined(m *Missed) Event {
	return Event{
		Sender: l.Event.Sender, ID: l.Event.ID + documentSuffix, Type: Merge, Effective: m.Gone.Effective, Document: m.Gone.Document, OtherDocument: l.Event.Document,
	}
}

// Undone takes back what was said when the row was thought to be of one who is
// missed. An event that is voided still says whose it is, so that the document is
// taken out of it first.
func (l *Listed) Undone(m *Missed) (out []Event) {
	amend := func(id, suffix string, t EventType, d Document) {
		out = append(out, Event{Sender: l.Event.Sender, ID: id + suffix, Type: t, Effective: m.Gone.Effective, Replaces: id, Document: d})
	}
	shown := l.Event.ID + documentSuffix
	amend(shown, partedSuffix, Correct, m.Gone.Document)
	amend(shown, undoneSuffix, Void, Document{})
	if !m.Same.Document.Number.IsZero() {
		amend(m.Same.ID, partedSuffix, Correct, m.Gone.Document)
	}
	amend(m.Same.ID, undoneSuffix, Void, Document{})
	return out
}
