package rpc

import (
	"context"
	"slices"
	"time"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/wire"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"google.golang.org/grpc"
)

const (
	defaultChanges = 1000
	maxChanges     = 10_000
	whatIfPart     = 200 // numbers or changes in one message
	progressEvery  = 200 * time.Millisecond
)

// WhatIf implements aggregatorv1.PolicyPackServiceServer.
func (s *PackServer) WhatIf(req *aggregatorv1.WhatIfRequest, stream grpc.ServerStreamingServer[aggregatorv1.WhatIfResponse]) error {
	q, err := s.whatIf(req)
	if err != nil {
		return err
	}
	id := req.GetTrialId()
	if id != "" {
		if q.Source, err = s.trials.Find(stream.Context(), id); err != nil {
			return err
		}
	}
	began, told := time.Now(), time.Time{}
	ctx, cancel := context.WithCancel(stream.Context())
	defer cancel()
	out, err := s.book.WhatIf(ctx, q, func(done, total int64) error {
		if time.Since(told) < progressEvery && done < total {
			return nil
		}
		told = time.Now()
		p := &aggregatorv1.WhatIfProgress{Done: done, Total: total}
		if past := time.Since(began).Seconds(); past > 0 {
			p.Rate = float64(done) / past
		}
		return stream.Send(&aggregatorv1.WhatIfResponse{Progress: p})
	})
	if err != nil {
		return err
	}
	took := time.Since(began)
	if id == "" {
		if id, err = s.trials.Keep(ctx, q.Source); err != nil {
			return err
		}
	}
	return sendTried(stream, &q, &out, id, took)
}

func (s *PackServer) whatIf(req *aggregatorv1.WhatIfRequest) (coverage.WhatIf, error) {
	var c wire.Check
	switch {
	case req.GetTrialId() == "":
		source(&c, req.GetSourceYaml())
	case req.GetSourceYaml() != "":
		c.Refuse("trial_id", "与 source_yaml 只填其一 either it or source_yaml")
	}
	c.Text("trial_id", req.GetTrialId(), maxPackID, false)
	part := coverage.TriedPart(c.Enum("list", int32(req.GetList()), aggregatorv1.WhatIfList_name, false))
	if part != 0 && req.GetEveryone() {
		c.Refuse("everyone", "不与 list 同用 not with list")
	}
	division(&c, "division", req.GetDivision())
	day := c.Date("as_of_date", req.GetAsOfDate(), false)
	undated := day == civil.None
	if undated {
		day = civil.DateOf(s.now())
	}
	level := c.Range("group_level", req.GetGroupLevel(), 0, int32(facts.Village))
	limit := int(req.GetMaxPeople())
	switch {
	case limit == 0:
		limit = defaultChanges
	case limit > maxChanges:
		c.Refuse("max_people", "最多 10000 at most 10,000")
	}
	if len(req.GetIndicatorIds()) > maxItems {
		c.Refuse("indicator_ids", "最多 200 个 at most 200")
	}
	return coverage.WhatIf{
		Source: []byte(req.GetSourceYaml()), Division: req.GetDivision(), Day: day, Undated: undated, GroupLevel: facts.Level(level), Limit: max(limit, 0),
		Indicators: req.GetIndicatorIds(), Everyone: req.GetEveryone(), Part: part, After: req.GetAfterResidentId(),
	}, c.Err()
}

// sendTried sends the answer in parts; its file is kept as trialID.
func sendTried(stream grpc.ServerStreamingServer[aggregatorv1.WhatIfResponse], q *coverage.WhatIf, out *coverage.Tried, trialID string, took time.Duration) error {
	for part := range slices.Chunk(out.Numbers, whatIfPart) {
		m := &aggregatorv1.WhatIfResponse{TrialId: trialID}
		for i := range part {
			m.Numbers = append(m.Numbers, numberMessage(out.World, &part[i], out.Day))
		}
		if err := stream.Send(m); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(out.People, whatIfPart) {
		m := &aggregatorv1.WhatIfResponse{}
		for i := range part {
			m.People = append(m.People, changeMessage(&part[i]))
		}
		if err := stream.Send(m); err != nil {
			return err
		}
	}
	sum := &aggregatorv1.WhatIfSummary{
		Division: q.Division, IndicatorIds: q.Indicators, TrialId: trialID,
		PackId: out.Pack.ID, AsOfDate: wire.DateProto(out.Day), Residents: out.Residents,
		TotalChanges: out.Total, ListedChanges: int64(len(out.People)), More: out.More, Seconds: took.Seconds(),
	}
	for _, f := range out.Following {
		sum.Positions = append(sum.Positions, &aggregatorv1.FeedPosition{Source: f.Source, Epoch: f.Epoch, Position: f.Position, Head: f.Head, Alarm: f.Alarm})
	}
	return stream.Send(&aggregatorv1.WhatIfResponse{Summary: sum})
}

func numberMessage(w *facts.World, n *coverage.NumberChange, day civil.Date) *aggregatorv1.WhatIfNumber {
	out := &aggregatorv1.WhatIfNumber{
		Division: n.Division, DivisionName: w.Name(n.Division, day), IndicatorId: n.Indicator, IndicatorName: n.Name,
		OldEligible: n.Old.Eligible, OldCovered: n.Old.Covered, NewEligible: n.New.Eligible, NewCovered: n.New.Covered, Changes: int32(n.Changes),
		OldPlain: n.Plain.Old, NewPlain: n.Plain.New, AsOfDate: wire.DateProto(day),
	}
	out.HasOldRate, out.OldRate = rateOf(n.Old, n.Plain.Old)
	out.HasNewRate, out.NewRate = rateOf(n.New, n.Plain.New)
	return out
}

func rateOf(n ledger.Count, plain bool) (bool, float64) {
	if n.Eligible == 0 || plain {
		return false, 0
	}
	return true, float64(n.Covered) / float64(n.Eligible)
}

func changeMessage(x *coverage.CountChange) *aggregatorv1.WhatIfChange {
	return &aggregatorv1.WhatIfChange{
		ResidentId: x.ResidentID, IndicatorId: x.Indicator, EventId: x.EventID, Village: x.Village,
		OldState: countedAs(x.Old, x.Plain.Old), NewState: countedAs(x.New, x.Plain.New),
		OldEligible: x.Old.Eligible, NewEligible: x.New.Eligible, OldCovered: x.Old.Covered, NewCovered: x.New.Covered,
		Reason: both(x.Reason),
	}
}

func countedAs(n ledger.Count, plain bool) aggregatorv1.WhatIfState {
	switch {
	case n.Eligible == 0:
		return aggregatorv1.WhatIfState_WHAT_IF_STATE_OUT
	case plain:
		return aggregatorv1.WhatIfState_WHAT_IF_STATE_COUNTED
	case n.Covered == 0:
		return aggregatorv1.WhatIfState_WHAT_IF_STATE_UNCOVERED
	}
	return aggregatorv1.WhatIfState_WHAT_IF_STATE_COVERED
}
