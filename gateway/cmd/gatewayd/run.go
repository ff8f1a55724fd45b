package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"go.uber.org/zap/zapcore"

	"xinju.dev/services/platform/config"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/obs"
)

// Exit codes, those of every program of the suite.
const (
	exitOK     = 0 // did what was asked, or was stopped in order
	exitFailed = 1 // could not start, or a part of it failed
	exitUsage  = 2 // wrong command, flag or setting
)

// run is main with everything that it takes from the process; the end of ctx
// stops it.
func run(ctx context.Context, args, env []string, out, errs io.Writer) int {
	command, src, err := config.Args(args)
	if err == nil {
		err = dispatch(ctx, command, src, env, out, errs)
	}
	if err == nil {
		return exitOK
	}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		fmt.Fprintf(errs, "gatewayd: %s\n", f.Chinese)
	}
	fmt.Fprintf(errs, "gatewayd: %v\n", err)
	for _, usage := range []error{errCommand, config.ErrArgs, config.ErrUnknownKey, config.ErrValue, config.ErrFile} {
		if errors.Is(err, usage) {
			return exitUsage
		}
	}
	return exitFailed
}

func dispatch(ctx context.Context, command string, src config.Source, env []string, out, errs io.Writer) error {
	switch command {
	case "version":
		b := obs.Build()
		_, err := fmt.Fprintf(out, "gatewayd %s (%s, %s)\n", b.Version, b.Revision, b.Go)
		return err
	case "help":
		return help(out)
	case "serve", "config":
	default:
		return fmt.Errorf("%w: %q", errCommand, command)
	}
	src.Env = env
	var cfg settings
	loaded, err := config.Load(&cfg, src)
	if err != nil {
		return err
	}
	if command == "config" {
		return loaded.Print(out)
	}
	p := process{cfg: cfg, out: out, errs: zapcore.Lock(zapcore.AddSync(errs))}
	return p.serve(ctx)
}
