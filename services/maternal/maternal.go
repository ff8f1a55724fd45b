// Package maternal is the maternal service as a whole: what a process needs to
// run it, and nothing about how it works.
package maternal

import (
	"time"

	"google.golang.org/grpc"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	maternalv1 "xinju.dev/api/gen/xinju/maternal/v1"

	"xinju.dev/services/maternal/internal/facts"
	"xinju.dev/services/maternal/internal/rpc"
	"xinju.dev/services/maternal/internal/store"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"
)

// Deps is everything the service takes from its surroundings; all are required.
type Deps struct {
	DB  *sqlstore.DB
	Now func() time.Time
}

// Service is a maternal service ready to be put on a gRPC server.
type Service struct {
	server maternalv1.MaternalServiceServer
	feed   feedv1.ChangeFeedServiceServer
}

// New wires the service. It starts nothing.
func New(d Deps) *Service {
	s := store.New(store.Deps{DB: d.DB, Now: d.Now, Facts: facts.All})
	return &Service{
		server: rpc.New(rpc.Stores{
			Pregnancies: s.Pregnancies, Antenatals: s.Antenatals, Deliveries: s.Deliveries, Postnatals: s.Postnatals, Checks: s.Checks,
		}),
		feed: changefeed.NewServer(d.DB, s.Lister()),
	}
}

// Register adds the service and its change feed to r.
func (s *Service) Register(r grpc.ServiceRegistrar) {
	maternalv1.RegisterMaternalServiceServer(r, s.server)
	feedv1.RegisterChangeFeedServiceServer(r, s.feed)
}

// Migrations of the service's database.
func Migrations() []migrate.Set {
	return []migrate.Set{store.Migrations(), changefeed.Migrations(), idempotency.Migrations()}
}
