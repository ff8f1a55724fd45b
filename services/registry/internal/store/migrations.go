package store

import (
	"embed"

	"xinju.dev/services/platform/migrate"
)

//go:embed migrations
var files embed.FS

// Migrations creates the tables of the registry, without those of the intake of
// files, which package intakestore keeps.
func Migrations() migrate.Set { return migrate.Sub("registry", files, "migrations") }
