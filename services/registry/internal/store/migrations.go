package store

import (
	"embed"

	"xinju.dev/services/platform/migrate"
)

//go:embed migrations
var files embed.FS

// Migrations creates the tables of the registry. Numbers 0100 to 0199 belong
// to the intake of files.
func Migrations() migrate.Set { return migrate.Sub("registry", files, "migrations") }
