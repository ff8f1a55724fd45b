package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/synthetic"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/wire"
)

// Everything is what all services of a suite answer, question by question, but
// for what every write moves: versions, positions and times of writing. Two of
// them are equal if and only if nobody can tell the difference.
type Everything map[string]string

// Wanted says what to ask.
type Wanted struct {
	// Days are what numbers, the county's lists and single residents are asked about.
	// The first is asked about in full: trends until then, the lists of townships and
	// of residents, which say of other days nothing that the rest does not.
	Days      []civil.Date
	Residents []string               // asked about one by one
	Documents []*registryv1.Document // looked up
}

// AskEverything asks for coverage, lists and trends of the county, for all
// residents of the county, for all facts, and for everything about some residents.
func AskEverything(ctx context.Context, s *client.Suite, w Wanted) (Everything, error) {
	a := asking{s: s, want: w, out: Everything{}}
	for _, ask := range []func(context.Context) error{a.coverage, a.residents, a.look, a.facts} {
		if err := ask(ctx); err != nil {
			return nil, err
		}
	}
	for _, id := range w.Residents {
		if err := a.resident(ctx, id); err != nil {
			return nil, fmt.Errorf("about one resident: %w", err)
		}
		records, err := Records(ctx, s, id)
		if err != nil {
			return nil, err
		}
		maps.Copy(a.out, records)
	}
	return a.out, nil
}

type asking struct {
	s    *client.Suite
	want Wanted
	out  Everything
}

// add notes one answer; whoever asked failed when err is set.
func (e Everything) add(key string, answer proto.Message, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	e[key] = Text(answer)
	return nil
}

func (a *asking) coverage(ctx context.Context) error {
	for n, day := range a.want.Days {
		for _, level := range []int32{0, 4} {
			got, err := a.s.Aggregator.GetCoverage(ctx, &aggregatorv1.GetCoverageRequest{
				Divisions: []string{synthetic.CountyCode}, GroupLevel: level, AsOfDate: wire.DateProto(day), IndicatorIds: indicators,
			})
			if err != nil {
				return err
			}
			for _, row := range got.GetRows() {
				key := fmt.Sprintf("%v %s %s", day, row.GetDivision(), row.GetIndicatorId())
				a.out["coverage "+key] = Text(row)
				if n > 0 && level > 0 {
					continue
				}
				if err := a.members(ctx, key, day, row); err != nil {
					return err
				}
			}
		}
	}
	for _, id := range indicators {
		got, err := a.s.Aggregator.GetTrend(ctx, &aggregatorv1.GetTrendRequest{
			Division: synthetic.CountyCode, IndicatorId: id, FromDate: wire.DateProto(a.want.Days[0].AddMonths(-24)), UntilDate: wire.DateProto(a.want.Days[0]),
		})
		if err := a.out.add("trend "+id, got, err); err != nil {
			return err
		}
	}
	return nil
}

// members lists whom a number counts, all of the county and the uncovered of a
// township, and holds the count of the list against the number.
func (a *asking) members(ctx context.Context, key string, day civil.Date, row *aggregatorv1.CoverageRow) error {
	set, want := aggregatorv1.MemberSet_MEMBER_SET_UNCOVERED, row.GetEligible()-row.GetCovered()
	if row.GetDivision() == synthetic.CountyCode {
		set, want = aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE, row.GetEligible()
	}
	list, err := Members(ctx, a.s, row.GetDivision(), row.GetIndicatorId(), day, set)
	if err != nil {
		return fmt.Errorf("list %s: %w", key, err)
	}
	if len(list) != int(want) {
		return fmt.Errorf("%s: the list holds %d, the number is %d", key, len(list), want)
	}
	for n, m := range list {
		a.out[fmt.Sprintf("list %s %d", key, n)] = Text(m)
	}
	return nil
}

// Members lists whom a number counts, or of these only some.
func Members(ctx context.Context, s *client.Suite, division, indicator string, day civil.Date, set aggregatorv1.MemberSet) ([]*aggregatorv1.Member, error) {
	var out []*aggregatorv1.Member
	req := &aggregatorv1.ListMembersRequest{Division: division, IndicatorId: indicator, AsOfDate: wire.DateProto(day), Set: set, PageSize: 1000}
	for {
		page, err := s.Aggregator.ListMembers(ctx, req)
		if err != nil {
			return nil, err
		}
		out = append(out, page.GetMembers()...)
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			return out, nil
		}
	}
}

func (a *asking) residents(ctx context.Context) error {
	for _, day := range a.want.Days[:1] {
		req := &registryv1.ListResidentsRequest{Division: synthetic.CountyCode, AsOfDate: wire.DateProto(day), PageSize: 1000}
		for n := 0; ; {
			page, err := a.s.Registry.ListResidents(ctx, req)
			if err != nil {
				return fmt.Errorf("residents on %v: %w", day, err)
			}
			for _, r := range page.GetResidents() {
				a.out[fmt.Sprintf("resident %v %d", day, n)] = Text(r)
				n++
			}
			if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
				break
			}
		}
	}
	return nil
}

func (a *asking) look(ctx context.Context) error {
	got, err := a.s.Registry.LookupResidents(ctx, &registryv1.LookupResidentsRequest{Documents: a.want.Documents})
	return a.out.add("look-up", got, err)
}

// resident asks everything about one resident that is not a record of a clinic.
func (a *asking) resident(ctx context.Context, id string) error {
	got, err := a.s.Registry.GetResident(ctx, &registryv1.GetResidentRequest{ResidentId: id})
	if err := a.out.add("get "+id, got, err); err != nil {
		return err
	}
	related, err := a.s.Registry.ListRelations(ctx, &registryv1.ListRelationsRequest{ResidentId: id})
	if err := a.out.add("relations "+id, related, err); err != nil {
		return err
	}
	for _, day := range a.want.Days {
		home, err := a.s.Households.GetHousehold(ctx, &registryv1.GetHouseholdRequest{ResidentId: id, AsOfDate: wire.DateProto(day)})
		if err := a.out.add(fmt.Sprintf("household %v %s", day, id), home, err); err != nil {
			return err
		}
		due, err := a.s.Aggregator.GetEligibility(ctx, &aggregatorv1.GetEligibilityRequest{ResidentId: id, AsOfDate: wire.DateProto(day), RuleIds: slices.Concat(rules, indicators)})
		if err := a.out.add(fmt.Sprintf("eligibility %v %s", day, id), due, err); err != nil {
			return err
		}
	}
	return nil
}

func (a *asking) facts(ctx context.Context) error {
	for source, feed := range a.s.Changes {
		facts, err := Facts(ctx, feed)
		if err != nil {
			return fmt.Errorf("facts of %s: %w", source, err)
		}
		for key, f := range facts {
			a.out["fact "+source+" "+key] = bare(f)
		}
	}
	return nil
}

// bare is a message without what every write moves, as it is sent: of the many
// facts that are compared nearly all are the same and none need be read.
func bare(m proto.Message) string {
	m = proto.Clone(m)
	still(m.ProtoReflect())
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		return err.Error()
	}
	return string(raw)
}

// Readable is an answer as people read it; facts are kept as they are sent.
func Readable(key, answer string) string {
	if !strings.HasPrefix(key, "fact ") || answer == "" {
		return answer
	}
	f := &feedv1.Fact{}
	if err := proto.Unmarshal([]byte(answer), f); err != nil {
		return answer
	}
	return Text(f)
}

// Text is a message as compact JSON, without what every write moves.
func Text(m proto.Message) string {
	m = proto.Clone(m)
	still(m.ProtoReflect())
	spaced, err := protojson.Marshal(m)
	if err != nil {
		return err.Error()
	}
	var b bytes.Buffer
	if err := json.Compact(&b, spaced); err != nil {
		return err.Error()
	}
	return b.String()
}

var moving = map[protoreflect.Name]bool{"etag": true, "update_time": true, "version": true, "positions": true}

// still takes what every write moves out of a message and of those in it.
func still(m protoreflect.Message) {
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case moving[f.Name()]:
			m.Clear(f)
		case f.Message() == nil || f.IsMap():
		case f.IsList():
			for i := range v.List().Len() {
				still(v.List().Get(i).Message())
			}
		default:
			still(v.Message())
		}
		return true
	})
}
