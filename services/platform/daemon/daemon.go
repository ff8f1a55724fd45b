// Package daemon is what the main of every service shares: settings, logger,
// database, migrations, one gRPC server, the debug pages, and an orderly stop.
// It must not know any service; a service comes in as a Spec.
package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"xinju.dev/services/platform/config"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/obs"
	"xinju.dev/services/platform/sqlstore"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"google.golang.org/grpc"
)

// Exit codes of every service's program.
const (
	ExitOK     = 0 // did what was asked, or was stopped in order
	ExitFailed = 1 // could not start, or a part of it failed
	ExitUsage  = 2 // wrong command, flag or setting
)

// Service is what a service's facade offers. One that also has
// Run(ctx, ready func()) error does background work; see lifecycle.Part.
type Service interface {
	Register(grpc.ServiceRegistrar)
}

// Env is what a service is built from.
type Env struct {
	DB      *sqlstore.DB
	Now     func() time.Time
	Log     *zap.Logger
	Metrics *prometheus.Registry
	// Dial opens a connection to another service that is closed when this one
	// has stopped.
	Dial func(target, token string) (*grpc.ClientConn, error)
}

// Spec is one service.
type Spec struct {
	Name       string        // "registry"
	Listen     string        // default address of its gRPC server
	Settings   Settings      // where its settings go, a struct that embeds Base; nil means only those
	Migrations []migrate.Set // of its database
	Store      sqlstore.Options
	Build      func(ctx context.Context, env Env) (Service, error)
}

// Main runs the program that the command line asks for and returns its exit
// code. The first interrupt stops it in order, the second at once.
func Main(spec Spec) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // from now on signals end the process
	return Run(ctx, spec, os.Args[1:], os.Environ(), os.Stdout, os.Stderr)
}

// Run is Main with everything that it takes from the process; the end of ctx
// stops it.
func Run(ctx context.Context, spec Spec, args, env []string, out, errs io.Writer) int {
	command, src, err := config.Args(args)
	if err == nil {
		err = dispatch(ctx, spec, command, src, env, out, errs)
	}
	if err == nil {
		return ExitOK
	}
	explain(errs, spec, err)
	if isUsage(err) {
		return ExitUsage
	}
	return ExitFailed
}

func dispatch(ctx context.Context, spec Spec, command string, src config.Source, env []string, out, errs io.Writer) error {
	switch command {
	case "version":
		b := obs.Build()
		_, err := fmt.Fprintf(out, "%sd %s (%s, %s)\n", spec.Name, b.Version, b.Revision, b.Go)
		return err
	case "help":
		return help(spec, out)
	case "serve", "migrate", "config":
	default:
		return fmt.Errorf("%w: %q", errCommand, command)
	}
	src.Env = env
	src.Defaults = map[string]string{"listen": spec.Listen}
	settings := spec.Settings
	if settings == nil {
		settings = &Base{}
	}
	loaded, err := config.Load(settings, src)
	if err != nil {
		return err
	}
	if command == "config" {
		return loaded.Print(out)
	}
	p := process{spec: spec, cfg: settings.base(), out: out, errs: zapcore.Lock(zapcore.AddSync(errs))}
	if command == "migrate" {
		return p.migrate(ctx)
	}
	return p.serve(ctx)
}

// explain tells a person what went wrong, Chinese first. Causes shown here are
// our own: settings, addresses, files; the store's errors quote no driver.
func explain(w io.Writer, spec Spec, err error) {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		fmt.Fprintf(w, "%sd: %s\n", spec.Name, f.Chinese)
	}
	fmt.Fprintf(w, "%sd: %v\n", spec.Name, err)
}

func isUsage(err error) bool {
	for _, usage := range []error{errCommand, config.ErrArgs, config.ErrUnknownKey, config.ErrValue, config.ErrFile, errNoDSN} {
		if errors.Is(err, usage) {
			return true
		}
	}
	return false
}
