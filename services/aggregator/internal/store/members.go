package store

import (
	"database/sql"

	"xinju.dev/services/platform/sqlstore"
)

// MemberRow is what one resident counts for in one village, over all days.
// SortKey has at most 128 bytes and orders the list by its bytes.
type MemberRow struct {
	Village    string
	SortKey    string
	ResidentID string
	Pieces     []byte
}

// PutMembers writes rows.
func (t Tx) PutMembers(generation int64, list []MemberRow) error {
	rows := make([][]any, len(list))
	for i := range list {
		m := &list[i]
		rows[i] = []any{generation, m.Village, []byte(m.SortKey), m.ResidentID, m.Pieces}
	}
	return sqlstore.UpdateMany(t.tx, "member", []string{"generation", "village", "sort_key", "resident_id", "pieces"}, 4, rows)
}

// DeleteMembers deletes rows by their keys.
func (t Tx) DeleteMembers(generation int64, list []MemberRow) error {
	keys := make([][]any, len(list))
	for i := range list {
		m := &list[i]
		keys[i] = []any{generation, m.Village, []byte(m.SortKey), m.ResidentID}
	}
	return sqlstore.DeleteMany(t.tx, "member", []string{"generation", "village", "sort_key", "resident_id"}, keys)
}

// MemberPage asks for rows of a village in the order of sort key and resident,
// from a place in that order on, or only after it.
type MemberPage struct {
	Village    string
	SortKey    string
	ResidentID string
	After      bool
	Limit      int
}

// Members reads one page.
func (t Tx) Members(generation int64, p MemberPage) (out []MemberRow, err error) {
	reach := ">="
	if p.After {
		reach = ">"
	}
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		m := MemberRow{Village: p.Village}
		var key []byte
		if err := rows.Scan(&key, &m.ResidentID, &m.Pieces); err != nil {
			return err
		}
		m.SortKey = string(key)
		out = append(out, m)
		return nil
	}, "SELECT sort_key, resident_id, pieces FROM member "+
		"WHERE generation = ? AND village = ? AND sort_key >= ? AND (sort_key > ? OR resident_id "+reach+" ?) "+
		"ORDER BY sort_key, resident_id LIMIT ?",
		generation, p.Village, []byte(p.SortKey), []byte(p.SortKey), p.ResidentID, p.Limit)
	return out, err
}

// MembersOf reads the rows of residents, those of each in any order.
func (t Tx) MembersOf(generation int64, ids []string) (map[string][]MemberRow, error) {
	out := make(map[string][]MemberRow, len(ids))
	from := "member FORCE INDEX (member_resident)" // read from end to end it is long
	if sqlstore.EngineOf(t.tx) == sqlstore.SQLite {
		from = "member INDEXED BY member_resident"
	}
	err := sqlstore.InKeys(t.tx, ids, func(list string, args []any) error {
		return sqlstore.Query(t.tx, func(rows *sql.Rows) error {
			var m MemberRow
			var key []byte
			if err := rows.Scan(&m.Village, &key, &m.ResidentID, &m.Pieces); err != nil {
				return err
			}
			m.SortKey = string(key)
			out[m.ResidentID] = append(out[m.ResidentID], m)
			return nil
		}, "SELECT village, sort_key, resident_id, pieces FROM "+from+" WHERE generation = ? AND resident_id IN "+list, append([]any{generation}, args...)...)
	})
	return out, err
}

// EachMember calls each for every row of a generation, in key order.
func (t Tx) EachMember(generation int64, each func(MemberRow) error) error {
	return sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		var m MemberRow
		var key []byte
		if err := rows.Scan(&m.Village, &key, &m.ResidentID, &m.Pieces); err != nil {
			return err
		}
		m.SortKey = string(key)
		return each(m)
	}, "SELECT village, sort_key, resident_id, pieces FROM member WHERE generation = ? ORDER BY village, sort_key, resident_id", generation)
}
