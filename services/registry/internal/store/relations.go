package store

import (
	"database/sql"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordstore"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
)

// RelationRow is one row of the table relation.
type RelationRow struct {
	recordstore.BaseRow
	Kind    int        `gorm:"column:kind"`
	OtherID string     `gorm:"column:other_id"`
	Until   civil.Date `gorm:"column:until_date"`
}

// TableName implements recordstore.Row.
func (RelationRow) TableName() string { return "relation" }

// Relations keeps relations between residents. It fails with RESIDENT_NOT_FOUND
// when one of the two is not known, and with RELATION_INVALID.
func Relations(db *sqlstore.DB, now func() time.Time, fact func(core.Relation) changefeed.Fact) *recordstore.Store[core.Relation, RelationRow] {
	return recordstore.New(db, now, recordstore.Kind[core.Relation, RelationRow]{
		Name: "relation",
		Base: func(r *core.Relation) *record.Base { return &r.Base },
		ToRow: func(r core.Relation) RelationRow {
			return RelationRow{BaseRow: recordstore.RowOf(r.Base, r.From), Kind: r.Kind, OtherID: r.OtherID, Until: r.Until}
		},
		FromRow: func(r RelationRow) core.Relation {
			return core.Relation{Base: r.Base(), Kind: r.Kind, OtherID: r.OtherID, From: r.OnDate, Until: r.Until}
		},
		Fact:    fact,
		Before:  checkRelations,
		Persons: identifiersOf,
	})
}

// identifiersOf returns every identifier of the person whom one finds, that of
// whoever stands for all of them first.
func identifiersOf(tx *gorm.DB, id string) ([]string, error) {
	c, err := readClusters(tx, []string{id})
	if err != nil {
		return nil, err
	}
	return append([]string{c.stand[0]}, c.members[c.stand[0]]...), nil
}

func checkRelations(tx *gorm.DB, items []core.Relation) error {
	want, stands := map[string]bool{}, map[string]string{}
	for _, r := range items {
		if err := r.Check(); err != nil {
			return err
		}
		want[r.ResidentID], want[r.OtherID] = true, true
	}
	err := selectIn(tx, "SELECT r.resident_id, COALESCE(l.into_id, r.resident_id) FROM resident r LEFT JOIN resident_link l ON l.resident_id = r.resident_id"+
		" WHERE (r.known = 1 OR l.into_id IS NOT NULL) AND r.resident_id", nil, sortedKeys(want), func(r *sql.Rows) error {
		var id, into string
		err := r.Scan(&id, &into)
		delete(want, id)
		stands[id] = into
		return err
	})
	if err == nil && len(want) > 0 {
		return core.ErrResident.On("resident_id", "不存在 does not exist")
	}
	for _, r := range items {
		if err == nil && !r.Deleted && stands[r.ResidentID] == stands[r.OtherID] {
			return core.ErrRelation.On("other_resident_id", "是同一人 the same person")
		}
	}
	return err
}
