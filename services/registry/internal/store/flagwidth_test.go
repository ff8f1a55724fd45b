package store

import (
	"strings"
	"testing"

	"xinju.dev/services/platform/fault"
	"xinju.dev/services/registry/internal/core"
)

// The column resident.flags holds 255 characters (migration 0004).
func TestAllReviewFlagsTogetherFitTheirColumn(t *testing.T) {
	var flags []string
	for _, f := range fault.Declared() { // and those that only inform
		if core.Reviewable(f.Reason) != nil || f == core.FlagRareName || f == core.FlagBirthPartial || f == core.FlagBirthUnknown {
			flags = append(flags, f.Reason)
		}
	}
	if all := strings.Join(flags, ","); len(flags) < 14 || len(all) > 255 {
		t.Errorf("%d flags take %d characters", len(flags), len(all))
	}
}
