package crash_test

import (
	"errors"
	"strings"
	"testing"

	"xinju.dev/services/platform/crash"
)

func TestAPanicKeepsItsTypeAndPlaceAndLosesItsValue(t *testing.T) {
	var none map[string]int
	cases := map[string]struct {
		f    func() error
		want string
	}{
		"a string":                {func() error { panic("CANARY") }, "panic: a value of type string"},
		"an error":                {func() error { panic(errors.New("CANARY")) }, "panic: an error of type *errors.errorString"},
		"an error of the runtime": {func() error { none["CANARY"] = 1; return nil }, "panic: assignment to entry in nil map"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			err := crash.Guard(c.f)
			p, ok := errors.AsType[*crash.Error](err)
			if !ok || p.SafeText() != c.want {
				t.Fatalf("got %v, want %s", err, c.want)
			}
			if s := string(p.Stack); !strings.Contains(s, "crash_test.go") || strings.Contains(s, "CANARY") {
				t.Errorf("stack:\n%s", s)
			}
		})
	}
}

func TestWithoutAPanicTheErrorPassesThrough(t *testing.T) {
	boom := errors.New("boom")
	if err := crash.Guard(func() error { return boom }); err != boom { //nolint:errorlint // the very same
		t.Error(err)
	}
	if err := crash.Guard(func() error { return nil }); err != nil {
		t.Error(err)
	}
}
