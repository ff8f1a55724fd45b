package rpc

import (
	"context"
	"slices"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/chase"
	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/wire"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"google.golang.org/protobuf/proto"
)

// RecordChaseOutcome implements aggregatorv1.ChaseServiceServer.
func (s *ChaseServer) RecordChaseOutcome(ctx context.Context, req *aggregatorv1.RecordChaseOutcomeRequest) (*aggregatorv1.RecordChaseOutcomeResponse, error) {
	var c wire.Check
	today := civil.DateOf(s.base.now())
	result := c.Enum("outcome", int32(req.GetOutcome()), aggregatorv1.ChaseOutcome_name, wire.Required)
	on := s.base.day(&c, "outcome_date", req.GetOutcomeDate())
	if on > today {
		c.Refuse("outcome_date", "不能晚于今天 must not be after today")
	}
	remark, err := free(&c, "remark", req.GetRemark(), maxRemark)
	if err != nil {
		return nil, err
	}
	by, err := free(&c, "outcome_by", req.GetOutcomeBy(), maxName)
	if err != nil {
		return nil, err
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	etag, err := version(req.GetEtag())
	if err != nil {
		return nil, err
	}
	sum, err := digest(req)
	if err != nil {
		return nil, err
	}
	k, who, err := s.key(ctx, req.GetKey(), "key")
	if err != nil {
		return nil, err
	}
	raw, err := s.desk.ChangeChases(ctx, "chase.outcome", req.GetRequestId(), sum, func(t chase.Tx) ([]byte, error) {
		next, err := current(t, k, who)
		if err != nil {
			return nil, err
		}
		if next.Version != etag {
			return nil, chase.ErrChanged
		}
		next.Version++
		next.Outcome, next.OutcomeOn, next.OutcomeBy, next.Remark = int32(result), on, by, remark
		next.ChangedMs = s.base.now().UnixMilli()
		if err := t.PutChases([]chase.Entry{next}); err != nil {
			return nil, err
		}
		return proto.Marshal(&aggregatorv1.RecordChaseOutcomeResponse{Entry: entry(&next, who.Of), Hint: hints[outcomeOf(&next)]})
	})
	if err != nil {
		return nil, err
	}
	out := &aggregatorv1.RecordChaseOutcomeResponse{}
	return out, proto.Unmarshal(raw, out)
}

// current is the entry of a line, or a new one that was never written.
func current(t chase.Tx, k chase.Key, who *coverage.Person) (chase.Entry, error) {
	found := entries{linked: map[string][]string{who.Of: who.Linked}}
	if err := found.read(t, k.Indicator, []string{who.Of}); err != nil {
		return chase.Entry{}, err
	}
	if e := found.of(k.Indicator, who.Of, k.EventID); e != nil {
		return *e, nil
	}
	return chase.Entry{Key: k}, nil
}

// key finds the line that is named, and whose it is. It fails with
// RESIDENT_UNKNOWN, INDICATOR_NOT_FOUND and CHASE_LINE_UNKNOWN.
func (s *ChaseServer) key(ctx context.Context, k *aggregatorv1.ChaseKey, path string) (chase.Key, *coverage.Person, error) {
	c := wire.At(path)
	if err := checkKey(c, k); err != nil {
		return chase.Key{}, nil, err
	}
	if _, _, err := s.book.Resident(ctx, k.GetResidentId(), func(coverage.View) error { return nil }); err != nil {
		return chase.Key{}, nil, err
	}
	people, at, err := s.book.People(ctx, []string{k.GetResidentId()})
	if err != nil {
		return chase.Key{}, nil, err
	}
	key, known := at.Deriver.Key(k.GetIndicatorId())
	if !known {
		return chase.Key{}, nil, answers.ErrIndicator.With("indicator_id", k.GetIndicatorId())
	}
	who := &people[0]
	counts := who.Facts != nil && slices.ContainsFunc(at.Deriver.Rows(who.Facts, at.World), func(r derive.Row) bool {
		return slices.ContainsFunc(r.Pieces, func(p derive.Piece) bool { return p.Key == key && p.EventID == k.GetEventId() })
	})
	line := chase.Key{Indicator: k.GetIndicatorId(), ResidentID: who.Of, EventID: k.GetEventId()}
	if !counts && !s.kept(ctx, line, who) {
		return line, who, ErrChaseLine
	}
	return line, who, nil
}

// kept says whether anything is kept of a line, which a correction may have taken
// out of all lists since.
func (s *ChaseServer) kept(ctx context.Context, line chase.Key, who *coverage.Person) bool {
	rows, err := s.desk.Chases(ctx, line.Indicator, append([]string{who.Of}, who.Linked...))
	return err == nil && slices.ContainsFunc(rows, func(e chase.Entry) bool { return e.EventID == line.EventID })
}
