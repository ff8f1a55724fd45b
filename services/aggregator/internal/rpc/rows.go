package rpc

import (
	"math/big"

	"xinju.dev/services/aggregator/internal/answers"
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
	out := &aggregatorv1.CoverageRow{}
	rowInto(out, r, day, wire.DateProto(r.From))
	return out
}

// rowInto fills an empty message.
func rowInto(out *aggregatorv1.CoverageRow, r *answers.Row, day, from *date.Date) {
	out.Division, out.DivisionName, out.UnitId, out.UnitRole = r.Place.Code, r.Place.Name, r.Place.UnitID, aggregatorv1.UnitRole(r.Place.By)
	out.IndicatorId, out.IndicatorName, out.Kind = r.ID, r.Indicator.Name.Chinese, aggregatorv1.IndicatorKind(r.Indicator.Kind)
	out.Eligible, out.Covered, out.HasRate, out.Rate = r.Eligible, r.Covered, r.HasRate, r.Rate
	out.AsOfDate, out.PeriodFromDate, out.Plain, out.Unit, out.Value, out.Over = day, from, r.Plain, rateUnit(r), r.Value(), r.Over
	out.Awaits, out.Ratio, out.Lacking, out.HasGap = both(r.Awaits), ratioMessage(r.Ratio), lackMessages(r.Lacking), r.HasGap()
	out.Better, out.NotCounted = aggregatorv1.BetterWay(r.Better), r.NotCounted
	out.Headline = r.Indicator.Headline
	if r.HasTarget {
		out.HasTarget, out.Target, out.TargetText, out.Gap = true, r.Target.Value(), r.Target.Shown(), int32(min(r.Gap, 1<<31-1))
	}
	for i := range r.Beside {
		out.Beside = append(out.Beside, rowOn(&r.Beside[i], day))
	}
	if r.Alternative != nil {
		out.Alternative = rowOn(r.Alternative, day)
	}
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
			Missing: both(t.Missing), Source: t.Source, Unreachable: t.Unreachable, KnownTime: wire.TimeProto(t.Known),
		}
		if t.Indicator != "" && !t.OfRatio {
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
