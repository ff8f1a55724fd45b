// Package edge turns REST calls into gRPC calls. It holds no data and no rules:
// what a caller may do and what is wrong with a request is decided behind it.
package edge

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health/grpc_health_v1"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	archivev1 "xinju.dev/api/gen/xinju/archive/v1"
	familyplanningv1 "xinju.dev/api/gen/xinju/familyplanning/v1"
	immunizationv1 "xinju.dev/api/gen/xinju/immunization/v1"
	maternalv1 "xinju.dev/api/gen/xinju/maternal/v1"
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/services/platform/lifecycle"
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
}

const (
	// MaxBody bounds a JSON body: 500 records with room to spare.
	MaxBody = 8 << 20
	// callTimeout bounds a call that is not a stream.
	callTimeout = 30 * time.Second
)

// New returns the REST surface of the suite.
func New(ctx context.Context, c Config) (http.Handler, error) {
	api, err := newMux(ctx, c.Backends)
	if err != nil {
		return nil, err
	}
	feed := feedFiles{client: registryv1.NewFeedIntakeServiceClient(c.Backends.Registry)}

	calls := bounded(plainDates(fromHeaders(api)))

	root := http.NewServeMux()
	root.Handle("/v1/", calls)
	root.HandleFunc("POST /v1/feed-batches:upload", feed.upload)
	root.HandleFunc("GET /v1/feed-batches/{batch}", func(w http.ResponseWriter, r *http.Request) {
		if id, ok := rejectsOf(r.PathValue("batch")); ok {
			feed.rejects(w, r, id)
			return
		}
		calls.ServeHTTP(w, r)
	})
	root.HandleFunc("GET /healthz", healthz(c.Backends.all()))
	root.HandleFunc("GET /openapi.json", static("application/json; charset=utf-8", c.OpenAPI))
	registerReader(root)
	root.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" && r.Method == http.MethodGet {
			http.Redirect(w, r, "/docs", http.StatusFound)
			return
		}
		writeFault(w, r, errNoRoute)
	})
	return safeHeaders(allowOrigins(c.Origins, oneAuthorization(root))), nil
}

// newMux forwards through real clients, so that interceptors run in every
// topology; Register…HandlerServer would skip them and must never be used.
func newMux(ctx context.Context, b Backends) (*runtime.ServeMux, error) {
	mux := runtime.NewServeMux(
		runtime.WithMarshalerOption(runtime.MIMEWildcard, jsonLines{newJSON()}),
		runtime.WithMarshalerOption("text/event-stream", events{newJSON()}),
		runtime.WithIncomingHeaderMatcher(onlyNamed),
		runtime.WithOutgoingHeaderMatcher(func(string) (string, bool) { return "", false }),
		runtime.WithOutgoingTrailerMatcher(func(string) (string, bool) { return "", false }),
		runtime.WithErrorHandler(handleError),
		runtime.WithStreamErrorHandler(handleStreamError),
		runtime.WithRoutingErrorHandler(handleRoutingError),
		runtime.WithDisablePathLengthFallback(),
		runtime.WithDisableHTTPMethodOverride(),
	)
	registered := []error{
		registryv1.RegisterRegistryServiceHandlerClient(ctx, mux, registryv1.NewRegistryServiceClient(filling{b.Registry})),
		registryv1.RegisterPlaceServiceHandlerClient(ctx, mux, registryv1.NewPlaceServiceClient(filling{b.Registry})),
		registryv1.RegisterFeedIntakeServiceHandlerClient(ctx, mux, registryv1.NewFeedIntakeServiceClient(filling{b.Registry})),
		archivev1.RegisterArchiveServiceHandlerClient(ctx, mux, archivev1.NewArchiveServiceClient(filling{b.Archive})),
		immunizationv1.RegisterImmunizationServiceHandlerClient(ctx, mux, immunizationv1.NewImmunizationServiceClient(filling{b.Immunization})),
		maternalv1.RegisterMaternalServiceHandlerClient(ctx, mux, maternalv1.NewMaternalServiceClient(filling{b.Maternal})),
		familyplanningv1.RegisterFamilyPlanningServiceHandlerClient(ctx, mux, familyplanningv1.NewFamilyPlanningServiceClient(filling{b.FamilyPlanning})),
		aggregatorv1.RegisterAggregatorServiceHandlerClient(ctx, mux, aggregatorv1.NewAggregatorServiceClient(filling{b.Aggregator})),
	}
	for _, err := range registered {
		if err != nil {
			return nil, fmt.Errorf("register REST routes: %w", err)
		}
	}
	return mux, nil
}

func (b Backends) all() map[string]grpc_health_v1.HealthClient {
	return map[string]grpc_health_v1.HealthClient{
		"registry":       grpc_health_v1.NewHealthClient(b.Registry),
		"archive":        grpc_health_v1.NewHealthClient(b.Archive),
		"immunization":   grpc_health_v1.NewHealthClient(b.Immunization),
		"maternal":       grpc_health_v1.NewHealthClient(b.Maternal),
		"familyplanning": grpc_health_v1.NewHealthClient(b.FamilyPlanning),
		"aggregator":     grpc_health_v1.NewHealthClient(b.Aggregator),
	}
}

// NewServer returns an HTTP server whose limits fit h. Writing has no limit: a
// stream lasts as long as its reader wants it.
func NewServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
	}
}

// Part serves srv on lis as a part of a process; lis is closed in the end. Calls
// that run when it is told to stop get grace to finish.
func Part(srv *http.Server, lis net.Listener, grace time.Duration) lifecycle.Part {
	return lifecycle.Part{Name: "gateway", Run: func(ctx context.Context, ready func()) error {
		served := make(chan error, 1)
		go func() { served <- srv.Serve(lis) }()
		ready()
		select {
		case err := <-served:
			return err
		case <-ctx.Done():
		}
		stopping, cancel := context.WithTimeout(context.Background(), grace)
		defer cancel()
		if err := srv.Shutdown(stopping); err != nil {
			return errors.Join(fmt.Errorf("stop gateway: %w", err), srv.Close())
		}
		return nil
	}}
}
