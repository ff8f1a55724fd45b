// Package archive is the archive service as a whole: what a process needs to run
// it, and nothing about how it works.
package archive

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"google.golang.org/grpc"

	archivev1 "xinju.dev/api/gen/xinju/archive/v1"
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"xinju.dev/services/archive/internal/core"
	"xinju.dev/services/archive/internal/facts"
	"xinju.dev/services/archive/internal/imports"
	"xinju.dev/services/archive/internal/rpc"
	"xinju.dev/services/archive/internal/store"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/recordintake"
	"xinju.dev/services/platform/residentlink"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/platform/sqlstore"
)

// Deps is everything the service takes from its surroundings. DB, Now and Sealer are required.
type Deps struct {
	DB     *sqlstore.DB
	Now    func() time.Time
	Sealer seal.Sealer // protects who to call
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

// Service is an archive service ready to be put on a gRPC server.
type Service struct {
	server  archivev1.ArchiveServiceServer
	feed    feedv1.ChangeFeedServiceServer
	links   *residentlink.Follower
	imports *recordintake.Import
}

// New wires the service. It starts nothing.
func New(d Deps) (*Service, error) {
	if core.ErrDiseases != nil {
		return nil, core.ErrDiseases
	}
	s := store.New(store.Deps{DB: d.DB, Now: d.Now, Sealer: d.Sealer, Facts: facts.All})
	kinds, err := imports.Kinds(s)
	if err != nil {
		return nil, err
	}
	files, err := recordintake.New(recordintake.Deps{DB: d.DB, Now: d.Now, Log: d.Log, Kinds: kinds, Settings: d.Import, Hooks: d.Hooks})
	if err != nil {
		return nil, err
	}
	return &Service{
		server:  rpc.New(rpc.Stores{Archives: s.Archives, Attendances: s.Attendances, Cases: s.Cases}),
		feed:    changefeed.NewServer(d.DB, s.Lister()),
		links:   residentlink.New(residentlink.Deps{DB: d.DB, Service: "archive", Registry: d.Registry, Log: d.Log, Metrics: d.Metrics}),
		imports: files,
	}, nil
}

// Register adds the service and its change feed to r.
func (s *Service) Register(r grpc.ServiceRegistrar) {
	archivev1.RegisterArchiveServiceServer(r, s.server)
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
