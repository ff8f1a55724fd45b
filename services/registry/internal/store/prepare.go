package store

import (
	"xinju.dev/services/platform/intakestore"
	"xinju.dev/services/registry/internal/core"
)

var _ intakestore.Preparer = (*SQL)(nil)

// prepared is an event with all that follows from it alone: what no transaction
// need be open for.
type prepared struct {
	core.Event // Normal
	digest     [16]byte

	indexes       [documentsShown]docIndex // of shown(), where there is one
	sortKey       string                   // of Division and Address
	coded, sealed []byte                   // as the log keeps it
	err           error                    // it could not be sealed
}

// documentsShown is how many documents one event may show.
const documentsShown = 4

// shown are the documents by which others may know the persons of an event.
func shown(e *core.Event) [documentsShown]core.Document {
	return [...]core.Document{e.Document, e.MotherDocument, e.OtherDocument, e.Provisional()}
}

// prepare does all that can be done to an event without the database.
func (s *SQL) prepare(e core.Event) *prepared {
	p := &prepared{Event: e.Normal()}
	sum := p.Digest()
	p.digest = [16]byte(sum[:16])
	for i, d := range shown(&p.Event) {
		if !d.Number.IsZero() {
			p.indexes[i] = s.docIndex(d)
		}
	}
	if p.Address != "" {
		p.sortKey = s.sortKey(p.Division, p.Address)
	}
	p.coded = codeEvent(p.Event)
	p.sealed, p.err = s.seal.Seal("event", p.Sender+"/"+p.ID, "person", personal(p.Event))
	return p
}

// PrepareItems implements intakestore.Preparer: of *core.Event it makes what
// ApplyItems takes as well.
func (s *SQL) PrepareItems(sender string, items []any) {
	for i, item := range items {
		if e, ok := item.(*core.Event); ok {
			own := *e
			own.Sender = sender
			items[i] = s.prepare(own)
		}
	}
}
