package intake

import (
	"encoding/json"
	"fmt"
	"regexp"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ident"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/registry/internal/core"
)

// Residence makes residence events of rows. It implements
// intake.Lister and intake.Mapped.
type Residence struct{}

// Kind names the work of a batch of residence events.
const Kind = "registry.import"

// Name implements intake.Target.
func (Residence) Name() string { return Kind }

var senderForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

// CheckSender implements intake.Target. It fails with SENDER_INVALID.
func (Residence) CheckSender(sender string) error {
	if !senderForm.MatchString(sender) {
		return core.ErrSender.On("header.sender", "须为 1–32 位字母、数字、- 或 _ must be 1–32 letters, digits, - or _")
	}
	if sender == core.Desk {
		return core.ErrSender.On("header.sender", "保留 reserved")
	}
	return nil
}

// Mapper implements intake.Target. It fails with FEED_COLUMNS_UNKNOWN and
// FEED_COLUMN_TWICE.
func (Residence) Mapper(s intake.Source, l intake.Layout) (intake.Mapper, error) {
	return newMapper(s.Sender, s.Day(), l)
}

// memo is what is kept of an entry of a full list: whose it is, the event that
// last said where the person lives, and what it said.
type memo struct {
	Type     ident.DocType `json:"t"`
	Number   string        `json:"n"`
	Country  string        `json:"c,omitempty"`
	Event    string        `json:"e"`
	Division string        `json:"d"`
	Address  string        `json:"a,omitempty"`
	Left     civil.Date    `json:"l,omitempty"` // of somebody who is gone: since when
	// Later says that the event is dated by the list and not by the row, which
	// tells of an earlier arrival.
	Later bool `json:"r,omitempty"`
	// Before says that the event was told under a document from before, which it
	// keeps.
	Before bool `json:"b,omitempty"`
}

// Entry implements intake.Lister. A row that tells of a departure is no entry:
// the person is not there.
func (Residence) Entry(item any) (intake.Entry, bool) {
	e, ok := item.(*core.Event)
	if !ok || e.Document.Number.IsZero() {
		return intake.Entry{}, false
	}
	key := fmt.Appendf(nil, "%s\x00%s\x00%s", e.Document.Type, e.Document.Country, e.Document.Number.Reveal())
	if e.Type != core.Arrive && e.Type != core.Move && e.Type != core.Birth {
		return intake.Entry{Key: key}, false
	}
	n := e.Normal()
	n.ID, n.Effective, n.TimeMS, n.Replaces = "", 0, 0, ""
	sum := n.Digest()
	return intake.Entry{Key: key, Content: sum[:]}, true
}

// New implements intake.Lister: an arrival, on the day that the row says, or on
// the list's. Whoever was gone and is back has arrived anew: the row still tells
// of the first time.
func (Residence) New(item any, before []byte, id string, day civil.Date) (any, []byte, error) {
	e := copyOf(item)
	e.ID = id
	if e.Type == core.Move {
		e.Type = core.Arrive
	}
	later := false
	if len(before) > 0 {
		m, err := readMemo(before)
		if err != nil {
			return nil, nil, err
		}
		if e.Arrived <= m.Left && (e.Arrived != civil.None || e.Effective <= m.Left) {
			e.Effective, e.Arrived, later = day, civil.None, true
		}
	}
	if e.Effective == civil.None {
		e.Effective = day
	}
	return e, memoOf(e, memo{Event: id, Later: later}), nil
}

// Changed implements intake.Lister: a move when the place is another one, and
// otherwise a correction of what was said before.
func (r Residence) Changed(item any, before []byte, id string, day civil.Date) (any, []byte, error) {
	m, err := readMemo(before)
	if err != nil {
		return nil, nil, err
	}
	return r.change(item, m, id, day)
}

func (Residence) change(item any, m memo, id string, day civil.Date) (*core.Event, []byte, error) {
	e := copyOf(item)
	e.ID, e.Effective, e.TimeMS = id, day, 0
	n := e.Normal()
	if n.Division != m.Division || n.Address != m.Address {
		e.Type, e.Arrived = core.Move, civil.None
		return e, memoOf(e, memo{Event: id, Later: true}), nil
	}
	after := memoOf(e, memo{Event: m.Event, Later: m.Later, Before: m.Before})
	if m.Before {
		e.Document = core.Document{}
	}
	e.Type, e.Replaces, e.Division, e.Address = core.Correct, m.Event, "", "" // the place is as it was
	if m.Later {
		e.Arrived = civil.None
	}
	return e, after, nil
}

// Gone implements intake.Lister: a departure on the list's day, from where the
// list had the person; another sender may have them elsewhere since.
func (Residence) Gone(before []byte, id string, day civil.Date) (any, []byte, error) {
	m, err := readMemo(before)
	if err != nil {
		return nil, nil, err
	}
	doc, err := ident.Parse(m.Type, m.Number, m.Country)
	if err != nil {
		return nil, nil, fmt.Errorf("read an entry of a full list: %w", err)
	}
	m.Left = day
	after, err := json.Marshal(m)
	return &core.Event{ID: id, Type: core.Leave, Effective: day, Document: doc, Division: m.Division}, after, err
}

func copyOf(item any) *core.Event {
	e := core.Event{}
	if from, ok := item.(*core.Event); ok {
		e = *from
	}
	return &e
}

// memoOf is what m is of an event.
func memoOf(e *core.Event, m memo) []byte {
	n := e.Normal()
	m.Type, m.Number, m.Country = n.Document.Type, n.Document.Number.Reveal(), n.Document.Country
	m.Division, m.Address = n.Division, n.Address
	out, err := json.Marshal(m)
	if err != nil {
		return nil // cannot happen with texts
	}
	return out
}

func readMemo(text []byte) (m memo, err error) {
	if err = json.Unmarshal(text, &m); err != nil {
		err = fmt.Errorf("read an entry of a full list: %w", err)
	}
	return m, err
}
