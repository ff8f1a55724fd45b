package authz

import "context"

// Caller says by what right a call was let in.
type Caller string

// Kinds of caller.
const (
	Anonymous Caller = "anonymous" // an open method, or not let in
	Token     Caller = "token"     // showed the bearer token
)

type callerKey struct{}

// WithCaller returns a context for a call made by c.
func WithCaller(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// CallerOf returns who makes the call; Anonymous when nobody was identified.
func CallerOf(ctx context.Context) Caller {
	if c, ok := ctx.Value(callerKey{}).(Caller); ok {
		return c
	}
	return Anonymous
}
