package rpc

import (
	"xinju.dev/services/aggregator/internal/report"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/wire"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

func reportMessage(r *report.Report) *aggregatorv1.Report {
	c := r.Content
	out := &aggregatorv1.Report{
		ReportId: r.ID, State: aggregatorv1.ReportState(r.State), Title: c.Title, Division: c.Division, DivisionName: c.DivisionName,
		AsOfDate: wire.DateProto(c.AsOf), GroupLevel: int32(c.GroupLevel), WithLists: c.WithLists, PackId: c.PackID, StateDigest: c.State,
		Digest: r.Digest, LineCount: c.Lines, Creator: c.CreatedBy, CreateTime: wire.TimeProto(c.Created), FreezeTime: wire.TimeProto(c.Frozen),
		FailureReason: r.Failure, FailureText: r.Text,
	}
	for i := range c.Numbers {
		out.Numbers = append(out.Numbers, reportNumber(c, &c.Numbers[i]))
	}
	for _, p := range c.Packs {
		out.Packs = append(out.Packs, &aggregatorv1.ReportPack{PackId: p.ID, Version: int32(p.Version), Digest: p.Digest})
	}
	for _, p := range c.Positions {
		out.Positions = append(out.Positions, &aggregatorv1.FeedPosition{Source: p.Source, Epoch: p.Epoch, Position: p.Position, Head: p.Head, Alarm: p.Alarm})
	}
	for _, s := range r.Signoffs {
		out.Signoffs = append(out.Signoffs, &aggregatorv1.ReportSignoff{
			Role: s.Role, Name: s.Name, SignDate: wire.DateProto(s.On), Remark: s.Remark, Digest: s.Digest, CreateTime: wire.TimeProto(s.At), Creator: s.By,
		})
	}
	return out
}

func reportNumber(c *report.Content, n *report.Number) *aggregatorv1.ReportNumber {
	row := &aggregatorv1.CoverageRow{
		Division: n.Division, DivisionName: n.DivisionName, IndicatorId: n.Indicator, IndicatorName: n.Name, Kind: aggregatorv1.IndicatorKind(n.Kind),
		Eligible: n.Eligible, Covered: n.Covered, HasRate: n.HasRate, Rate: n.Rate, HasTarget: n.HasTarget, Target: n.Target, TargetText: n.TargetText,
		Gap: int32(min(n.Gap, 1<<31-1)), HasGap: n.HasGap(), Awaits: n.Awaits, AsOfDate: wire.DateProto(n.Day), Plain: n.Plain,
		Unit: aggregatorv1.RateUnit(n.Unit), Value: n.Read, Headline: n.Headline, NotCounted: n.NotCounted,
	}
	if n.From != civil.None {
		row.PeriodFromDate = wire.DateProto(n.From)
	}
	return &aggregatorv1.ReportNumber{
		Row: row, Level: int32(n.Level), ValueText: n.Value, Numerator: n.Num, Denominator: n.Den, ListCommand: report.ListCommand(c, n),
	}
}

// ratioAsFrozen is what a ratio of a report was computed from; of a report of before
// its sides alone.
func ratioAsFrozen(n *report.Number) *aggregatorv1.CoverageRatio {
	out := &aggregatorv1.CoverageRatio{Numerator: n.Num, Denominator: n.Den}
	if r := n.Of; r != nil {
		out.NumeratorText, out.DenominatorText = r.NumeratorText, r.DenominatorText
		out.NumeratorTerms, out.DenominatorTerms = termsAsFrozen(n, r.Numerator), termsAsFrozen(n, r.Denominator)
	}
	return out
}

func termsAsFrozen(n *report.Number, list []report.Term) []*aggregatorv1.CoverageTerm {
	out := make([]*aggregatorv1.CoverageTerm, len(list))
	for i := range list {
		t := &list[i]
		out[i] = &aggregatorv1.CoverageTerm{
			IndicatorId: t.Indicator, Set: aggregatorv1.MemberSet(t.Set), FigureId: t.Figure, Division: n.Division, Times: t.Times, AsOfDate: wire.DateProto(t.Day),
			HasValue: t.Value != "", Value: t.Value, Missing: t.Missing, Source: t.Source, Unreachable: t.Unreachable, KnownTime: wire.TimeProto(t.Known),
		}
	}
	return out
}

// lineMessage is a line as ListMembers shows it.
func lineMessage(l *report.Line) *aggregatorv1.Member {
	if l == nil {
		return nil
	}
	out := &aggregatorv1.Member{
		ResidentId: l.ResidentID, Village: l.Village, UnitId: l.UnitID, SinceDate: wire.DateProto(l.From), UntilDate: wire.DateProto(last(l.To)), Covered: l.Covered,
		Weight: l.Weight,
	}
	if l.EventID != "" {
		out.EventId, out.EventDate = l.EventID, wire.DateProto(l.On)
	}
	return out
}

// evidenceMessage is the record that covers a line; nil for none.
func evidenceMessage(e *report.Evidence) *aggregatorv1.ReportEvidence {
	if e.ID == "" {
		return nil
	}
	return &aggregatorv1.ReportEvidence{Kind: e.Kind, RecordId: e.ID, RecordDate: wire.DateProto(e.On), UnitId: e.UnitID}
}

func reportFacts(p *report.Person) []*aggregatorv1.ReportFact {
	out := make([]*aggregatorv1.ReportFact, len(p.Facts))
	for i, f := range p.Facts {
		out[i] = &aggregatorv1.ReportFact{Kind: f.Kind, FactId: f.ID, Version: f.Version, RecordedDate: wire.DateProto(f.Recorded), OwnerId: f.Owner}
	}
	return out
}

func causeMessages(list []report.Cause) []*aggregatorv1.ReportCause {
	out := make([]*aggregatorv1.ReportCause, len(list))
	for i, c := range list {
		out[i] = &aggregatorv1.ReportCause{
			Kind: aggregatorv1.ReportCauseKind(c.Kind), FactKind: c.FactKind, SubjectId: c.Subject, VersionBefore: c.Before, VersionAfter: c.After,
			RecordedDate: wire.DateProto(c.Recorded), Text: c.Text,
		}
	}
	return out
}
