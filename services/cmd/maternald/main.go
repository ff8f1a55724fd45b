// Command maternald serves the maternal service: pregnancies, visits, deliveries and
// checks of children.
package main

import (
	"context"
	"os"

	"xinju.dev/services/maternal"
	"xinju.dev/services/platform/daemon"
)

func main() {
	os.Exit(daemon.Main(daemon.Spec{
		Name: "maternal", Listen: "127.0.0.1:9104",
		Migrations: maternal.Migrations(),
		Build: func(_ context.Context, env daemon.Env) (daemon.Service, error) {
			return maternal.New(maternal.Deps{DB: env.DB, Now: env.Now}), nil
		},
	}))
}
