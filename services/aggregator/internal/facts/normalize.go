package facts

import (
	"cmp"
	"slices"
)

// Normalize puts every slice into the order of fact ids, so that the same facts
// in any order of arrival are the same value.
func (r *Resident) Normalize() {
	slices.Sort(r.Person.Flags)
	byKey(r.Residences, func(x *Residence) Key { return x.Key })
	byKey(r.Permits, func(x *Permit) Key { return x.Key })
	byKey(r.Relations, func(x *Relation) Key { return x.Key })
	byKey(r.Archives, func(x *Archive) Key { return x.Key })
	byKey(r.Educations, func(x *Education) Key { return x.Key })
	byKey(r.Cases, func(x *Case) Key { return x.Key })
	byKey(r.Certificates, func(x *Certificate) Key { return x.Key })
	byKey(r.Doses, func(x *Dose) Key { return x.Key })
	byKey(r.Pregnancies, func(x *Pregnancy) Key { return x.Key })
	byKey(r.Antenatals, func(x *Antenatal) Key { return x.Key })
	byKey(r.Deliveries, func(x *Delivery) Key { return x.Key })
	byKey(r.Postnatals, func(x *Postnatal) Key { return x.Key })
	byKey(r.ChildChecks, func(x *ChildCheck) Key { return x.Key })
	byKey(r.Methods, func(x *Method) Key { return x.Key })
	byKey(r.Services, func(x *Service) Key { return x.Key })
	byKey(r.Records, func(x *Record) Key { return x.Key })
	slices.SortFunc(r.Others, func(a, b *Resident) int { return cmp.Compare(a.ID, b.ID) })
	for _, o := range r.Others {
		o.Normalize()
	}
}

func byKey[T any](s []T, key func(*T) Key) {
	slices.SortFunc(s, func(a, b T) int { return cmp.Compare(key(&a).ID, key(&b).ID) })
}
