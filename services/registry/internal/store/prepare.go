package store

import (
	"xinju.dev/services/platform/intakestore"
	"xinju.dev/services/registry/internal/core"
)

var _ intakestore.Preparer = (*SQL)(nil)

// prepared is an event with what follows from it alone: what no transaction need
// be open for. It does not change once it is made.
type prepared struct {
	core.Event // Normal
	digest     [16]byte

	whole         bool                     // the rest is there too
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

// prepare does what shows whether an event is known.
func prepare(e core.Event) *prepared {
	p := &prepared{Event: e.Normal()}
	sum := p.Digest()
	p.digest = [16]byte(sum[:16])
	return p
}

// whole returns the event with all that can be done without the database.
func (s *SQL) whole(e *prepared) *prepared {
	if e.whole {
		return e
	}
	p := *e
	s.complete(&p)
	return &p
}

// complete makes an event whole that nobody else has yet.
func (s *SQL) complete(p *prepared) {
	p.whole = true
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
}

// PrepareItems implements intakestore.Preparer: of *core.Event it makes what
// ApplyItems takes as well. Where most of what came last was known already, only
// that is prepared for.
func (s *SQL) PrepareItems(sender string, items []any) {
	known := s.mostKnown.Load()
	for i, item := range items {
		e, ok := item.(*core.Event)
		if !ok {
			continue
		}
		own := *e
		own.Sender = sender
		p := prepare(own)
		if !known {
			s.complete(p)
		}
		items[i] = p
	}
}

// remember says what the next items are likely to be.
func (b *batch) remember() {
	if b.fresh < fewKeys {
		return
	}
	known := 0
	for i := range b.out {
		if b.out[i].Code == core.Duplicate {
			known++
		}
	}
	b.s.mostKnown.Store(2*known > len(b.out))
}
