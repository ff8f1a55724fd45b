package rpc

import (
	"context"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/wire"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

var packsFilter = []byte("policy packs")

// ListPolicyPacks implements aggregatorv1.AggregatorServiceServer.
func (s *Server) ListPolicyPacks(_ context.Context, req *aggregatorv1.ListPolicyPacksRequest) (*aggregatorv1.ListPolicyPacksResponse, error) {
	q := page.Query{Size: int(req.GetPageSize()), Token: req.GetPageToken()}
	limit, err := q.Limit()
	if err != nil {
		return nil, err
	}
	after, err := q.Key(packsFilter)
	if err != nil {
		return nil, err
	}
	packs, err := s.packs()
	if err != nil {
		return nil, err
	}
	resp := &aggregatorv1.ListPolicyPacksResponse{}
	for _, p := range packs.Packs() {
		if p.ID <= after {
			continue
		}
		if len(resp.Packs) == limit {
			resp.NextPageToken = page.Encode(packsFilter, resp.Packs[limit-1].GetPackId())
			break
		}
		resp.Packs = append(resp.Packs, packMessage(p))
	}
	return resp, nil
}

// GetPolicyPack implements aggregatorv1.AggregatorServiceServer.
func (s *Server) GetPolicyPack(_ context.Context, req *aggregatorv1.GetPolicyPackRequest) (*aggregatorv1.GetPolicyPackResponse, error) {
	packs, err := s.packs()
	if err != nil {
		return nil, err
	}
	p, ok := packs.Pack(req.GetPackId())
	if !ok {
		return nil, ErrPack
	}
	out := packMessage(p)
	out.SourceYaml = string(p.Source)
	return &aggregatorv1.GetPolicyPackResponse{Pack: out}, nil
}

func packMessage(p *policy.Pack) *aggregatorv1.PolicyPack {
	out := &aggregatorv1.PolicyPack{
		PackId: p.ID, Version: int32(p.Version), Name: p.Name.Chinese, Jurisdiction: p.Jurisdiction, Extends: p.Extends,
		ValidFromDate: wire.DateProto(p.From), ValidUntilDate: wire.DateProto(last(p.To)), HeadlineIds: p.Headlines,
	}
	for i := range p.Rules {
		r := &p.Rules[i]
		out.Items = append(out.Items, &aggregatorv1.PackItem{
			ItemId: r.ID, Name: r.Name.Chinese, Kind: aggregatorv1.RuleKind_RULE_KIND_RULE, Awaits: both(r.Awaits), InheritedFrom: r.InheritedFrom,
		})
	}
	for i := range p.Indicators {
		ind := &p.Indicators[i]
		item := &aggregatorv1.PackItem{
			ItemId: ind.ID, Name: ind.Name.Chinese, Kind: aggregatorv1.RuleKind_RULE_KIND_INDICATOR, Awaits: both(ind.Awaits), InheritedFrom: ind.InheritedFrom,
		}
		if n := len(ind.Targets); n > 0 {
			item.TargetText = ind.Targets[n-1].Shown()
		}
		out.Items = append(out.Items, item)
	}
	return out
}

const maxPack = 1 << 20 // bytes

// packs is the packs of the present state.
func (s *Server) packs() (packs *policy.Catalogue, err error) {
	err = s.book.Look(func(v coverage.View) error {
		packs = v.Packs()
		return nil
	})
	return packs, err
}

// ValidatePolicyPack implements aggregatorv1.AggregatorServiceServer.
func (s *Server) ValidatePolicyPack(_ context.Context, req *aggregatorv1.ValidatePolicyPackRequest) (*aggregatorv1.ValidatePolicyPackResponse, error) {
	packs, err := s.packs()
	if err != nil {
		return nil, err
	}
	return Validate(packs, req)
}

// Validate is ValidatePolicyPack against these packs.
func Validate(packs *policy.Catalogue, req *aggregatorv1.ValidatePolicyPackRequest) (*aggregatorv1.ValidatePolicyPackResponse, error) {
	var c wire.Check
	if n := len(req.GetSourceYaml()); n == 0 || n > maxPack {
		c.Refuse("source_yaml", "必填，最大 1 MiB required, at most 1 MiB")
		return nil, c.Err()
	}
	problems, cases := packs.Validate([]byte(req.GetSourceYaml()))
	resp := &aggregatorv1.ValidatePolicyPackResponse{CasesRun: int32(cases)}
	for _, p := range problems {
		resp.Problems = append(resp.Problems, &aggregatorv1.PackProblem{Line: int32(p.Line), Path: p.Path, Text: both(p.Text)})
	}
	return resp, nil
}
