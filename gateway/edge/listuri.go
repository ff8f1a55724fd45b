package edge

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/services/platform/wire"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/proto"
)

// opened writes beside every number of coverage the address that opens it: what
// REST calls its list. gRPC callers know their next call by the fields, and are
// not sent addresses.
func opened(_ context.Context, _ http.ResponseWriter, m proto.Message) error {
	switch r := m.(type) {
	case *aggregatorv1.GetCoverageResponse:
		openRows(r.GetRows())
	case *aggregatorv1.GetTrendResponse:
		openTrend(r)
	case *aggregatorv1.GetLeagueResponse:
		openRow(r.GetTotal())
		openStandings(r.GetStandings())
		openStandings(r.GetUnranked())
	case *aggregatorv1.GetForecastResponse:
		openAhead(r)
	case *aggregatorv1.WhatIfResponse:
		openTrial(r)
	case *aggregatorv1.GetReportNumberResponse:
		openFrozen(r.GetReportId(), r.GetNumber())
		openFrozenTerms(r)
	case *aggregatorv1.GetReportResponse:
		openReport(r.GetReport())
	case *aggregatorv1.SignReportResponse:
		openReport(r.GetReport())
	case *aggregatorv1.CompareReportResponse:
		openComparison(r)
	case *aggregatorv1.GetChaseStatsResponse:
		openChases(r)
	case *aggregatorv1.GetUnplacedResponse:
		openUnplaced(r)
	case *aggregatorv1.GetWarningsResponse:
		openStandings(r.GetWarnings())
	}
	return nil
}

func openStandings(list []*aggregatorv1.Standing) {
	for _, s := range list {
		r := s.GetRow()
		openRow(r)
		if s.GetBeforeDate() != nil {
			s.BeforeUri = numbered{r.GetDivision(), r.GetUnitId(), r.GetUnitRole(), r.GetIndicatorId(), s.GetBeforeDate()}.row()
		}
	}
}

func openRows(list []*aggregatorv1.CoverageRow) {
	for _, r := range list {
		openRow(r)
	}
}

func openRow(r *aggregatorv1.CoverageRow) {
	if r == nil {
		return
	}
	openRatio(r.GetRatio())
	openRows(r.GetBeside())
	openRow(r.GetAlternative())
	if r.GetRatio() != nil || r.GetAwaits() != "" {
		return // its terms open, or there is nothing to open
	}
	n := numbered{r.GetDivision(), r.GetUnitId(), r.GetUnitRole(), r.GetIndicatorId(), r.GetAsOfDate()}
	r.EligibleListUri = n.list(aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE)
	if !r.GetPlain() {
		r.CoveredListUri = n.list(aggregatorv1.MemberSet_MEMBER_SET_COVERED)
		r.UncoveredListUri = n.list(aggregatorv1.MemberSet_MEMBER_SET_UNCOVERED)
	}
}

func openTrend(t *aggregatorv1.GetTrendResponse) {
	for _, p := range t.GetPoints() {
		openRatio(p.GetRatio())
		if p.GetRatio() != nil || t.GetAwaits() != "" {
			continue
		}
		n := numbered{t.GetDivision(), t.GetUnitId(), t.GetUnitRole(), t.GetIndicatorId(), p.GetAsOfDate()}
		p.EligibleListUri = n.list(aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE)
		if !t.GetPlain() {
			p.CoveredListUri = n.list(aggregatorv1.MemberSet_MEMBER_SET_COVERED)
			p.UncoveredListUri = n.list(aggregatorv1.MemberSet_MEMBER_SET_UNCOVERED)
		}
	}
}

func openRatio(r *aggregatorv1.CoverageRatio) {
	for _, terms := range [][]*aggregatorv1.CoverageTerm{r.GetNumeratorTerms(), r.GetDenominatorTerms()} {
		for _, t := range terms {
			if t.GetFigureId() != "" {
				q := url.Values{"figure_id": {t.GetFigureId()}, "division": {t.GetDivision()}, "as_of_date": {dayText(t.GetAsOfDate())}}
				t.ListUri = "/v1/figures:read?" + q.Encode()
				continue
			}
			if !t.GetHasValue() {
				continue
			}
			n := numbered{t.GetDivision(), t.GetUnitId(), t.GetUnitRole(), t.GetIndicatorId(), t.GetAsOfDate()}
			if t.GetSet() == aggregatorv1.MemberSet_MEMBER_SET_UNSPECIFIED { // a ratio within a score
				t.ListUri = n.row()
				continue
			}
			t.ListUri = n.list(t.GetSet())
		}
	}
}

func openAhead(r *aggregatorv1.GetForecastResponse) {
	for _, n := range append(slices.Clip(r.GetDays()), r.GetWeeks()...) {
		first, known := wire.Date(n.GetFirstDate())
		last, bounded := wire.Date(n.GetLastDate())
		if !known || !bounded || last < first {
			continue
		}
		q := url.Values{
			"division": {r.GetDivision()}, "item_ids": {n.GetItemId()}, "kind": {n.GetKind().String()},
			"from_date": {first.AddDays(-1).String()}, "days": {strconv.Itoa(int(last-first) + 1)},
		}
		n.ListUri = "/v1/forecast?" + q.Encode()
	}
}

func openUnplaced(r *aggregatorv1.GetUnplacedResponse) {
	for _, n := range r.GetCounts() {
		q := url.Values{"kind": {n.GetKind().String()}, "as_of_date": {dayText(r.GetAsOfDate())}}
		if n.GetIndicatorId() != "" {
			q.Set("indicator_id", n.GetIndicatorId())
		}
		n.ListUri = "/v1/unplaced/members?" + q.Encode()
	}
}

// numbered is what names a number.
type numbered struct {
	division, unit string
	role           aggregatorv1.UnitRole
	indicator      string
	day            *date.Date
}

func (n numbered) list(set aggregatorv1.MemberSet) string {
	q := url.Values{"indicator_id": {n.indicator}, "as_of_date": {dayText(n.day)}, "set": {set.String()}}
	if n.division != "" {
		q.Set("division", n.division)
	}
	if n.unit == "" {
		return "/v1/coverage:members?" + q.Encode()
	}
	q.Set("unit_id", n.unit)
	q.Set("unit_role", n.role.String())
	return "/v1/unit-members?" + q.Encode()
}

// row is the address of the number itself, with what it is computed from.
func (n numbered) row() string {
	q := url.Values{"indicator_ids": {n.indicator}, "as_of_date": {dayText(n.day)}}
	if n.division != "" {
		q.Set("divisions", n.division)
	}
	if n.unit != "" {
		q.Set("unit_ids", n.unit)
		q.Set("unit_role", n.role.String())
	}
	return "/v1/coverage?" + q.Encode()
}

func dayText(d *date.Date) string {
	return fmt.Sprintf("%04d-%02d-%02d", d.GetYear(), d.GetMonth(), d.GetDay())
}
