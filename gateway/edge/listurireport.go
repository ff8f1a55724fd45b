package edge

import (
	"net/url"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"google.golang.org/genproto/googleapis/type/date"
)

// openReport writes beside every number of a frozen report the address of its
// frozen list, where the report kept one.
func openReport(r *aggregatorv1.Report) {
	for _, n := range r.GetNumbers() {
		openFrozen(r.GetReportId(), n)
	}
}

func openFrozen(id string, n *aggregatorv1.ReportNumber) {
	row := n.GetRow()
	if row.GetKind() == aggregatorv1.IndicatorKind_INDICATOR_KIND_RATIO {
		if row.GetAwaits() == "" {
			n.TermsUri = frozen(id, row.GetDivision(), row.GetIndicatorId(), row.GetAsOfDate()).number()
		}
		return
	}
	if n.GetListCommand() == "" {
		return // no list, or none was kept
	}
	at := frozen(id, row.GetDivision(), row.GetIndicatorId(), row.GetAsOfDate())
	row.EligibleListUri = at.list(aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE)
	if !row.GetPlain() {
		row.CoveredListUri = at.list(aggregatorv1.MemberSet_MEMBER_SET_COVERED)
		row.UncoveredListUri = at.list(aggregatorv1.MemberSet_MEMBER_SET_UNCOVERED)
	}
}

// openFrozenTerms writes beside every term of a frozen ratio the address of its
// frozen list, of a ratio within a score that of its terms. Of a figure there is no
// more than its value and source.
func openFrozenTerms(r *aggregatorv1.GetReportNumberResponse) {
	ratio := r.GetNumber().GetRow().GetRatio()
	for _, terms := range [][]*aggregatorv1.CoverageTerm{ratio.GetNumeratorTerms(), ratio.GetDenominatorTerms()} {
		for _, t := range terms {
			at := frozen(r.GetReportId(), t.GetDivision(), t.GetIndicatorId(), t.GetAsOfDate())
			switch {
			case t.GetFigureId() != "" || !t.GetHasValue():
			case t.GetSet() == aggregatorv1.MemberSet_MEMBER_SET_UNSPECIFIED:
				t.ListUri = at.number()
			case r.GetWithLists():
				t.ListUri = at.list(t.GetSet())
			}
		}
	}
}

// frozenNumber is the address of a number of a report.
type frozenNumber struct {
	report string
	query  url.Values
}

func frozen(id, division, indicator string, day *date.Date) frozenNumber {
	q := url.Values{"division": {division}, "indicator_id": {indicator}}
	if day != nil {
		q.Set("as_of_date", dayText(day))
	}
	return frozenNumber{id, q}
}

func (n frozenNumber) number() string {
	return "/v1/reports/" + n.report + "/number?" + n.query.Encode()
}

func (n frozenNumber) list(set aggregatorv1.MemberSet) string {
	n.query.Set("set", set.String())
	return "/v1/reports/" + n.report + "/members?" + n.query.Encode()
}

// openComparison writes beside the numbers of both sides the addresses of their
// frozen lists, and beside each count of differences that of those it is made of.
func openComparison(r *aggregatorv1.CompareReportResponse) {
	for _, n := range r.GetNumbers() {
		openFrozen(r.GetReportId(), n.GetBefore())
		openFrozen(r.GetOtherReportId(), n.GetAfter())
		list := func(shift aggregatorv1.ReportShift) string {
			q := url.Values{"other_report_id": {r.GetOtherReportId()}, "division": {n.GetDivision()}, "indicator_id": {n.GetIndicatorId()}, "shift": {shift.String()}}
			return "/v1/reports/" + r.GetReportId() + "/differences?" + q.Encode()
		}
		n.AppearedListUri = list(aggregatorv1.ReportShift_REPORT_SHIFT_APPEARED)
		n.GoneListUri = list(aggregatorv1.ReportShift_REPORT_SHIFT_GONE)
		n.NewlyCoveredListUri = list(aggregatorv1.ReportShift_REPORT_SHIFT_NEWLY_COVERED)
		n.NoLongerCoveredListUri = list(aggregatorv1.ReportShift_REPORT_SHIFT_NO_LONGER_COVERED)
	}
}
