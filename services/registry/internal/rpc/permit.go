package rpc

import (
	"context"
	"slices"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/permit"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/wire"
	"xinju.dev/services/registry/internal/core"
)

// GetPermitStanding implements registryv1.RegistryServiceServer.
func (r *Registry) GetPermitStanding(ctx context.Context, req *registryv1.GetPermitStandingRequest) (*registryv1.GetPermitStandingResponse, error) {
	var c wire.Check
	day := c.Date("as_of_date", req.GetAsOfDate(), !wire.Required)
	c.Time("known_time", req.GetKnownTime(), !wire.Required)
	c.Text("rule", req.GetRule(), 64, !wire.Required)
	if err := c.Err(); err != nil {
		return nil, err
	}
	if day == civil.None {
		day = r.today()
	}
	t, err := r.permitOf(ctx, req)
	if err != nil {
		return nil, err
	}
	rule, err := ruleOf(t, req.GetRule(), day)
	if err != nil {
		return nil, err
	}
	card := permit.Card{Issued: t.Issued, ValidUntil: t.ValidUntil, Endorsed: t.Endorsed, Lapsed: t.Lapsed, Cancelled: t.Cancelled}
	out := standingProto(rule.Standing(card, day))
	out.AsOfDate, out.CardLost, out.Rule = wire.DateProto(day), lostOn(t, day), ruleProto(rule)
	return &registryv1.GetPermitStandingResponse{Standing: out}, nil
}

func (r *Registry) permitOf(ctx context.Context, req *registryv1.GetPermitStandingRequest) (core.Permit, error) {
	read := func() (core.Resident, error) { return r.residents.Resident(ctx, req.GetResidentId()) }
	if known := wire.Time(req.GetKnownTime()); !known.IsZero() {
		read = func() (core.Resident, error) { return r.residents.KnownResident(ctx, req.GetResidentId(), known) }
	}
	resident, err := read()
	if err != nil {
		return core.Permit{}, err
	}
	i := slices.IndexFunc(resident.Permits, func(t core.Permit) bool { return t.ID == req.GetPermitId() })
	if i < 0 {
		return core.Permit{}, core.ErrPermit
	}
	return resident.Permits[i], nil
}

// ruleOf is the rule of a name, or that of the place that issued a permit.
func ruleOf(t core.Permit, name string, day civil.Date) (*permit.Rule, error) {
	rules, err := permit.Default()
	if err != nil {
		return nil, err
	}
	rule, ok := rules.ByID(name)
	if name == "" {
		rule, ok = rules.For(t.Division, day)
	}
	if !ok {
		return nil, core.ErrPermitRule
	}
	return rule, nil
}

// lostOn reports a card that was lost by a day and not made anew since.
func lostOn(t core.Permit, day civil.Date) bool {
	if t.Lost == civil.None || t.Lost > day {
		return false
	}
	return !slices.ContainsFunc(t.Reissued, func(d civil.Date) bool { return t.Lost <= d && d <= day })
}

var (
	stateProtos = map[permit.State]registryv1.PermitState{
		permit.NotIssued: registryv1.PermitState_PERMIT_STATE_NOT_ISSUED, permit.Holds: registryv1.PermitState_PERMIT_STATE_HOLDS,
		permit.Suspended: registryv1.PermitState_PERMIT_STATE_SUSPENDED, permit.Ended: registryv1.PermitState_PERMIT_STATE_ENDED,
	}
	causeWords = map[permit.Cause]string{
		permit.NotEndorsed: "NOT_ENDORSED", permit.Lapse: "LAPSED", permit.Cancel: "CANCELLED", permit.Expired: "EXPIRED", permit.MustAnew: "REGISTER_ANEW",
	}
	effectWords = map[permit.Verdict]string{permit.Bridged: "BRIDGED", permit.Resumed: "RESUMED", permit.Restarted: "RESTARTED"}
)

func standingProto(s permit.Standing) *registryv1.PermitStanding {
	out := &registryv1.PermitStanding{
		State: stateProtos[s.State], SinceDate: wire.DateProto(s.Since), Cause: causeWords[s.Cause],
		WindowFromDate: wire.DateProto(s.WindowFrom), WindowUntilDate: wire.DateProto(s.WindowUntil), BridgeUntilDate: wire.DateProto(s.BridgeUntil),
		ContinuousSinceDate: wire.DateProto(s.Continuous), CountedFromDate: wire.DateProto(s.Counted), CountedMonths: int32(s.Months),
		DeadlineBasis: s.Basis.String(),
	}
	if s.KeepUntil != civil.Forever {
		out.KeepUntilDate = wire.DateProto(s.KeepUntil)
	}
	for _, g := range s.Gaps {
		out.Gaps = append(out.Gaps, &registryv1.PermitGap{FromDate: wire.DateProto(g.From), UntilDate: wire.DateProto(g.Until), Effect: effectWords[g.Verdict]})
	}
	return out
}

func ruleProto(r *permit.Rule) *registryv1.PermitRule {
	return &registryv1.PermitRule{
		RuleId: r.ID, TextZh: r.Chinese, TextEn: r.English, Source: r.Source, Confidence: r.Confidence,
		ValidFromDate: wire.DateProto(r.From), ValidUntilDate: wire.DateProto(r.To), MovesRestDays: r.Rest != nil,
	}
}
