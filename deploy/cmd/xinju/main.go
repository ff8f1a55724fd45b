// Command xinju is the command that people type: it runs the suite and asks a
// running one. Here its parts are put together; it decides nothing.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"

	"xinju.dev/deploy/cmd/xinju/internal/cli"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/programs"
)

func main() { os.Exit(int(run())) }

func run() outcome.Code {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The first signal asks to stop in order; a second one ends the process.
	context.AfterFunc(ctx, stop)
	return cli.Run(ctx, os.Args[1:], cli.Streams{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Env: os.Environ(),
		OutIsTerminal: term.IsTerminal(int(os.Stdout.Fd())),
		ErrIsTerminal: term.IsTerminal(int(os.Stderr.Fd())),
	}, programs.All())
}
