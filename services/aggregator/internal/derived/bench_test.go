package derived_test

import (
	"fmt"
	"testing"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
)

// populated has n residents with everything about them, in the order in which
// services write it: registry first.
func populated(b *testing.B, db *sqlstore.DB, n int) (*county, *derived.Book) {
	b.Helper()
	c := newCounty(1)
	for _, f := range c.tree() {
		c.feeds["registry"].write(f)
	}
	for range n {
		c.people = append(c.people, c.id("R"))
	}
	for _, id := range c.people {
		for _, w := range c.history(id) {
			c.feeds[w.source].write(w.fact)
		}
	}
	book := open(b, db)
	for _, s := range sourceNames {
		applyAll(b, book, s, c.feeds[s], 1000)
	}
	return c, book
}

func applyAll(b *testing.B, book *derived.Book, source string, f *feed, size int) {
	b.Helper()
	for {
		at, _ := book.Position(source)
		if int(at.Position) >= len(f.changes) {
			return
		}
		end := min(len(f.changes), int(at.Position)+size)
		if err := book.ApplyChanges(b.Context(), source, f.epoch, f.changes[at.Position:end]); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkChangedResidents applies one changed fact to each of a page of
// residents, who have about ten facts already.
func BenchmarkChangedResidents(b *testing.B) {
	for _, bench := range []struct {
		engine string
		open   func(testing.TB, ...migrate.Set) *sqlstore.DB
		size   int
	}{{"sqlite", testkit.SQLite, 1}, {"sqlite", testkit.SQLite, 100}, {"sqlite", testkit.SQLite, 1000}, {"mysql", testkit.MySQL, 100}, {"mysql", testkit.MySQL, 1000}} {
		size := bench.size
		b.Run(fmt.Sprintf("%s pages of %d", bench.engine, size), func(b *testing.B) {
			c, book := populated(b, bench.open(b, sets...), 5000)
			ids := map[string]bool{}
			for _, f := range c.feeds["registry"].facts {
				if f.ResidentID != "" {
					ids[f.ResidentID] = true
				}
			}
			var list []string
			for id := range ids {
				list = append(list, id)
			}
			f := c.feeds["archive"]
			n := 0
			for b.Loop() {
				for range size {
					n++
					f.write(fact(feedv1.FactKind_FACT_KIND_EDUCATION, c.id("X"), list[n%len(list)], &feedv1.Fact{Body: &feedv1.Fact_Education{Education: &feedv1.EducationFact{
						OnYmd: ymd(c.between("2019-01-01", "2022-01-01")), Form: 1,
					}}}))
				}
				applyAll(b, book, "archive", f, size)
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "residents/s")
		})
	}
}

// BenchmarkFactsAlone commits the same facts and the position, and derives nothing:
// the floor that BenchmarkChangedResidents is compared with.
func BenchmarkFactsAlone(b *testing.B) {
	for _, bench := range []struct {
		engine string
		open   func(testing.TB, ...migrate.Set) *sqlstore.DB
		size   int
	}{{"sqlite", testkit.SQLite, 100}, {"sqlite", testkit.SQLite, 1000}, {"mysql", testkit.MySQL, 100}, {"mysql", testkit.MySQL, 1000}} {
		size := bench.size
		b.Run(fmt.Sprintf("%s pages of %d", bench.engine, size), func(b *testing.B) {
			db := bench.open(b, sets...)
			c, _ := populated(b, db, 5000)
			s, n := store.New(db), 0
			for b.Loop() {
				err := s.Write(b.Context(), func(t store.Tx) error {
					var ids []string
					for i := range size {
						ids = append(ids, c.people[(n+i)%len(c.people)])
					}
					stored, err := t.Residents(1, ids)
					if err != nil {
						return err
					}
					var rows []store.ResidentRow
					for _, id := range ids {
						row := stored[id]
						set, err := feedfacts.Decode(row.Facts)
						if err != nil {
							return err
						}
						row.Facts = set.Encode()
						rows = append(rows, row)
					}
					if err := t.PutResidents(1, rows); err != nil {
						return err
					}
					return t.PutFollowed(1, store.FollowedRow{Source: "archive", Position: int64(n)})
				})
				if err != nil {
					b.Fatal(err)
				}
				n += size
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "residents/s")
		})
	}
}

// BenchmarkNewResidents follows the five services from nothing.
func BenchmarkNewResidents(b *testing.B) {
	var facts, people int
	for b.Loop() {
		c, book := populated(b, testkit.SQLite(b, sets...), 3000)
		for _, f := range c.feeds {
			facts += len(f.changes)
		}
		_ = book
		people += 3000
	}
	b.ReportMetric(float64(facts)/b.Elapsed().Seconds(), "facts/s")
	b.ReportMetric(float64(people)/b.Elapsed().Seconds(), "residents/s")
}

// BenchmarkLoad makes the numbers after a start.
func BenchmarkLoad(b *testing.B) {
	c := newCounty(1)
	for _, f := range c.tree() {
		c.feeds["registry"].write(f)
	}
	for range 5000 {
		c.people = append(c.people, c.id("R"))
	}
	for _, id := range c.people {
		for _, w := range c.history(id) {
			c.feeds[w.source].write(w.fact)
		}
	}
	db := testkit.SQLite(b, sets...)
	book := open(b, db)
	for _, s := range sourceNames {
		applyAll(b, book, s, c.feeds[s], 1000)
	}
	n := 0
	for b.Loop() {
		open(b, db)
		n += 5000
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "residents/s")
}

// BenchmarkCoverage reads six indicators of every division below the province.
func BenchmarkCoverage(b *testing.B) {
	c, book := populated(b, testkit.SQLite(b, sets...), 5000)
	day := civil.Must("2021-12-31")
	for b.Loop() {
		_ = book.Look(func(v coverage.View) error {
			for key := range ledger.Key(len(book.Deriver().Indicators())) {
				for _, code := range c.divs {
					v.Count(key, code, day)
				}
			}
			return nil
		})
	}
	b.ReportMetric(float64(len(c.divs)*len(book.Deriver().Indicators())), "numbers/op")
}

// BenchmarkUncoveredPage reads the first fifty lines of a county.
func BenchmarkUncoveredPage(b *testing.B) {
	_, book := populated(b, testkit.SQLite(b, sets...), 5000)
	key, _ := book.Deriver().Key("EHR03")
	for b.Loop() {
		if _, err := book.List(b.Context(), coverage.ListQuery{Division: other, Key: key, Day: civil.Must("2021-12-31"), Which: coverage.Uncovered, Limit: 50}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFactSize reports what the stored facts of a resident take.
func BenchmarkFactSize(b *testing.B) {
	c := newCounty(1)
	c.tree()
	sets := map[string]feedfacts.Set{}
	for range 1000 {
		c.people = append(c.people, c.id("R"))
	}
	for _, id := range c.people {
		for _, w := range c.history(id) {
			w.fact.Version = 1
			f, err := feedfacts.FactOf(w.fact)
			if err != nil {
				b.Fatal(err)
			}
			set := sets[f.ResidentID]
			set.Put(f.Entry)
			sets[f.ResidentID] = set
		}
	}
	bytes := 0
	for b.Loop() {
		bytes = 0
		for _, s := range sets {
			bytes += len(s.Encode())
		}
	}
	b.ReportMetric(float64(bytes)/float64(len(sets)), "bytes/resident")
}
