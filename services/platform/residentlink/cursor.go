package residentlink

import (
	"context"
	"database/sql"

	"xinju.dev/services/platform/sqlstore"

	"gorm.io/gorm"
)

// cursor is how far the feed was followed.
type cursor struct {
	epoch    string // "" before anything was read
	position int64
}

func readCursor(tx *gorm.DB) (c cursor, err error) {
	err = sqlstore.Query(tx, func(rows *sql.Rows) error { return rows.Scan(&c.epoch, &c.position) },
		"SELECT epoch, position FROM resident_link_cursor WHERE id = 1")
	return c, err
}

func writeCursor(tx *gorm.DB, c cursor) error {
	return sqlstore.Exec(tx, "REPLACE INTO resident_link_cursor (id, epoch, position) VALUES (1, ?, ?)", c.epoch, c.position)
}

// apply stores links and how far they were followed, in one transaction.
func apply(ctx context.Context, db *sqlstore.DB, links []Link, to cursor) error {
	return db.Write(ctx, func(tx *gorm.DB) error {
		if err := Put(tx, links...); err != nil {
			return err
		}
		sqlstore.Announce(tx, Topic)
		return writeCursor(tx, to)
	})
}

// replace puts what holds now in the place of everything stored before.
func replace(ctx context.Context, db *sqlstore.DB, links []Link, to cursor) error {
	rows := make([][]any, len(links))
	for i, l := range links {
		rows[i] = []any{l.Linked, l.Into, l.Version}
	}
	return db.Write(ctx, func(tx *gorm.DB) error {
		if err := sqlstore.Exec(tx, "DELETE FROM resident_link"); err != nil {
			return err
		}
		if err := sqlstore.InsertMany(tx, "resident_link", []string{"linked_id", "into_id", "version"}, rows); err != nil {
			return err
		}
		sqlstore.Announce(tx, Topic)
		return writeCursor(tx, to)
	})
}
