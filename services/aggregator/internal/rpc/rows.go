package rpc

import (
	"math/big"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/wire"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"google.golang.org/genproto/googleapis/type/date"
)

// rowMessage states one number with all that belongs to it.
func rowMessage(r *answers.Row) *aggregatorv1.CoverageRow {
	return rowOn(r, wire.DateProto(r.Day))
}

// rowOn is rowMessage with the row's day, which all rows of an answer share.
func rowOn(r *answers.Row, day *date.Date) *aggregatorv1.CoverageRow {
	out := &aggregatorv1.CoverageRow{
		Division: r.Place.Code, DivisionName: r.Place.Name, UnitId: r.Place.UnitID, UnitRole: aggregatorv1.UnitRole(r.Place.By),
		IndicatorId: r.ID, IndicatorName: r.Indicator.Name.Chinese, Kind: aggregatorv1.IndicatorKind(r.Indicator.Kind),
		Eligible: r.Eligible, Covered: r.Covered, HasRate: r.HasRate, Rate: r.Rate, Awaits: both(r.Awaits),
		AsOfDate: day, Plain: r.Plain, Unit: rateUnit(r), Value: r.Value(), Over: r.Over,
		Ratio: ratioMessage(r.Ratio), Lacking: lackMessages(r.Lacking),
	}
	if r.From != civil.None {
		out.PeriodFromDate = wire.DateProto(r.From)
	}
	if r.HasTarget {
		out.HasTarget, out.Target, out.TargetText, out.Gap = true, r.Target.Value(), r.Target.Written, int32(min(r.Gap, 1<<31-1))
	}
	for i := range r.Beside {
		out.Beside = append(out.Beside, rowOn(&r.Beside[i], day))
	}
	if r.Alternative != nil {
		out.Alternative = rowOn(r.Alternative, day)
	}
	return out
}

// rateUnit is numbered as the API's, with percent for what says nothing.
func rateUnit(r *answers.Row) aggregatorv1.RateUnit {
	return max(aggregatorv1.RateUnit(r.Indicator.Unit), aggregatorv1.RateUnit_RATE_UNIT_PERCENT)
}

func ratioMessage(r *answers.Ratio) *aggregatorv1.CoverageRatio {
	if r == nil {
		return nil
	}
	return &aggregatorv1.CoverageRatio{
		NumeratorText: both(r.NumeratorText), DenominatorText: both(r.DenominatorText),
		NumeratorTerms: termMessages(r.Numerator), DenominatorTerms: termMessages(r.Denominator),
		Numerator: exact(r.Num), Denominator: exact(r.Den),
	}
}

func termMessages(list []answers.Term) []*aggregatorv1.CoverageTerm {
	out := make([]*aggregatorv1.CoverageTerm, len(list))
	for i := range list {
		t := &list[i]
		out[i] = &aggregatorv1.CoverageTerm{
			IndicatorId: t.Indicator, FigureId: t.Figure, Division: t.Place.Code, UnitId: t.Place.UnitID, UnitRole: aggregatorv1.UnitRole(t.Place.By),
			Times: exact(t.Times), AsOfDate: wire.DateProto(t.Day), HasValue: t.Value != nil, Value: exact(t.Value),
			Missing: both(t.Missing), Source: t.Source,
		}
		if t.Indicator != "" {
			out[i].Set = aggregatorv1.MemberSet(t.Set())
		}
	}
	return out
}

// exact writes a number as 5 or 1/3; nothing for none.
func exact(n *big.Rat) string {
	if n == nil {
		return ""
	}
	return n.RatString()
}

func lackMessages(list []answers.Lack) []*aggregatorv1.SourceLack {
	var out []*aggregatorv1.SourceLack
	for _, l := range list {
		out = append(out, &aggregatorv1.SourceLack{Source: l.Source, Reason: aggregatorv1.SourceLackReason(l.Why), Behind: l.Behind})
	}
	return out
}
