package residentlink

import (
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"google.golang.org/grpc"
)

// Settings say where a record service finds the registry.
type Settings struct {
	Address string `key:"address" help:"address of the registry, whose merged residents are then shown as one; not followed when empty"`
	Token   string `key:"token" secret:"true" help:"bearer token of the registry"`
}

// Feed opens the registry's change feed; nil without an address.
func (s Settings) Feed(dial func(target, token string) (*grpc.ClientConn, error)) (feedv1.ChangeFeedServiceClient, error) {
	if s.Address == "" {
		return nil, nil
	}
	conn, err := dial(s.Address, s.Token)
	if err != nil {
		return nil, err
	}
	return feedv1.NewChangeFeedServiceClient(conn), nil
}
