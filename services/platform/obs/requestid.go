package obs

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"regexp"
)

// RequestIDHeader is the metadata key that carries a request's id between
// services. It joins log lines and has nothing to do with the request_id field
// of create methods, which makes a retry harmless.
const RequestIDHeader = "x-request-id"

// Only forms in which ids are made (ULID, UUID, 32 hex digits): a free text could
// be used to write a person's number into our logs.
var requestID = regexp.MustCompile(`^(?:[0-9A-HJKMNP-TV-Z]{26}|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$`)

type requestIDKey struct{}

// WithRequestID returns a context that carries id.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, id)
}

// RequestID returns the id of the request that ctx serves, or "".
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// AcceptRequestID returns the id in a header's values when there is exactly one
// and it has the form of an id, else a new one.
func AcceptRequestID(values []string) string {
	if len(values) == 1 && requestID.MatchString(values[0]) {
		return values[0]
	}
	return NewRequestID()
}

// NewRequestID returns 128 random bits as 32 hex digits.
func NewRequestID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
