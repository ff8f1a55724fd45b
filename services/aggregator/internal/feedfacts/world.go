package feedfacts

import (
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	"xinju.dev/services/aggregator/internal/facts"
)

// World returns the divisions and units among the facts that hold.
func (s Set) World() (*facts.World, error) {
	var divisions []facts.Division
	var units []facts.Unit
	for i := range s {
		e := &s[i]
		if e.Deleted {
			continue
		}
		switch e.Kind {
		case feedv1.FactKind_FACT_KIND_DIVISION:
			d, err := e.division()
			if err != nil {
				return nil, err
			}
			divisions = append(divisions, d)
		case feedv1.FactKind_FACT_KIND_UNIT:
			u, err := e.unit()
			if err != nil {
				return nil, err
			}
			units = append(units, u)
		}
	}
	return facts.NewWorld(divisions, units), nil
}

// DivisionFacts returns the divisions that hold.
func (s Set) DivisionFacts() ([]facts.Division, error) {
	var out []facts.Division
	for i := range s {
		if e := &s[i]; !e.Deleted && e.Kind == feedv1.FactKind_FACT_KIND_DIVISION {
			d, err := e.division()
			if err != nil {
				return nil, err
			}
			out = append(out, d)
		}
	}
	return out, nil
}

// UnitFacts returns the units that hold.
func (s Set) UnitFacts() ([]facts.Unit, error) {
	var out []facts.Unit
	for i := range s {
		if e := &s[i]; !e.Deleted && e.Kind == feedv1.FactKind_FACT_KIND_UNIT {
			u, err := e.unit()
			if err != nil {
				return nil, err
			}
			out = append(out, u)
		}
	}
	return out, nil
}

func (e *Entry) division() (facts.Division, error) {
	var m feedv1.DivisionFact
	if err := e.read(&m); err != nil {
		return facts.Division{}, err
	}
	return facts.Division{
		Key: e.key(), Code: m.GetCode(), Name: m.GetName(), Level: facts.Level(m.GetLevel()), Parent: m.GetParent(),
		From: day(m.GetValidFromYmd()), Until: day(m.GetValidUntilYmd()), Successors: m.GetSuccessors(),
	}, nil
}

func (e *Entry) unit() (facts.Unit, error) {
	var m feedv1.UnitFact
	if err := e.read(&m); err != nil {
		return facts.Unit{}, err
	}
	u := facts.Unit{Key: e.key(), Name: m.GetName(), Kind: m.GetKind(), Division: m.GetDivision()}
	for _, x := range m.GetManages() {
		u.Manages = append(u.Manages, facts.Managed{Division: x.GetDivision(), From: day(x.GetFromYmd()), Until: day(x.GetUntilYmd())})
	}
	return u, nil
}
