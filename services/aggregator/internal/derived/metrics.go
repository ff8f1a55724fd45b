package derived

import (
	"time"

	"xinju.dev/services/platform/obs"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics is what the book says about itself; labels are names of sources only,
// and how somebody counts.
type Metrics struct {
	facts, residents *prometheus.CounterVec
	seconds          *prometheus.HistogramVec
	behind, stopped  *prometheus.GaugeVec
	villageless      *prometheus.GaugeVec
	people, rows     prometheus.Gauge
	chains           prometheus.Gauge
	differences      prometheus.Counter
	wrongSums        prometheus.Counter
}

// NewMetrics registers the figures; reg may be nil.
func NewMetrics(reg prometheus.Registerer) (*Metrics, error) {
	name := func(n string) string { return "xinju_aggregator_" + n }
	m := &Metrics{
		facts:       prometheus.NewCounterVec(prometheus.CounterOpts{Name: name("facts_total"), Help: "Facts taken from a source."}, []string{"source"}),
		residents:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: name("residents_changed_total"), Help: "Residents whose facts a page changed."}, []string{"source"}),
		seconds:     prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name("page_seconds"), Help: "Time to apply one page."}, []string{"source"}),
		behind:      prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name("feed_lag"), Help: "Changes of a source that are not applied yet."}, []string{"source"}),
		stopped:     prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name("feed_alarm"), Help: "1 when following a source stopped because something is wrong."}, []string{"source"}),
		villageless: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name("unplaced_residents"), Help: "Residents today whose recorded place leads to no village: counted in a division above, or nowhere."}, []string{"counted"}),
		people:      prometheus.NewGauge(prometheus.GaugeOpts{Name: name("loaded_residents"), Help: "Residents with facts when the numbers were last loaded."}),
		rows:        prometheus.NewGauge(prometheus.GaugeOpts{Name: name("loaded_members"), Help: "Rows of residents in villages when the numbers were last loaded."}),
		differences: prometheus.NewCounter(prometheus.CounterOpts{Name: name("rebuild_differences_total"), Help: "Rebuilds that ended in another state than the one that served."}),
	}
	m.wrongSums = prometheus.NewCounter(prometheus.CounterOpts{Name: name("stored_sums_differences_total"), Help: "Villages whose sums as stored for the start were not those of their members."})
	m.chains = prometheus.NewGauge(prometheus.GaugeOpts{Name: name("link_chains"), Help: "Merged residents whose link leads to one that is merged itself; 0 unless the registry is wrong."})
	if reg == nil {
		return m, nil
	}
	var err error
	register(reg, &m.facts, &err)
	register(reg, &m.residents, &err)
	register(reg, &m.seconds, &err)
	register(reg, &m.behind, &err)
	register(reg, &m.stopped, &err)
	register(reg, &m.villageless, &err)
	register(reg, &m.people, &err)
	register(reg, &m.rows, &err)
	register(reg, &m.differences, &err)
	register(reg, &m.wrongSums, &err)
	register(reg, &m.chains, &err)
	return m, err
}

func register[C prometheus.Collector](reg prometheus.Registerer, c *C, err *error) {
	if *err == nil {
		*c, *err = obs.Register(reg, *c)
	}
}

func (m *Metrics) applied(source string, facts, residents int, took time.Duration) {
	m.facts.WithLabelValues(source).Add(float64(facts))
	m.residents.WithLabelValues(source).Add(float64(residents))
	m.seconds.WithLabelValues(source).Observe(took.Seconds())
}

func (m *Metrics) lag(source string, n int64) { m.behind.WithLabelValues(source).Set(float64(n)) }

func (m *Metrics) alarm(source string, on bool) {
	v := 0.0
	if on {
		v = 1
	}
	m.stopped.WithLabelValues(source).Set(v)
}

func (m *Metrics) chained(n int64) { m.chains.Set(float64(n)) }

func (m *Metrics) loaded(rows, residents int64) {
	m.rows.Set(float64(rows))
	m.people.Set(float64(residents))
}

func (m *Metrics) unplaced(above, nowhere int32) {
	m.villageless.WithLabelValues("above").Set(float64(above))
	m.villageless.WithLabelValues("nowhere").Set(float64(nowhere))
}
