// Command familyplanningd serves the family-planning service: contraception and the
// services given for it.
package main

import (
	"context"
	"os"

	"xinju.dev/services/familyplanning"
	"xinju.dev/services/platform/daemon"
	"xinju.dev/services/platform/residentlink"
)

// settings are those of every service and where the registry is.
type settings struct {
	daemon.Base
	Registry residentlink.Settings `key:"registry"`
}

func main() {
	var cfg settings
	os.Exit(daemon.Main(daemon.Spec{
		Name: "familyplanning", Listen: "127.0.0.1:9105", Settings: &cfg,
		Migrations: familyplanning.Migrations(),
		Build: func(_ context.Context, env daemon.Env) (daemon.Service, error) {
			registry, err := cfg.Registry.Feed(env.Dial)
			if err != nil {
				return nil, err
			}
			return familyplanning.New(familyplanning.Deps{DB: env.DB, Now: env.Now, Registry: registry, Log: env.Log, Metrics: env.Metrics}), nil
		},
	}))
}
