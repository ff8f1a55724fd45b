// Package registry is the registry service as a whole: what a process needs to
// run it, and nothing about how it works.
package registry

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"google.golang.org/grpc"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/intake/rows"
	"xinju.dev/services/platform/intakestore"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/obs"
	"xinju.dev/services/platform/recordstore"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/platform/webhook"
	"xinju.dev/services/registry/internal/facts"
	residence "xinju.dev/services/registry/internal/intake"
	"xinju.dev/services/registry/internal/rpc"
	"xinju.dev/services/registry/internal/store"
)

// Deps is everything the service takes from its surroundings. All but Hooks,
// Metrics and Webhooks are required.
type Deps struct {
	DB       *sqlstore.DB
	Now      func() time.Time
	Log      *zap.Logger
	Sealer   seal.Sealer // protects names, numbers, telephones and addresses
	SpoolDir string      // keeps received files until they are applied; they hold personal data
	Webhooks webhook.Settings
	Metrics  prometheus.Registerer // nil: senders have no figures
	// Hooks is called at named points of an import, so that a test can end the
	// work there as a crash would.
	Hooks func(point string) error
}

// Service is a registry ready to be put on a gRPC server and to be run.
type Service struct {
	store    *store.SQL
	intake   *intake.Intake
	registry registryv1.RegistryServiceServer
	places   registryv1.PlaceServiceServer
	files    registryv1.FeedIntakeServiceServer
	feed     feedv1.ChangeFeedServiceServer
	sharing  sharing
	review   reviewing
}

// New wires the service over a migrated database. It starts nothing.
func New(d Deps) (*Service, error) {
	s := store.New(d.DB, d.Sealer, encoders())
	batches := intakestore.New(d.DB, d.Sealer, s)
	if d.Metrics != nil {
		if _, err := obs.Register(d.Metrics, batches.Collector(d.Now)); err != nil {
			return nil, err
		}
	}
	in, err := intake.New(intake.Deps{
		Store: batches, Senders: batches, Lists: batches, Withdraw: s, Profiles: batches, Targets: []intake.Target{residence.Residence{}}, Format: rows.Files{TempDir: d.SpoolDir},
		Sealer: d.Sealer, SpoolDir: d.SpoolDir, Now: d.Now, Log: d.Log, Hooks: d.Hooks,
	})
	if err != nil {
		return nil, err
	}
	relations := store.Relations(d.DB, d.Now, facts.Relation)
	listers := s.Listers()
	listers["relation"] = relations
	share, err := newSharing(d, s, relations)
	if err != nil {
		return nil, err
	}
	reviews, err := newReviewing(d, s)
	if err != nil {
		return nil, err
	}
	return &Service{
		store:    s,
		intake:   in,
		registry: rpc.NewRegistry(s, s, relations, d.Now),
		places:   rpc.NewPlaces(s, s, s, d.Now),
		files:    rpc.NewFeed(in, batches, d.Now),
		feed:     changefeed.NewServer(d.DB, recordstore.Listers(listers)).Locating(share.places),
		sharing:  share,
		review:   reviews,
	}, nil
}

// Seed adds the divisions that every registry begins with: the provinces and
// the counties of the five jurisdictions. It changes nothing that is there. Run
// does it too; call it where divisions are needed before Run is ready.
func (s *Service) Seed(ctx context.Context) error { return s.store.Seed(ctx) }

// Register adds the services and the change feed to r.
func (s *Service) Register(r grpc.ServiceRegistrar) {
	registryv1.RegisterRegistryServiceServer(r, s.registry)
	registryv1.RegisterPlaceServiceServer(r, s.places)
	registryv1.RegisterFeedIntakeServiceServer(r, s.files)
	feedv1.RegisterChangeFeedServiceServer(r, s.feed)
	s.sharing.register(r)
	s.review.register(r)
}

// Run seeds the divisions, and then applies received files and delivers changes
// until ctx ends.
func (s *Service) Run(ctx context.Context, ready func()) error {
	if err := s.Seed(ctx); err != nil {
		return err
	}
	return s.sharing.beside(ctx, ready, s.review.beside(s.intake.Run))
}

// Migrations of the service's database.
func Migrations() []migrate.Set {
	return []migrate.Set{store.Migrations(), intakestore.Migrations(), changefeed.Migrations(), idempotency.Migrations(), webhook.Migrations()}
}
