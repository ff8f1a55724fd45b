// Package fault is the one error type that may cross a service boundary.
// Anything else that reaches rpcserver becomes "internal error" on the wire.
package fault

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Kind says what a caller can do about an error. rpcserver maps each Kind to one
// gRPC code; no other package chooses codes.
type Kind int

// What went wrong, from the caller's side.
const (
	Invalid      Kind = iota + 1 // fix the request
	NotFound                     // it never existed, or the caller may not see it
	Exists                       // it is already there
	Stale                        // read again, then retry
	Precondition                 // do something else first
	Unavailable                  // retry later
	Unauthorized                 // say who you are
	Forbidden                    // this caller may not do that
	Exhausted                    // too much: make it smaller or come back later
)

// Error pairs a stable reason with text that is safe to show a caller. The cause
// is for the log only, and even there it must not quote personal data.
type Error struct {
	Kind    Kind
	Reason  string // UPPER_SNAKE_CASE, unique in the suite
	Text    string // English
	Chinese string
	Meta    map[string]string
	Fields  []Field
	cause   error
}

// Field names one field of the request and what is wrong with it.
type Field struct{ Path, Reason string }

var (
	mu       sync.Mutex
	declared = map[string]*Error{}
)

// New declares a reason. Call it from package-level vars, once per reason: a
// reason declared twice is a programming error and panics while the program starts.
func New(kind Kind, reason, english, chinese string) *Error {
	mu.Lock()
	defer mu.Unlock()
	if _, twice := declared[reason]; twice {
		panic("fault: reason declared twice: " + reason)
	}
	e := &Error{Kind: kind, Reason: reason, Text: english, Chinese: chinese}
	declared[reason] = e
	return e
}

// Declared returns every reason linked into the program, sorted: the source of
// the generated reference table.
func Declared() []*Error {
	mu.Lock()
	defer mu.Unlock()
	return slices.SortedFunc(maps.Values(declared), func(a, b *Error) int { return strings.Compare(a.Reason, b.Reason) })
}

// With returns a copy carrying one more detail. Never put personal data here.
func (e *Error) With(key, value string) *Error {
	c := *e
	c.Meta = maps.Clone(e.Meta)
	if c.Meta == nil {
		c.Meta = map[string]string{}
	}
	c.Meta[key] = value
	return &c
}

// On returns a copy that names a field of the request and why it is wrong.
func (e *Error) On(path, why string) *Error {
	c := *e
	c.Fields = append(slices.Clone(e.Fields), Field{Path: path, Reason: why})
	return &c
}

// Because returns a copy that remembers why, for the log.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

func (e *Error) Error() string {
	if e.cause == nil {
		return e.Text
	}
	return e.Text + ": " + e.cause.Error()
}

func (e *Error) Unwrap() error { return e.cause }

// Is compares reasons, so that a copy made by With, On or Because still matches.
func (e *Error) Is(target error) bool {
	t, ok := errors.AsType[*Error](target)
	return ok && t.Reason == e.Reason
}
