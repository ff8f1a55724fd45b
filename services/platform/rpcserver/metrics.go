package rpcserver

import (
	"errors"
	"time"

	"xinju.dev/services/platform/obs"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc/codes"
)

// metrics are shared by the servers of one process; the label "server" tells
// them apart. No label ever comes from a message or a header.
type metrics struct {
	server   string
	handled  *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	inFlight prometheus.Gauge
}

// newMetrics registers with reg; without one the figures are kept and not shown.
func newMetrics(reg prometheus.Registerer, server string) (*metrics, error) {
	handled := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "xinju_rpc_handled_total", Help: "Calls that ended, by method and gRPC code.",
	}, []string{"server", "method", "code"})
	seconds := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "xinju_rpc_seconds", Help: "Time from arrival to answer of unary calls, by method.",
		Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
	}, []string{"server", "method"})
	inFlight := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "xinju_rpc_in_flight", Help: "Calls being answered now, streams included.",
	}, []string{"server"})
	if reg != nil {
		var errs [3]error
		handled, errs[0] = obs.Register(reg, handled)
		seconds, errs[1] = obs.Register(reg, seconds)
		inFlight, errs[2] = obs.Register(reg, inFlight)
		if err := errors.Join(errs[:]...); err != nil {
			return &metrics{server, handled, seconds, inFlight.WithLabelValues(server)}, err
		}
	}
	return &metrics{server, handled, seconds, inFlight.WithLabelValues(server)}, nil
}

// count notes one call. Streams last as long as their reader wants, so their
// time says nothing and is not in the histogram.
func (m *metrics) count(c *call, code codes.Code, took time.Duration) {
	m.handled.WithLabelValues(m.server, c.method, code.String()).Inc()
	if !c.streamed {
		m.seconds.WithLabelValues(m.server, c.method).Observe(took.Seconds())
	}
}
