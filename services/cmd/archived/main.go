// Command archived serves the archive service: health archives, health education
// and infectious cases.
package main

import (
	"context"
	"os"

	"xinju.dev/services/archive"
	"xinju.dev/services/platform/daemon"
	"xinju.dev/services/platform/recordintake"
	"xinju.dev/services/platform/residentlink"
)

// settings are those of every service, where the registry is, how contacts are
// sealed and what files of records need.
type settings struct {
	daemon.Base
	Registry residentlink.Settings `key:"registry"`
	recordintake.Options
}

func main() {
	var cfg settings
	os.Exit(daemon.Main(daemon.Spec{
		Name: "archive", Listen: "127.0.0.1:9102", Settings: &cfg,
		Migrations: archive.Migrations(),
		Build: func(_ context.Context, env daemon.Env) (daemon.Service, error) {
			files, err := cfg.Options.Settings(cfg.Registry, env.Dial)
			if err != nil {
				return nil, err
			}
			registry, err := cfg.Registry.Feed(env.Dial)
			if err != nil {
				return nil, err
			}
			return archive.New(archive.Deps{DB: env.DB, Now: env.Now, Sealer: files.Sealer, Registry: registry, Log: env.Log, Metrics: env.Metrics, Import: files})
		},
	}))
}
