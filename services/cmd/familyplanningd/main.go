// Command familyplanningd serves the family-planning service: contraception and the
// services given for it.
package main

import (
	"context"
	"os"

	"xinju.dev/services/familyplanning"
	"xinju.dev/services/platform/daemon"
)

func main() {
	os.Exit(daemon.Main(daemon.Spec{
		Name: "familyplanning", Listen: "127.0.0.1:9105",
		Migrations: familyplanning.Migrations(),
		Build: func(_ context.Context, env daemon.Env) (daemon.Service, error) {
			return familyplanning.New(familyplanning.Deps{DB: env.DB, Now: env.Now}), nil
		},
	}))
}
