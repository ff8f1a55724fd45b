package policy

import "xinju.dev/services/aggregator/internal/facts"

// Which kinds of facts an item is decided by. What a number may lack (Needs) and
// what may change when facts change (Indicator.Reads) rest on it.

// predicateReads names the kinds of facts that a predicate reads beside the event
// itself. One that is not named here reads everything.
var predicateReads = map[string]facts.Kinds{
	"all": 0, "any": 0, "not": 0, "use": 0, "floating": 0, "no_source": 0, "between": 0,
	"present": facts.OfResidence, "lived": facts.OfResidence, "reason": facts.OfResidence, "resident_here": facts.OfResidence,
	"hukou": facts.OfPerson, "hukou_elsewhere": facts.OfPerson | facts.OfResidence,
	"age": facts.OfPerson, "sex": facts.OfPerson, "marital": facts.OfPerson, "married": facts.OfPerson | facts.OfRelation, "flagged": facts.OfPerson,
	"complete": facts.OfPerson | facts.OfResidence, "permit": facts.OfPermit | facts.OfResidence, "points": facts.OfPermit,
	"related": facts.OfRegistry,
	"archive": facts.OfArchive, "reported": facts.OfCase, "vaccinated": facts.OfPerson | facts.OfDose,
	"pregnant": facts.OfPregnancy, "postpartum": facts.OfPregnancy, "outcome": facts.OfPregnancy, "risk": facts.OfPregnancy,
	"antenatal": facts.OfPregnancy | facts.OfAntenatal, "postnatal": facts.OfPregnancy | facts.OfPostnatal, "in_hospital": facts.OfPregnancy | facts.OfDelivery,
	"method": facts.OfMethod | facts.OfResidence, "records": facts.OfRecord,
	"entered": 0, "value": 0, "product": 0, // about the event itself
}

// servedKinds is the kind of facts behind each kind of services.
var servedKinds = map[string]facts.Kinds{
	"education": facts.OfEducation, "child_check": facts.OfChildCheck, "antenatal": facts.OfAntenatal, "postnatal": facts.OfPostnatal, "delivery": facts.OfDelivery,
	"planning": facts.OfService, "certificate": facts.OfCertificate, "dose": facts.OfDose, "record": facts.OfRecord,
}

// servedKind reads the parameter `kind` of a condition; without one it is about records.
func servedKind(kind string) facts.Kinds {
	switch kind {
	case "":
		return facts.OfRecord
	case anyKind:
		var out facts.Kinds
		for _, k := range servedKinds {
			out |= k
		}
		return out
	}
	return servedKinds[kind]
}

// Reads says facts of which kinds decide what the indicator counts of a resident;
// facts of other kinds change nothing of it. Where the resident lives and whether
// the registry has told of the person decides everything. A ratio counts nobody.
func (i *Indicator) Reads() facts.Kinds {
	if !i.defined() {
		return 0
	}
	return i.reads()
}

// ReadsOfEvents is Reads where facts of some kinds were added, changed or taken away that
// are events and nothing else to the indicator: of all other events it counts what it
// did, so that these need not be looked at. Otherwise is is false.
func (i *Indicator) ReadsOfEvents(changed facts.Kinds) (reads facts.Kinds, is bool) {
	if i.Kind != Flow || !i.defined() {
		return 0, false
	}
	around := facts.OfPerson | facts.OfResidence | i.eligible.reads() | i.covered.reads()
	switch changed &= i.reads(); {
	case changed == 0:
		return i.reads(), true
	case changed&around != 0, changed&^i.events.own() != 0:
		return 0, false
	default:
		return around | changed, true
	}
}

// own is the kinds of facts that are the events themselves.
func (s *selector) own() facts.Kinds {
	if s.Births != nil || s.Deaths != nil || s.Pregnancies != nil && s.Weight != "" {
		return 0
	}
	return s.reads()
}

// NameOfAny is the identifier, among services of any kind, of one that is a fact of a
// kind; "" of a fact that is no service.
func NameOfAny(kind facts.Kinds, id string) string {
	for name, of := range servedKinds {
		if of == kind {
			return name + "/" + id
		}
	}
	return ""
}

func (i *Indicator) reads() facts.Kinds {
	out := facts.OfPerson | facts.OfResidence | i.eligible.reads() | i.covered.reads()
	if i.Kind == Dose {
		out |= facts.OfDose
	}
	if i.events != nil {
		out |= i.events.reads()
	}
	return out
}

func (n *node) reads() facts.Kinds {
	if n == nil {
		return 0
	}
	out, named := predicateReads[n.name]
	switch params := n.params().(type) {
	case *events:
		out, named = servedKind(params.Kind), true
	case *followed:
		out, named = servedKind(params.Kind), true
	}
	if !named {
		out = facts.OfEverything
	}
	for _, kid := range n.kids {
		out |= kid.reads()
	}
	return out
}

// params is the leaf itself; nil where conditions are joined.
func (n *node) params() any {
	if n.event != nil {
		return n.event
	}
	return n.pred
}

func (s *selector) reads() facts.Kinds {
	switch {
	case s.Pregnancies != nil && s.Weight != "":
		return facts.OfPregnancy | facts.OfDelivery
	case s.Pregnancies != nil, s.Deaths != nil && s.Deaths.Maternal:
		return facts.OfPregnancy
	case s.Cases != nil:
		return facts.OfCase
	case s.Births != nil, s.Deaths != nil:
		return facts.OfPerson
	case s.Services != nil:
		return servedKind(s.Services.Kind)
	case s.Records != nil:
		return facts.OfRecord
	}
	return facts.OfEverything
}
