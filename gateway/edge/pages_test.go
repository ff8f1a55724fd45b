package edge_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/health/grpc_health_v1"

	"xinju.dev/gateway/edge"
)

func TestHealthSaysWhoIsMissing(t *testing.T) {
	f, sick := newFake(t), newFake(t)
	sick.health.SetServingStatus("", grpc_health_v1.HealthCheckResponse_NOT_SERVING)
	if w := do(f.gateway(t), "GET", "/healthz", ""); w.Code != 200 || strings.Count(w.Body.String(), `"SERVING"`) != 6 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	away := newFake(t)
	_ = away.conn.Close()
	w := do(f.gateway(t, func(c *edge.Config) { c.Backends.Archive, c.Backends.Registry = sick.conn, away.conn }), "GET", "/healthz", "")
	if got := w.Body.String(); w.Code != 503 || !strings.Contains(got, `"archive":"NOT_SERVING"`) || !strings.Contains(got, `"registry":"UNREACHABLE"`) || strings.Count(got, `"SERVING"`) != 4 {
		t.Errorf("%d %s", w.Code, got)
	}
}

func TestBrowsersOfOtherOriginsLearnNothing(t *testing.T) {
	h := newFake(t).gateway(t)
	const ours, acao = "https://app.example.org", "Access-Control-Allow-Origin"
	w := do(h, "OPTIONS", "/v1/doses", "", "Origin", ours, "Access-Control-Request-Method", "POST")
	if w.Code != 204 || w.Header().Get(acao) != ours || !strings.Contains(w.Header().Get("Access-Control-Allow-Headers"), "Idempotency-Key") {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	for _, origin := range []string{"https://evil.example.org", "https://app.example.org.evil", "null", "http://app.example.org", "https://APP.example.org"} {
		w := do(h, "OPTIONS", "/v1/doses", "", "Origin", origin, "Access-Control-Request-Method", "POST")
		simple := do(h, "GET", "/v1/doses", "", "Origin", origin)
		if w.Header().Get(acao)+simple.Header().Get(acao) != "" || w.Header().Get("Access-Control-Allow-Methods") != "" {
			t.Errorf("%s is let in: %v", origin, w.Header())
		}
	}
	w = do(h, "GET", "/v1/doses", "", "Origin", ours)
	if w.Header().Get(acao) != ours || w.Header().Get("Access-Control-Allow-Credentials") != "" || !slices.Contains(w.Header().Values("Vary"), "Origin") {
		t.Errorf("%v", w.Header())
	}
}

func TestEveryAnswerHasSafeHeaders(t *testing.T) {
	h := newFake(t).gateway(t)
	for _, target := range []string{"/v1/doses", "/none", "/v1/feed-batches/a:rejects", "/openapi.json", "/docs", "/healthz", "/v1//x"} {
		head := do(h, "GET", target, "").Header()
		for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"} {
			if head.Get(name) != want {
				t.Errorf("%s: %s is %q", target, name, head.Get(name))
			}
		}
		if policy := head.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("%s: policy %q", target, policy)
		}
	}
}

func TestThePageIsServedByUsAlone(t *testing.T) {
	h := newFake(t).gateway(t)
	for target, kind := range map[string]string{
		"/docs": "text/html; charset=utf-8", "/docs/reader.js": "text/javascript; charset=utf-8", "/docs/reader.css": "text/css; charset=utf-8",
		"/openapi.json": "application/json; charset=utf-8",
	} {
		w := do(h, "GET", target, "")
		if w.Code != 200 || w.Header().Get("Content-Type") != kind {
			t.Errorf("%s: %d %s", target, w.Code, w.Header().Get("Content-Type"))
		}
		if head := do(h, "HEAD", target, ""); head.Code != 200 || head.Header().Get("Content-Type") != kind {
			t.Errorf("HEAD of %s: %d", target, head.Code)
		}
		if elsewhere := regexp.MustCompile(`(?i)(https?:)?//[a-z0-9-]+\.[a-z]+|innerHTML|style=|onclick=`).FindString(w.Body.String()); elsewhere != "" {
			t.Errorf("%s refers to %q", target, elsewhere)
		}
	}
	if w := do(h, "GET", "/", ""); w.Code != 302 || w.Header().Get("Location") != "/docs" {
		t.Errorf("/: %d %v", w.Code, w.Header())
	}
}
