package store

import (
	"bytes"
	"cmp"
	"database/sql"
	"slices"

	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
)

// lookChildren finds those whose mother shows one of the documents: who she is
// may change with whoever has the document. A child and its mother meet at the
// document's row, see saveDocuments: of one without a row there is no child.
func (b *batch) lookChildren(documents [][]byte, reach map[string]bool) error {
	hint := ""
	if sqlstore.EngineOf(b.tx) == sqlstore.SQLite {
		hint = " INDEXED BY resident_mother"
	}
	return selectIn(b.tx, "SELECT resident_id FROM resident"+hint+" WHERE mother_index", nil, documents, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		reach[id] = true
		return err
	})
}

// motherIndex is what a child is found by whose event names the mother by an
// identifier: it stands where otherwise the index of her document stands.
func (s *SQL) motherIndex(id string) []byte {
	return s.seal.Index("mother", []byte(id))[:len(docIndex{})]
}

// namesMother is the mother whom a new event names: she is brought along, so that
// nobody merges her meanwhile.
func (e *entry) namesMother() string {
	if e.input < 0 {
		return ""
	}
	return e.MotherResidentID
}

// lookNamed finds those whose events name one of the residents as the mother,
// where it may change who stands for her.
func (b *batch) lookNamed(ids []string, reach map[string]bool) error {
	relinks := b.refolds || b.has.links || b.has.sides
	for i := range b.work[:b.fresh] {
		t := b.work[i].Type
		relinks = relinks || t.Amends() || t == core.Merge
	}
	if !relinks {
		return nil
	}
	keys := make([][]byte, len(ids))
	for i, id := range ids {
		keys[i] = b.s.motherIndex(id)
	}
	slices.SortFunc(keys, bytes.Compare)
	return b.lookChildren(keys, reach)
}

// lookMothers says who stands for mothers who are not in hand. A child in hand is
// locked, and whoever merges its mother must have it too (lookNamed).
func (b *batch) lookMothers() error {
	b.others = map[string]string{}
	if !b.has.links {
		return nil
	}
	ask := map[string]bool{}
	for i := range b.work {
		if id := b.work[i].MotherResidentID; id != "" && !b.loaded[id] {
			ask[id] = true
		}
	}
	return selectIn(b.tx, "SELECT resident_id, into_id FROM resident_link WHERE resident_id", nil, sortedKeys(ask), func(r *sql.Rows) error {
		var id, into string
		err := r.Scan(&id, &into)
		b.others[id] = into
		return err
	})
}

// nameMothers says who the mothers are: whoever stands for her whom an event
// names, or whoever has the document that it shows of her and has arrived or was
// born. All of the latter are in hand (lookDocuments).
func (b *batch) nameMothers() {
	var holder map[docIndex]*person
	for i := range b.persons {
		s := b.persons[i].state
		if s.MotherID != "" {
			b.persons[i].mother = b.s.motherIndex(s.MotherID)
			b.standIn(&b.persons[i])
			continue
		}
		if s.MotherDocument.Number.IsZero() {
			continue
		}
		if holder == nil {
			holder = b.holders()
		}
		x := b.index(s.MotherDocument)
		b.persons[i].mother = bytes.Clone(x[:])
		m := holder[x]
		if m != nil && m.into != "" {
			m = b.person(m.into)
		}
		if m != nil && m.state.Exists && m.id != b.persons[i].id {
			s.MotherID, s.sum = m.id, nil
		}
	}
}

// standIn puts whoever stands for a person's mother in her place.
func (b *batch) standIn(p *person) {
	id := b.others[p.state.MotherID]
	if m := b.person(p.state.MotherID); m != nil {
		id = m.into
	}
	if id != "" && id != p.id {
		p.state.MotherID, p.state.sum = id, nil
	}
}

// person is the person in hand with an identifier; persons are sorted by it.
func (b *batch) person(id string) *person {
	if i, there := slices.BinarySearchFunc(b.persons, id, func(p person, id string) int { return cmp.Compare(p.id, id) }); there {
		return &b.persons[i]
	}
	return nil
}

func (b *batch) holders() map[docIndex]*person {
	out := map[docIndex]*person{}
	for i := range b.persons {
		for _, x := range b.persons[i].docs {
			out[x] = &b.persons[i]
		}
	}
	return out
}
