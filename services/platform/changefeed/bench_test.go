package changefeed_test

import (
	"fmt"
	"testing"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"gorm.io/gorm"
)

var engines = []struct {
	name string
	open func(testing.TB, ...migrate.Set) *sqlstore.DB
}{{"sqlite", testkit.SQLite}, {"mysql", testkit.MySQL}}

func someFacts(n int) []changefeed.Fact {
	facts := make([]changefeed.Fact, n)
	for i := range facts {
		resident := fmt.Sprintf("01K9ZQ4T9W%016d", i/2)
		facts[i] = changefeed.Fact{Kind: 1, ID: resident, ResidentID: resident, Version: 1, Body: make([]byte, 60)}
		if i%2 == 1 {
			facts[i].Kind, facts[i].ID = 2, "ga.990000/E"+resident
		}
	}
	return facts
}

// BenchmarkAppend measures transactions that append and do nothing else.
func BenchmarkAppend(b *testing.B) {
	for _, e := range engines {
		for _, n := range []int{1, 10, 1000, 4000} {
			b.Run(fmt.Sprintf("%s/%d", e.name, n), func(b *testing.B) {
				db, facts := e.open(b, sets...), someFacts(n)
				for b.Loop() {
					if err := db.Write(b.Context(), func(tx *gorm.DB) error { return changefeed.Append(tx, facts...) }); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(b.N*n), "us/fact")
			})
		}
	}
}

// BenchmarkRead measures pages of 1,000 out of a feed of 20,000 facts that were
// appended a few or many at a time.
func BenchmarkRead(b *testing.B) {
	for _, e := range engines {
		for _, n := range []int{1, 10, 4000} {
			b.Run(fmt.Sprintf("%s/%d", e.name, n), func(b *testing.B) {
				db, facts := e.open(b, sets...), someFacts(n)
				const total = 20_000
				err := db.Write(b.Context(), func(tx *gorm.DB) error {
					for range total / n {
						if err := changefeed.Append(tx, facts...); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					for at := int64(0); at < total; {
						p, err := changefeed.Read(b.Context(), db, "", at, 1000)
						if err != nil || len(p.Changes) == 0 {
							b.Fatal(err)
						}
						at += int64(len(p.Changes))
					}
				}
				b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(b.N*total), "us/fact")
			})
		}
	}
}
