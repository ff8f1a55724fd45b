package aggregator_test

import (
	"bytes"
	"slices"
	"testing"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/aggregator/policies"
)

func TestAPackIsCheckedWithoutARunningService(t *testing.T) {
	good, err := policies.Files.ReadFile("xiangan-2018.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r, err := aggregator.CheckPack(good)
	if err != nil || len(r.Problems) > 0 || len(r.Cases) == 0 || r.Pack == nil || r.ID != "xiangan-2018" {
		t.Errorf("a pack built in: %+v, %v", r, err)
	}
	r, err = aggregator.CheckPack([]byte("id: x\nnonsense: 1\n"))
	if err != nil || len(r.Problems) == 0 || r.Pack != nil {
		t.Errorf("nonsense: %+v, %v", r, err)
	}
	if r, err := aggregator.CheckPack(nil); err != nil || len(r.Problems) == 0 {
		t.Errorf("an empty file: %+v, %v", r, err)
	}
}

func TestPacksThatAreWrittenTogetherSeeEachOther(t *testing.T) {
	parent := []byte("id: parent\nversion: 1\nname: {zh: 上级, en: parent}\njurisdiction: \"990200000000\"\nextends: national\n")
	child := []byte("id: child\nversion: 1\nname: {zh: 下级, en: child}\njurisdiction: \"990201000000\"\nextends: parent\n")
	if r, err := aggregator.CheckPack(child); err != nil || len(r.Problems) == 0 {
		t.Errorf("alone: %v, %v", r.Problems, err)
	}
	if r, err := aggregator.CheckPack(child, parent); err != nil || len(r.Problems) > 0 {
		t.Errorf("together: %v, %v", r.Problems, err)
	}
}

func TestBuiltInPacksAreFoundAndCompared(t *testing.T) {
	ids := aggregator.BuiltInPacks()
	if !slices.IsSorted(ids) || !slices.Contains(ids, "national") {
		t.Errorf("%v", ids)
	}
	a, _ := aggregator.BuiltInPack("national")
	b, _ := aggregator.BuiltInPack("xiangan-2018")
	if len(aggregator.DiffPacks(a, a)) != 0 || len(aggregator.DiffPacks(a, b)) == 0 {
		t.Error("differences are wrong")
	}
	if _, ok := aggregator.BuiltInPack("none"); ok {
		t.Error("a pack that is not there")
	}
	if s, err := aggregator.PackSchema(); err != nil || !bytes.Contains(s, []byte("2020-12")) {
		t.Errorf("schema: %v", err)
	}
}
