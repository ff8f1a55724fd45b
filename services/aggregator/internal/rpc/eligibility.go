package rpc

import (
	"context"
	"slices"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/wire"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

// GetEligibility implements aggregatorv1.AggregatorServiceServer.
func (s *Server) GetEligibility(ctx context.Context, req *aggregatorv1.GetEligibilityRequest) (*aggregatorv1.GetEligibilityResponse, error) {
	var c wire.Check
	day := s.day(&c, "as_of_date", req.GetAsOfDate())
	if n := len(req.GetResidentId()); n == 0 || n > 64 {
		c.Refuse("resident_id", "必填，最多 64 个字符 required, at most 64 characters")
	}
	if len(req.GetRuleIds()) > maxItems {
		c.Refuse("rule_ids", "最多 200 个 at most 200")
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	resp := &aggregatorv1.GetEligibilityResponse{}
	var world *facts.World
	var packs *policy.Catalogue
	seen := map[string]bool{} // valid beyond the view
	resident, linked, err := s.book.Resident(ctx, req.GetResidentId(), func(v coverage.View) error {
		world, packs, resp.Positions = v.World(), v.Packs(), positions(v)
		for _, p := range packs.Packs() {
			for _, r := range p.Records {
				seen[r.Code] = v.Seen(r.Code)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	resp.ResidentId, resp.MergedResidentIds = resident.ID, linked
	pack, village, ok := packs.PackOf(resident, world, day)
	if !ok {
		return nil, answers.ErrNoPack
	}
	resp.PackId, resp.Division = pack.ID, village
	for _, id := range req.GetRuleIds() {
		if answers.Find(pack, id) == nil && !slices.ContainsFunc(pack.Rules, func(r policy.Rule) bool { return r.ID == id }) {
			return nil, notHere(packs, pack, id)
		}
	}
	for _, x := range packs.Explain(pack, resident, world, day, func(code string) bool { return seen[code] }) {
		if len(req.GetRuleIds()) == 0 || slices.Contains(req.GetRuleIds(), x.ID) {
			said := explained(&x)
			ind := answers.Find(pack, x.ID)
			said.Plain = ind != nil && ind.Plain
			resp.Rules = append(resp.Rules, said)
		}
	}
	return resp, nil
}

// notHere says of a rule or indicator whether another pack has it.
func notHere(packs *policy.Catalogue, pack *policy.Pack, id string) error {
	if isRule(packs, id) || slices.ContainsFunc(packs.Packs(), func(p *policy.Pack) bool { return answers.Find(p, id) != nil }) {
		return answers.ErrNotInPack.With("rule_id", id).With("pack_id", pack.ID)
	}
	return answers.ErrIndicator.With("rule_id", id)
}

func explained(x *policy.Explanation) *aggregatorv1.RuleEligibility {
	out := &aggregatorv1.RuleEligibility{
		RuleId: x.ID, Name: x.Name.Chinese, Kind: aggregatorv1.RuleKind(x.Kind),
		Eligible: x.Eligible, EligibleFromDate: wire.DateProto(x.From), EligibleUntilDate: wire.DateProto(last(x.To)),
		Covered: x.Covered, NextChangeDate: wire.DateProto(x.NextChange), Reason: both(x.Reason),
		Why: node(x.Why), WhyCovered: node(x.WhyCovered), Awaits: both(x.Awaits),
	}
	for _, c := range x.Citations {
		out.Citations = append(out.Citations, &aggregatorv1.Citation{Document: c.Document, Clause: c.Clause, Text: c.Text})
	}
	return out
}

func node(n *policy.Node) *aggregatorv1.Node {
	if n == nil {
		return nil
	}
	out := &aggregatorv1.Node{
		Predicate: n.Predicate, Text: both(n.Text), Holds: n.Holds,
		FromDate: wire.DateProto(n.From), UntilDate: wire.DateProto(last(n.To)),
	}
	for _, f := range n.Facts {
		out.Facts = append(out.Facts, &aggregatorv1.UsedFact{Kind: f.Kind, FactId: f.ID, Text: both(f.Text)})
	}
	for _, child := range n.Children {
		out.Children = append(out.Children, node(child))
	}
	return out
}
