package aggregator_test

import (
	"slices"
	"testing"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"github.com/google/go-cmp/cmp"
)

func TestCoverageOfACounty(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		sources := newSources(t)
		threeAdults(sources)
		s := start(t, db, sources)
		f := s.follow()
		if f.GetResidents() != 4 || f.GetOrphans() != 1 {
			t.Errorf("residents %d, orphans %d; want 4 and 1", f.GetResidents(), f.GetOrphans())
		}
		for name, c := range map[string]struct {
			req  *aggregatorv1.GetCoverageRequest
			want []number
		}{
			"the county before the third has lived there six months": {
				&aggregatorv1.GetCoverageRequest{Divisions: []string{county}, IndicatorIds: []string{"HED01"}, AsOfDate: dateOf("2020-12-31")},
				[]number{{county, "演示县", "HED01", 2, 1, 1, true, 0.5, "≥ 95 %"}},
			},
			"its towns the day after, when nobody has been taught this year": {
				&aggregatorv1.GetCoverageRequest{Divisions: []string{county}, GroupLevel: 4, IndicatorIds: []string{"HED01"}, AsOfDate: dateOf("2021-01-01")},
				[]number{{town1, "东镇", "HED01", 2, 0, 2, true, 0, "≥ 95 %"}, {town2, "西镇", "HED01", 1, 0, 1, true, 0, "≥ 95 %"}},
			},
			"a village without anybody has no rate and no gap": {
				&aggregatorv1.GetCoverageRequest{Divisions: []string{village2}, IndicatorIds: []string{"HED01"}, AsOfDate: dateOf("2020-12-31")},
				[]number{{village2, "二村", "HED01", 0, 0, 0, false, 0, "≥ 95 %"}},
			},
			"absent date is today": {
				&aggregatorv1.GetCoverageRequest{Divisions: []string{town2}, IndicatorIds: []string{"HED01"}},
				[]number{{town2, "西镇", "HED01", 0, 0, 0, false, 0, "≥ 95 %"}},
			},
		} {
			t.Run(name, func(t *testing.T) {
				if diff := cmp.Diff(c.want, s.coverage(c.req)); diff != "" {
					t.Error(diff)
				}
			})
		}
	})
}

func TestTrendList(t *testing.T) {
	s, _ := startOfThree(t, testkit.SQLite(t, aggregator.Migrations()...))

	trend, err := s.client.GetTrend(t.Context(), &aggregatorv1.GetTrendRequest{Division: county, IndicatorId: "HED01", FromDate: dateOf("2020-06-15"), UntilDate: dateOf("2020-09-01")})
	if err != nil {
		t.Fatal(err)
	}
	var got []int32
	for _, p := range trend.GetPoints() {
		got = append(got, p.GetEligible(), p.GetCovered())
	}
	if diff := cmp.Diff([]int32{0, 0, 1, 1, 2, 1, 2, 1}, got); diff != "" {
		t.Errorf("June to September: %s", diff)
	}

	var ids []string
	token := ""
	for {
		list, err := s.client.ListUncovered(t.Context(), &aggregatorv1.ListUncoveredRequest{Division: county, IndicatorId: "HED01", AsOfDate: dateOf("2021-01-01"), PageSize: 1, PageToken: token})
		if err != nil {
			t.Fatal(err)
		}
		if list.GetTotalSize() != 3 {
			t.Errorf("total %d, want 3", list.GetTotalSize())
		}
		for _, m := range list.GetMembers() {
			ids = append(ids, m.GetResidentId()+" "+m.GetVillage()+" "+m.GetUnitId())
		}
		if token = list.GetNextPageToken(); token == "" {
			break
		}
	}
	if diff := cmp.Diff([]string{"R2 " + village1 + " " + clinic, "R1 " + village1 + " " + clinic, "R3 " + village3 + " "}, ids); diff != "" {
		t.Errorf("by village and address: %s", diff)
	}
}

func TestEligibilityIsExplained(t *testing.T) {
	s, _ := startOfThree(t, testkit.SQLite(t, aggregator.Migrations()...))
	resp, err := s.client.GetEligibility(t.Context(), &aggregatorv1.GetEligibilityRequest{ResidentId: "R3", AsOfDate: dateOf("2020-12-31"), RuleIds: []string{"HED01"}})
	if err != nil {
		t.Fatal(err)
	}
	if resp.GetPackId() != "demo-990101" || resp.GetDivision() != village3 || len(resp.GetRules()) != 1 {
		t.Fatalf("pack %s, division %s, %d rules", resp.GetPackId(), resp.GetDivision(), len(resp.GetRules()))
	}
	r := resp.GetRules()[0]
	if r.GetEligible() || !cmp.Equal(r.GetEligibleFromDate().GetYear(), int32(2021)) || r.GetWhy() == nil || len(r.GetCitations()) == 0 || r.GetReason() == "" {
		t.Errorf("not yet eligible, from 2021, with reason, tree and clause; got %v", r)
	}
}

func TestPolicyPacksAreShownAndChecked(t *testing.T) {
	s := start(t, testkit.SQLite(t, aggregator.Migrations()...), newSources(t))
	var ids []string
	token := ""
	for {
		list, err := s.client.ListPolicyPacks(t.Context(), &aggregatorv1.ListPolicyPacksRequest{PageSize: 2, PageToken: token})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range list.GetPacks() {
			ids = append(ids, p.GetPackId())
		}
		if token = list.GetNextPageToken(); token == "" {
			break
		}
	}
	if !slices.Contains(ids, "xiangan-2018") || !slices.IsSorted(ids) {
		t.Errorf("packs %v", ids)
	}
	one, err := s.client.GetPolicyPack(t.Context(), &aggregatorv1.GetPolicyPackRequest{PackId: "xiangan-2018"})
	if err != nil || one.GetPack().GetSourceYaml() == "" || len(one.GetPack().GetItems()) == 0 {
		t.Fatalf("pack %v, err %v", one.GetPack().GetPackId(), err)
	}
	good, err := s.client.ValidatePolicyPack(t.Context(), &aggregatorv1.ValidatePolicyPackRequest{SourceYaml: one.GetPack().GetSourceYaml()})
	if err != nil || len(good.GetProblems()) != 0 || good.GetCasesRun() == 0 {
		t.Errorf("its own file: %v, %v", good, err)
	}
	bad, err := s.client.ValidatePolicyPack(t.Context(), &aggregatorv1.ValidatePolicyPackRequest{SourceYaml: "id: x\nrubbish: 1\n"})
	if err != nil || len(bad.GetProblems()) == 0 {
		t.Errorf("rubbish: %v, %v", bad, err)
	}
}
