// Package aggregator joins the five record services per resident: who is owed
// what on which day and why, and coverage of any division on any date.
//
// It only reads the other services' change feeds; everything that it stores can
// be dropped and built again from them. Here its parts are put together.
package aggregator

import (
	"context"
	"errors"
	"time"

	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/aggregator/internal/desk"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/aggregator/internal/rpc"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/aggregator/internal/tail"
	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"
)

// The sources, in the order in which they are shown.
const (
	Registry       = "registry"
	Archive        = "archive"
	Immunization   = "immunization"
	Maternal       = "maternal"
	FamilyPlanning = "familyplanning"
)

// SourceNames lists the sources in that order.
func SourceNames() []string {
	return []string{Registry, Archive, Immunization, Maternal, FamilyPlanning}
}

// Packs is policy packs compiled together. Nil stands for those built in.
type Packs = policy.Catalogue

// Deps is what the aggregator is made of. DB, Now, Log and Sources are required.
type Deps struct {
	DB      *sqlstore.DB // migrated
	Now     func() time.Time
	Log     *zap.Logger
	Sources map[string]feedv1.ChangeFeedServiceClient // by the names above; a missing one is not followed
	Packs   *Packs
	Metrics prometheus.Registerer // may be nil
}

// Service is the aggregator. Make it with New; it answers once Run is ready.
type Service struct {
	book    *derived.Book
	server  *rpc.Server
	sources []tail.Source
	log     *zap.Logger
}

var errDeps = errors.New("aggregator: DB, Now and Log are required")

// New puts the parts together. It reads nothing yet.
func New(d Deps) (*Service, error) {
	if d.DB == nil || d.Now == nil || d.Log == nil {
		return nil, errDeps
	}
	if d.Packs == nil {
		packs, err := policy.Default()
		if err != nil {
			return nil, err
		}
		d.Packs = packs
	}
	metrics, err := derived.NewMetrics(d.Metrics)
	if err != nil {
		return nil, err
	}
	s := &Service{log: d.Log}
	var names []string
	for _, name := range SourceNames() {
		if feed, ok := d.Sources[name]; ok {
			s.sources = append(s.sources, tail.Source{Name: name, Feed: feed})
			names = append(names, name)
		}
	}
	s.book = derived.New(derived.Deps{Store: store.New(d.DB), Packs: d.Packs, Sources: names, Now: d.Now, Log: d.Log, Metrics: metrics})
	s.server = rpc.New(s.book, d.Now)
	return s, nil
}

// Register adds AggregatorService to a server.
func (s *Service) Register(r grpc.ServiceRegistrar) {
	aggregatorv1.RegisterAggregatorServiceServer(r, s.server)
}

// Run loads the numbers, calls ready, and then follows the sources and does the
// rebuilds that are asked for, until ctx ends.
func (s *Service) Run(ctx context.Context, ready func()) error {
	if err := s.book.Load(ctx); err != nil {
		return err
	}
	ready()
	group, ctx := errgroup.WithContext(ctx)
	feeds := map[string]derived.Feed{}
	for _, source := range s.sources {
		feeds[source.Name] = source
		group.Go(func() error { return tail.Follow(ctx, s.log, source, s.book) })
	}
	group.Go(func() error { return s.book.RunRebuilds(ctx, feeds) })
	return group.Wait()
}

// Migrations creates the aggregator's tables.
func Migrations() []migrate.Set {
	return []migrate.Set{store.Migrations(), desk.Migrations(), idempotency.Migrations()}
}
