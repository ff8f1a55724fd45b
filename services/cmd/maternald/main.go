// Command maternald serves the maternal service: pregnancies, visits, deliveries and
// checks of children.
package main

import (
	"context"
	"os"

	"xinju.dev/services/maternal"
	"xinju.dev/services/platform/daemon"
	"xinju.dev/services/platform/recordintake"
	"xinju.dev/services/platform/residentlink"
)

// settings are those of every service, where the registry is and what files of
// records need.
type settings struct {
	daemon.Base
	Registry residentlink.Settings `key:"registry"`
	recordintake.Options
}

func main() {
	var cfg settings
	os.Exit(daemon.Main(daemon.Spec{
		Name: "maternal", Listen: "127.0.0.1:9104", Settings: &cfg,
		Migrations: maternal.Migrations(),
		Build: func(_ context.Context, env daemon.Env) (daemon.Service, error) {
			registry, err := cfg.Registry.Feed(env.Dial)
			if err != nil {
				return nil, err
			}
			files, err := cfg.Options.Settings(cfg.Registry, env.Dial)
			if err != nil {
				return nil, err
			}
			return maternal.New(maternal.Deps{DB: env.DB, Now: env.Now, Registry: registry, Log: env.Log, Metrics: env.Metrics, Import: files})
		},
	}))
}
