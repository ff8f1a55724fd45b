package intakestore

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"xinju.dev/services/platform/page"
)

// Senders' figures are asked of the store when somebody scrapes, so that they are
// right in every process. The label is the sender's code.
var (
	lastReceived = prometheus.NewDesc("xinju_feed_sender_last_received_timestamp_seconds", "When the sender's last batch was received.", []string{"sender"}, nil)
	overdue      = prometheus.NewDesc("xinju_feed_sender_overdue_seconds", "How long the sender's next batch is overdue; 0 when it is not.", []string{"sender"}, nil)
	missing      = prometheus.NewDesc("xinju_feed_sender_missing_sequences", "Sequences of the sender that never came.", []string{"sender"}, nil)
	paused       = prometheus.NewDesc("xinju_feed_sender_paused", "1 while nothing of the sender is applied.", []string{"sender"}, nil)
)

const (
	scrapeTime  = 5 * time.Second
	mostSenders = 1000 // of whom figures are shown
)

type senderFigures struct {
	s   *SQL
	now func() time.Time
}

// Collector shows how senders are doing, at most a thousand of them.
func (s *SQL) Collector(now func() time.Time) prometheus.Collector { return senderFigures{s, now} }

// Describe implements prometheus.Collector.
func (senderFigures) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{lastReceived, overdue, missing, paused} {
		out <- d
	}
}

// Collect implements prometheus.Collector. A store that is away shows nothing.
func (f senderFigures) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	list, _, err := f.s.SenderList(ctx, page.Query{Size: mostSenders})
	if err != nil {
		return
	}
	now := f.now()
	for _, s := range list {
		show := func(d *prometheus.Desc, v float64) {
			out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, s.Name)
		}
		late, stopped := 0.0, 0.0
		if since := s.StaleSince(now); !since.IsZero() {
			late = now.Sub(since).Seconds()
		}
		if s.Paused {
			stopped = 1
		}
		if !s.LastReceived.IsZero() {
			show(lastReceived, float64(s.LastReceived.Unix()))
		}
		show(overdue, late)
		show(missing, float64(s.MissingCount()))
		show(paused, stopped)
	}
}
