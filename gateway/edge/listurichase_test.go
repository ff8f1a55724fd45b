package edge_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

// TestEveryCountOfAChaseOpensIntoItsLines asks over REST, and calls the addresses:
// each asks for the row and the count, and none names who was asked.
func TestEveryCountOfAChaseOpensIntoItsLines(t *testing.T) {
	const county, town = "990101000000", "990101001000"
	day := &date.Date{Year: 2026, Month: 6, Day: 30}
	of := func(change func(*aggregatorv1.ListChaseLinesRequest)) *aggregatorv1.ListChaseLinesRequest {
		r := &aggregatorv1.ListChaseLinesRequest{Division: county, IndicatorId: "HED01", AsOfDate: day}
		change(r)
		return r
	}
	for name, c := range map[string]struct {
		group aggregatorv1.ChaseGroup
		row   *aggregatorv1.ChaseStat
		want  *aggregatorv1.ListChaseLinesRequest
	}{
		"a town":              {1, &aggregatorv1.ChaseStat{Division: town}, of(func(r *aggregatorv1.ListChaseLinesRequest) { r.Division = town })},
		"the division itself": {1, &aggregatorv1.ChaseStat{Division: county}, of(func(r *aggregatorv1.ListChaseLinesRequest) { r.DirectOnly = true })},
		"a unit":              {2, &aggregatorv1.ChaseStat{AssignedUnit: "01U"}, of(func(r *aggregatorv1.ListChaseLinesRequest) { r.AssignedUnit = "01U" })},
		"no unit":             {2, &aggregatorv1.ChaseStat{}, of(func(r *aggregatorv1.ListChaseLinesRequest) { r.WithoutUnit = true })},
		"a person": {3, &aggregatorv1.ChaseStat{AssignedTo: "网格员甲", AssigneeKey: "0123456789abcdef"}, of(func(r *aggregatorv1.ListChaseLinesRequest) {
			r.AssigneeKey = "0123456789abcdef"
		})},
		"nobody": {3, &aggregatorv1.ChaseStat{}, of(func(r *aggregatorv1.ListChaseLinesRequest) { r.WithoutAssignee = true })},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			h := f.gateway(t)
			f.answer = func(_ seen, _ grpc.ServerStream, out proto.Message) error {
				proto.Merge(out, &aggregatorv1.GetChaseStatsResponse{Division: county, IndicatorId: "HED01", AsOfDate: day, Group: c.group, Rows: []*aggregatorv1.ChaseStat{c.row}})
				return nil
			}
			var got struct {
				Rows []struct{ Lists map[string]string }
			}
			if w := do(h, "GET", "/v1/chase:stats?division="+county+"&indicator_id=HED01", ""); json.Unmarshal(w.Body.Bytes(), &got) != nil || len(got.Rows) != 1 || len(got.Rows[0].Lists) != 10 {
				t.Fatal(w.Body.String())
			}
			f.answer = nil
			for count, more := range map[string]func(*aggregatorv1.ListChaseLinesRequest){
				"uncovered":    func(*aggregatorv1.ListChaseLinesRequest) {},
				"withEntry":    func(r *aggregatorv1.ListChaseLinesRequest) { r.WithEntry = true },
				"assigned":     func(r *aggregatorv1.ListChaseLinesRequest) { r.State = aggregatorv1.ChaseState_CHASE_STATE_ASSIGNED },
				"reportedDone": func(r *aggregatorv1.ListChaseLinesRequest) { r.Outcome = aggregatorv1.ChaseOutcome_CHASE_OUTCOME_DONE },
				"refused": func(r *aggregatorv1.ListChaseLinesRequest) {
					r.Outcome = aggregatorv1.ChaseOutcome_CHASE_OUTCOME_REFUSED
				},
				"movedAway": func(r *aggregatorv1.ListChaseLinesRequest) {
					r.Outcome = aggregatorv1.ChaseOutcome_CHASE_OUTCOME_MOVED_AWAY
				},
				"wrongInformation": func(r *aggregatorv1.ListChaseLinesRequest) {
					r.Outcome = aggregatorv1.ChaseOutcome_CHASE_OUTCOME_WRONG_INFORMATION
				},
				"notFound": func(r *aggregatorv1.ListChaseLinesRequest) {
					r.Outcome = aggregatorv1.ChaseOutcome_CHASE_OUTCOME_NOT_FOUND
				},
				"overdue": func(r *aggregatorv1.ListChaseLinesRequest) { r.Overdue = true },
				"closed":  func(r *aggregatorv1.ListChaseLinesRequest) { r.State = aggregatorv1.ChaseState_CHASE_STATE_CLOSED },
			} {
				want := proto.CloneOf(c.want)
				more(want)
				address := got.Rows[0].Lists[count]
				if strings.Contains(address, url.QueryEscape("网格员甲")) {
					t.Errorf("%s: a name is in %s", count, address)
				}
				w := do(h, "GET", address, "")
				f.mu.Lock()
				last := f.calls[len(f.calls)-1].msg
				f.mu.Unlock()
				if w.Code != 200 || !proto.Equal(last, want) {
					t.Errorf("%s: %s: %d, asked %v, want %v", count, address, w.Code, last, want)
				}
			}
		})
	}
}
