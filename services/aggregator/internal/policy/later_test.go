package policy

import (
	"math/rand/v2"
	"slices"
	"testing"

	"xinju.dev/services/aggregator/internal/brute"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/testkit"
)

func TestAFactDatedLaterChangesNoStockFigureBefore(t *testing.T) {
	c, w := builtIn(t), brute.World()
	changes := map[string]func(r *facts.Resident, on civil.Date){
		"an attendance": func(r *facts.Resident, on civil.Date) {
			r.Educations = append(r.Educations, facts.Education{Key: key("Z"), On: on})
		},
		"a dose": func(r *facts.Resident, on civil.Date) {
			r.Doses = append(r.Doses, facts.Dose{Key: key("Z"), On: on, Product: "MMR"})
		},
		"a check": func(r *facts.Resident, on civil.Date) {
			r.ChildChecks = append(r.ChildChecks, facts.ChildCheck{Key: key("Z"), On: on, Kind: 2})
		},
		"an archive": func(r *facts.Resident, on civil.Date) {
			r.Archives = append(r.Archives, facts.Archive{Key: key("Z"), Opened: on, Electronic: true, Standard: []facts.Days{{From: on}}})
		},
		"an arrival": func(r *facts.Resident, on civil.Date) {
			r.Residences = append(r.Residences, facts.Residence{Key: key("Z"), Division: demoVillage, Arrived: on})
		},
		"a new hukou": func(r *facts.Resident, on civil.Date) {
			r.Person.Hukou = append(r.Person.Hukou, facts.HukouSpan{From: on, Division: "350213"})
		},
		"a death": func(r *facts.Resident, on civil.Date) { r.Person.Death = on },
	}
	for seed := range uint64(testkit.Histories(300, 10)) {
		rng := rand.New(rand.NewPCG(seed, 4))
		for name, change := range changes {
			r := brute.Invent(seed + 7_000_000)
			on := civil.Of(2017+rng.IntN(9), 1+rng.IntN(12), 1+rng.IntN(28))
			if name == "a death" && r.Person.Death != civil.None || name == "a new hukou" && (len(r.Person.Hukou) == 0 || on <= r.Person.Hukou[len(r.Person.Hukou)-1].From) {
				continue
			}
			before := piecesOf(c, r, w)
			change(r, on)
			after := piecesOf(c, r, w)
			for _, p := range c.Packs() {
				for i := range p.Indicators {
					k := p.ID + " " + p.Indicators[i].ID
					if p.Indicators[i].Kind != Stock {
						continue
					}
					if a, b := until(before[k], on), until(after[k], on); !slices.Equal(a, b) {
						t.Fatalf("seed %d: %s on %s changes %s before: %v, then %v", seed, name, on, k, a, b)
					}
				}
			}
		}
	}
}

// until cuts pieces off at a day.
func until(pieces []Piece, day civil.Date) []Piece {
	var out []Piece
	for _, x := range pieces {
		if x.To = min(x.To, day); x.From < x.To {
			out = append(out, x)
		}
	}
	return out
}
