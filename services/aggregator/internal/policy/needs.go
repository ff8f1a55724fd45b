package policy

import "xinju.dev/services/aggregator/internal/facts"

// Sources is a set of record services.
type Sources uint8

// The services whose feeds carry facts.
const (
	FromRegistry Sources = 1 << iota
	FromArchive
	FromImmunization
	FromMaternal
	FromPlanning

	fromAll = 1<<iota - 1
)

var sourceNames = [...]string{"registry", "archive", "immunization", "maternal", "familyplanning"}

// SourceNames lists all services by the names under which they are followed.
func SourceNames() []string { return sourceNames[:] }

// Has says whether a service of that name belongs to the set.
func (s Sources) Has(name string) bool {
	for i, n := range sourceNames {
		if n == name {
			return s&(1<<i) != 0
		}
	}
	return false
}

// tellers is which service tells of facts of which kinds. Dated records any service
// may send: a number is rather called incomplete than undercounted without a sign.
var tellers = []struct {
	of   facts.Kinds
	from Sources
}{
	{facts.OfRegistry, FromRegistry},
	{facts.OfArchive | facts.OfEducation | facts.OfCase, FromArchive},
	{facts.OfCertificate | facts.OfDose, FromImmunization},
	{facts.OfPregnancy | facts.OfAntenatal | facts.OfDelivery | facts.OfPostnatal | facts.OfChildCheck, FromMaternal},
	{facts.OfMethod | facts.OfService, FromPlanning},
	{facts.OfRecord, fromAll},
}

// Needs says which services must have been followed for the indicator's numbers
// not to be too small: by the kinds of facts that its conditions read. A ratio
// needs what its terms need.
func (p *Pack) Needs(ind *Indicator) Sources {
	var out Sources
	if ind.Kind != Ratio {
		for reads, i := ind.reads(), 0; i < len(tellers); i++ {
			if reads&tellers[i].of != 0 {
				out |= tellers[i].from
			}
		}
		return out | FromRegistry
	}
	for _, side := range []*Side{&ind.Numerator, &ind.Denominator} {
		for i := range side.Terms {
			if t := &side.Terms[i]; t.Figure == "" {
				out |= p.Needs(&p.Indicators[t.Index])
			}
		}
	}
	return out
}
