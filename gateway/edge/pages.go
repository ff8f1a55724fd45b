package edge

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"google.golang.org/grpc/health/grpc_health_v1"

	"xinju.dev/gateway/reader"
)

// pages registers what is not the API: health, its description, and the page
// that shows it. Everything else is no address.
func pages(root *http.ServeMux, c Config) {
	add := func(path, contentType, policy string, body []byte) {
		root.HandleFunc(path, read(func(w http.ResponseWriter, r *http.Request) {
			noteRoute(r.Context(), path)
			if policy != "" {
				w.Header().Set("Content-Security-Policy", policy)
			}
			w.Header().Set("Content-Type", contentType)
			_, _ = w.Write(body)
		}))
	}
	// The page loads nothing from anywhere else and sends nothing anywhere.
	const own = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
	add("/openapi.json", "application/json; charset=utf-8", "", c.OpenAPI)
	add("/docs", "text/html; charset=utf-8", own, reader.Page)
	add("/docs/reader.js", "text/javascript; charset=utf-8", own, reader.Script)
	add("/docs/reader.css", "text/css; charset=utf-8", own, reader.Style)
	root.HandleFunc("/healthz", read(newHealth(c.Backends).serve))
	root.HandleFunc("/v1", func(w http.ResponseWriter, _ *http.Request) { writeFault(w, errNoRoute) })
	root.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			http.Redirect(w, r, "/docs", http.StatusFound)
			return
		}
		writeFault(w, errNoRoute)
	})
}

// read lets HEAD ask what GET answers; the server leaves the body out.
func read(next http.HandlerFunc) http.HandlerFunc {
	get := only(http.MethodGet, next)
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			next(w, r)
			return
		}
		get(w, r)
	}
}

// health asks all services how they are, and no more than once a second: the
// question needs no token.
type health struct {
	services map[string]grpc_health_v1.HealthClient
	mu       sync.Mutex
	asked    time.Time
	states   map[string]string
}

func newHealth(b Backends) *health {
	return &health{services: map[string]grpc_health_v1.HealthClient{
		"registry":       grpc_health_v1.NewHealthClient(b.Registry),
		"archive":        grpc_health_v1.NewHealthClient(b.Archive),
		"immunization":   grpc_health_v1.NewHealthClient(b.Immunization),
		"maternal":       grpc_health_v1.NewHealthClient(b.Maternal),
		"familyplanning": grpc_health_v1.NewHealthClient(b.FamilyPlanning),
		"aggregator":     grpc_health_v1.NewHealthClient(b.Aggregator),
	}}
}

// serve answers 200 when every service serves, 503 otherwise, with one word a service.
func (h *health) serve(w http.ResponseWriter, r *http.Request) {
	noteRoute(r.Context(), "/healthz")
	states := h.now()
	code := http.StatusOK
	for _, s := range states {
		if s != grpc_health_v1.HealthCheckResponse_SERVING.String() {
			code = http.StatusServiceUnavailable
		}
	}
	if stop := stopping(r.Context()); stop != nil && stop.Err() != nil {
		code = http.StatusServiceUnavailable
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]any{"services": states})
}

// now returns the states, at most a second old. It asks for nobody in particular:
// a caller that leaves must not fail the others' answer.
func (h *health) now() map[string]string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.states != nil && time.Since(h.asked) < time.Second {
		return h.states
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	states := make(map[string]string, len(h.services))
	var mu sync.Mutex
	var all sync.WaitGroup
	for name, client := range h.services {
		all.Go(func() {
			state := "UNREACHABLE"
			if resp, err := client.Check(ctx, &grpc_health_v1.HealthCheckRequest{}); err == nil {
				state = resp.GetStatus().String()
			}
			mu.Lock()
			defer mu.Unlock()
			states[name] = state
		})
	}
	all.Wait()
	h.states, h.asked = states, time.Now()
	return states
}
