package feedfacts

import (
	"xinju.dev/services/aggregator/internal/facts"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
)

var kindsOf = [...]facts.Kinds{
	feedv1.FactKind_FACT_KIND_PERSON: facts.OfPerson, feedv1.FactKind_FACT_KIND_RESIDENCE: facts.OfResidence,
	feedv1.FactKind_FACT_KIND_PERMIT: facts.OfPermit, feedv1.FactKind_FACT_KIND_RELATION: facts.OfRelation,
	feedv1.FactKind_FACT_KIND_ARCHIVE: facts.OfArchive, feedv1.FactKind_FACT_KIND_EDUCATION: facts.OfEducation, feedv1.FactKind_FACT_KIND_CASE: facts.OfCase,
	feedv1.FactKind_FACT_KIND_CERTIFICATE: facts.OfCertificate, feedv1.FactKind_FACT_KIND_DOSE: facts.OfDose,
	feedv1.FactKind_FACT_KIND_PREGNANCY: facts.OfPregnancy, feedv1.FactKind_FACT_KIND_ANTENATAL: facts.OfAntenatal,
	feedv1.FactKind_FACT_KIND_DELIVERY: facts.OfDelivery, feedv1.FactKind_FACT_KIND_POSTNATAL: facts.OfPostnatal, feedv1.FactKind_FACT_KIND_CHILD_CHECK: facts.OfChildCheck,
	feedv1.FactKind_FACT_KIND_METHOD: facts.OfMethod, feedv1.FactKind_FACT_KIND_PLANNING_SERVICE: facts.OfService,
	feedv1.FactKind_FACT_KIND_RECORD: facts.OfRecord,
}

// KindsOf is what a fact of a kind tells of a resident. One that is no fact about
// somebody, such as a link, may change everything.
func KindsOf(kind feedv1.FactKind) facts.Kinds {
	if kind >= 0 && int(kind) < len(kindsOf) && kindsOf[kind] != 0 {
		return kindsOf[kind]
	}
	return facts.OfEverything
}
