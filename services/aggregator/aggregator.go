// Package aggregator joins the five record services per resident: who is owed
// what on which day and why, and coverage of any division on any date.
//
// It only reads the other services' change feeds; what it derives can be dropped
// and built again from them, unlike what people keep on its desk (package desk).
// Here its parts are put together.
package aggregator

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/aggregator/internal/desk"
	"xinju.dev/services/aggregator/internal/feedback"
	"xinju.dev/services/aggregator/internal/figures"
	"xinju.dev/services/aggregator/internal/freeze"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/aggregator/internal/rpc"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/aggregator/internal/tail"
	"xinju.dev/services/aggregator/internal/trials"
	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

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
	Sources map[string]feedv1.ChangeFeedServiceClient // by the names above, or by others; a missing one is not followed
	Packs   *Packs
	Metrics prometheus.Registerer // may be nil
	Ledger  Ledger                // where the numbers are
	Late    Late                  // from when on a source is shown as not fully counted; zero fields are those of the default

	// Verification is the registry, asked for the feedback of verifications; nil:
	// those figures are loaded by hand, or missing.
	Verification      registryv1.VerificationServiceClient
	VerificationEvery time.Duration // 0: every ten minutes
}

// Late says from when on a source counts as not fully counted.
type Late = answers.Late

// maxSource bounds the name of a source, in bytes.
const maxSource = 32

// followed lists the sources there are: those by the names above in their order,
// then all others by name.
func (d *Deps) followed() (out []string) {
	for _, name := range SourceNames() {
		if _, ok := d.Sources[name]; ok {
			out = append(out, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.Sources)) {
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// Service is the aggregator. Make it with New; it answers once Run is ready.
type Service struct {
	store   *store.Store
	book    *derived.Book
	server  *rpc.Server
	figures *rpc.FigureServer
	reports *freeze.Freezer
	forms   *rpc.ReportServer
	chase   *rpc.ChaseServer
	feed    *rpc.FeedServer
	packs   *rpc.PackServer
	sources []tail.Source
	asks    *feedback.Poller // nil without a registry to ask
	log     *zap.Logger

	published bool // the numbers are written for those who only read
}

var (
	errDeps   = errors.New("aggregator: DB, Now and Log are required")
	errSource = errors.New("aggregator: a source needs a name of 1 to 32 bytes")
)

// New puts the parts together. It reads nothing yet.
func New(d Deps) (*Service, error) {
	if d.DB == nil || d.Now == nil || d.Log == nil {
		return nil, errDeps
	}
	if slices.ContainsFunc(d.followed(), func(name string) bool { return name == "" || len(name) > maxSource }) {
		return nil, errSource
	}
	if d.Packs == nil {
		packs, err := policy.Default()
		if err != nil {
			return nil, err
		}
		d.Packs = packs
	}
	d.Late = d.Late.OrDefault()
	if d.Ledger == InSQL {
		return newReader(&d)
	}
	metrics, err := derived.NewMetrics(d.Metrics)
	if err != nil {
		return nil, err
	}
	s := &Service{log: d.Log, store: store.New(d.DB), published: d.Ledger == InBoth}
	var names []string
	for _, name := range d.followed() {
		s.sources = append(s.sources, tail.Source{Name: name, Feed: d.Sources[name]})
		names = append(names, name)
	}
	s.book = derived.New(derived.Deps{Store: s.store, Desk: desk.New(d.DB), Packs: d.Packs, Sources: names, Now: d.Now, Log: d.Log, Metrics: metrics})
	kept := figures.Open(d.DB)
	if d.Verification != nil {
		s.asks = &feedback.Poller{Client: d.Verification, Look: s.book.Look, Load: kept.Fetched, Now: d.Now, Log: d.Log, Every: d.VerificationEvery}
	}
	return s, s.serve(s.book, &d, kept)
}

// answering is a derived state that answers all calls: that of this process, or
// one that is read from tables.
type answering interface {
	rpc.People
	rpc.Touched
	rpc.PackBook
	freeze.Book
}

// serve puts the calls together over a derived state.
func (s *Service) serve(book answering, d *Deps, kept *figures.Store) (err error) {
	places := rpc.NewPlaces(s.tokenKey)
	if s.chase, err = rpc.NewChase(book, desk.New(d.DB), places, d.Now); err != nil {
		return err
	}
	s.feed = rpc.NewFeed(book, d.Now)
	s.packs = rpc.NewPacks(book, trials.New(desk.New(d.DB), d.Now, s.book != nil), d.Now)
	s.server = rpc.New(book, places, d.Now)
	s.server.UseLate(d.Late)
	s.figures = s.server.Figures(kept)
	s.reports = freeze.New(freeze.Deps{Desk: desk.New(d.DB), Book: book, Figures: kept.Current, Late: d.Late, Now: d.Now, Log: d.Log})
	s.forms = rpc.NewReports(s.reports, d.Now)
	return nil
}

// Register adds the services to a server. A process that only reads refuses what
// would write.
func (s *Service) Register(r grpc.ServiceRegistrar) {
	if s.book == nil {
		r = readsOnly{r}
	}
	aggregatorv1.RegisterAggregatorServiceServer(r, s.server)
	aggregatorv1.RegisterLeagueServiceServer(r, s.server.Leagues())
	aggregatorv1.RegisterFigureServiceServer(r, s.figures)
	aggregatorv1.RegisterUnplacedServiceServer(r, s.server.Unplaced())
	aggregatorv1.RegisterChaseServiceServer(r, s.chase)
	aggregatorv1.RegisterReportServiceServer(r, s.forms)
	aggregatorv1.RegisterPolicyPackServiceServer(r, s.packs)
	aggregatorv1.RegisterEligibilityFeedServiceServer(r, s.feed)
}

// Run loads the numbers, calls ready, and then follows the sources and does the
// rebuilds that are asked for, until ctx ends.
func (s *Service) Run(ctx context.Context, ready func()) error {
	if s.book == nil {
		return rest(ctx, ready)
	}
	if _, err := s.tokenKey(ctx); err != nil { // those who only read wait for it
		return err
	}
	if err := s.book.Load(ctx); err != nil {
		return err
	}
	ready()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.follow(ctx, group) })
	group.Go(func() error { return s.book.Keeper().Run(ctx) })
	group.Go(func() error { return s.reports.Run(ctx) })
	if s.asks != nil {
		group.Go(func() error { return s.asks.Run(ctx) })
	}
	if s.published {
		group.Go(func() error { return s.book.Publisher().Run(ctx) })
	}
	return group.Wait()
}

// follow takes in what the sources hold at the very beginning, and then follows each
// of them and does rebuilds, in the group.
func (s *Service) follow(ctx context.Context, group *errgroup.Group) error {
	feeds := map[string]derived.Feed{}
	for _, source := range s.sources {
		feeds[source.Name] = source
	}
	if err := s.book.First(ctx, feeds); err != nil {
		return err
	}
	for _, source := range s.sources {
		group.Go(func() error { return tail.Follow(ctx, s.log, source, s.book) })
	}
	return s.book.RunRebuilds(ctx, feeds)
}

// Migrations creates the aggregator's tables.
func Migrations() []migrate.Set {
	return []migrate.Set{store.Migrations(), desk.Migrations(), idempotency.Migrations()}
}
