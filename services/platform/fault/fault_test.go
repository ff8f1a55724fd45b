package fault_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"xinju.dev/services/platform/fault"

	"github.com/google/go-cmp/cmp"
)

var (
	errA = fault.New(fault.Invalid, "FAULT_TEST_A", "a is wrong", "甲有误")
	errB = fault.New(fault.Stale, "FAULT_TEST_B", "b is old", "乙已过期")
)

func TestACopyIsStillTheSameFault(t *testing.T) {
	cause := errors.New("the disk")
	for name, e := range map[string]error{
		"itself": errA, "with a detail": errA.With("k", "v"), "on a field": errA.On("name", "empty"),
		"because of something": errA.Because(cause), "all three": errA.With("k", "v").On("f", "w").Because(cause), "wrapped": fmt.Errorf("create: %w", errA.With("k", "v")),
	} {
		if !errors.Is(e, errA) || errors.Is(e, errB) {
			t.Errorf("%s: is A %t, is B %t", name, errors.Is(e, errA), errors.Is(e, errB))
		}
	}
	if !errors.Is(errA.Because(cause), cause) || errors.Is(cause, errA) {
		t.Error("the cause is not found, or is taken for the fault")
	}
}

func TestCopiesDoNotChangeTheOriginalOrEachOther(t *testing.T) {
	base := errA.With("k", "1").On("f", "w")
	one, two := base.With("k", "2").On("g", "x"), base.With("l", "3").On("h", "y")
	if diff := cmp.Diff(map[string]string{"k": "1"}, base.Meta); diff != "" || len(base.Fields) != 1 {
		t.Errorf("the original changed: %s, %v", diff, base.Fields)
	}
	if diff := cmp.Diff([]fault.Field{{Path: "f", Reason: "w"}, {Path: "g", Reason: "x"}}, one.Fields); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{"k": "1", "l": "3"}, two.Meta); diff != "" {
		t.Error(diff)
	}
	if errA.Meta != nil || errA.Fields != nil {
		t.Error("the declaration changed")
	}
}

func TestTheTextIsForTheLogWithItsCauseAndForCallersWithout(t *testing.T) {
	e := errA.Because(errors.New("the disk"))
	if e.Error() != "a is wrong: the disk" || e.Text != "a is wrong" || e.Chinese != "甲有误" || e.Kind != fault.Invalid {
		t.Errorf("got %q, %q, %q", e.Error(), e.Text, e.Chinese)
	}
}

func TestAReasonIsDeclaredOnce(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a second declaration was accepted")
		}
	}()
	fault.New(fault.Invalid, "FAULT_TEST_A", "again", "又")
}

func TestDeclaredListsEveryReasonInOrder(t *testing.T) {
	var reasons []string
	for _, e := range fault.Declared() {
		reasons = append(reasons, e.Reason)
	}
	if !slices.IsSorted(reasons) || !slices.Contains(reasons, "FAULT_TEST_A") || !slices.Contains(reasons, "FAULT_TEST_B") {
		t.Errorf("got %v", reasons)
	}
}
