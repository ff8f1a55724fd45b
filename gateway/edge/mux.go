package edge

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	archivev1 "xinju.dev/api/gen/xinju/archive/v1"
	familyplanningv1 "xinju.dev/api/gen/xinju/familyplanning/v1"
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	immunizationv1 "xinju.dev/api/gen/xinju/immunization/v1"
	intakev1 "xinju.dev/api/gen/xinju/intake/v1"
	maternalv1 "xinju.dev/api/gen/xinju/maternal/v1"
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
)

// newMux forwards through real clients, so that interceptors run in every
// topology; Register…HandlerServer would skip them and must never be used.
func newMux(ctx context.Context, b Backends) (*runtime.ServeMux, error) {
	none := func(string) (string, bool) { return "", false }
	guard := newGuard()
	var mux *runtime.ServeMux
	mux = runtime.NewServeMux(
		runtime.WithMarshalerOption(runtime.MIMEWildcard, jsonLines{newJSON()}),
		runtime.WithMarshalerOption(eventStream, events{newJSON()}),
		runtime.WithIncomingHeaderMatcher(none), // forward says what passes
		runtime.WithOutgoingHeaderMatcher(none),
		runtime.WithOutgoingTrailerMatcher(none),
		runtime.WithForwardResponseOption(tagged),
		runtime.WithForwardResponseOption(opened),
		runtime.WithErrorHandler(handleError),
		runtime.WithStreamErrorHandler(handleStreamError),
		runtime.WithRoutingErrorHandler(func(_ context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, r *http.Request, code int) {
			handleRoutingError(mux, w, r, code)
		}),
		runtime.WithMiddlewares(guard.middleware),
		runtime.WithDisablePathLengthFallback(),
		runtime.WithDisableHTTPMethodOverride(),
	)
	registered := []error{
		registryv1.RegisterRegistryServiceHandlerClient(ctx, mux, registryv1.NewRegistryServiceClient(forward{ClientConnInterface: b.Registry})),
		registryv1.RegisterPlaceServiceHandlerClient(ctx, mux, registryv1.NewPlaceServiceClient(forward{ClientConnInterface: b.Registry})),
		registryv1.RegisterFeedIntakeServiceHandlerClient(ctx, mux, registryv1.NewFeedIntakeServiceClient(forward{ClientConnInterface: b.Registry})),
		registryv1.RegisterReviewServiceHandlerClient(ctx, mux, registryv1.NewReviewServiceClient(forward{ClientConnInterface: b.Registry})),
		registryv1.RegisterHouseholdServiceHandlerClient(ctx, mux, registryv1.NewHouseholdServiceClient(forward{ClientConnInterface: b.Registry})),
		registryv1.RegisterVerificationServiceHandlerClient(ctx, mux, registryv1.NewVerificationServiceClient(forward{ClientConnInterface: b.Registry})),
		feedv1.RegisterSubscriptionServiceHandlerClient(ctx, mux, feedv1.NewSubscriptionServiceClient(forward{ClientConnInterface: b.Registry})),
		archivev1.RegisterArchiveServiceHandlerClient(ctx, mux, archivev1.NewArchiveServiceClient(forward{ClientConnInterface: b.Archive})),
		immunizationv1.RegisterImmunizationServiceHandlerClient(ctx, mux, immunizationv1.NewImmunizationServiceClient(forward{ClientConnInterface: b.Immunization})),
		maternalv1.RegisterMaternalServiceHandlerClient(ctx, mux, maternalv1.NewMaternalServiceClient(forward{ClientConnInterface: b.Maternal})),
		familyplanningv1.RegisterFamilyPlanningServiceHandlerClient(ctx, mux, familyplanningv1.NewFamilyPlanningServiceClient(forward{ClientConnInterface: b.FamilyPlanning})),
		intakev1.RegisterRecordImportServiceHandlerClient(ctx, mux, intakev1.NewRecordImportServiceClient(forward{ClientConnInterface: recordServices(b)})),
		aggregatorv1.RegisterLeagueServiceHandlerClient(ctx, mux, aggregatorv1.NewLeagueServiceClient(forward{ClientConnInterface: b.Aggregator})),
		aggregatorv1.RegisterUnplacedServiceHandlerClient(ctx, mux, aggregatorv1.NewUnplacedServiceClient(forward{ClientConnInterface: b.Aggregator})),
		aggregatorv1.RegisterFigureServiceHandlerClient(ctx, mux, aggregatorv1.NewFigureServiceClient(forward{ClientConnInterface: b.Aggregator})),
		aggregatorv1.RegisterReportServiceHandlerClient(ctx, mux, aggregatorv1.NewReportServiceClient(forward{ClientConnInterface: b.Aggregator})),
		aggregatorv1.RegisterAggregatorServiceHandlerClient(ctx, mux, aggregatorv1.NewAggregatorServiceClient(forward{ClientConnInterface: b.Aggregator})),
		aggregatorv1.RegisterPolicyPackServiceHandlerClient(ctx, mux, aggregatorv1.NewPolicyPackServiceClient(forward{ClientConnInterface: b.Aggregator})),
		aggregatorv1.RegisterChaseServiceHandlerClient(ctx, mux, aggregatorv1.NewChaseServiceClient(forward{ClientConnInterface: b.Aggregator})),
		aggregatorv1.RegisterEligibilityFeedServiceHandlerClient(ctx, mux, aggregatorv1.NewEligibilityFeedServiceClient(forward{ClientConnInterface: b.Aggregator})),
	}
	for _, err := range registered {
		if err != nil {
			return nil, fmt.Errorf("register REST routes: %w", err)
		}
	}
	return mux, nil
}

// verbs are the HTTP methods of the API.
var verbs = []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete}

type probeKey struct{}

func handleRoutingError(mux *runtime.ServeMux, w http.ResponseWriter, r *http.Request, code int) {
	if r.Context().Value(probeKey{}) != nil {
		return
	}
	switch code {
	case http.StatusMethodNotAllowed:
		w.Header().Set("Allow", strings.Join(allowed(mux, r), ", "))
		writeFault(w, errMethod)
	default:
		writeFault(w, errNoRoute)
	}
}

// allowed asks the router which methods the address takes; the guard stops the
// question before anything is called.
func allowed(mux *runtime.ServeMux, r *http.Request) []string {
	var found []string
	for _, verb := range verbs {
		hit := false
		probe := r.Clone(context.WithValue(r.Context(), probeKey{}, &hit))
		probe.Method, probe.Body = verb, http.NoBody
		mux.ServeHTTP(discard{}, probe)
		if hit {
			found = append(found, verb)
		}
	}
	return found
}

// discard is an answer that nobody reads.
type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) WriteHeader(int)             {}
