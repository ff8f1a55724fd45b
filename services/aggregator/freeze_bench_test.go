package aggregator_test

import (
	"fmt"
	"runtime/debug"
	"syscall"
	"testing"
	"time"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
)

// crowd writes n residents of 40 villages with ten facts each.
func crowd(sources map[string]*source, n int) {
	registry, archive := sources[aggregator.Registry], sources[aggregator.Archive]
	registry.write(theTree()...)
	var villages []string
	for i := range 40 {
		code := fmt.Sprintf("990101001%03d", 300+i)
		villages = append(villages, code)
		registry.write(division(code, "村", town1, 5))
	}
	for i := range n {
		id := fmt.Sprintf("01J%023d", i)
		registry.write(adult(id, villages[i%len(villages)], fmt.Sprintf("k%06d", i), 20190101)...)
		archive.write(of(feedv1.FactKind_FACT_KIND_ARCHIVE, "archive "+id, id, &feedv1.ArchiveFact{OpenedYmd: 20190201, Electronic: true, TouchedYmd: 20201001}))
		for k := range 7 {
			archive.write(education(fmt.Sprintf("E%d %s", k, id), id, int32(20200101+k*100)))
		}
	}
}

// BenchmarkFreeze freezes a county with the lists behind all numbers of its pack,
// the records that cover and the facts of everybody. It tells, per resident, the
// CPU of the process, and what memory is in use above what was before.
func BenchmarkFreeze(b *testing.B) {
	for engine, open := range map[string]func(testing.TB, ...migrate.Set) *sqlstore.DB{"sqlite": testkit.SQLite, "mysql": testkit.MySQL} {
		for _, n := range []int{5_000, 20_000} {
			b.Run(fmt.Sprintf("%s/%d", engine, n), func(b *testing.B) {
				sources := newSources(b)
				crowd(sources, n)
				r := startReports(b, open(b, aggregator.Migrations()...), sources)
				r.follow()
				var cpu time.Duration
				var peak uint64
				var lines int64
				freeze := func() {
					resp, err := r.c.FreezeReport(b.Context(), &aggregatorv1.FreezeReportRequest{
						Division: county, AsOfDate: dateOf("2020-12-31"), GroupLevel: 5, WithLists: true,
					})
					if err != nil {
						b.Fatal(err)
					}
					rep, tick := resp.GetReport(), time.NewTicker(50*time.Millisecond)
					defer tick.Stop()
					for rep.GetState() < aggregatorv1.ReportState_REPORT_STATE_FROZEN {
						<-tick.C
						rep = r.get(rep.GetReportId())
					}
					if lines = rep.GetLineCount(); lines == 0 {
						b.Fatal(rep.GetFailureText())
					}
				}
				for b.Loop() {
					began := spent()
					freeze()
					cpu += spent() - began
					// Little garbage is let be, which would grow with what the service holds already.
					percent := debug.SetGCPercent(10)
					peak = max(peak, testkit.HeapOf(freeze))
					debug.SetGCPercent(percent)
				}
				b.ReportMetric(float64(cpu.Microseconds())/float64(b.N)/float64(n), "cpu-µs/resident")
				b.ReportMetric(float64(peak)/(1<<20), "peak-MB")
				b.ReportMetric(float64(lines), "lines")
			})
		}
	}
}

// spent is the CPU that the process has used.
func spent() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // of oneself it never fails
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
