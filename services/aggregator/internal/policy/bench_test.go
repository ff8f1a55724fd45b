package policy

import (
	"testing"

	"xinju.dev/services/aggregator/internal/brute"
	"xinju.dev/services/aggregator/internal/facts"
)

const demoVillage = "990101100200"

// simpleAdult is what most residents are: one stay, an archive, some education.
func simpleAdult() *facts.Resident {
	return &facts.Resident{
		ID:         "adult",
		Person:     facts.Person{Key: facts.Key{ID: "p"}, Birth: day("1988-11-12"), Sex: facts.Female, Marital: 20, Hukou: []facts.HukouSpan{{Division: "520102"}}},
		Residences: []facts.Residence{{Key: facts.Key{ID: "s"}, Division: demoVillage, Arrived: day("2023-02-28")}},
		Archives:   []facts.Archive{{Key: facts.Key{ID: "a"}, Opened: day("2023-05-01"), Electronic: true, Standard: []facts.Days{{From: day("2023-05-01")}}}},
		Educations: []facts.Education{{Key: facts.Key{ID: "e1"}, On: day("2024-03-01")}, {Key: facts.Key{ID: "e2"}, On: day("2025-03-01")}},
	}
}

// vaccinatedChild has the routine course to two years of age.
func vaccinatedChild() *facts.Resident {
	r := &facts.Resident{
		ID:          "child",
		Person:      facts.Person{Key: facts.Key{ID: "p"}, Birth: day("2023-08-31"), Sex: facts.Female, Hukou: []facts.HukouSpan{{Division: "520102"}}},
		Residences:  []facts.Residence{{Key: facts.Key{ID: "s"}, Division: demoVillage, Arrived: day("2023-08-31")}},
		ChildChecks: []facts.ChildCheck{{Key: facts.Key{ID: "c1"}, On: day("2024-03-01"), Kind: 2}, {Key: facts.Key{ID: "c2"}, On: day("2025-03-01"), Kind: 2}},
	}
	for _, d := range []struct {
		product string
		month   int
	}{
		{"HepB", 0},
		{"BCG", 0},
		{"HepB", 1},
		{"IPV", 2},
		{"IPV", 3},
		{"DTaP", 3},
		{"bOPV", 4},
		{"DTaP", 4},
		{"DTaP", 5},
		{"HepB", 6},
		{"MPSV-A", 6},
		{"MMR", 8},
		{"JE-L", 8},
		{"MPSV-A", 9},
		{"DTaP", 18},
		{"MMR", 18},
		{"HepA-L", 18},
		{"JE-L", 24},
	} {
		r.Doses = append(r.Doses, facts.Dose{Key: facts.Key{ID: d.product}, Product: d.product, On: r.Person.Birth.AddMonths(d.month).AddDays(3)})
	}
	return r
}

func benchmark(b *testing.B, pack string, r *facts.Resident) {
	w := brute.World()
	p, _ := builtIn(b).Pack(pack)
	var buf []Piece
	b.ReportAllocs()
	for b.Loop() {
		buf = p.Pieces(r, w, buf[:0])
	}
}

func BenchmarkPiecesOfASimpleAdult(b *testing.B)     { benchmark(b, "demo-990101", simpleAdult()) }
func BenchmarkPiecesOfAVaccinatedChild(b *testing.B) { benchmark(b, "demo-990101", vaccinatedChild()) }

func BenchmarkPiecesUnderAPackOfElsewhere(b *testing.B) {
	benchmark(b, "zhuji-2017", simpleAdult())
}
