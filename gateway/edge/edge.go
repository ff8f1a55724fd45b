// Package edge turns REST calls into gRPC calls. It holds no data and no rules:
// what a caller may do and what is wrong with a request is decided behind it.
package edge

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"google.golang.org/grpc"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
)

// Backends are the connections that the gateway forwards to. They carry no token
// of their own: the caller's goes through.
type Backends struct {
	Registry, Archive, Immunization, Maternal, FamilyPlanning, Aggregator grpc.ClientConnInterface
}

// Config is what the REST surface needs.
type Config struct {
	Backends Backends
	// Origins that may call from a browser, for example https://app.example.org;
	// none means only pages of the gateway itself.
	Origins []string
	// OpenAPI is the description served at /openapi.json.
	OpenAPI []byte
	// Limit is how many calls may run at once; 0 means DefaultLimit. More get 503.
	Limit int
	// Log gets one line a request; nil writes none.
	Log *zap.Logger
	// Metrics gets counts and times by route; nil keeps none.
	Metrics prometheus.Registerer
}

// DefaultLimit is how many calls run at once unless Config says otherwise. Half
// of them may be files and streams, which stay long.
const DefaultLimit = 512

var (
	errBackend = errors.New("a backend is missing")
	errOrigin  = errors.New("an origin reads scheme://host or scheme://host:port")
)

// New returns the REST surface of the suite. It fails when a backend is missing
// or an origin is not one.
func New(ctx context.Context, c Config) (http.Handler, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	seen, err := newWitness(c.Log, c.Metrics)
	if err != nil {
		return nil, err
	}
	api, err := newMux(ctx, c.Backends)
	if err != nil {
		return nil, err
	}
	limit := newLimiter(c.Limit)
	feed := feedFiles{client: registryv1.NewFeedIntakeServiceClient(forward{c.Backends.Registry, true})}

	root := http.NewServeMux()
	root.Handle("/v1/", limit.calls(api))
	root.Handle("/v1/feed-batches:upload", limit.long(only(http.MethodPost, feed.upload)))
	root.Handle("/v1/feed-batches:preview", limit.long(only(http.MethodPost, feed.preview)))
	root.HandleFunc("/v1/feed-batches/{batch}", func(w http.ResponseWriter, r *http.Request) {
		if id, ok := rejectsOf(r.PathValue("batch")); ok {
			limit.long(only(http.MethodGet, func(w http.ResponseWriter, r *http.Request) { feed.rejects(w, r, id) })).ServeHTTP(w, r)
			return
		}
		limit.calls(api).ServeHTTP(w, r)
	})
	records := recordFiles{recordServices(c.Backends)}
	for _, pattern := range []string{"/v1/record-imports/{kind}", "/v1/record-imports/{kind}/{batch}"} {
		root.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if method, file := records.route(r); file != nil {
				limit.long(only(method, file)).ServeHTTP(w, r)
				return
			}
			limit.calls(api).ServeHTTP(w, r)
		})
	}
	reports := reportFiles{aggregatorv1.NewReportServiceClient(forward{c.Backends.Aggregator, true})}
	root.HandleFunc("/v1/reports/{report}", func(w http.ResponseWriter, r *http.Request) {
		if file := reports.route(r.PathValue("report")); file != nil {
			limit.long(only(http.MethodGet, file)).ServeHTTP(w, r)
			return
		}
		limit.calls(api).ServeHTTP(w, r)
	})
	pages(root, c)

	h := oneAuthorization(http.Handler(root))
	h = cleanPaths(h)
	h = allowOrigins(c.Origins, h)
	h = safeHeaders(h)
	return seen.watch(h), nil
}

func (c Config) check() error {
	b := c.Backends
	for _, conn := range []grpc.ClientConnInterface{b.Registry, b.Archive, b.Immunization, b.Maternal, b.FamilyPlanning, b.Aggregator} {
		if conn == nil {
			return errBackend
		}
	}
	for _, o := range c.Origins {
		u, err := url.Parse(o)
		if err != nil || u.Scheme+"://"+u.Host != o || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return errOrigin
		}
	}
	return nil
}

// only refuses other methods than the one given. The router would answer HEAD
// like GET and send a file nobody reads.
func only(method string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != method {
			w.Header().Set("Allow", method)
			writeFault(w, errMethod)
			return
		}
		next(w, r)
	}
}
