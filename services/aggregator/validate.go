package aggregator

import (
	"context"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/aggregator/internal/rpc"
)

// ValidatePack checks a pack's file against the packs built into this program, as
// ValidatePolicyPack does in a running service, but without one: for whoever
// writes a pack. It fails as that method does.
func ValidatePack(ctx context.Context, source string) (*aggregatorv1.ValidatePolicyPackResponse, error) {
	packs, err := policy.Default()
	if err != nil {
		return nil, err
	}
	return rpc.New(nil, packs, nil, nil).ValidatePolicyPack(ctx, &aggregatorv1.ValidatePolicyPackRequest{SourceYaml: source})
}
