package derived_test

import (
	"fmt"
	"testing"
	"time"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/testkit"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
)

// provinceOf writes a province of about n villages: counties of 12 townships of
// 20 villages. One village in ten was renamed and one in fifty has ended, on
// quarter days of ten years.
func provinceOf(c *county, n int) {
	quarter := func() civil.Date { return civil.Of(2015+c.rng.IntN(10), 1+3*c.rng.IntN(4), 1+c.rng.IntN(28)) }
	put := func(id, code, parent string, level int32, from, until civil.Date, successors ...string) {
		c.feeds["registry"].write(c.division(id, code, parent, level, from, until, successors...))
	}
	put("P", province, "", 1, 0, 0)
	put("Q", prefecture, province, 2, 0, 0)
	for i := 0; len(c.villages) < n; i++ {
		county := fmt.Sprintf("9901%02d000000", i+1)
		put("C"+county, county, prefecture, 3, 0, 0)
		for t := range 12 {
			town := fmt.Sprintf("9901%02d%03d000", i+1, t+1)
			put("T"+town, town, county, 4, 0, 0)
			for v := range 20 {
				code := fmt.Sprintf("9901%02d%03d%03d", i+1, t+1, 201+v)
				switch {
				case v > 0 && c.chance(2):
					put("V"+code, code, town, 5, 0, quarter(), town[:9]+"201")
				case c.chance(10):
					at := quarter()
					put("V"+code, code, town, 5, 0, at-1)
					put("W"+code, code, town, 5, at, 0)
				default:
					put("V"+code, code, town, 5, 0, 0)
				}
			}
		}
	}
}

// BenchmarkProvince follows the divisions of a province from nothing, then a
// person in every third village, then a page that ends one village.
func BenchmarkProvince(b *testing.B) {
	for b.Loop() {
		c := newCounty(21)
		provinceOf(c, 22_000)
		book := open(b, testkit.SQLite(b, sets...))
		registry := c.feeds["registry"]
		began := time.Now()
		applyAll(b, book, "registry", registry, 1000)
		b.ReportMetric(time.Since(began).Seconds(), "s/tree")
		b.ReportMetric(float64(len(registry.changes)), "divisions")

		for i := 0; i < len(c.villages); i += 3 {
			id := c.id("R")
			registry.write(fact(feedv1.FactKind_FACT_KIND_PERSON, "person of "+id, id, &feedv1.Fact{Body: &feedv1.Fact_Person{Person: &feedv1.PersonFact{
				BirthYmd: 19900101, Sex: 2, Hukou: []*feedv1.HukouSpan{{Division: "340101"}},
			}}}))
			registry.write(fact(feedv1.FactKind_FACT_KIND_RESIDENCE, c.id("S"), id, &feedv1.Fact{Body: &feedv1.Fact_Residence{Residence: &feedv1.ResidenceFact{
				Division: c.villages[i], ArrivedYmd: 20180101,
			}}}))
		}
		began = time.Now()
		applyAll(b, book, "registry", registry, 1000)
		b.ReportMetric(time.Since(began).Seconds(), "s/people")

		last := c.villages[len(c.villages)-1]
		registry.write(c.division("V"+last, last, last[:9]+"000", 5, 0, civil.Must("2025-12-31"), last[:9]+"201"))
		began = time.Now()
		applyAll(b, book, "registry", registry, 1000)
		b.ReportMetric(time.Since(began).Seconds(), "s/page")

		key, _ := book.Deriver().Key("EHR03")
		began = time.Now()
		list, err := book.List(b.Context(), coverage.ListQuery{Division: province, Key: key, Day: civil.Must("2024-12-31"), Which: coverage.Uncovered, Limit: 50})
		b.ReportMetric(float64(time.Since(began).Milliseconds()), "ms/list")
		if err != nil || len(list.Lines) != 50 {
			b.Fatal(err, list.Total)
		}
	}
}
