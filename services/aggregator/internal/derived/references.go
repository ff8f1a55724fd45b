package derived

import (
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/civil"
)

// references is the divisions and units that facts about residents mention. It
// only grows. nil means that it is not known (after a start with data), until a
// change of the tree asks for it.
type references map[string]struct{}

// addOf adds what one fact about a resident mentions.
func (r references) addOf(e feedfacts.Entry) error {
	if r == nil {
		return nil
	}
	x, err := feedfacts.Set{e}.WithoutTombstones().Resident("")
	if err == nil {
		r.addAll(x)
	}
	return err
}

// addRow adds what all facts under an identifier mention.
func (r references) addRow(row *store.ResidentRow) error {
	set, err := feedfacts.Decode(row.Facts)
	if err != nil {
		return err
	}
	x, err := set.WithoutTombstones().Resident(row.ID)
	if err == nil {
		r.addAll(x)
	}
	return err
}

func (r references) addAll(x *facts.Resident) {
	add := func(code string) {
		if code != "" {
			r[facts.Pad(code)] = struct{}{}
		}
	}
	for i := range x.Person.Hukou {
		add(x.Person.Hukou[i].Division)
	}
	for i := range x.Residences {
		add(x.Residences[i].Division)
	}
	for i := range x.Permits {
		add(x.Permits[i].Division)
	}
	for i := range x.Methods {
		add(x.Methods[i].Adopted)
	}
	for i := range x.Services {
		add(x.Services[i].Division)
	}
	for i := range x.Records {
		add(x.Records[i].Division)
	}
	eachUnit(x, func(id string) { r[unitRef(id)] = struct{}{} })
}

func eachUnit(x *facts.Resident, each func(id string)) {
	for i := range x.Archives {
		each(x.Archives[i].UnitID)
	}
	for i := range x.Educations {
		each(x.Educations[i].UnitID)
	}
	for i := range x.Cases {
		each(x.Cases[i].UnitID)
	}
	for i := range x.Certificates {
		each(x.Certificates[i].UnitID)
	}
	for i := range x.Doses {
		each(x.Doses[i].UnitID)
	}
	for i := range x.Pregnancies {
		each(x.Pregnancies[i].UnitID)
	}
	for i := range x.Antenatals {
		each(x.Antenatals[i].UnitID)
	}
	for i := range x.Deliveries {
		each(x.Deliveries[i].UnitID)
	}
	for i := range x.Postnatals {
		each(x.Postnatals[i].UnitID)
	}
	for i := range x.ChildChecks {
		each(x.ChildChecks[i].UnitID)
	}
	for i := range x.Methods {
		each(x.Methods[i].UnitID)
	}
	for i := range x.Services {
		each(x.Services[i].UnitID)
	}
	for i := range x.Records {
		each(x.Records[i].UnitID)
	}
}

// unitRef tells a unit from the code of a division.
func unitRef(id string) string { return "unit:" + id }

// touched says whether a change of these divisions and units can matter to somebody: some
// code that is mentioned leads, in the old tree or the new one, upwards or by
// its successors, to one of them.
func (r references) touched(changed map[string]struct{}, before, after divisions) bool {
	if len(changed) == 0 {
		return false
	}
	if r == nil {
		return true
	}
	for _, d := range []divisions{before, after} {
		seen := map[string]bool{}
		for code := range r {
			if d.leads(code, changed, seen, 0) {
				return true
			}
		}
	}
	return false
}

// divisions is the edges of a tree over all days: parents and successors, where
// units stand, and who manages a village: what the unit is credited with hangs
// where the unit stands.
type divisions map[string][]string

func divisionsOf(set feedfacts.Set) (divisions, error) {
	list, err := set.DivisionFacts()
	if err != nil {
		return nil, err
	}
	out := make(divisions, len(list))
	for i := range list {
		d := &list[i]
		out[d.Code] = append(append(out[d.Code], d.Successors...), d.Parent)
	}
	units, err := set.UnitFacts()
	for i := range units {
		out[unitRef(units[i].ID)] = []string{units[i].Division}
		for _, m := range units[i].Manages {
			if _, inTree := out[m.Division]; !inTree {
				out[m.Division] = digits(m.Division)
			}
			out[m.Division] = append(out[m.Division], unitRef(units[i].ID))
		}
	}
	return out, err
}

// digits is what a code outside of the tree is read to hang on.
func digits(code string) []string {
	chain, _ := facts.NewWorld(nil, nil).Home(code, civil.None)
	return chain[:]
}

// leads walks from a code to what it hangs on. A code that the tree lacks is
// read by its digits, so those codes count as well.
func (d divisions) leads(code string, changed map[string]struct{}, seen map[string]bool, depth int) bool {
	if code == "" || depth > 32 {
		return false
	}
	if known, ok := seen[code]; ok {
		return known
	}
	seen[code] = false
	_, hit := changed[code]
	next, inTree := d[code]
	if !inTree {
		next = digits(code)
	}
	for _, c := range next {
		hit = hit || d.leads(c, changed, seen, depth+1)
	}
	seen[code] = hit
	return hit
}
