package nip

import (
	"math/rand/v2"
	"testing"

	"xinju.dev/services/platform/civil"
)

func BenchmarkUpToDate(b *testing.B) {
	s := schedule(b)
	full := parseDoses(b, onTime)
	for name, doses := range map[string][]Dose{"22 doses on time": full, "half of the doses": full[:11], "no dose": nil} {
		b.Run(name, func(b *testing.B) {
			c := Child{Birth: civil.Must("2019-11-05"), Sex: Female}
			b.ReportAllocs()
			for b.Loop() {
				s.UpToDate(c, doses)
			}
		})
	}
	b.Run("random histories", func(b *testing.B) {
		type record struct {
			c Child
			d []Dose
		}
		var all []record
		for seed := range 1000 {
			c, d := randomHistory(s, rand.New(rand.NewPCG(uint64(seed), 3)))
			all = append(all, record{c, d})
		}
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			r := &all[i%len(all)]
			s.UpToDate(r.c, r.d)
			i++
		}
	})
}

func BenchmarkForecast(b *testing.B) {
	s, doses := schedule(b), parseDoses(b, onTime)
	c, asOf := Child{Birth: civil.Must("2019-11-05"), Sex: Female}, civil.Must("2026-11-21")
	b.ReportAllocs()
	for b.Loop() {
		s.Forecast(c, doses, asOf)
	}
}
