// Package residentlink lets a record service know which resident identifiers
// stand for the same person: it follows the links in the registry's change feed
// and keeps them in a small table beside the service's records.
//
// It never touches a record. Records stay under the identifier that they were
// written with; whoever reads them asks for all identifiers of the person, and
// when a link ends everything is as it was before.
package residentlink

import (
	"database/sql"
	"embed"
	"slices"

	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"

	"gorm.io/gorm"
)

//go:embed migrations
var files embed.FS

// Migrations creates the tables resident_link and resident_link_cursor.
func Migrations() migrate.Set { return migrate.Sub("residentlink", files, "migrations") }

// Link says that an identifier stands for another resident.
type Link struct {
	Linked  string
	Into    string // "" when the two stand apart again
	Version int64  // of the registry's fact: an older one changes nothing
}

// Topic is announced in this process whenever what was followed has been stored.
const Topic = "residentlink"

// Expand returns every identifier of the person that residentID stands for: the
// person's own first, then those linked to it, ascending. Of somebody without
// links it is residentID alone. A link is followed once; the registry never
// links somebody to a resident who is linked itself.
func Expand(tx *gorm.DB, residentID string) ([]string, error) {
	own := residentID
	linked, err := around(tx, residentID, &own)
	if err != nil {
		return nil, err
	}
	if own != residentID {
		stays := own
		if linked, err = around(tx, own, &stays); err != nil {
			return nil, err
		}
	}
	return append([]string{own}, slices.DeleteFunc(linked, func(id string) bool { return id == own })...), nil
}

// around lists who is linked to an identifier, and sets into when that is linked itself.
func around(tx *gorm.DB, id string, into *string) (linked []string, err error) {
	err = sqlstore.Query(tx, func(rows *sql.Rows) error {
		var l Link
		if err := rows.Scan(&l.Linked, &l.Into); err != nil {
			return err
		}
		switch {
		case l.Into == id:
			linked = append(linked, l.Linked)
		case l.Into != "":
			*into = l.Into
		}
		return nil
	}, "SELECT linked_id, into_id FROM resident_link WHERE linked_id = ? UNION ALL SELECT linked_id, into_id FROM resident_link WHERE into_id = ? ORDER BY 1", id, id)
	return linked, err
}

// Same says whether two identifiers stand for the same person.
func Same(tx *gorm.DB, a, b string) (bool, error) {
	if a == b {
		return true, nil
	}
	all, err := Expand(tx, a)
	return slices.Contains(all, b), err
}

// Put stores what the registry says of identifiers; a version that is not newer
// than the stored one is passed over.
func Put(tx *gorm.DB, links ...Link) error {
	for _, l := range links {
		known, version, err := versionOf(tx, l.Linked)
		switch {
		case err != nil:
			return err
		case !known:
			err = sqlstore.Exec(tx, "INSERT INTO resident_link (linked_id, into_id, version) VALUES (?, ?, ?)", l.Linked, l.Into, l.Version)
		case version < l.Version:
			err = sqlstore.Exec(tx, "UPDATE resident_link SET into_id = ?, version = ? WHERE linked_id = ?", l.Into, l.Version, l.Linked)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func versionOf(tx *gorm.DB, linked string) (known bool, version int64, err error) {
	err = sqlstore.Query(tx, func(rows *sql.Rows) error {
		known = true
		return rows.Scan(&version)
	}, "SELECT version FROM resident_link WHERE linked_id = ?", linked)
	return known, version, err
}
