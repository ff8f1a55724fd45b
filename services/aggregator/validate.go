package aggregator

import (
	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/aggregator/internal/rpc"
)

// ValidatePack checks a pack's file against the packs built into this program, as
// ValidatePolicyPack does in a running service, but without one: for whoever
// writes a pack. It fails as that method does.
func ValidatePack(source string) (*aggregatorv1.ValidatePolicyPackResponse, error) {
	packs, err := policy.Default()
	if err != nil {
		return nil, err
	}
	return rpc.Validate(packs, &aggregatorv1.ValidatePolicyPackRequest{SourceYaml: source})
}
