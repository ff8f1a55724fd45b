package aggregator_test

import (
	"fmt"
	"testing"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

// BenchmarkGetCoverage asks for all indicators of the twelve towns of a county
// through the production interceptors.
func BenchmarkGetCoverage(b *testing.B) {
	sources := newSources(b)
	registry := sources[aggregator.Registry]
	registry.write(theTree()...)
	for i := range 10 {
		town := fmt.Sprintf("9901011%02d000", i)
		registry.write(division(town, "镇", county, 4), division(town[:9]+"201", "村", town, 5))
	}
	for i := range 200 {
		registry.write(adult(fmt.Sprintf("B%04d", i), []string{village1, village2, village3, "990101103201"}[i%4], "k", 20190101)...)
	}
	s := start(b, testkit.SQLite(b, aggregator.Migrations()...), sources)
	s.follow()
	req := &aggregatorv1.GetCoverageRequest{Divisions: []string{county}, GroupLevel: 4}
	rows := 0
	for b.Loop() {
		resp, err := s.client.GetCoverage(b.Context(), req)
		if err != nil {
			b.Fatal(err)
		}
		rows = len(resp.GetRows())
	}
	b.ReportMetric(float64(rows), "rows/op")
}

// BenchmarkGetFollowing is what a caller pays who waits for a feed.
func BenchmarkGetFollowing(b *testing.B) {
	s := start(b, testkit.SQLite(b, aggregator.Migrations()...), newSources(b))
	for b.Loop() {
		s.following()
	}
}
