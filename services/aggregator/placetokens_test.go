package aggregator_test

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
)

// doors is three adults of one village by their addresses: road, house and room.
func doors(t *testing.T) map[string]*source {
	sources := newSources(t)
	registry := sources[aggregator.Registry]
	registry.write(theTree()...)
	for id, door := range map[string]string{"01RESIDENTA": "4f2ac1/000012/0301", "01RESIDENTB": "4f2ac1/000012/0302", "01RESIDENTC": "4f2ac1/000017"} {
		registry.write(adult(id, village1, door, 20200201)...)
		registry.write(adult("01ELSEWHERE"+id[10:], "990999999999", door, 20200201)...)
	}
	sources[aggregator.Archive].write(lecture("E1", "01RESIDENTA", "", 20200505))
	for _, name := range []string{aggregator.Immunization, aggregator.Maternal, aggregator.FamilyPlanning} {
		sources[name].write()
	}
	return sources
}

// paged asks for pages of one line of every list of people there is: the message
// after one with a token.
func paged() map[string]func(token string) (method string, q, a proto.Message) {
	day, hed := dateOf("2020-12-31"), "HED01"
	return map[string]func(string) (string, proto.Message, proto.Message){
		"members": func(token string) (string, proto.Message, proto.Message) {
			return aggregatorv1.AggregatorService_ListMembers_FullMethodName, &aggregatorv1.ListMembersRequest{
				Division: county, IndicatorId: hed, AsOfDate: day, Set: aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE, PageSize: 1, PageToken: token,
			}, &aggregatorv1.ListMembersResponse{}
		},
		"uncovered": func(token string) (string, proto.Message, proto.Message) {
			return aggregatorv1.AggregatorService_ListUncovered_FullMethodName, &aggregatorv1.ListUncoveredRequest{
				Division: county, IndicatorId: hed, AsOfDate: day, PageSize: 1, PageToken: token,
			}, &aggregatorv1.ListUncoveredResponse{}
		},
		"of a unit": func(token string) (string, proto.Message, proto.Message) {
			return aggregatorv1.LeagueService_ListUnitMembers_FullMethodName, &aggregatorv1.ListUnitMembersRequest{
				UnitId: clinic, UnitRole: aggregatorv1.UnitRole_UNIT_ROLE_MANAGER, IndicatorId: hed, AsOfDate: day,
				Set: aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE, PageSize: 1, PageToken: token,
			}, &aggregatorv1.ListUnitMembersResponse{}
		},
		"unplaced": func(token string) (string, proto.Message, proto.Message) {
			return aggregatorv1.UnplacedService_ListUnplaced_FullMethodName, &aggregatorv1.ListUnplacedRequest{
				Kind: aggregatorv1.UnplacedKind_UNPLACED_KIND_NOWHERE, AsOfDate: day, PageSize: 1, PageToken: token,
			}, &aggregatorv1.ListUnplacedResponse{}
		},
		"to be followed up": func(token string) (string, proto.Message, proto.Message) {
			return aggregatorv1.ChaseService_ListChase_FullMethodName, &aggregatorv1.ListChaseRequest{
				Division: county, IndicatorId: hed, AsOfDate: day, PageSize: 1, PageToken: token,
			}, &aggregatorv1.ListChaseResponse{}
		},
		"to be followed up in a village": func(token string) (string, proto.Message, proto.Message) {
			return aggregatorv1.ChaseService_ListChaseLines_FullMethodName, &aggregatorv1.ListChaseLinesRequest{
				Division: village1, IndicatorId: hed, AsOfDate: day, DirectOnly: true, PageSize: 1, PageToken: token,
			}, &aggregatorv1.ListChaseLinesResponse{}
		},
		"forecast": func(token string) (string, proto.Message, proto.Message) {
			return aggregatorv1.ChaseService_GetForecast_FullMethodName, &aggregatorv1.GetForecastRequest{
				Division: county, ItemIds: []string{hed}, FromDate: dateOf("2020-01-01"), Days: 366, PageSize: 1, PageToken: token,
			}, &aggregatorv1.GetForecastResponse{}
		},
	}
}

// following is the token of the page after the one that a token is of.
func following(t *testing.T, c *grpc.ClientConn, list func(string) (string, proto.Message, proto.Message), token string) (proto.Message, string, error) {
	t.Helper()
	method, q, a := list(token)
	if err := c.Invoke(t.Context(), method, q, a); err != nil {
		return nil, "", err
	}
	return a, a.(interface{ GetNextPageToken() string }).GetNextPageToken(), nil
}

// TestATokenOfAListShowsNobodyWhereSomebodyLives: tokens stand in URLs.
func TestATokenOfAListShowsNobodyWhereSomebodyLives(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		sources := doors(t)
		s := start(t, db, sources)
		s.follow()
		elsewhere := start(t, testkit.SQLite(t, aggregator.Migrations()...), sources)
		elsewhere.follow()
		for name, list := range paged() {
			_, token, err := following(t, s.conn, list, "")
			if err != nil || token == "" {
				t.Fatalf("%s: %q, %v", name, token, err)
			}
			unread(t, name, token)
			want, next, err := following(t, s.conn, list, token)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if next != "" {
				unread(t, name, next)
			}
			again := connectForm(t, db, nil, aggregator.InMemory) // another process, or this one after its end
			if got, _, err := following(t, again, list, token); err != nil || !proto.Equal(linesOnly(want), linesOnly(got)) {
				t.Errorf("%s, another process on the same database: %v, %v", name, got, err)
			}
			if _, _, err := following(t, elsewhere.conn, list, token); reason(err) != "PAGE_TOKEN_INVALID" {
				t.Errorf("%s, another database: %v", name, err)
			}
		}
	})
}

// linesOnly is an answer without how the sources are followed.
func linesOnly(m proto.Message) proto.Message {
	if f, ok := m.(*aggregatorv1.GetForecastResponse); ok {
		f.Positions = nil
	}
	return m
}

// unread fails when a part of an address, a place or a person can be read in a token.
func unread(t *testing.T, name, token string) {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"4f2ac1", "000012", "0301", "0302", "000017", "990101", "RESIDENT", "ELSEWHERE"} {
		for shift := range 3 { // base64 of a part, wherever the part begins in it
			inner := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + secret))
			inner = inner[(shift*8+5)/6 : len(inner)-4]
			if bytes.Contains(raw, []byte(secret)) || len(inner) > 3 && bytes.Contains(raw, []byte(inner)) {
				t.Errorf("%s: %q can be read in %s", name, secret, raw)
			}
		}
	}
}

// TestAProcessThatOnlyReadsTakesTheTokensOfTheOtherOne and gives such.
func TestAProcessThatOnlyReadsTakesTheTokensOfTheOtherOne(t *testing.T) {
	sources, db := doors(t), testkit.SQLite(t, aggregator.Migrations()...)
	leads, reads := connectForm(t, db, sources, aggregator.InBoth), connectForm(t, db, nil, aggregator.InSQL)
	list := paged()["members"]
	token, other := "", ""
	poll(t, "both say the same", func() bool {
		_, a, err := following(t, leads, list, "")
		if err != nil || a == "" {
			return false
		}
		_, b, err := following(t, reads, list, "")
		token, other = a, b
		return err == nil && b != ""
	})
	if token != other {
		t.Errorf("%s and %s of one place", token, other)
	}
	if got, _, err := following(t, reads, list, token); err != nil || len(got.(*aggregatorv1.ListMembersResponse).GetMembers()) != 1 {
		t.Errorf("%v, %v", got, err)
	}
}
