package store

import (
	"database/sql"
	"strings"

	"xinju.dev/services/platform/sqlstore"
)

// MemberRow is what one resident counts for in one village, over all days.
// SortKey has at most 128 bytes and orders the list by its bytes. Pieces lie in
// the resident's row; table member says in which villages there are some.
type MemberRow struct {
	Village    string
	SortKey    string
	ResidentID string
	Pieces     []byte
}

// PutMembers notes where residents have pieces.
func (t Tx) PutMembers(generation int64, list []MemberRow) error {
	return t.replace("member", memberColumns, memberKeys(generation, list))
}

// DeleteMembers takes that back.
func (t Tx) DeleteMembers(generation int64, list []MemberRow) error {
	return sqlstore.DeleteMany(t.tx, "member", memberColumns, memberKeys(generation, list))
}

var memberColumns = []string{"generation", "village", "sort_key", "resident_id"}

func memberKeys(generation int64, list []MemberRow) [][]any {
	keys := make([][]any, len(list))
	for i := range list {
		m := &list[i]
		keys[i] = []any{generation, m.Village, []byte(m.SortKey), m.ResidentID}
	}
	return keys
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

// inListOrder keeps the database from reading in the order of the residents.
const inListOrder = "STRAIGHT_JOIN"

// Members reads one page.
func (t Tx) Members(generation int64, p MemberPage) (out []MemberRow, err error) {
	reach := ">="
	if p.After {
		reach = ">"
	}
	text := "SELECT m.sort_key, m.resident_id, f.members FROM member m " +
		inListOrder + " resident_fact f ON f.generation = m.generation AND f.resident_id = m.resident_id " +
		"WHERE m.generation = ? AND m.village = ? AND m.sort_key >= ? AND (m.sort_key > ? OR m.resident_id " + reach + " ?) " +
		"ORDER BY m.sort_key, m.resident_id LIMIT ?"
	if sqlstore.EngineOf(t.tx) == sqlstore.SQLite {
		text = strings.Replace(text, inListOrder, "CROSS JOIN", 1)
	}
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		m := MemberRow{Village: p.Village}
		var key, members []byte
		if err := rows.Scan(&key, &m.ResidentID, &members); err != nil {
			return err
		}
		m.SortKey = string(key)
		if m.Pieces, err = piecesIn(members, p.Village); err != nil {
			return err
		}
		out = append(out, m)
		return nil
	}, text, generation, p.Village, []byte(p.SortKey), []byte(p.SortKey), p.ResidentID, p.Limit)
	return out, err
}
