package store

import (
	"database/sql"

	"xinju.dev/services/platform/sqlstore"
)

// LinkRow says that what is stored of one identifier counts for another.
type LinkRow struct{ Linked, Into string }

// Links calls each for every link of a generation, by linked identifier.
func (t Tx) Links(generation int64, each func(LinkRow) error) error {
	return t.links(each, "generation = ?", generation)
}

// LinkedInto lists the identifiers that are linked to each of ids, ascending.
func (t Tx) LinkedInto(generation int64, ids []string) (map[string][]string, error) {
	out := map[string][]string{}
	err := t.linksIn("into_id", generation, ids, func(l LinkRow) error {
		out[l.Into] = append(out[l.Into], l.Linked)
		return nil
	})
	return out, err
}

// IntoOf tells whom those of ids that are linked count for.
func (t Tx) IntoOf(generation int64, ids []string) (map[string]string, error) {
	out := map[string]string{}
	err := t.linksIn("linked_id", generation, ids, func(l LinkRow) error {
		out[l.Linked] = l.Into
		return nil
	})
	return out, err
}

func (t Tx) linksIn(column string, generation int64, ids []string, each func(LinkRow) error) error {
	return sqlstore.InKeys(t.tx, ids, func(list string, args []any) error {
		return t.links(each, "generation = ? AND "+column+" IN "+list, append([]any{generation}, args...)...)
	})
}

func (t Tx) links(each func(LinkRow) error, where string, args ...any) error {
	return sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		var l LinkRow
		if err := rows.Scan(&l.Linked, &l.Into); err != nil {
			return err
		}
		return each(l)
	}, "SELECT linked_id, into_id FROM resident_link WHERE "+where+" ORDER BY linked_id", args...)
}

// PutLinks writes links; a row without Into is taken away.
func (t Tx) PutLinks(generation int64, list []LinkRow) error {
	var rows [][]any
	for _, l := range list {
		if l.Into != "" {
			rows = append(rows, []any{generation, l.Linked, l.Into})
			continue
		}
		if err := sqlstore.Exec(t.tx, "DELETE FROM resident_link WHERE generation = ? AND linked_id = ?", generation, l.Linked); err != nil {
			return err
		}
	}
	return t.replace("resident_link", []string{"generation", "linked_id", "into_id"}, rows)
}
