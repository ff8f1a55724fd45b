package edge

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"xinju.dev/services/platform/obs"
)

// witness sees every request: it names it, counts it and writes one line about
// it, with the route's template in place of the path and nothing of query or body.
type witness struct {
	log      *zap.Logger
	count    *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	inFlight prometheus.Gauge
}

func newWitness(log *zap.Logger, reg prometheus.Registerer) (*witness, error) {
	if log == nil {
		log = zap.NewNop()
	}
	if reg == nil {
		reg = prometheus.NewRegistry()
	}
	v := &witness{log: log}
	var err error
	v.count, err = obs.Register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "xinju_http_requests_total", Help: "REST requests by route and status.",
	}, []string{"method", "route", "status"}))
	if err != nil {
		return nil, err
	}
	v.seconds, err = obs.Register(reg, prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "xinju_http_request_seconds", Help: "Time to answer a REST request.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
	}, []string{"method", "route"}))
	if err != nil {
		return nil, err
	}
	v.inFlight, err = obs.Register(reg, prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "xinju_http_in_flight", Help: "REST requests being answered.",
	}))
	return v, err
}

type routeKey struct{}

// noteRoute says which route a request took, once it is known.
func noteRoute(ctx context.Context, template string) {
	if route, ok := ctx.Value(routeKey{}).(*string); ok {
		*route = template
	}
}

func (v *witness) watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		id := obs.AcceptRequestID(r.Header.Values("X-Request-Id"))
		route := "none"
		ctx := context.WithValue(obs.WithRequestID(r.Context(), id), routeKey{}, &route)
		r = r.Clone(ctx)
		r.Header.Set("X-Request-Id", id)
		w.Header().Set("X-Request-Id", id)
		out := &answer{ResponseWriter: w, control: http.NewResponseController(w)}
		v.inFlight.Inc()
		defer v.inFlight.Dec()
		cut := v.guarded(next, out, r)
		v.tell(r, route, out, time.Since(began), cut)
		if cut {
			panic(http.ErrAbortHandler)
		}
	})
}

// guarded runs next and says whether the answer must be cut off. A panic is our
// mistake: the caller learns only that there was one.
func (v *witness) guarded(next http.Handler, out *answer, r *http.Request) (cut bool) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler: // net/http's own way to end an answer
			cut = true
		default: // its value may be data: only its type is told
			v.log.Error("a handler panicked", zap.String("type", fmt.Sprintf("%T", p)), zap.Stack("stack"), zap.String("request_id", obs.RequestID(r.Context())))
			if cut = out.status != 0; !cut {
				writeStatus(out, bare(status.New(codes.Internal, "")))
			}
		}
	}()
	next.ServeHTTP(out, r)
	return false
}

func (v *witness) tell(r *http.Request, route string, out *answer, took time.Duration, cut bool) {
	method := "other"
	if slices.Contains(verbs, r.Method) || r.Method == http.MethodOptions || r.Method == http.MethodHead {
		method = r.Method
	}
	status := out.status
	if status == 0 {
		status = http.StatusOK
	}
	v.count.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
	v.seconds.WithLabelValues(method, route).Observe(took.Seconds())
	write := v.log.Info
	if status >= http.StatusInternalServerError || cut {
		write = v.log.Warn
	}
	write("request", zap.String("method", method), zap.String("route", route), zap.Int("status", status),
		zap.Duration("took", took), zap.Int64("bytes", out.bytes), zap.Bool("cut", cut), zap.String("request_id", obs.RequestID(r.Context())))
}

// answer counts what is written and lets no reader hold it up for ever.
type answer struct {
	http.ResponseWriter
	control *http.ResponseController
	status  int
	bytes   int64
}

// Unwrap serves http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(code int) {
	if a.status == 0 {
		a.status = code
	}
	a.ResponseWriter.WriteHeader(code)
}

// Write implements http.ResponseWriter: in pieces, so that a long answer over a
// slow line is not taken for one that stands still.
func (a *answer) Write(p []byte) (n int, err error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	const piece = 64 << 10
	for first := true; first || len(p) > 0 && err == nil; first = false {
		_ = a.control.SetWriteDeadline(time.Now().Add(idleTime)) // not offered outside of a server
		var wrote int
		wrote, err = a.ResponseWriter.Write(p[:min(len(p), piece)])
		n, p = n+wrote, p[wrote:]
		a.bytes += int64(wrote)
	}
	return n, err
}
