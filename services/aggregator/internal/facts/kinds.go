package facts

// Kinds is a set of kinds of facts about a resident.
type Kinds uint32

// The kinds.
const (
	OfPerson Kinds = 1 << iota
	OfResidence
	OfPermit
	OfRelation
	OfArchive
	OfEducation
	OfCase
	OfCertificate
	OfDose
	OfPregnancy
	OfAntenatal
	OfDelivery
	OfPostnatal
	OfChildCheck
	OfMethod
	OfService
	OfRecord

	kinds = iota

	// OfRegistry is who somebody is, where they live and to whom they are tied.
	OfRegistry = OfPerson | OfResidence | OfPermit | OfRelation
	// OfEverything is all kinds.
	OfEverything Kinds = 1<<kinds - 1
)

// Kinds says facts of which kinds there are about the resident.
func (r *Resident) Kinds() Kinds {
	var out Kinds
	for i, n := range [kinds]int{
		0, len(r.Residences), len(r.Permits), len(r.Relations), len(r.Archives), len(r.Educations), len(r.Cases), len(r.Certificates), len(r.Doses),
		len(r.Pregnancies), len(r.Antenatals), len(r.Deliveries), len(r.Postnatals), len(r.ChildChecks), len(r.Methods), len(r.Services), len(r.Records),
	} {
		if n > 0 {
			out |= 1 << i
		}
	}
	if r.Known() {
		out |= OfPerson
	}
	return out
}
