package derive_test

import (
	"fmt"
	"testing"

	"xinju.dev/services/aggregator/internal/brute"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
)

const demoVillage = "990101100200"

// settled is somebody who came to the demonstration village and stays.
func settled(id, birth string) *facts.Resident {
	return &facts.Resident{
		ID:         id,
		Person:     facts.Person{Key: facts.Key{ID: "p"}, Birth: civil.Must(birth), Sex: facts.Female, Marital: 20, Hukou: []facts.HukouSpan{{Division: "520102"}}},
		Residences: []facts.Residence{{Key: facts.Key{ID: "s"}, Division: demoVillage, Arrived: civil.Must("2023-02-28")}},
	}
}

// adult is what most residents are: one stay, an archive, some education.
func adult() *facts.Resident {
	r := settled("adult", "1988-11-12")
	r.Archives = []facts.Archive{{Key: facts.Key{ID: "a"}, Opened: civil.Must("2023-05-01"), Electronic: true, Standard: []facts.Days{{From: civil.Must("2023-05-01")}}}}
	r.Educations = []facts.Education{{Key: facts.Key{ID: "e1"}, On: civil.Must("2024-03-01")}, {Key: facts.Key{ID: "e2"}, On: civil.Must("2025-03-01")}}
	return r
}

// child has the routine course to two years of age, and two checks.
func child() *facts.Resident {
	r := settled("child", "2023-08-31")
	r.Person.Marital, r.Residences[0].Arrived = 10, r.Person.Birth
	r.ChildChecks = []facts.ChildCheck{{Key: facts.Key{ID: "c1"}, On: civil.Must("2024-03-01"), Kind: 2}, {Key: facts.Key{ID: "c2"}, On: civil.Must("2025-03-01"), Kind: 2}}
	months := []int{0, 0, 1, 2, 3, 3, 4, 4, 5, 6, 6, 8, 8, 9, 18, 18, 18, 24}
	for i, product := range []string{"HepB", "BCG", "HepB", "IPV", "IPV", "DTaP", "bOPV", "DTaP", "DTaP", "HepB", "MPSV-A", "MMR", "JE-L", "MPSV-A", "DTaP", "MMR", "HepA-L", "JE-L"} {
		r.Doses = append(r.Doses, facts.Dose{Key: facts.Key{ID: fmt.Sprintf("d%02d", i)}, Product: product, On: r.Person.Birth.AddMonths(months[i]).AddDays(3)})
	}
	return r
}

// mother has had a child here, with every visit.
func mother() *facts.Resident {
	r := adult()
	r.ID = "mother"
	r.Pregnancies = []facts.Pregnancy{{Key: facts.Key{ID: "g"}, LMP: civil.Must("2023-06-01"), Registered: civil.Must("2023-08-01"), Ended: civil.Must("2024-03-05"), Outcome: facts.LiveBirth}}
	for i := range 5 {
		r.Antenatals = append(r.Antenatals, facts.Antenatal{Key: facts.Key{ID: fmt.Sprintf("v%d", i)}, PregnancyID: "g", On: civil.Must("2023-08-01").AddMonths(i), Week: int32(9 + 4*i)})
	}
	r.Deliveries = []facts.Delivery{{Key: facts.Key{ID: "b"}, PregnancyID: "g", On: civil.Must("2024-03-05"), LiveBirths: 1, InHospital: true}}
	r.Postnatals = []facts.Postnatal{{Key: facts.Key{ID: "n"}, PregnancyID: "g", On: civil.Must("2024-03-12"), Kind: 1}}
	return r
}

// served has had a service each month for four years.
func served() *facts.Resident {
	r := adult()
	r.ID = "served"
	for i := range 48 {
		r.Educations = append(r.Educations, facts.Education{Key: facts.Key{ID: fmt.Sprintf("m%02d", i)}, On: civil.Must("2023-03-15").AddMonths(i), Form: int32(i%5 + 1)})
	}
	return r
}

func BenchmarkRows(b *testing.B) {
	packs, err := policy.Default()
	if err != nil {
		b.Fatal(err)
	}
	d, w := derive.New(packs), brute.World()
	for _, who := range []*facts.Resident{settled("nothing but a stay", "1988-11-12"), adult(), child(), mother(), served()} {
		b.Run(who.ID, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				d.Rows(who, w)
			}
		})
	}
	b.Run("invented", func(b *testing.B) {
		some := make([]*facts.Resident, 500)
		for i := range some {
			some[i] = brute.Invent(uint64(i))
		}
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			d.Rows(some[i%len(some)], w)
		}
	})
}
