package store

import (
	"bytes"
	"cmp"
	"database/sql"
	"slices"

	"xinju.dev/services/platform/sqlstore"
)

// lookChildren finds those whose mother shows one of the documents: who she is
// may change with whoever has the document. A child and its mother meet at the
// document's row, which both lock.
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

// nameMothers says who the mothers are that events name by a document: whoever
// has it and has arrived or was born. All of them are in hand (lookDocuments).
func (b *batch) nameMothers() {
	var holder map[docIndex]*person
	for i := range b.persons {
		s := b.persons[i].state
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
		if s.MotherID == "" && m != nil && m.state.Exists && m.id != b.persons[i].id {
			s.MotherID, s.sum = m.id, nil
		}
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
