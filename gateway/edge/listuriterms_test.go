package edge_test

import (
	"encoding/json"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

// TestARatioOfAReportOpensIntoItsFrozenTerms asks over REST, and calls the addresses:
// none leads to what is known today.
func TestARatioOfAReportOpensIntoItsFrozenTerms(t *testing.T) {
	const county = "990101000000"
	f := newFake(t)
	h := f.gateway(t)
	day, start := &date.Date{Year: 2026, Month: 6, Day: 30}, &date.Date{Year: 2025, Month: 12, Day: 31}
	row := func() *aggregatorv1.CoverageRow {
		return &aggregatorv1.CoverageRow{Division: county, IndicatorId: "RATE", AsOfDate: day, Kind: aggregatorv1.IndicatorKind_INDICATOR_KIND_RATIO}
	}
	withLists := true
	f.answer = func(s seen, _ grpc.ServerStream, out proto.Message) error {
		if _, ok := s.msg.(*aggregatorv1.GetReportRequest); ok {
			waits := row()
			waits.Awaits = "x"
			proto.Merge(out, &aggregatorv1.GetReportResponse{Report: &aggregatorv1.Report{ReportId: "01R", Numbers: []*aggregatorv1.ReportNumber{{Row: row()}, {Row: waits}}}})
			return nil
		}
		term := func(t *aggregatorv1.CoverageTerm) *aggregatorv1.CoverageTerm {
			t.Division, t.HasValue = county, true
			return t
		}
		n := row()
		n.Ratio = &aggregatorv1.CoverageRatio{
			NumeratorTerms: []*aggregatorv1.CoverageTerm{
				term(&aggregatorv1.CoverageTerm{IndicatorId: "POP", AsOfDate: start, Set: aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE}),
				term(&aggregatorv1.CoverageTerm{IndicatorId: "SHARE", AsOfDate: day}),
			},
			DenominatorTerms: []*aggregatorv1.CoverageTerm{
				term(&aggregatorv1.CoverageTerm{FigureId: "staff", AsOfDate: day, Source: "年报"}), {IndicatorId: "SOON", Division: county, AsOfDate: day, Missing: "x"},
			},
		}
		proto.Merge(out, &aggregatorv1.GetReportNumberResponse{ReportId: "01R", WithTerms: true, WithLists: withLists, Number: &aggregatorv1.ReportNumber{Row: n}})
		return nil
	}
	var report struct {
		Report struct{ Numbers []struct{ TermsURI string } }
	}
	if w := do(h, "GET", "/v1/reports/01R", ""); json.Unmarshal(w.Body.Bytes(), &report) != nil || len(report.Report.Numbers) != 2 || report.Report.Numbers[1].TermsURI != "" {
		t.Fatal(w.Body.String())
	}
	number := report.Report.Numbers[0].TermsURI
	terms := func() (uris []string) {
		var got struct {
			Number struct {
				Row struct {
					Ratio struct{ NumeratorTerms, DenominatorTerms []struct{ ListURI string } }
				}
			}
		}
		w := do(h, "GET", number, "")
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatal(w.Body.String())
		}
		for _, x := range append(got.Number.Row.Ratio.NumeratorTerms, got.Number.Row.Ratio.DenominatorTerms...) {
			uris = append(uris, x.ListURI)
		}
		return uris
	}
	uris := terms()
	if len(uris) != 4 || uris[2] != "" || uris[3] != "" {
		t.Fatalf("a figure and what is missing have no list: %q", uris)
	}
	if withLists = false; terms()[0] != "" || terms()[1] == "" {
		t.Errorf("without lists only ratios open: %q", terms())
	}
	f.answer = nil
	for address, want := range map[string]proto.Message{
		number:  &aggregatorv1.GetReportNumberRequest{ReportId: "01R", Division: county, IndicatorId: "RATE", AsOfDate: day},
		uris[0]: &aggregatorv1.ListReportMembersRequest{ReportId: "01R", Division: county, IndicatorId: "POP", AsOfDate: start, Set: aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE},
		uris[1]: &aggregatorv1.GetReportNumberRequest{ReportId: "01R", Division: county, IndicatorId: "SHARE", AsOfDate: day},
	} {
		f.asks(t, do(h, "GET", address, "").Code, address, want)
	}
}

// asks fails when the last call was another one.
func (f *fake) asks(t *testing.T, code int, address string, want proto.Message) {
	t.Helper()
	f.mu.Lock()
	last := f.calls[len(f.calls)-1].msg
	f.mu.Unlock()
	if code != 200 || !proto.Equal(last, want) {
		t.Errorf("%s: %d, asked %v, want %v", address, code, last, want)
	}
}

// TestEveryNumberOfAWhatIfCarriesTheAddressThatOpensIt: a stream, whose rules are in
// no address.
func TestEveryNumberOfAWhatIfCarriesTheAddressThatOpensIt(t *testing.T) {
	f := newFake(t)
	h := f.gateway(t)
	day := &date.Date{Year: 2026, Month: 6, Day: 30}
	trial := "0011"
	f.answer = func(_ seen, s grpc.ServerStream, _ proto.Message) error {
		return s.SendMsg(&aggregatorv1.WhatIfResponse{TrialId: trial, Numbers: []*aggregatorv1.WhatIfNumber{
			{Division: "990101000000", IndicatorId: "HED01", AsOfDate: day, NewPlain: true},
		}})
	}
	ask := func() map[string]any {
		w := do(h, "POST", "/v1/policy-packs:what-if", `{"sourceYaml":"id: secret","division":"990101000000"}`)
		var got struct {
			Result struct{ Numbers []map[string]any }
		}
		line, _, _ := strings.Cut(w.Body.String(), "\n")
		if err := json.Unmarshal([]byte(line), &got); err != nil || len(got.Result.Numbers) != 1 {
			t.Fatal(w.Body.String())
		}
		return got.Result.Numbers[0]
	}
	n := ask()
	if uri, told := n["newCoveredListUri"]; told && uri != "" {
		t.Errorf("nobody is covered or not in a plain count: %v", n)
	}
	if trial = ""; ask()["changesListUri"] != nil && ask()["changesListUri"] != "" {
		t.Errorf("where no rules are kept nothing opens: %v", ask())
	}
	f.answer = nil
	for key, list := range map[string]aggregatorv1.WhatIfList{
		"changesListUri": 0, "oldEligibleListUri": aggregatorv1.WhatIfList_WHAT_IF_LIST_OLD_ELIGIBLE, "oldCoveredListUri": aggregatorv1.WhatIfList_WHAT_IF_LIST_OLD_COVERED,
		"newEligibleListUri": aggregatorv1.WhatIfList_WHAT_IF_LIST_NEW_ELIGIBLE,
	} {
		uri, _ := n[key].(string)
		f.asks(t, do(h, "GET", uri, "").Code, uri, &aggregatorv1.WhatIfRequest{TrialId: "0011", Division: "990101000000", IndicatorIds: []string{"HED01"}, AsOfDate: day, List: list})
	}
}
