package store

import (
	"database/sql"

	"xinju.dev/services/platform/sqlstore"
)

// FollowedRow is how far one source was followed.
type FollowedRow struct {
	Source    string
	Epoch     string
	Position  int64
	Listing   bool   // current facts are still being paged through
	PageToken string // where that goes on
}

// Followed reads all sources of a generation.
func (t Tx) Followed(generation int64) (out []FollowedRow, err error) {
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		var f FollowedRow
		if err := rows.Scan(&f.Source, &f.Epoch, &f.Position, &f.Listing, &f.PageToken); err != nil {
			return err
		}
		out = append(out, f)
		return nil
	}, "SELECT source, epoch, position, listing, page_token FROM followed WHERE generation = ? ORDER BY source", generation)
	return out, err
}

// PutFollowed writes one source.
func (t Tx) PutFollowed(generation int64, f FollowedRow) error {
	return t.replace("followed", []string{"generation", "source", "epoch", "position", "listing", "page_token"},
		[][]any{{generation, f.Source, f.Epoch, f.Position, f.Listing, f.PageToken}})
}
