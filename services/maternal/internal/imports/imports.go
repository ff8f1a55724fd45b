// Package imports says what rows of files are to the maternal service:
// pregnancies, visits and checks of children that are recorded elsewhere. It
// reads, compares and finds the pregnancy of a visit; what becomes of a row is
// decided by platform/recordintake.
package imports

import (
	_ "embed"

	"xinju.dev/services/maternal/internal/core"
	"xinju.dev/services/maternal/internal/store"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordintake"
)

var (
	//go:embed pregnancies.yaml
	pregnanciesYAML []byte
	//go:embed antenatal.yaml
	antenatalYAML []byte
	//go:embed postnatal.yaml
	postnatalYAML []byte
	//go:embed checks.yaml
	checksYAML []byte
)

const kindPregnancies = "pregnancies"

// Limits of what a form can say.
const (
	mostWeeks     = 45
	mostAgeMonths = 18*12 - 1
	mostKG        = 200
	mostCM        = 250
)

// Kinds are the kinds of record that come as files.
func Kinds(s store.Stores) ([]*recordintake.Kind, error) {
	var out []*recordintake.Kind
	for _, make := range []func(store.Stores) (*recordintake.Kind, error){pregnancies, antenatals, postnatals, checks} {
		k, err := make(s)
		if err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, nil
}

func pregnancies(s store.Stores) (*recordintake.Kind, error) {
	return recordintake.Of(recordintake.Spec[core.Pregnancy, store.PregnancyRow]{
		Name: kindPregnancies, Columns: pregnanciesYAML, Store: s.Pregnancies.Store,
		Base: func(p *core.Pregnancy) *record.Base { return &p.Base },
		Unit: func(p *core.Pregnancy) *string { return &p.UnitID },
		Read: pregnancy,
		Same: func(a, b core.Pregnancy) bool {
			return a.Registered == b.Registered || a.LMP != civil.None && a.LMP == b.LMP
		},
		Keep: func(p *core.Pregnancy, before core.Pregnancy) {
			if p.Due == civil.None {
				p.Complete(nil)
			}
		},
		Void: s.Pregnancies.Void,
	})
}

func pregnancy(r *recordintake.Reader) core.Pregnancy {
	p := core.Pregnancy{
		Registered: r.Past("registered_date", recordintake.Needed), LMP: r.Past("last_menstrual_date", !recordintake.Needed), Due: r.Day("due_date", !recordintake.Needed),
		Risk: r.Number("risk", !recordintake.Needed), Ended: r.Past("ended_date", !recordintake.Needed), Outcome: core.Outcome(r.Number("outcome", !recordintake.Needed)),
	}
	r.After("last_menstrual_date", p.Registered, p.LMP)
	r.After("due_date", p.Due, p.LMP)
	r.After("ended_date", p.Ended, p.LMP)
	switch {
	case p.Ended != civil.None && p.Outcome == core.Ongoing:
		r.Refuse("outcome", recordintake.ErrValueMissing)
	case p.Ended == civil.None && p.Outcome != core.Ongoing:
		r.Refuse("ended_date", recordintake.ErrValueMissing)
	}
	return p
}

func antenatals(s store.Stores) (*recordintake.Kind, error) {
	return recordintake.Of(recordintake.Spec[core.Antenatal, store.AntenatalRow]{
		Name: "antenatal-visits", Columns: antenatalYAML, Store: s.Antenatals,
		Base: func(v *core.Antenatal) *record.Base { return &v.Base },
		Unit: func(v *core.Antenatal) *string { return &v.UnitID },
		Read: func(r *recordintake.Reader) core.Antenatal {
			r.Text(fieldPregnancy, 64, !recordintake.Needed)
			return core.Antenatal{On: r.Past("visit_date", recordintake.Needed), Week: r.Count("gestational_week", 0, mostWeeks)}
		},
		Same: func(a, b core.Antenatal) bool { return a.On == b.On },
		Keep: func(v *core.Antenatal, before core.Antenatal) {
			if v.Week == 0 && v.On == before.On {
				v.Week = before.Week
			}
		},
		Place: placing(s, func(v *core.Antenatal) place { return place{v.ResidentID, &v.PregnancyID, v.On, false} }),
	})
}

func postnatals(s store.Stores) (*recordintake.Kind, error) {
	return recordintake.Of(recordintake.Spec[core.Postnatal, store.PostnatalRow]{
		Name: "postnatal-visits", Columns: postnatalYAML, Store: s.Postnatals,
		Base: func(v *core.Postnatal) *record.Base { return &v.Base },
		Unit: func(v *core.Postnatal) *string { return &v.UnitID },
		Read: func(r *recordintake.Reader) core.Postnatal {
			r.Text(fieldPregnancy, 64, !recordintake.Needed)
			return core.Postnatal{On: r.Past("visit_date", recordintake.Needed), Kind: r.Number("kind", recordintake.Needed)}
		},
		Same:  func(a, b core.Postnatal) bool { return a.On == b.On && a.Kind == b.Kind },
		Place: placing(s, func(v *core.Postnatal) place { return place{v.ResidentID, &v.PregnancyID, v.On, true} }),
	})
}

func checks(s store.Stores) (*recordintake.Kind, error) {
	return recordintake.Of(recordintake.Spec[core.ChildCheck, store.CheckRow]{
		Name: "child-checks", Columns: checksYAML, Store: s.Checks,
		Base: func(c *core.ChildCheck) *record.Base { return &c.Base },
		Unit: func(c *core.ChildCheck) *string { return &c.UnitID },
		Read: func(r *recordintake.Reader) core.ChildCheck {
			return core.ChildCheck{
				On: r.Past("check_date", recordintake.Needed), Kind: r.Number("kind", recordintake.Needed), AgeMonths: r.Count("age_months", 0, mostAgeMonths),
				WeightKG: r.Measure("weight_kg", mostKG), HeightCM: r.Measure("height_cm", mostCM),
			}
		},
		Same: func(a, b core.ChildCheck) bool { return a.On == b.On && a.Kind == b.Kind },
	})
}
