// Command gatewayd is the REST gateway as a process of its own, for deployments
// in which every service has one. It has no database and no token: what a caller
// shows goes through to the services.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(untilSignal()) }

// untilSignal runs until the first interrupt, which stops in order; the second
// ends the process.
func untilSignal() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	return run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr)
}
