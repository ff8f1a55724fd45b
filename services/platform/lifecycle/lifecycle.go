// Package lifecycle starts the parts of a process in order and stops them in
// reverse. The all-in-one process and each single service use the same Run. It
// must not know what a part does, and reads no signals: the caller's context
// ends when the process should.
package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"xinju.dev/services/platform/crash"
)

// Part is one thing with a life: a listener, a poller, a feed importer.
type Part struct {
	Name string
	// Run blocks until ctx ends or the part fails. It calls ready when parts
	// listed after it may rely on it; calling it again is harmless. The context
	// is the part's own: it ends when it is this part's turn to stop.
	Run func(ctx context.Context, ready func()) error
}

// Event is a step in a part's life, for the log.
type Event string

// Steps in the order in which they happen.
const (
	Starting Event = "starting"
	Ready    Event = "ready"
	Stopping Event = "stopping"
	Stopped  Event = "stopped"
	Late     Event = "still running after its grace"
)

// Why a part's error means the end of all of them.
var (
	errByItself = errors.New("stopped by itself")
	errLate     = errors.New("still running after its grace")
)

// Group runs parts together.
type Group struct {
	Grace  time.Duration              // how long each part may take to stop
	Notify func(part string, e Event) // optional; called from one goroutine
	parts  []*running
	ended  chan *running // parts that have ended, in the order in which they did; room for all
}

// Run starts parts one after another, each when the one before it is ready, and
// returns when all have stopped. The first failure or the end of ctx stops them
// in reverse order, each with its grace; a part that ends without being asked
// has failed, and a panic is a failure. The error is the first failure, with what
// went wrong while stopping joined behind it; nil when ctx ended and all obeyed.
func (g *Group) Run(ctx context.Context, parts ...Part) error {
	g.parts, g.ended = nil, make(chan *running, len(parts))
	first := g.startAll(ctx, parts)
	if first == nil {
		select {
		case <-ctx.Done():
		case first = <-g.ended:
		}
	}
	var errs []error
	if first != nil {
		errs = append(errs, first.err)
	}
	for i := len(g.parts) - 1; i >= 0; i-- {
		if r := g.parts[i]; r != first {
			errs = append(errs, g.stop(r))
		}
	}
	return errors.Join(errs...)
}

// startAll returns the part that ended too early, or nil when every part is ready
// or ctx has ended.
func (g *Group) startAll(ctx context.Context, parts []Part) *running {
	for _, p := range parts {
		if ctx.Err() != nil {
			return nil
		}
		g.tell(p.Name, Starting)
		r := start(p, g.ended)
		g.parts = append(g.parts, r)
		select {
		case <-r.ready:
			g.tell(p.Name, Ready)
		case early := <-g.ended:
			return early
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

func (g *Group) stop(r *running) error {
	select {
	case <-r.done: // it failed too
		return r.err
	default:
	}
	g.tell(r.name, Stopping)
	r.cancel()
	timer := time.NewTimer(g.Grace)
	defer timer.Stop()
	select {
	case <-r.done:
		g.tell(r.name, Stopped)
		return r.err
	case <-timer.C:
		g.tell(r.name, Late)
		return fmt.Errorf("%s: %w (%v)", r.name, errLate, g.Grace)
	}
}

func (g *Group) tell(part string, e Event) {
	if g.Notify != nil {
		g.Notify(part, e)
	}
}

type running struct {
	name        string
	ready, done chan struct{}
	cancel      context.CancelFunc
	err         error // why it failed, nil when it obeyed; read after done
}

func start(p Part, ended chan<- *running) *running {
	// Not derived from the caller's context: the order of stopping is ours.
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{name: p.Name, ready: make(chan struct{}), done: make(chan struct{}), cancel: cancel}
	ready := sync.OnceFunc(func() { close(r.ready) })
	go func() {
		defer cancel()
		err := crash.Guard(func() error { return p.Run(ctx, ready) })
		asked := ctx.Err() != nil
		switch {
		case asked && (err == nil || errors.Is(err, context.Canceled)):
			// it did as it was told
		case err == nil:
			r.err = fmt.Errorf("%s: %w", p.Name, errByItself)
		default:
			r.err = fmt.Errorf("%s: %w", p.Name, err)
		}
		close(r.done)
		ended <- r
	}()
	return r
}
