package policy

import "reflect"

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

// Which service tells of the facts that a predicate reads. One that is not named
// here, or that reads dated records, which any service may send, needs all of
// them: a number is rather called incomplete than undercounted without a sign.
var predicateSources = map[string]Sources{
	"all": 0, "any": 0, "not": 0, "use": 0, "floating": 0, "no_source": 0,
	"present": FromRegistry, "lived": FromRegistry, "hukou": FromRegistry, "hukou_elsewhere": FromRegistry, "reason": FromRegistry,
	"age": FromRegistry, "sex": FromRegistry, "marital": FromRegistry, "married": FromRegistry, "between": FromRegistry,
	"permit": FromRegistry, "points": FromRegistry, "related": FromRegistry, "resident_here": FromRegistry, "complete": FromRegistry, "flagged": FromRegistry,
	"archive": FromArchive, "reported": FromArchive,
	"vaccinated": FromImmunization, "dose_window": FromImmunization,
	"pregnant": FromMaternal, "postpartum": FromMaternal, "antenatal": FromMaternal, "postnatal": FromMaternal,
	"in_hospital": FromMaternal, "outcome": FromMaternal, "risk": FromMaternal,
	"method":  FromPlanning,
	"entered": 0, "value": 0, "product": 0, // about the event itself
}

var kindSources = map[string]Sources{
	"education": FromArchive, "child_check": FromMaternal, "antenatal": FromMaternal, "postnatal": FromMaternal, "delivery": FromMaternal,
	"planning": FromPlanning, "certificate": FromImmunization, "dose": FromImmunization,
}

// Needs says which services must have been followed for the indicator's numbers
// not to be too small: by the kinds of facts that its conditions read. A ratio
// needs what its terms need.
func (p *Pack) Needs(ind *Indicator) Sources {
	if ind.Kind == Ratio {
		var out Sources
		for _, side := range []*Side{&ind.Numerator, &ind.Denominator} {
			for i := range side.Terms {
				if t := &side.Terms[i]; t.Figure == "" {
					out |= p.Needs(&p.Indicators[t.Index])
				}
			}
		}
		return out
	}
	out := FromRegistry | ind.eligible.needs() | ind.covered.needs()
	if ind.Kind == Dose {
		out |= FromImmunization
	}
	if ind.events != nil {
		out |= ind.events.needs()
	}
	return out
}

func (n *node) needs() Sources {
	if n == nil {
		return 0
	}
	out, known := predicateSources[n.name]
	if !known {
		out = kindNeeds(n.pred, n.event)
	}
	for _, kid := range n.kids {
		out |= kid.needs()
	}
	return out
}

// kindNeeds reads the service from the parameter `kind` of a predicate.
func kindNeeds(params ...any) Sources {
	for _, p := range params {
		v := reflect.Indirect(reflect.ValueOf(p))
		if v.Kind() != reflect.Struct {
			continue
		}
		if kind := v.FieldByName("Kind"); kind.Kind() == reflect.String {
			if s, ok := kindSources[kind.String()]; ok {
				return s
			}
		}
	}
	return fromAll
}

func (s *selector) needs() Sources {
	switch {
	case s.Pregnancies != nil, s.Deaths != nil && s.Deaths.Maternal:
		return FromMaternal
	case s.Cases != nil:
		return FromArchive
	case s.Births != nil, s.Deaths != nil:
		return FromRegistry
	case s.Services != nil:
		return kindNeeds(s.Services)
	}
	return fromAll
}
