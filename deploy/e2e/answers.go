// Package e2e runs one scenario against whole suites: an invented county is
// loaded through the public RPCs and questions are asked. The answers must be the
// same whatever the suite is made of. It knows no database.
package e2e

import (
	"context"
	"fmt"
	"slices"
	"strings"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/loader"
	"xinju.dev/deploy/synthetic"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/wire"
)

// Answers is what a suite said, without anything that differs from run to run:
// people are named by their index in the county, never by an identifier.
type Answers struct {
	Feed        map[string]int32  // rows by outcome
	Reasons     map[string]int32  // rows by outcome and reason
	Coverage    map[string]string // "day division indicator" → "covered/eligible target gap"
	Uncovered   map[string][]int  // "day division indicator" → people, in index order
	Eligibility []string          // "person rule: eligible from until covered"
	Trend       []string
}

var indicators = []string{"EHR03", "HED01", "IMM03", "CHD01", "MAT01", "INF01"}

// furtherKinds is one of each other kind: person-times, a plain count, a dose, a
// ratio, a score of quality and what awaits its records.
var furtherKinds = []string{"HED02", "POP02", "IMM02-DTP-3", "MAT04", "DQS01", "KNW01"}

var rules = []string{"R-DC-0", "R-IMM-3M", "R-EHR-6M", "R-EQ-6M"}

// days are a past day, a year's end, today and a day to come.
func days(today civil.Date) []civil.Date {
	return []civil.Date{today.AddMonths(-7), civil.Of(today.Year()-1, 12, 31), today, today.AddMonths(4)}
}

// Ask asks a loaded suite everything.
func Ask(ctx context.Context, s *client.Suite, county *synthetic.County, loaded loader.Result) (Answers, error) {
	q := &questions{suite: s, county: county, people: map[string]int{}, a: Answers{
		Feed: counts(loaded.Batch.GetCounts()), Reasons: map[string]int32{}, Coverage: map[string]string{}, Uncovered: map[string][]int{},
	}}
	for i, id := range loaded.Residents {
		if id != "" {
			q.people[id] = i
		}
	}
	for _, r := range loaded.Batch.GetReasons() {
		q.a.Reasons[strings.TrimPrefix(r.GetOutcome().String(), "ROW_OUTCOME_")+" "+r.GetReason()] = r.GetCount()
	}
	for _, ask := range []func(context.Context) error{q.coverage, q.trend, func(ctx context.Context) error { return q.eligibility(ctx, loaded.Residents) }} {
		if err := ask(ctx); err != nil {
			return q.a, err
		}
	}
	return q.a, nil
}

func counts(c *registryv1.FeedCounts) map[string]int32 {
	return map[string]int32{
		"received": c.GetReceived(), "created": c.GetCreated(), "updated": c.GetUpdated(), "unchanged": c.GetUnchanged(),
		"duplicate": c.GetDuplicate(), "pending": c.GetPending(), "needs_review": c.GetNeedsReview(), "refused": c.GetRefused(),
	}
}

type questions struct {
	suite  *client.Suite
	county *synthetic.County
	people map[string]int
	a      Answers
}

func (q *questions) coverage(ctx context.Context) error {
	for _, day := range days(q.county.Today) {
		for _, level := range []int32{0, 4} {
			got, err := q.suite.Aggregator.GetCoverage(ctx, &aggregatorv1.GetCoverageRequest{
				Divisions: []string{synthetic.CountyCode}, GroupLevel: level, AsOfDate: wire.DateProto(day), IndicatorIds: slices.Concat(indicators, furtherKinds),
			})
			if err != nil {
				return fmt.Errorf("coverage on %v: %w", day, err)
			}
			for _, row := range got.GetRows() {
				key := fmt.Sprintf("%v %s %s", day, row.GetDivision(), row.GetIndicatorId())
				q.a.Coverage[key] = fmt.Sprintf("%d/%d %s gap %d %s", row.GetCovered(), row.GetEligible(), row.GetTargetText(), row.GetGap(), row.GetAwaits())
				if slices.Contains(indicators, row.GetIndicatorId()) {
					if err := q.list(ctx, key, row, day); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// list opens a number into its people and holds their count against it.
func (q *questions) list(ctx context.Context, key string, row *aggregatorv1.CoverageRow, day civil.Date) error {
	req := &aggregatorv1.ListUncoveredRequest{
		Division: row.GetDivision(), IndicatorId: row.GetIndicatorId(), AsOfDate: wire.DateProto(day), PageSize: 333,
	}
	people := []int{}
	for {
		page, err := q.suite.Aggregator.ListUncovered(ctx, req)
		if err != nil {
			return fmt.Errorf("list %s: %w", key, err)
		}
		for _, m := range page.GetMembers() {
			people = append(people, q.people[m.GetResidentId()])
		}
		if page.GetTotalSize() != row.GetEligible()-row.GetCovered() {
			return fmt.Errorf("%s: the list says %d, the number %d", key, page.GetTotalSize(), row.GetEligible()-row.GetCovered())
		}
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			break
		}
	}
	if len(people) != int(row.GetEligible()-row.GetCovered()) {
		return fmt.Errorf("%s: the list holds %d, the number is %d", key, len(people), row.GetEligible()-row.GetCovered())
	}
	slices.Sort(people)
	q.a.Uncovered[key] = people
	return nil
}

func (q *questions) trend(ctx context.Context) error {
	for _, id := range indicators {
		got, err := q.suite.Aggregator.GetTrend(ctx, &aggregatorv1.GetTrendRequest{
			Division: synthetic.CountyCode, IndicatorId: id,
			FromDate: wire.DateProto(q.county.Today.AddMonths(-24)), UntilDate: wire.DateProto(q.county.Today),
		})
		if err != nil {
			return fmt.Errorf("trend of %s: %w", id, err)
		}
		for _, p := range got.GetPoints() {
			d, _ := wire.Date(p.GetAsOfDate())
			q.a.Trend = append(q.a.Trend, fmt.Sprintf("%s %v %d/%d", id, d, p.GetCovered(), p.GetEligible()))
		}
	}
	return nil
}

// eligibility asks about every 97th person.
func (q *questions) eligibility(ctx context.Context, residents []string) error {
	for i := 0; i < len(residents); i += 97 {
		if residents[i] == "" {
			continue
		}
		got, err := q.suite.Aggregator.GetEligibility(ctx, &aggregatorv1.GetEligibilityRequest{
			ResidentId: residents[i], AsOfDate: wire.DateProto(q.county.Today), RuleIds: slices.Concat(rules, indicators),
		})
		if err != nil {
			return fmt.Errorf("eligibility of person %d: %w", i, err)
		}
		for _, r := range got.GetRules() {
			from, _ := wire.Date(r.GetEligibleFromDate())
			until, _ := wire.Date(r.GetEligibleUntilDate())
			q.a.Eligibility = append(q.a.Eligibility, fmt.Sprintf("%d %s: %v %v–%v covered %v", i, r.GetRuleId(), r.GetEligible(), from, until, r.GetCovered()))
		}
	}
	return nil
}
