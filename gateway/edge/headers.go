package edge

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// onlyNamed lists the headers that reach a service, under the name it knows. The
// gateway library passes authorization on by itself; naming it here would double it.
func onlyNamed(header string) (string, bool) {
	switch header {
	case "X-Request-Id":
		return "x-request-id", true
	case "Accept-Language":
		return "accept-language", true
	}
	return "", false
}

// oneAuthorization refuses two authorization headers: which of them counts must
// not depend on who reads it.
func oneAuthorization(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.Header.Values("Authorization")) > 1 {
			writeFault(w, r, errDoubled)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// allowOrigins answers browsers of the origins allowed; others see no CORS header
// and so cannot read the answer.
func allowOrigins(origins []string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		w.Header().Add("Vary", "Origin")
		allowed := origin != "" && slices.Contains(origins, origin)
		if allowed {
			w.Header().Set("Access-Control-Allow-Origin", origin)
		}
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			if allowed {
				w.Header().Set("Access-Control-Allow-Methods", "GET, POST, PATCH, DELETE")
				w.Header().Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key, If-Match, X-Request-Id, Accept-Language")
				w.Header().Set("Access-Control-Max-Age", "600")
			}
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// safeHeaders keeps answers out of caches and foreign frames: they are records.
func safeHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		next.ServeHTTP(w, r)
	})
}

// bounded limits body and time of a call; streams end when their caller leaves.
func bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c := r.Header.Get("Content-Encoding"); c != "" && c != "identity" {
			writeFault(w, r, errContentCoding)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, MaxBody)
		if !strings.HasSuffix(r.URL.Path, ":watch") {
			ctx, cancel := context.WithTimeout(r.Context(), callTimeout)
			defer cancel()
			r = r.WithContext(ctx)
		}
		next.ServeHTTP(w, r)
	})
}

type headerFields struct{ requestID, etag string }

type headerKey struct{}

// fromHeaders reads what HTTP says in headers and the messages say in fields:
// Idempotency-Key is request_id, If-Match is etag.
func fromHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f := headerFields{
			requestID: strings.Trim(r.Header.Get("Idempotency-Key"), `"`),
			etag:      strings.Trim(strings.TrimPrefix(r.Header.Get("If-Match"), "W/"), `"`),
		}
		if f != (headerFields{}) {
			r = r.WithContext(context.WithValue(r.Context(), headerKey{}, f))
		}
		next.ServeHTTP(w, r)
	})
}

// filling puts the header fields into requests that left them empty.
type filling struct{ grpc.ClientConnInterface }

// Invoke implements grpc.ClientConnInterface.
func (c filling) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	if f, ok := ctx.Value(headerKey{}).(headerFields); ok {
		if m, ok := args.(proto.Message); ok {
			fill(m.ProtoReflect(), "request_id", f.requestID, 1)
			fill(m.ProtoReflect(), "etag", f.etag, 2)
		}
	}
	return c.ClientConnInterface.Invoke(ctx, method, args, reply, opts...)
}

// fill sets an empty string field of m, or of a message directly in it (an
// update carries the etag inside its resource).
func fill(m protoreflect.Message, name protoreflect.Name, value string, depth int) {
	if value == "" || depth == 0 {
		return
	}
	if f := m.Descriptor().Fields().ByName(name); f != nil && f.Kind() == protoreflect.StringKind {
		if m.Get(f).String() == "" {
			m.Set(f, protoreflect.ValueOfString(value))
		}
		return
	}
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if f.Message() != nil && !f.IsList() && !f.IsMap() {
			fill(v.Message(), name, value, depth-1)
		}
		return true
	})
}
