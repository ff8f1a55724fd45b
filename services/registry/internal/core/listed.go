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

// Shown says that a resident has a document besides those known so far: an event
// of the list's, so that whoever withdraws the list takes it back.
func (l *Listed) Shown(residentID string) Event {
	return Event{
		Sender: l.Event.Sender, ID: l.Event.ID, Type: Correct, Effective: l.Others[0].Gone.Effective,
		ResidentID: residentID, Document: l.Event.Document,
	}
}

// Joined says that whoever has the row's document is one person with one who is
// missed. It holds where the document is another resident's already.
func (l *Listed) Joined(m *Missed) Event {
	return Event{
		Sender: l.Event.Sender, ID: l.Event.ID, Type: Merge, Effective: m.Gone.Effective, Document: m.Gone.Document, OtherDocument: l.Event.Document,
	}
}
