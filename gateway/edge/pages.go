package edge

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"google.golang.org/grpc/health/grpc_health_v1"

	"xinju.dev/gateway/reader"
)

// healthz answers 200 when every service serves, 503 otherwise, with one word a service.
func healthz(services map[string]grpc_health_v1.HealthClient) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		states := make(map[string]string, len(services))
		code := http.StatusOK
		for name, client := range services {
			resp, err := client.Check(ctx, &grpc_health_v1.HealthCheckRequest{})
			switch {
			case err != nil:
				states[name] = "UNREACHABLE"
			default:
				states[name] = resp.GetStatus().String()
			}
			if states[name] != grpc_health_v1.HealthCheckResponse_SERVING.String() {
				code = http.StatusServiceUnavailable
			}
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(map[string]any{"services": states})
	}
}

func static(contentType string, body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write(body)
	}
}

// registerReader serves the page that shows /openapi.json to people. It loads
// nothing from anywhere else.
func registerReader(mux *http.ServeMux) {
	page := func(contentType string, body []byte) http.HandlerFunc {
		show := static(contentType, body)
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
			show(w, r)
		}
	}
	mux.HandleFunc("GET /docs", page("text/html; charset=utf-8", reader.Page))
	mux.HandleFunc("GET /docs/reader.js", page("text/javascript; charset=utf-8", reader.Script))
	mux.HandleFunc("GET /docs/reader.css", page("text/css; charset=utf-8", reader.Style))
}
