package freeze

import (
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/desk"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/aggregator/internal/report"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"go.uber.org/zap"
)

// crowd is a county of so many residents in 200 villages, each of whom counts
// for six indicators and has eight facts.
type crowd struct{ residents, moved int }

const crowdVillages = 200

func village(i int) string {
	return fmt.Sprintf("990101%03d%03d", 1+i%12, 201+i/12)
}

func (crowd) Derivation() string { return "bench" }

func (crowd) Below(string, civil.Date) []string {
	var out []string
	for i := range crowdVillages {
		out = append(out, village(i))
	}
	slices.Sort(out)
	return out
}

func (c crowd) Counted(at string, each func(coverage.Counted) error) error {
	for i := range crowdVillages {
		if village(i) != at {
			continue
		}
		for n := i; n < c.residents; n += crowdVillages {
			m := coverage.Counted{SortKey: fmt.Sprintf("%08d", n), ResidentID: fmt.Sprintf("01J%023d", n)}
			for k := range 6 {
				m.Pieces = append(m.Pieces, derive.Piece{Key: ledger.Key(k), From: 737000, To: civil.Forever, Covered: n >= c.moved && (n+k)%2 == 0, Weight: 1})
			}
			if err := each(m); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c crowd) People([]string) ([]coverage.Person, error) { return nil, nil }

func (c crowd) Versions(ids []string, each func(coverage.Versions) error) error {
	for _, id := range ids {
		v := coverage.Versions{ResidentID: id}
		for k := range 8 {
			v.Facts = append(v.Facts, coverage.FactVersion{Kind: int32(k + 1), ID: "F" + id[1:], Version: 1, Recorded: 737000})
		}
		if err := each(v); err != nil {
			return err
		}
	}
	return nil
}

func (c crowd) freeze(t testing.TB, f *Freezer) string {
	req := report.Request{Division: "990101000000", AsOf: civil.Must("2020-12-31"), WithLists: true, Created: f.Now()}
	row, err := queued(f.Now(), "", &req)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Desk.Write(t.Context(), func(tx desk.Tx) error { return tx.AddReport(row) }); err != nil {
		t.Fatal(err)
	}
	b := &builder{f: f, ctx: t.Context(), row: &row, req: req, content: req.Wanted(row.ID), world: facts.NewWorld(nil, nil), wanted: map[ledger.Key][]dated{}, catalogue: &policy.Catalogue{}}
	for k := range 6 {
		b.wanted[ledger.Key(k)] = []dated{{k, req.AsOf}}
		b.content.Indicators = append(b.content.Indicators, fmt.Sprintf("IND%d", k))
	}
	if err := b.read(c); err != nil {
		t.Fatal(err)
	}
	if err := b.end(); err != nil {
		t.Fatal(err)
	}
	return row.ID
}

// BenchmarkAHundredThousandResidents freezes 600,000 lines, verifies them, prints
// the ledger as a workbook, and compares them with a state where 1,000 residents
// differ; what each takes of time and memory is told.
func BenchmarkAHundredThousandResidents(b *testing.B) {
	for engine, open := range map[string]func(testing.TB, ...migrate.Set) *sqlstore.DB{"sqlite": testkit.SQLite, "mysql": testkit.MySQL} {
		b.Run(engine, func(b *testing.B) {
			f := New(Deps{Desk: desk.New(open(b, desk.Migrations(), idempotency.Migrations())), Now: time.Now, Log: zap.NewNop()})
			for b.Loop() {
				var first, second string
				measure(b, "freeze", func() { first = crowd{residents: 100_000}.freeze(b, f) })
				measure(b, "verify", func() {
					if _, err := f.Intact(b.Context(), first); err != nil {
						b.Fatal(err)
					}
				})
				measure(b, "xlsx", func() {
					q := report.RenderQuery{Report: first, Form: report.Ledger, Format: report.FormatXLSX}
					if err := f.Render(b.Context(), q, func(string, string) (io.Writer, error) { return io.Discard, nil }); err != nil {
						b.Fatal(err)
					}
				})
				second = crowd{residents: 100_000, moved: 1000}.freeze(b, f)
				measure(b, "compare", func() {
					out, err := f.Compare(b.Context(), report.CompareQuery{Report: first, Other: second, Limit: 1000})
					if err != nil || out.Total != 3000 {
						b.Fatalf("%d differences, %v", out.Total, err)
					}
				})
			}
		})
	}
}

// measure reports seconds and the highest heap in use of one step.
func measure(b *testing.B, name string, step func()) {
	b.Helper()
	peak := testkit.HeapOf(func() {
		began := time.Now()
		step()
		b.ReportMetric(time.Since(began).Seconds(), name+"-s")
	})
	b.ReportMetric(float64(peak)/(1<<20), name+"-MB")
}
