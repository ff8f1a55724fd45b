package lifecycle_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"xinju.dev/services/platform/crash"
	"xinju.dev/services/platform/lifecycle"
)

const grace = time.Second

var errBoom = errors.New("boom")

// diary notes what happens; every note is made from the group's own goroutine.
type diary []string

func (d *diary) note(part string, e lifecycle.Event) { *d = append(*d, part+" "+string(e)) }

func (d diary) check(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(d, want) {
		t.Errorf("happened:\n%s\nwant:\n%s", strings.Join(d, "\n"), strings.Join(want, "\n"))
	}
}

func obedient(name string) lifecycle.Part {
	return lifecycle.Part{Name: name, Run: func(ctx context.Context, ready func()) error {
		<-time.After(time.Minute) // virtual: takes long to get ready
		ready()
		ready() // harmless
		<-ctx.Done()
		return ctx.Err()
	}}
}

// run runs parts in virtual time; the context ends after an hour.
func run(t *testing.T, parts ...lifecycle.Part) (err error, d diary) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		g := lifecycle.Group{Grace: grace, Notify: d.note}
		err = g.Run(ctx, parts...)
	})
	return err, d
}

func TestPartsStartInOrderWhenReadyAndStopInReverse(t *testing.T) {
	err, d := run(t, obedient("registry"), obedient("aggregator"))
	if err != nil {
		t.Errorf("err = %v", err)
	}
	d.check(t, "registry starting", "registry ready", "aggregator starting", "aggregator ready",
		"aggregator stopping", "aggregator stopped", "registry stopping", "registry stopped")
}

func TestTheFirstFailureStopsTheOthersInReverse(t *testing.T) {
	failing := lifecycle.Part{Name: "gateway", Run: func(ctx context.Context, ready func()) error {
		ready()
		<-time.After(time.Minute)
		return errBoom
	}}
	err, d := run(t, obedient("registry"), obedient("aggregator"), failing)
	if !errors.Is(err, errBoom) || err.Error() != "gateway: boom" {
		t.Errorf("err = %v", err)
	}
	d.check(t, "registry starting", "registry ready", "aggregator starting", "aggregator ready", "gateway starting", "gateway ready",
		"aggregator stopping", "aggregator stopped", "registry stopping", "registry stopped")
}

func TestAPartThatFailsBeforeItIsReadyKeepsLaterPartsFromStarting(t *testing.T) {
	failing := lifecycle.Part{Name: "store", Run: func(context.Context, func()) error { return errBoom }}
	err, d := run(t, obedient("registry"), failing, obedient("gateway"))
	if !errors.Is(err, errBoom) {
		t.Errorf("err = %v", err)
	}
	d.check(t, "registry starting", "registry ready", "store starting", "registry stopping", "registry stopped")
}

func TestAPartThatEndsWithoutBeingAskedHasFailed(t *testing.T) {
	for name, ends := range map[string]error{"with nothing": nil, "with a cancellation of its own": context.Canceled} {
		t.Run(name, func(t *testing.T) {
			err, _ := run(t, lifecycle.Part{Name: "poller", Run: func(_ context.Context, ready func()) error { ready(); return ends }})
			if err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestAPanicIsAFailureThatDoesNotQuoteItsValue(t *testing.T) {
	err, _ := run(t, lifecycle.Part{Name: "poller", Run: func(context.Context, func()) error { panic("CANARY") }})
	var p *crash.Error
	if !errors.As(err, &p) || len(p.Stack) == 0 || strings.Contains(err.Error(), "CANARY") {
		t.Errorf("err = %v", err)
	}
}

func TestAPartThatDoesNotStopIsLeftBehindAfterItsGrace(t *testing.T) {
	release := make(chan struct{})
	synctest.Test(t, func(t *testing.T) {
		release = make(chan struct{})
		deaf := lifecycle.Part{Name: "deaf", Run: func(_ context.Context, ready func()) error { ready(); <-release; return nil }}
		ctx, cancel := context.WithCancel(t.Context())
		cancelled := time.AfterFunc(time.Hour, cancel)
		defer cancelled.Stop()
		began := time.Now()
		err := (&lifecycle.Group{Grace: grace}).Run(ctx, obedient("registry"), deaf)
		if err == nil || !strings.Contains(err.Error(), "deaf: still running") {
			t.Errorf("err = %v", err)
		}
		if took := time.Since(began); took != time.Hour+grace {
			t.Errorf("stopped after %v", took)
		}
		close(release)
	})
}

func TestWhatGoesWrongWhileStoppingIsToldAfterTheFirstFailure(t *testing.T) {
	sore := lifecycle.Part{Name: "store", Run: func(ctx context.Context, ready func()) error {
		ready()
		<-ctx.Done()
		return errors.New("flush failed")
	}}
	failing := lifecycle.Part{Name: "gateway", Run: func(_ context.Context, ready func()) error { ready(); return errBoom }}
	err, _ := run(t, sore, failing)
	if err == nil || err.Error() != "gateway: boom\nstore: flush failed" {
		t.Errorf("err = %q", err)
	}
}

func TestTheEndOfTheContextStopsAPartThatIsNotReadyYet(t *testing.T) {
	slow := lifecycle.Part{Name: "slow", Run: func(ctx context.Context, _ func()) error { <-ctx.Done(); return ctx.Err() }}
	err, d := run(t, slow, obedient("never"))
	if err != nil {
		t.Errorf("err = %v", err)
	}
	d.check(t, "slow starting", "slow stopping", "slow stopped")
}
