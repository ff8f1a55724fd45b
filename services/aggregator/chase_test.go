package aggregator_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"github.com/google/go-cmp/cmp"
)

// chasing is a county of three adults, none of whom was taught in 2021.
type chasing struct {
	*suite
	chase aggregatorv1.ChaseServiceClient
}

func startChasing(t *testing.T, db *sqlstore.DB) *chasing {
	t.Helper()
	s, _ := startOfThree(t, db)
	return &chasing{s, aggregatorv1.NewChaseServiceClient(s.conn)}
}

const newYear = "2021-01-01"

// list pages through a list of the county, two lines at a time, and checks its total.
func (s *chasing) list(day string, filter func(*aggregatorv1.ListChaseRequest)) (out []string) {
	s.t.Helper()
	req := &aggregatorv1.ListChaseRequest{Division: county, IndicatorId: "HED01", AsOfDate: dateOf(day), PageSize: 2}
	if filter != nil {
		filter(req)
	}
	for {
		resp, err := s.chase.ListChase(s.t.Context(), req)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, l := range resp.GetLines() {
			line := l.GetMember().GetResidentId() + " " + strings.TrimPrefix(l.GetState().String(), "CHASE_STATE_")
			if l.GetOverdue() {
				line += " overdue"
			}
			out = append(out, line)
		}
		if req.PageToken = resp.GetNextPageToken(); req.PageToken != "" {
			continue
		}
		if int(resp.GetTotalSize()) != len(out) {
			s.t.Errorf("the total is %d, the list has %d", resp.GetTotalSize(), len(out))
		}
		return out
	}
}

func (s *chasing) assign(req *aggregatorv1.AssignChaseRequest) *aggregatorv1.AssignChaseResponse {
	s.t.Helper()
	req.Division, req.AsOfDate = county, dateOf(newYear)
	resp, err := s.chase.AssignChase(s.t.Context(), req)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp
}

func lineOf(resident string) *aggregatorv1.ChaseKey {
	return &aggregatorv1.ChaseKey{ResidentId: resident, IndicatorId: "HED01"}
}

func (s *chasing) outcome(resident, etag string, o aggregatorv1.ChaseOutcome) (*aggregatorv1.RecordChaseOutcomeResponse, error) {
	return s.chase.RecordChaseOutcome(s.t.Context(), &aggregatorv1.RecordChaseOutcomeRequest{Key: lineOf(resident), Etag: etag, Outcome: o, OutcomeBy: "乙", Remark: "上门核实"})
}

// assigned gives two people of the first village to somebody and the third to a unit.
func (s *chasing) assigned() {
	s.t.Helper()
	first := s.assign(&aggregatorv1.AssignChaseRequest{
		Filter: &aggregatorv1.AssignFilter{IndicatorId: "HED01", AtMost: 2}, AssignedTo: "网格员甲", AssignedBy: "乙", DueDate: dateOf("2021-01-02"),
	})
	if first.GetAssignedCount() != 2 || !cmp.Equal(first.GetDueDate().GetDay(), int32(4)) {
		s.t.Errorf("two, until the Monday after the holiday; got %v", first)
	}
	second := s.assign(&aggregatorv1.AssignChaseRequest{
		Entries: []*aggregatorv1.ChaseKey{lineOf("R3"), lineOf("R3"), lineOf("R99")}, AssignedUnit: clinic,
	})
	if second.GetAssignedCount() != 1 || second.GetSkippedCount() != 2 {
		s.t.Errorf("one of three named; got %v", second)
	}
}

func TestAChaseListFromAssignmentToRecord(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		s := startChasing(t, db)
		same := func(what string, want, got []string) {
			t.Helper()
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", what, diff)
			}
		}
		same("nobody asked", []string{"R2 UNASSIGNED", "R1 UNASSIGNED", "R3 UNASSIGNED"}, s.list(newYear, nil))
		s.assigned()
		same("assigned", []string{"R2 ASSIGNED", "R1 ASSIGNED", "R3 ASSIGNED"}, s.list(newYear, nil))
		same("of one person", []string{"R2 ASSIGNED", "R1 ASSIGNED"}, s.list(newYear, func(r *aggregatorv1.ListChaseRequest) { r.AssignedTo = "网格员甲" }))
		same("of a unit", []string{"R3 ASSIGNED"}, s.list(newYear, func(r *aggregatorv1.ListChaseRequest) { r.AssignedUnit = clinic }))
		same("on the last day nothing is overdue", nil, s.list("2021-01-04", func(r *aggregatorv1.ListChaseRequest) { r.Overdue = true }))
		same("the day after it is", []string{"R2 ASSIGNED overdue", "R1 ASSIGNED overdue"}, s.list("2021-01-05", func(r *aggregatorv1.ListChaseRequest) { r.Overdue = true }))

		done, err := s.outcome("R2", "1", aggregatorv1.ChaseOutcome_CHASE_OUTCOME_DONE)
		if err != nil || done.GetEntry().GetEtag() != "2" || done.GetHint() == "" {
			t.Fatalf("outcome %v, %v", done, err)
		}
		if _, err := s.outcome("R2", "1", aggregatorv1.ChaseOutcome_CHASE_OUTCOME_REFUSED); reason(err) != "CHASE_CHANGED" {
			t.Errorf("a stale etag: %v", err)
		}
		if _, err := s.outcome("R1", "1", aggregatorv1.ChaseOutcome_CHASE_OUTCOME_MOVED_AWAY); err != nil {
			t.Fatal(err)
		}
		same("reported done is still uncovered", []string{"R2 REPORTED_DONE", "R1 ENDED_OTHERWISE", "R3 ASSIGNED"}, s.list("2021-01-05", nil))
		s.numbersOpen("2021-01-05")

		s.sources[aggregator.Archive].write(education("E3", "R2", 20210103))
		s.follow()
		same("a record closes the entry", []string{"R1 ENDED_OTHERWISE", "R3 ASSIGNED"}, s.list("2021-01-05", nil))
		same("and it is found among the closed", []string{"R2 CLOSED"}, s.list("2021-01-05", func(r *aggregatorv1.ListChaseRequest) { r.State = aggregatorv1.ChaseState_CHASE_STATE_CLOSED }))
		same("on the day before the record it was open", []string{"R2 REPORTED_DONE"}, s.list("2021-01-02", func(r *aggregatorv1.ListChaseRequest) { r.State = aggregatorv1.ChaseState_CHASE_STATE_REPORTED_DONE }))
		s.numbersOpen("2021-01-05")

		s.rebuilt("")
		same("entries outlive a rebuild", []string{"R1 ENDED_OTHERWISE", "R3 ASSIGNED"}, s.list("2021-01-05", nil))
		s.assign(&aggregatorv1.AssignChaseRequest{Filter: &aggregatorv1.AssignFilter{IndicatorId: "HED01"}, AssignedTo: "丙"})
		same("a new round", []string{"R1 ASSIGNED", "R3 ASSIGNED"}, s.list("2021-01-05", nil))
		history, err := s.chase.ListChaseHistory(t.Context(), &aggregatorv1.ListChaseHistoryRequest{ResidentId: "R1", IndicatorId: "HED01", PageSize: 2})
		if err != nil || history.GetTotalSize() != 3 || len(history.GetStates()) != 2 || history.GetStates()[0].GetAssignedTo() != "丙" ||
			history.GetStates()[1].GetOutcome() != aggregatorv1.ChaseOutcome_CHASE_OUTCOME_MOVED_AWAY {
			t.Fatalf("history %v, %v", history, err)
		}
		rest, err := s.chase.ListChaseHistory(t.Context(), &aggregatorv1.ListChaseHistoryRequest{ResidentId: "R1", IndicatorId: "HED01", PageSize: 2, PageToken: history.GetNextPageToken()})
		if err != nil || len(rest.GetStates()) != 1 || rest.GetStates()[0].GetEtag() != "1" || rest.GetNextPageToken() != "" {
			t.Errorf("the rest %v, %v", rest, err)
		}
	})
}

// byKey counts the lines that a request without names leads to.
func (s *chasing) byKey(q *aggregatorv1.ListChaseRequest, key string) int32 {
	s.t.Helper()
	if (key == "") != (q.GetAssignedTo() == "") || key != "" && strings.Contains(key, q.GetAssignedTo()) {
		s.t.Errorf("%q stands for %q", key, q.GetAssignedTo())
	}
	resp, err := s.chase.ListChaseLines(s.t.Context(), &aggregatorv1.ListChaseLinesRequest{
		Division: q.GetDivision(), IndicatorId: q.GetIndicatorId(), AsOfDate: q.GetAsOfDate(), AssigneeKey: key, WithoutAssignee: q.GetWithoutAssignee(),
		AssignedUnit: q.GetAssignedUnit(), WithoutUnit: q.GetWithoutUnit(), Outcome: q.GetOutcome(), State: q.GetState(), Overdue: q.GetOverdue(), WithEntry: q.GetWithEntry(),
	})
	if err != nil || len(resp.GetLines()) != int(resp.GetLineCount()) {
		s.t.Fatalf("%v, %v", resp, err)
	}
	return resp.GetLineCount()
}

// numbersOpen: every number of the counts is the length of the list that it opens into.
func (s *chasing) numbersOpen(day string) {
	s.t.Helper()
	for _, group := range []aggregatorv1.ChaseGroup{1, 2, 3} {
		stats, err := s.chase.GetChaseStats(s.t.Context(), &aggregatorv1.GetChaseStatsRequest{Division: county, IndicatorId: "HED01", AsOfDate: dateOf(day), Group: group})
		if err != nil {
			s.t.Fatal(err)
		}
		sum := int32(0)
		for _, r := range stats.GetRows() {
			sum += r.GetWithEntry() + r.GetClosed()
			of := func(q *aggregatorv1.ListChaseRequest) {
				switch group {
				case aggregatorv1.ChaseGroup_CHASE_GROUP_UNIT:
					q.AssignedUnit, q.WithoutUnit = r.GetAssignedUnit(), r.GetAssignedUnit() == ""
				case aggregatorv1.ChaseGroup_CHASE_GROUP_ASSIGNEE:
					q.AssignedTo, q.WithoutAssignee = r.GetAssignedTo(), r.GetAssignedTo() == ""
				default:
					q.Division = r.GetDivision()
				}
			}
			for name, n := range map[string]struct {
				count int32
				more  func(*aggregatorv1.ListChaseRequest)
			}{
				"uncovered":     {r.GetUncovered(), func(*aggregatorv1.ListChaseRequest) {}},
				"with an entry": {r.GetWithEntry(), func(q *aggregatorv1.ListChaseRequest) { q.WithEntry = true }},
				"assigned":      {r.GetAssigned(), func(q *aggregatorv1.ListChaseRequest) { q.State = aggregatorv1.ChaseState_CHASE_STATE_ASSIGNED }},
				"done":          {r.GetReportedDone(), func(q *aggregatorv1.ListChaseRequest) { q.Outcome = aggregatorv1.ChaseOutcome_CHASE_OUTCOME_DONE }},
				"moved away":    {r.GetMovedAway(), func(q *aggregatorv1.ListChaseRequest) { q.Outcome = aggregatorv1.ChaseOutcome_CHASE_OUTCOME_MOVED_AWAY }},
				"overdue":       {r.GetOverdue(), func(q *aggregatorv1.ListChaseRequest) { q.Overdue = true }},
				"closed":        {r.GetClosed(), func(q *aggregatorv1.ListChaseRequest) { q.State = aggregatorv1.ChaseState_CHASE_STATE_CLOSED }},
			} {
				if got := s.list(day, func(q *aggregatorv1.ListChaseRequest) { of(q); n.more(q) }); int32(len(got)) != n.count {
					s.t.Errorf("%s of %v: the number is %d, the list %v", name, r, n.count, got)
				}
				q := &aggregatorv1.ListChaseRequest{Division: county, IndicatorId: "HED01", AsOfDate: dateOf(day)}
				of(q)
				n.more(q)
				if got := s.byKey(q, r.GetAssigneeKey()); got != n.count {
					s.t.Errorf("%s of %v: the number is %d, by its address %d", name, r, n.count, got)
				}
			}
		}
		if sum != 3 {
			s.t.Errorf("by %v the entries sum up to %d, want 3", group, sum)
		}
	}
}

func TestAnEntryIsFoundUnderThePersonAfterAMerge(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		s := startChasing(t, db)
		s.assign(&aggregatorv1.AssignChaseRequest{Entries: []*aggregatorv1.ChaseKey{lineOf("R1")}, AssignedTo: "甲"})
		s.sources[aggregator.Registry].write(merge("R1", "R3")...)
		s.follow()
		if diff := cmp.Diff([]string{"R2 UNASSIGNED", "R3 ASSIGNED"}, s.list(newYear, nil)); diff != "" {
			t.Error(diff)
		}
		if got, err := s.outcome("R1", "1", aggregatorv1.ChaseOutcome_CHASE_OUTCOME_NOT_FOUND); err != nil || got.GetEntry().GetResidentId() != "R3" {
			t.Errorf("an outcome under the identifier of before: %v, %v", got, err)
		}
		s.sources[aggregator.Registry].write(part("R1", adult("R1", village1, "b", 20200101))...)
		s.follow()
		if diff := cmp.Diff([]string{"R2 UNASSIGNED", "R1 ENDED_OTHERWISE", "R3 UNASSIGNED"}, s.list(newYear, nil)); diff != "" {
			t.Errorf("parted again: %s", diff)
		}
	})
}

func TestARetriedAssignmentIsDoneOnce(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		s := startChasing(t, db)
		var got []string
		for range 2 {
			resp := s.assign(&aggregatorv1.AssignChaseRequest{RequestId: "r1", Filter: &aggregatorv1.AssignFilter{IndicatorId: "HED01", UnassignedOnly: true}, AssignedTo: "甲"})
			got = append(got, fmt.Sprint(resp.GetAssignedCount()))
		}
		history, err := s.chase.ListChaseHistory(t.Context(), &aggregatorv1.ListChaseHistoryRequest{ResidentId: "R1", IndicatorId: "HED01"})
		if err != nil || history.GetTotalSize() != 1 || !slices.Equal(got, []string{"3", "3"}) {
			t.Errorf("assigned %v, %d states, %v", got, history.GetTotalSize(), err)
		}
	})
}

func TestRefusalsOfChasing(t *testing.T) {
	s := startChasing(t, testkit.SQLite(t, aggregator.Migrations()...))
	ctx := t.Context()
	assign := func(change func(*aggregatorv1.AssignChaseRequest)) func() error {
		return func() error {
			req := &aggregatorv1.AssignChaseRequest{Division: county, AssignedTo: "甲", Filter: &aggregatorv1.AssignFilter{IndicatorId: "HED01"}}
			change(req)
			_, err := s.chase.AssignChase(ctx, req)
			return err
		}
	}
	outcome := func(change func(*aggregatorv1.RecordChaseOutcomeRequest)) func() error {
		return func() error {
			req := &aggregatorv1.RecordChaseOutcomeRequest{Key: lineOf("R1"), Outcome: 1}
			change(req)
			_, err := s.chase.RecordChaseOutcome(ctx, req)
			return err
		}
	}
	forecast := func(change func(*aggregatorv1.GetForecastRequest)) func() error {
		return func() error {
			req := &aggregatorv1.GetForecastRequest{Division: county, ItemIds: []string{"HED01"}, Days: 30}
			change(req)
			_, err := s.chase.GetForecast(ctx, req)
			return err
		}
	}
	for name, c := range map[string]struct {
		reason string
		call   func() error
	}{
		"nobody is asked":              {"FIELD_INVALID", assign(func(r *aggregatorv1.AssignChaseRequest) { r.AssignedTo = "" })},
		"neither entries nor a filter": {"FIELD_INVALID", assign(func(r *aggregatorv1.AssignChaseRequest) { r.Filter = nil })},
		"both entries and a filter":    {"FIELD_INVALID", assign(func(r *aggregatorv1.AssignChaseRequest) { r.Entries = []*aggregatorv1.ChaseKey{lineOf("R1")} })},
		"a day in the past":            {"FIELD_INVALID", assign(func(r *aggregatorv1.AssignChaseRequest) { r.DueDate = dateOf("2020-12-30") })},
		"a name that is a number":      {"CHASE_TEXT_HAS_NUMBER", assign(func(r *aggregatorv1.AssignChaseRequest) { r.AssignedTo = "990101199003076538" })},
		"an unknown indicator":         {"INDICATOR_NOT_FOUND", assign(func(r *aggregatorv1.AssignChaseRequest) { r.Filter.IndicatorId = "NONE" })},
		"an unknown division":          {"DIVISION_NOT_FOUND", assign(func(r *aggregatorv1.AssignChaseRequest) { r.Division = "990199000000" })},
		"more entries than a thousand": {"FIELD_INVALID", assign(func(r *aggregatorv1.AssignChaseRequest) {
			r.Filter = nil
			r.Entries = slices.Repeat([]*aggregatorv1.ChaseKey{lineOf("R1")}, 1001)
		})},
		"no outcome":                        {"FIELD_INVALID", outcome(func(r *aggregatorv1.RecordChaseOutcomeRequest) { r.Outcome = 0 })},
		"an outcome to come":                {"FIELD_INVALID", outcome(func(r *aggregatorv1.RecordChaseOutcomeRequest) { r.OutcomeDate = dateOf(newYear) })},
		"a remark with a number":            {"CHASE_TEXT_HAS_NUMBER", outcome(func(r *aggregatorv1.RecordChaseOutcomeRequest) { r.Remark = "证号 990101199003076538 有误" })},
		"a remark that is too long":         {"FIELD_INVALID", outcome(func(r *aggregatorv1.RecordChaseOutcomeRequest) { r.Remark = strings.Repeat("长", 201) })},
		"an etag of what was never there":   {"CHASE_CHANGED", outcome(func(r *aggregatorv1.RecordChaseOutcomeRequest) { r.Etag = "1" })},
		"an outcome about nobody":           {"RESIDENT_UNKNOWN", outcome(func(r *aggregatorv1.RecordChaseOutcomeRequest) { r.Key = lineOf("R99") })},
		"an outcome about an event of none": {"CHASE_LINE_UNKNOWN", outcome(func(r *aggregatorv1.RecordChaseOutcomeRequest) { r.Key.EventId = "E99" })},
		"a forecast of nothing":             {"FIELD_INVALID", forecast(func(r *aggregatorv1.GetForecastRequest) { r.ItemIds = nil })},
		"a forecast of more than a year":    {"FIELD_INVALID", forecast(func(r *aggregatorv1.GetForecastRequest) { r.Days = 367 })},
		"a forecast of what is no item":     {"INDICATOR_NOT_FOUND", forecast(func(r *aggregatorv1.GetForecastRequest) { r.ItemIds = []string{"NONE"} })},
		"a forecast of a ratio":             {"INDICATOR_HAS_NO_LIST", forecast(func(r *aggregatorv1.GetForecastRequest) { r.ItemIds = []string{"DQS01"} })},
		"a list of a ratio":                 {"INDICATOR_HAS_NO_LIST", assign(func(r *aggregatorv1.AssignChaseRequest) { r.Filter.IndicatorId = "DQS01" })},
		"a forecast with another's token":   {"PAGE_TOKEN_INVALID", forecast(func(r *aggregatorv1.GetForecastRequest) { r.PageToken = "AAAA" })},
	} {
		t.Run(name, func(t *testing.T) {
			if got := reason(c.call()); got != c.reason {
				t.Errorf("reason %q, want %q", got, c.reason)
			}
		})
	}
}

func TestAForecastOfACounty(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		s := startChasing(t, db)
		var got []string
		token := ""
		for {
			resp, err := s.chase.GetForecast(t.Context(), &aggregatorv1.GetForecastRequest{
				Division: county, ItemIds: []string{"HED01"}, FromDate: dateOf("2020-12-25"), Days: 14, PageSize: 1, PageToken: token,
			})
			if err != nil {
				t.Fatal(err)
			}
			if items := resp.GetItems(); len(items) != 1 || items[0].GetItemId() != "HED01" || items[0].GetName() == "" || items[0].GetBetter() != aggregatorv1.BetterWay_BETTER_WAY_HIGHER {
				t.Errorf("the item: %v", items)
			}
			sum := int32(0)
			for _, d := range resp.GetDays() {
				sum += d.GetCount()
			}
			weeks := int32(0)
			for _, w := range resp.GetWeeks() {
				weeks += w.GetCount()
			}
			if sum != resp.GetTotalSize() || weeks != sum {
				t.Errorf("days %d, weeks %d, list %d", sum, weeks, resp.GetTotalSize())
			}
			for _, n := range resp.GetTransitions() {
				got = append(got, fmt.Sprint(n.GetOnDate().GetMonth(), "-", n.GetOnDate().GetDay(), " ", n.GetResidentId(), " ", n.GetKind().Number(), " ", n.GetVillage()))
			}
			if token = resp.GetNextPageToken(); token == "" {
				break
			}
		}
		// R3 has lived there six months on new year's day; the teaching of R1 counts until then.
		if diff := cmp.Diff([]string{"1-1 R1 2 " + village1, "1-1 R3 1 " + village3, "1-1 R3 2 " + village3}, got); diff != "" {
			t.Error(diff)
		}
	})
}
