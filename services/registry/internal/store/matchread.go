package store

import (
	"bytes"
	"database/sql"

	"gorm.io/gorm"

	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/match"
	"xinju.dev/services/registry/internal/review"
)

// read reads the residents, what was kept of them, and their items.
func (r *refreshing) read(tx *gorm.DB) (err error) {
	var known []string
	err = selectIn(tx, selectResident+" WHERE resident_id", nil, r.ids, func(rows *sql.Rows) error {
		row, err := scanResident(rows)
		r.rows[row.id] = row
		if row.known {
			known = append(known, row.id)
		}
		return err
	})
	if err != nil {
		return err
	}
	list, err := r.v.s.readPersons(tx, known)
	if err != nil {
		return err
	}
	for i := range list {
		r.persons[list[i].ID] = &list[i]
		r.place[list[i].ID] = review.Home(list[i].Stays)
	}
	mothers, err := r.mothers(tx)
	if err != nil {
		return err
	}
	if r.taken, err = readTaken(tx, r.ids); err != nil {
		return err
	}
	r.forms = map[string]*match.Forms{}
	for _, id := range r.ids {
		if err := r.compose(id, mothers); err != nil {
			return err
		}
	}
	return r.readItems(tx)
}

// mothers finds who holds the documents of mothers whom no event names.
func (r *refreshing) mothers(tx *gorm.DB) (map[core.Document]string, error) {
	asked := map[docIndex]core.Document{}
	var keys [][]byte
	for _, p := range r.persons {
		if d := p.MotherDocument; p.MotherID == "" && !d.Number.IsZero() {
			x := r.v.s.docIndex(d)
			if _, there := asked[x]; !there {
				asked[x] = d
				keys = append(keys, bytes.Clone(x[:]))
			}
		}
	}
	out := map[core.Document]string{}
	err := selectIn(tx, "SELECT d.document_index, COALESCE(l.into_id, d.resident_id) FROM document d LEFT JOIN resident_link l ON l.resident_id = d.resident_id WHERE d.document_index", nil, keys, func(rows *sql.Rows) error {
		var x []byte
		var id string
		err := rows.Scan(&x, &id)
		if err == nil {
			out[asked[docIndex(x)]] = id
		}
		return err
	})
	return out, err
}

// compose makes the features of a resident and sees whether they are new.
func (r *refreshing) compose(id string, mothers map[core.Document]string) error {
	var plain []byte
	if p := r.persons[id]; p != nil {
		record := recordOf(p, mothers[p.MotherDocument])
		f := match.FormsOf(record)
		r.forms[id] = &f
		var err error
		if plain, err = encodeFeatures(record); err != nil {
			return err
		}
	}
	if was, there := r.taken[id]; there && bytes.Equal(was.digest, digestOf(plain)) {
		return nil
	}
	r.changed, r.plain[id] = append(r.changed, id), plain
	return nil
}

func (r *refreshing) readItems(tx *gorm.DB) error {
	for _, column := range []string{"resident_id", "other_id"} {
		err := selectIn(tx, selectItem+" WHERE "+column, nil, r.ids, func(rows *sql.Rows) error {
			i, err := scanItem(rows)
			if i.Kind == review.Listed { // the intake of lists opens and ends these
				return err
			}
			r.items[itemKey{i.Kind, i.ResidentID, i.OtherID}] = &i
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
