// Package crash turns a panic into an error that is safe to log: it keeps the
// type of the value and the stack, never the value itself, which may quote a
// person's data. It must not decide what happens next.
package crash

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
)

// Error is a panic that was caught.
type Error struct {
	Stack []byte // where it happened; frames and addresses only
	what  string
}

// Guard runs f and returns its error, or an *Error when f panics. A
// runtime.Goexit inside f (as testing.T.FailNow does) passes through unchanged.
func Guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &Error{Stack: debug.Stack(), what: describe(v)}
		}
	}()
	return f()
}

func (e *Error) Error() string { return "panic: " + e.what }

// SafeText says what may be logged: the type of the panic's value, and the text
// only of the runtime's own errors (index out of range, nil map, …), which hold
// no data but numbers of our own.
func (e *Error) SafeText() string { return e.Error() }

func describe(v any) string {
	err, ok := v.(error)
	if !ok {
		return fmt.Sprintf("a value of type %T", v)
	}
	if r, isRuntime := errors.AsType[runtime.Error](err); isRuntime {
		return r.Error()
	}
	return fmt.Sprintf("an error of type %T", v)
}
