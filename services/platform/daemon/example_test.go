package daemon_test

import (
	"context"
	"os"

	"xinju.dev/services/platform/daemon"
)

// The main of a service that follows another one: its own settings beside those
// that all services have (feeds.registry is XINJU_FEEDS_REGISTRY in the environment).
func ExampleMain() {
	var cfg struct {
		daemon.Base
		Feeds struct {
			Registry string `key:"registry" default:"127.0.0.1:7001" help:"address of the registry"`
			Token    string `key:"token" secret:"true" help:"bearer token of the other services"`
		} `key:"feeds"`
	}
	os.Exit(daemon.Main(daemon.Spec{
		Name: "echo", Listen: "127.0.0.1:7009", Settings: &cfg,
		Build: func(_ context.Context, env daemon.Env) (daemon.Service, error) {
			if _, err := env.Dial(cfg.Feeds.Registry, cfg.Feeds.Token); err != nil {
				return nil, err
			}
			return &echo{background: untilStopped}, nil
		},
	}))
}
