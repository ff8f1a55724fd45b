package aggregator_test

import (
	"testing"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/aggregator/policies"
)

func TestAPackIsCheckedWithoutARunningService(t *testing.T) {
	good, err := policies.Files.ReadFile("xiangan-2018.yaml")
	if err != nil {
		t.Fatal(err)
	}
	resp, err := aggregator.ValidatePack(string(good))
	if err != nil || len(resp.GetProblems()) > 0 || resp.GetCasesRun() == 0 {
		t.Errorf("a pack built in: %v, %v", resp, err)
	}
	resp, err = aggregator.ValidatePack("id: x\nnonsense: 1\n")
	if err != nil || len(resp.GetProblems()) == 0 {
		t.Errorf("nonsense: %v, %v", resp, err)
	}
	if _, err := aggregator.ValidatePack(""); err == nil {
		t.Error("an empty file was accepted")
	}
}
