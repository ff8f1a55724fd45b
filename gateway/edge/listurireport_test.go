package edge_test

import (
	"encoding/json"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

// TestEveryNumberOfAReportOpensIntoItsFrozenList asks over REST, and calls the
// addresses: they must lead to the report's own list, not to today's.
func TestEveryNumberOfAReportOpensIntoItsFrozenList(t *testing.T) {
	f := newFake(t)
	h := f.gateway(t)
	row := func(id string, plain bool) *aggregatorv1.CoverageRow {
		return &aggregatorv1.CoverageRow{Division: "990101000000", IndicatorId: id, Plain: plain}
	}
	f.answer = func(_ seen, _ grpc.ServerStream, out proto.Message) error {
		proto.Merge(out, &aggregatorv1.GetReportResponse{Report: &aggregatorv1.Report{ReportId: "01R", Numbers: []*aggregatorv1.ReportNumber{
			{Row: row("IMM03", false), ListCommand: "xinju report members …"},
			{Row: row("HED02@event", true), ListCommand: "xinju report members …"},
			{Row: row("MAT02", false)},
		}}})
		return nil
	}
	var got struct {
		Report struct {
			Numbers []struct {
				Row struct {
					Eligible  string `json:"eligibleListUri"`
					Covered   string `json:"coveredListUri"`
					Uncovered string `json:"uncoveredListUri"`
				} `json:"row"`
			} `json:"numbers"`
		} `json:"report"`
	}
	w := do(h, "GET", "/v1/reports/01R", "")
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || len(got.Report.Numbers) != 3 {
		t.Fatal(w.Body.String(), err)
	}
	list := got.Report.Numbers
	if list[2].Row.Eligible != "" || list[1].Row.Covered != "" || list[1].Row.Uncovered != "" {
		t.Errorf("a ratio or a plain count opens: %+v", list)
	}
	f.answer = nil
	for uri, asked := range map[string]*aggregatorv1.ListReportMembersRequest{
		list[0].Row.Eligible:  {IndicatorId: "IMM03", Set: aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE},
		list[0].Row.Covered:   {IndicatorId: "IMM03", Set: aggregatorv1.MemberSet_MEMBER_SET_COVERED},
		list[0].Row.Uncovered: {IndicatorId: "IMM03", Set: aggregatorv1.MemberSet_MEMBER_SET_UNCOVERED},
		list[1].Row.Eligible:  {IndicatorId: "HED02@event", Set: aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE},
	} {
		asked.ReportId, asked.Division = "01R", "990101000000"
		w := do(h, "GET", uri, "")
		f.mu.Lock()
		last := f.calls[len(f.calls)-1].msg
		f.mu.Unlock()
		if w.Code != 200 || !proto.Equal(last, asked) {
			t.Errorf("%q: %d, asked %v", uri, w.Code, last)
		}
	}
}

// TestEveryCountOfAComparisonOpensIntoWhoDiffers, and the numbers of both sides into
// the frozen lists of their own reports.
func TestEveryCountOfAComparisonOpensIntoWhoDiffers(t *testing.T) {
	f := newFake(t)
	h := f.gateway(t)
	number := &aggregatorv1.ReportNumber{Row: &aggregatorv1.CoverageRow{Division: "990101000000", IndicatorId: "IMM03"}, ListCommand: "xinju report members …"}
	f.answer = func(_ seen, _ grpc.ServerStream, out proto.Message) error {
		proto.Merge(out, &aggregatorv1.CompareReportResponse{ReportId: "01R", OtherReportId: "01S", Numbers: []*aggregatorv1.ReportRestatement{
			{Division: "990101000000", IndicatorId: "IMM03", Before: number, After: number},
		}})
		return nil
	}
	var got struct {
		Numbers []struct {
			Before, After struct {
				Row struct{ EligibleListURI string }
			}
			AppearedListURI string
			GoneListURI     string
			Newly           string `json:"newlyCoveredListUri"`
			NoLonger        string `json:"noLongerCoveredListUri"`
		}
	}
	if w := do(h, "POST", "/v1/reports/01R:compare", "{}"); json.Unmarshal(w.Body.Bytes(), &got) != nil || len(got.Numbers) != 1 {
		t.Fatal(w.Body.String())
	}
	f.answer = nil
	n := got.Numbers[0]
	for address, want := range map[string]proto.Message{
		n.Before.Row.EligibleListURI: &aggregatorv1.ListReportMembersRequest{ReportId: "01R", Division: "990101000000", IndicatorId: "IMM03", Set: aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE},
		n.After.Row.EligibleListURI:  &aggregatorv1.ListReportMembersRequest{ReportId: "01S", Division: "990101000000", IndicatorId: "IMM03", Set: aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE},
		n.AppearedListURI:            shiftAsked(aggregatorv1.ReportShift_REPORT_SHIFT_APPEARED),
		n.GoneListURI:                shiftAsked(aggregatorv1.ReportShift_REPORT_SHIFT_GONE),
		n.Newly:                      shiftAsked(aggregatorv1.ReportShift_REPORT_SHIFT_NEWLY_COVERED),
		n.NoLonger:                   shiftAsked(aggregatorv1.ReportShift_REPORT_SHIFT_NO_LONGER_COVERED),
	} {
		w := do(h, "GET", address, "")
		f.mu.Lock()
		last := f.calls[len(f.calls)-1].msg
		f.mu.Unlock()
		if w.Code != 200 || !proto.Equal(last, want) {
			t.Errorf("%s: %d, asked %v, want %v", address, w.Code, last, want)
		}
	}
}

func shiftAsked(shift aggregatorv1.ReportShift) *aggregatorv1.CompareReportRequest {
	return &aggregatorv1.CompareReportRequest{ReportId: "01R", OtherReportId: "01S", Division: "990101000000", IndicatorId: "IMM03", Shift: shift}
}
