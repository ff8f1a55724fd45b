package aggregator_test

import (
	"testing"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

// TestWhetherThereIsAListIsSaidByThePackOfThePlace: ASC01 counts people in Zhuji
// and is a ratio of figures in Xiang'an.
func TestWhetherThereIsAListIsSaidByThePackOfThePlace(t *testing.T) {
	sources := newSources(t)
	allFollowed(sources)
	reg := sources[aggregator.Registry]
	for _, code := range []string{"330681", "350213"} {
		reg.write(county6(code)...)
	}
	reg.write(someone("Z", "330681001201", 19900101, 2, 20180101, nil)...)
	sources[aggregator.Archive].write(recordOf("1", "Z", "ASSOC-SERVED", 20190301, 0))
	s := start(t, testkit.SQLite(t, aggregator.Migrations()...), sources)
	s.follow()
	day := dateOf("2019-12-31")
	list := func(division string) (int32, error) {
		resp, err := s.client.ListMembers(t.Context(), &aggregatorv1.ListMembersRequest{
			Division: division, IndicatorId: "ASC01", AsOfDate: day, Set: aggregatorv1.MemberSet_MEMBER_SET_COVERED,
		})
		return resp.GetTotalSize(), err
	}
	s.shows("330681000000", map[string]string{"ASC01 2019-12-31": "100"})
	if n, err := list("330681000000"); err != nil || n != 1 {
		t.Errorf("where it counts people: %d, %v", n, err)
	}
	if _, err := list("350213000000"); reason(err) != "INDICATOR_HAS_NO_LIST" {
		t.Errorf("where it is a ratio: %v", err)
	}
	chase := aggregatorv1.NewChaseServiceClient(s.conn)
	if _, err := chase.GetForecast(t.Context(), &aggregatorv1.GetForecastRequest{Division: "330681000000", ItemIds: []string{"ASC01"}, FromDate: day, Days: 7}); err != nil {
		t.Errorf("a forecast where it counts people: %v", err)
	}
	_, err := aggregatorv1.NewLeagueServiceClient(s.conn).ListUnitMembers(t.Context(), &aggregatorv1.ListUnitMembersRequest{
		Division: "350213000000", UnitId: "none", IndicatorId: "ASC01", AsOfDate: day, Set: aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE,
	})
	if reason(err) != "INDICATOR_HAS_NO_LIST" {
		t.Errorf("a unit's list of a ratio: %v", err)
	}
}
