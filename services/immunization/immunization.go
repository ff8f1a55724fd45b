// Package immunization is the immunization service as a whole: what a process
// needs to run it, and nothing about how it works.
package immunization

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"google.golang.org/grpc"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	immunizationv1 "xinju.dev/api/gen/xinju/immunization/v1"

	"xinju.dev/services/immunization/internal/facts"
	"xinju.dev/services/immunization/internal/imports"
	"xinju.dev/services/immunization/internal/rpc"
	"xinju.dev/services/immunization/internal/store"
	"xinju.dev/services/nip"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/recordintake"
	"xinju.dev/services/platform/residentlink"
	"xinju.dev/services/platform/sqlstore"
)

// Deps is everything the service takes from its surroundings. DB and Now are required.
type Deps struct {
	DB  *sqlstore.DB
	Now func() time.Time
	// Registry's feed tells which residents are one person; nil: each is shown alone.
	Registry feedv1.ChangeFeedServiceClient
	Log      *zap.Logger           // may be nil
	Metrics  prometheus.Registerer // may be nil
	// Import is what files of records need; without a spool folder none are taken.
	Import recordintake.Settings
	// Hooks is called at named points of an import, so that a test can end the
	// work there as a crash would.
	Hooks func(point string) error
}

// Service is an immunization service ready to be put on a gRPC server.
type Service struct {
	server  immunizationv1.ImmunizationServiceServer
	feed    feedv1.ChangeFeedServiceServer
	links   *residentlink.Follower
	imports *recordintake.Import
}

// New wires the service with the schedule built into the program. It starts
// nothing. It fails when that schedule cannot be read.
func New(d Deps) (*Service, error) {
	schedule, err := nip.Default()
	if err != nil {
		return nil, fmt.Errorf("immunization schedule: %w", err)
	}
	s := store.New(store.Deps{DB: d.DB, Now: d.Now, Facts: facts.All})
	kinds, err := imports.Kinds(s, schedule)
	if err != nil {
		return nil, err
	}
	files, err := recordintake.New(recordintake.Deps{DB: d.DB, Now: d.Now, Log: d.Log, Kinds: kinds, Settings: d.Import, Hooks: d.Hooks})
	if err != nil {
		return nil, err
	}
	return &Service{
		server:  rpc.New(rpc.Deps{Doses: s.Doses, Certificates: s.Certificates, Schedule: schedule, Now: d.Now}),
		feed:    changefeed.NewServer(d.DB, s.Lister()),
		links:   residentlink.New(residentlink.Deps{DB: d.DB, Service: "immunization", Registry: d.Registry, Log: d.Log, Metrics: d.Metrics}),
		imports: files,
	}, nil
}

// Register adds the service and its change feed to r.
func (s *Service) Register(r grpc.ServiceRegistrar) {
	immunizationv1.RegisterImmunizationServiceServer(r, s.server)
	feedv1.RegisterChangeFeedServiceServer(r, s.feed)
	s.imports.Register(r)
}

// Run follows which residents the registry has merged and applies received
// files, until ctx ends.
func (s *Service) Run(ctx context.Context, ready func()) error {
	return s.imports.Beside(ctx, ready, s.links.Run)
}

// Migrations of the service's database.
func Migrations() []migrate.Set {
	return append([]migrate.Set{store.Migrations(), changefeed.Migrations(), idempotency.Migrations(), residentlink.Migrations()}, recordintake.AllMigrations()...)
}
