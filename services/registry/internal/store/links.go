package store

import (
	"database/sql"

	"xinju.dev/services/platform/sqlstore"
)

// link says who stands for a resident.
type link struct {
	into    string
	version int64 // of the fact
}

// rarely says which of the small tables hold anything: most registries have
// merged nobody and withdrawn nothing, and pay one question for that.
type rarely struct{ links, sides, former, withdrawn bool }

const selectRarely = `SELECT EXISTS (SELECT 1 FROM resident_link), EXISTS (SELECT 1 FROM merge_side),
EXISTS (SELECT 1 FROM former_document), EXISTS (SELECT 1 FROM event_withdrawn)`

// lookRarely is asked again after locks were taken: what the last holder of a
// lock wrote must be seen.
func (b *batch) lookRarely() error {
	return sqlstore.Query(b.tx, func(r *sql.Rows) error {
		return r.Scan(&b.has.links, &b.has.sides, &b.has.former, &b.has.withdrawn)
	}, selectRarely)
}

// lookSides reaches those whose MERGEs name one of the documents as the second
// person's, and those who had one before a withdrawal left nothing of them.
func (b *batch) lookSides(asked []docIndex, reach map[string]bool) error {
	if err := b.lookRarely(); err != nil {
		return err
	}
	keys := make([][]byte, len(asked))
	for i := range asked {
		keys[i] = asked[i][:]
	}
	if b.has.sides {
		err := selectIn(b.tx, selectSide+"m.document_index", nil, keys, reaching(reach))
		if err != nil {
			return err
		}
	}
	if !b.has.former {
		return nil
	}
	return selectIn(b.tx, "SELECT document_index, resident_id FROM former_document WHERE document_index", nil, keys, func(r *sql.Rows) error {
		var x []byte
		var id string
		err := r.Scan(&x, &id)
		if err == nil && b.owner[docIndex(x)] == "" {
			b.former[docIndex(x)], reach[id] = id, true
		}
		return err
	})
}

const selectSide = "SELECT e.resident_id FROM merge_side m JOIN event e ON e.sender = m.sender AND e.event_id = m.event_id WHERE "

func reaching(reach map[string]bool) func(*sql.Rows) error {
	return func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		if id != "" {
			reach[id] = true
		}
		return err
	}
}

// lookLinks reaches everybody who is one person with one of the residents, or
// may become so.
func (b *batch) lookLinks(ids []string, reach map[string]bool) error {
	if err := b.lookRarely(); err != nil {
		return err
	}
	if b.has.sides {
		if err := selectIn(b.tx, selectSide+"m.resident_id", nil, ids, reaching(reach)); err != nil {
			return err
		}
	}
	if !b.has.links {
		return nil
	}
	for _, column := range []string{"resident_id", "into_id"} {
		err := selectIn(b.tx, "SELECT resident_id, into_id, version FROM resident_link WHERE "+column, nil, ids, func(r *sql.Rows) error {
			var id string
			var l link
			err := r.Scan(&id, &l.into, &l.version)
			b.links[id], reach[id], reach[l.into] = l, true, true
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// was is who stood for a resident so far.
func (b *batch) was(id string) string {
	if l, linked := b.links[id]; linked {
		return l.into
	}
	return id
}
