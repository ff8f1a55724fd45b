package store

import (
	"fmt"
	"testing"

	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/testkit"
)

// BenchmarkFirstImport measures arrivals of unknown persons, 1,000 in a
// transaction, with their change facts.
func BenchmarkFirstImport(b *testing.B) {
	for _, engine := range []struct {
		name string
		open func(testing.TB, ...migrate.Set) *sqlstore.DB
	}{{"sqlite", testkit.SQLite}, {"mysql", testkit.MySQL}} {
		b.Run(engine.name, func(b *testing.B) {
			s := open(b, engine.open(b, sets...))
			const size = 1000
			for n := 0; b.Loop(); n++ {
				feed(b, s, arrivals(n*size, size)...)
			}
			b.ReportMetric(float64(b.N)*size/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

func arrivals(from, n int) []core.Event {
	out := make([]core.Event, n)
	for i := range out {
		out[i] = arrive(fmt.Sprintf("e%d", from+i), from+i, "2026-01-15")
	}
	return out
}
