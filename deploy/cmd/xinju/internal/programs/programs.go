// Package programs is what the commands start: the suite, the demo and the
// schemas, as they really are.
package programs

import (
	"xinju.dev/deploy/cmd/xinju/internal/cli"
	"xinju.dev/deploy/cmd/xinju/internal/serve"
	"xinju.dev/services/aggregator"
	"xinju.dev/services/archive"
	"xinju.dev/services/familyplanning"
	"xinju.dev/services/immunization"
	"xinju.dev/services/maternal"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/registry"
)

var migrations = map[string]func() []migrate.Set{
	"registry":       registry.Migrations,
	"archive":        archive.Migrations,
	"immunization":   immunization.Migrations,
	"maternal":       maternal.Migrations,
	"familyplanning": familyplanning.Migrations,
	"aggregator":     aggregator.Migrations,
}

// All returns them.
func All() cli.Programs {
	return cli.Programs{
		Serve:      serve.Run,
		Demo:       demonstrate,
		Migrations: func(service string) []migrate.Set { return migrations[service]() },
	}
}
