package answers

import (
	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
)

// Faults of what is asked for.
var (
	ErrIndicator = fault.New(fault.NotFound, "INDICATOR_NOT_FOUND", "no policy pack has this indicator", "没有政策包包含该指标")
	ErrNoList    = fault.New(fault.Precondition, "INDICATOR_HAS_NO_LIST", "the indicator is computed from others: open the lists of its terms", "该指标由其他指标算出，没有自己的名单：请打开各构成项的名单")
	ErrNotInPack = fault.New(fault.NotFound, "INDICATOR_NOT_IN_PACK", "the policy pack in force there does not have this rule or indicator", "当地当日的政策包没有该规则或指标")
	ErrNoPack    = fault.New(fault.NotFound, "NO_PACK_IN_FORCE", "no policy pack is in force there on that day", "该地该日没有生效的政策包")
)

// PackFor returns the pack that governs a division on a day; of a division that
// does not exist on the day it is the one of its nearest state. It fails with
// DIVISION_NOT_FOUND, NO_PACK_IN_FORCE.
func PackFor(v coverage.View, code string, day civil.Date) (*policy.Pack, error) {
	w, packs := v.World(), v.Packs()
	d, known := w.Any(code, day)
	if !known {
		return nil, fault.DivisionNotFound.With("division", code)
	}
	if p, ok := packs.PackFor(w, code, day); ok {
		return p, nil
	}
	on := max(d.From, 1)
	if d.Until != civil.None && d.Until < day {
		on = d.Until
	}
	if on != day {
		if p, ok := packs.PackFor(w, code, on); ok {
			return p, nil
		}
	}
	return nil, ErrNoPack.With("division", code)
}

// Column is one indicator asked for.
type Column struct {
	*policy.Indicator
	Key  ledger.Key
	pack *policy.Pack // that has it so
}

// TermOf is an indicator whose number a ratio takes, of its day or of the start of
// its period.
type TermOf struct {
	Indicator string
	Start     bool
}

// EachTerm calls each for every indicator whose number a ratio takes, and for those
// of ratios among them.
func (c *Column) EachTerm(each func(TermOf)) {
	for _, side := range [...]*policy.Side{&c.Numerator, &c.Denominator} {
		for i := range side.Terms {
			t := &side.Terms[i]
			if t.Figure != "" {
				continue
			}
			of := Column{Indicator: &c.pack.Indicators[t.Index], pack: c.pack}
			each(TermOf{of.ID, false})
			if t.Average {
				each(TermOf{of.ID, true})
			}
			of.EachTerm(each)
		}
	}
}

// Indicator finds an indicator in a pack or, failing that, in any pack: a
// province may ask for what only its counties count. It fails with
// INDICATOR_NOT_FOUND.
func Indicator(v coverage.View, p *policy.Pack, id string) (Column, error) {
	key, known := v.Deriver().Key(id)
	if !known {
		return Column{}, ErrIndicator.With("indicator_id", id)
	}
	if ind := Find(p, id); ind != nil {
		return Column{ind, key, p}, nil
	}
	for _, other := range v.Packs().Packs() {
		if ind := Find(other, id); ind != nil {
			return Column{ind, key, other}, nil
		}
	}
	return Column{}, ErrIndicator.With("indicator_id", id)
}

// Find returns an indicator of a pack, nil when it has none of that name.
func Find(p *policy.Pack, id string) *policy.Indicator {
	for i := range p.Indicators {
		if p.Indicators[i].ID == id {
			return &p.Indicators[i]
		}
	}
	return nil
}

// Headlines returns the indicators that the pack shows first, in its order.
func Headlines(v coverage.View, p *policy.Pack) []Column {
	out := make([]Column, 0, len(p.Headlines))
	for _, id := range p.Headlines {
		key, _ := v.Deriver().Key(id)
		out = append(out, Column{Find(p, id), key, p})
	}
	return out
}

// Columns returns the indicators asked for, all of the pack when none is named.
// It fails with INDICATOR_NOT_FOUND.
func Columns(v coverage.View, p *policy.Pack, ids []string) ([]Column, error) {
	if len(ids) == 0 {
		out := make([]Column, 0, len(p.Indicators))
		for i := range p.Indicators {
			ind := &p.Indicators[i]
			if ind.AlternativeOf != "" {
				continue // shown with the one that it belongs to
			}
			key, _ := v.Deriver().Key(ind.ID)
			out = append(out, Column{ind, key, p})
		}
		return out, nil
	}
	out := make([]Column, 0, len(ids))
	for _, id := range ids {
		c, err := Indicator(v, p, id)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}
