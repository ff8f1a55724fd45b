package intake_test

import (
	"testing"

	"xinju.dev/services/platform/intake"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/testkit"
)

// BenchmarkImport measures a whole import of 20,000 arrivals: kept, decoded,
// applied, outcomes and changes stored.
func BenchmarkImport(b *testing.B) {
	for _, engine := range []string{"sqlite", "mysql"} {
		b.Run(engine, func(b *testing.B) {
			const n = 20_000
			var spent float64
			for range b.N {
				b.StopTimer()
				open := testkit.SQLite
				if engine == "mysql" {
					open = testkit.MySQL
				}
				w := newWorld(b, open(b, sets...))
				w.rows = intake.ChunkRows
				b.StartTimer()
				batch, err := w.process(w.store, nil).Receive(b.Context(), ga, endless(n))
				if err != nil {
					b.Fatal(err)
				}
				if err := w.run(nil); err != nil {
					b.Fatal(err)
				}
				if c := w.batch(batch.ID).Counts; c[core.Created] != n {
					b.Fatal(c)
				}
			}
			spent = b.Elapsed().Seconds()
			b.ReportMetric(n*float64(b.N)/spent, "rows/s")
		})
	}
}
