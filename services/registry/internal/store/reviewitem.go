package store

import (
	"database/sql"
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/match"
	"xinju.dev/services/registry/internal/review"
)

// storedItem is an item as the table has it.
type storedItem struct{ review.Item }

// evidence is what speaks for a pair: codes and weights, nothing personal.
type evidence struct {
	Rules  []match.Rule        `json:"rules,omitempty"`
	Fields []match.FieldResult `json:"fields,omitempty"`
}

const selectItem = `SELECT item_id, kind, resident_id, other_id, state, priority, division, other_place, hidden_until, content, settled, merge_event, score, evidence, opened_ms, version FROM review_item`

func scanItem(r *sql.Rows) (i storedItem, err error) {
	var content, settled, raw []byte
	var opened int64
	err = r.Scan(&i.ID, &i.Kind, &i.ResidentID, &i.OtherID, &i.State, &i.Priority, &i.Division, &i.OtherPlace, &i.HiddenUntil, &content, &settled,
		&i.MergeEvent, &i.Score, &raw, &opened, &i.Version)
	if err != nil {
		return i, err
	}
	copy(i.Content[:], content)
	copy(i.Settled[:], settled)
	i.Opened = time.UnixMilli(opened).UTC()
	var e evidence
	if err := json.Unmarshal(raw, &e); err != nil {
		return i, errCoded
	}
	i.Rules, i.Fields = e.Rules, e.Fields
	return i, nil
}

var (
	itemColumns = []string{
		"item_id", "kind", "resident_id", "other_id", "state", "priority", "division", "other_place", "hidden_until", "content", "settled",
		"merge_event", "score", "evidence", "opened_ms", "version",
	}
	placeColumns = []string{"division", "priority", "opened_ms", "item_id", "kind", "hidden_until", "twin"}
)

// saveItem writes an item with one version more, new or changed, and the rows by
// which it is listed. It fails with errRaced when somebody else changed it
// since it was read.
func saveItem(tx *gorm.DB, i *storedItem) error {
	raw, err := json.Marshal(evidence{i.Rules, i.Fields})
	if err != nil {
		return err
	}
	before := i.Version
	i.Version++
	settled := []byte{}
	if i.Settled != (review.Digest{}) {
		settled = i.Settled[:]
	}
	values := []any{
		i.ID, i.Kind, i.ResidentID, i.OtherID, int(i.State), int(i.Priority), i.Division, i.OtherPlace, i.HiddenUntil, i.Content[:], settled,
		i.MergeEvent, i.Score, string(raw), i.Opened.UnixMilli(), i.Version,
	}
	if before == 0 {
		err = sqlstore.InsertMany(tx, "review_item", itemColumns, [][]any{values})
	} else {
		up := tx.Exec("UPDATE review_item SET state = ?, priority = ?, division = ?, other_place = ?, hidden_until = ?, content = ?, settled = ?, merge_event = ?, score = ?, evidence = ?, opened_ms = ?, version = ? WHERE item_id = ? AND version = ?",
			append(append([]any{}, values[4:]...), i.ID, before)...)
		if err = up.Error; err == nil && up.RowsAffected != 1 {
			err = errRaced
		}
	}
	if err != nil {
		return err
	}
	return listItem(tx, i)
}

// listItem writes where an open item is listed.
func listItem(tx *gorm.DB, i *storedItem) error {
	if err := sqlstore.Exec(tx, "DELETE FROM review_place WHERE item_id = ?", i.ID); err != nil {
		return err
	}
	if i.State != review.Open {
		return nil
	}
	row := func(division, twin string) []any {
		return []any{division, int(i.Priority), i.Opened.UnixMilli(), i.ID, i.Kind, i.HiddenUntil, twin}
	}
	rows := [][]any{row(i.Division, "")}
	if i.OtherID != "" && i.OtherPlace != i.Division {
		// The second row says where the first one is, so that a list of what lies
		// above both shows the item once.
		if i.Division == "" {
			rows = [][]any{row(i.OtherPlace, "")}
		} else if i.OtherPlace != "" {
			rows = append(rows, row(i.OtherPlace, i.Division))
		}
	}
	return sqlstore.InsertMany(tx, "review_place", placeColumns, rows)
}
