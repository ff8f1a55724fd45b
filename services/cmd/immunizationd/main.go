// Command immunizationd serves the immunization service: doses, certificates and the
// forecast of the national schedule.
package main

import (
	"context"
	"os"

	"xinju.dev/services/immunization"
	"xinju.dev/services/platform/daemon"
)

func main() {
	os.Exit(daemon.Main(daemon.Spec{
		Name: "immunization", Listen: "127.0.0.1:9103",
		Migrations: immunization.Migrations(),
		Build: func(_ context.Context, env daemon.Env) (daemon.Service, error) {
			return immunization.New(immunization.Deps{DB: env.DB, Now: env.Now})
		},
	}))
}
