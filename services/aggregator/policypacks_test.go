package aggregator_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/fstest"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	typev1 "xinju.dev/api/gen/xinju/type/v1"

	"github.com/google/go-cmp/cmp"
)

const lessonsPack = `
id: lessons
version: 1
name: {zh: 健康教育, en: Lessons}
indicators:
  - id: TAUGHT
    name: {zh: 健康教育覆盖, en: taught}
    kind: stock
    eligible: {present: {}}
    covered: {events: {kind: education, at_least: 1, within: calendar_year}}
`

var (
	twoLessons = strings.NewReplacer("version: 1", "version: 2", "at_least: 1", "at_least: 2").Replace(lessonsPack)
	badLessons = strings.Replace(lessonsPack, "version: 1", "version: 3", 1) + "    nonsense: 1\n"
)

// ended waits for the end of an operation.
func (s *suite) ended(op *typev1.Operation) *typev1.Operation {
	s.t.Helper()
	poll(s.t, "the operation", func() bool {
		now, err := s.client.GetOperation(s.t.Context(), &aggregatorv1.GetOperationRequest{OperationId: op.GetOperationId()})
		if err != nil {
			s.t.Fatal(err)
		}
		op = now.GetOperation()
		return op.GetEndTime() != nil
	})
	return op
}

// taught is eligible and covered in the county.
func (s *suite) taught() string {
	s.t.Helper()
	resp, err := s.client.GetCoverage(s.t.Context(), &aggregatorv1.GetCoverageRequest{Divisions: []string{county}, IndicatorIds: []string{"TAUGHT"}})
	if err != nil {
		s.t.Fatal(err)
	}
	return fmt.Sprint(resp.GetRows()[0].GetEligible(), resp.GetRows()[0].GetCovered())
}

// TestPacksAreTriedLoadedAndRetired through the calls, with facts from a sixth source.
func TestPacksAreTriedLoadedAndRetired(t *testing.T) {
	packs, err := policy.Load(fstest.MapFS{"lessons.yaml": {Data: []byte(lessonsPack)}})
	if err != nil {
		t.Fatal(err)
	}
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		sources := newSources(t)
		sources["records"] = newSource(t)
		sources[aggregator.Registry].write(theTree()...)
		for _, id := range []string{"A", "B"} {
			sources[aggregator.Registry].write(adult(id, village1, id, 20190101)...)
		}
		for _, name := range []string{aggregator.Immunization, aggregator.Maternal, aggregator.FamilyPlanning} {
			sources[name].write(education("of "+name, "nobody", 20200101))
		}
		sources[aggregator.Archive].write(education("1", "A", 20200301), education("2", "B", 20200301))
		sources["records"].write(education("3", "B", 20200401))
		s := startWith(t, db, sources, packs)
		followed := s.follow().GetPositions()
		if n := len(followed); n != 6 || followed[5].GetSource() != "records" {
			t.Fatalf("followed are %v", followed)
		}
		client := aggregatorv1.NewPolicyPackServiceClient(s.conn)
		if got := s.taught(); got != "2 2" {
			t.Fatalf("one lesson: %s", got)
		}
		tried := whatIf(t, client, &aggregatorv1.WhatIfRequest{SourceYaml: twoLessons, Division: county, GroupLevel: 5})
		if diff := cmp.Diff([]string{
			"990101000000 TAUGHT 2/2 2/1 1", "990101001201 TAUGHT 2/2 2/1 1",
			"A TAUGHT 990101001201 WHAT_IF_STATE_COVERED WHAT_IF_STATE_UNCOVERED true", "lessons 1 1 true",
		}, tried); diff != "" {
			t.Error(diff)
		}
		if _, err := client.LoadPolicyPack(t.Context(), &aggregatorv1.LoadPolicyPackRequest{SourceYaml: badLessons}); reason(err) != "POLICY_PACK_INVALID" {
			t.Errorf("nonsense: %v", err)
		}
		if got := s.taught(); got != "2 2" {
			t.Errorf("a trial changed the numbers: %s", got)
		}
		loaded, err := client.LoadPolicyPack(t.Context(), &aggregatorv1.LoadPolicyPackRequest{SourceYaml: twoLessons, RequestId: "load"})
		if err != nil {
			t.Fatal(err)
		}
		if op := s.ended(loaded.GetOperation()); op.GetState() != typev1.OperationState_OPERATION_STATE_SUCCEEDED || loaded.GetPack().GetVersion() != 2 {
			t.Fatalf("ended as %v", op)
		}
		if got := s.taught(); got != "2 1" {
			t.Errorf("two lessons: %s", got)
		}
		s.stop()
		s = startWith(t, db, sources, packs)
		client = aggregatorv1.NewPolicyPackServiceClient(s.conn)
		if got := s.taught(); got != "2 1" {
			t.Errorf("after a restart: %s", got)
		}
		version, err := client.GetPolicyPackVersion(t.Context(), &aggregatorv1.GetPolicyPackVersionRequest{PackId: "lessons", Version: 2})
		if err != nil || version.GetVersion().GetSourceYaml() != twoLessons || !version.GetVersion().GetInUse() {
			t.Errorf("%v, %v", version, err)
		}
		retired, err := client.RetirePolicyPack(t.Context(), &aggregatorv1.RetirePolicyPackRequest{PackId: "lessons"})
		if err != nil {
			t.Fatal(err)
		}
		s.ended(retired.GetOperation())
		if got := s.taught(); got != "2 2" {
			t.Errorf("retired: %s", got)
		}
		if diff := cmp.Diff([]string{"2 false false", "1 true true"}, versions(t, client)); diff != "" {
			t.Error(diff)
		}
	})
}

// versions pages through the versions, one a page.
func versions(t *testing.T, client aggregatorv1.PolicyPackServiceClient) (out []string) {
	t.Helper()
	for token := ""; ; {
		resp, err := client.ListPolicyPackVersions(t.Context(), &aggregatorv1.ListPolicyPackVersionsRequest{PackId: "lessons", PageSize: 1, PageToken: token})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range resp.GetVersions() {
			out = append(out, fmt.Sprint(v.GetVersion(), v.GetBuiltIn(), v.GetInUse()))
		}
		if token = resp.GetNextPageToken(); token == "" {
			return out
		}
	}
}

// whatIf is the whole answer, a line each.
func whatIf(t *testing.T, client aggregatorv1.PolicyPackServiceClient, req *aggregatorv1.WhatIfRequest) (out []string) {
	t.Helper()
	stream, err := client.WhatIf(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	progress := false
	for {
		m, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		progress = progress || m.GetProgress().GetDone() > 0
		for _, n := range m.GetNumbers() {
			out = append(out, fmt.Sprintf("%s %s %d/%d %d/%d %d", n.GetDivision(), n.GetIndicatorId(), n.GetOldEligible(), n.GetOldCovered(), n.GetNewEligible(), n.GetNewCovered(), n.GetChanges()))
		}
		for _, p := range m.GetPeople() {
			out = append(out, fmt.Sprint(p.GetResidentId(), " ", p.GetIndicatorId(), " ", p.GetVillage(), " ", p.GetOldState(), " ", p.GetNewState(), " ", p.GetReason() != ""))
		}
		if x := m.GetSummary(); x != nil {
			out = append(out, fmt.Sprint(x.GetPackId(), " ", x.GetTotalChanges(), " ", x.GetListedChanges(), " ", progress))
		}
	}
}
