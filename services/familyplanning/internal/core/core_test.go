package core_test

import (
	"testing"

	"xinju.dev/services/familyplanning/internal/core"
)

func TestLongActingMethods(t *testing.T) {
	for kind := core.MethodKind(1); kind <= 9; kind++ {
		want := kind == core.IUD || kind == core.Implant || kind == core.FemaleSterilisation || kind == core.MaleSterilisation
		if got := kind.LongActing(); got != want {
			t.Errorf("method %d: long-acting %v", kind, got)
		}
	}
}
