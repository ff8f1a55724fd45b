package facts_test

import (
	"testing"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/facts"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
)

func TestTheFlagsOfARecordGoWithThePersonSortedAndEachOnce(t *testing.T) {
	flags := []string{"OVERLAPPING_STAYS", "NO_DOCUMENT", "OVERLAPPING_STAYS"}
	var got feedv1.PersonFact
	if err := proto.Unmarshal(facts.Person(core.Person{}, flags).Body, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"NO_DOCUMENT", "OVERLAPPING_STAYS"}, got.GetFlags()); diff != "" {
		t.Error(diff)
	}
	if flags[0] != "OVERLAPPING_STAYS" {
		t.Error("the state's own list was changed")
	}
}
