package cli

import (
	"testing"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/cmd/xinju/internal/outcome"
)

func TestLevelAndParentAreReadFromTheZeros(t *testing.T) {
	const (
		province, prefecture = registryv1.DivisionLevel_DIVISION_LEVEL_PROVINCE, registryv1.DivisionLevel_DIVISION_LEVEL_PREFECTURE
		county, none         = registryv1.DivisionLevel_DIVISION_LEVEL_COUNTY, registryv1.DivisionLevel_DIVISION_LEVEL_UNSPECIFIED
	)
	for code, want := range map[string]struct {
		level registryv1.DivisionLevel
		above string
	}{
		"990000000000": {province, ""},
		"990300000000": {prefecture, "990000000000"},
		"990301000000": {county, "990300000000"},
		"990301100000": {none, ""},
		"990301100201": {none, ""},
	} {
		if level, above := levelAndParent(code); level != want.level || above != want.above {
			t.Errorf("%s: %v below %q", code, level, above)
		}
	}
	if code, _, _ := typed(t, Programs{}, "", nil, "division", "add", "990301100000", "溪口镇"); code != outcome.BadInput {
		t.Errorf("a township: code %d", code)
	}
}
