package suite

import (
	"context"
	"path/filepath"

	"google.golang.org/grpc"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/archive"
	"xinju.dev/services/familyplanning"
	"xinju.dev/services/immunization"
	"xinju.dev/services/maternal"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/recordintake"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry"
)

type service interface{ Register(grpc.ServiceRegistrar) }

// builder makes one service over its own database.
type builder struct {
	name       string
	store      sqlstore.Options
	migrations func() []migrate.Set
	build      func(ctx context.Context, s *Suite, db *sqlstore.DB) (service, error)
}

// builders are in the order of starting; the aggregator reads all the others.
var builders = []builder{
	{"registry", sqlstore.Options{}, registry.Migrations, func(_ context.Context, s *Suite, db *sqlstore.DB) (service, error) {
		return registry.New(registry.Deps{
			DB: db, Now: s.cfg.Now, Log: s.cfg.Log, Sealer: s.sealer, SpoolDir: filepath.Join(s.cfg.DataDir, "spool"), Metrics: s.metrics,
			Webhooks: s.cfg.Webhooks,
		})
	}},
	{"archive", sqlstore.Options{}, archive.Migrations, func(_ context.Context, s *Suite, db *sqlstore.DB) (service, error) {
		feed, err := s.registryFeed()
		if err != nil {
			return nil, err
		}
		files, err := s.records("archive")
		if err != nil {
			return nil, err
		}
		return archive.New(archive.Deps{DB: db, Now: s.cfg.Now, Sealer: s.sealer, Registry: feed, Log: s.cfg.Log, Metrics: s.metrics, Import: files})
	}},
	{"immunization", sqlstore.Options{}, immunization.Migrations, func(_ context.Context, s *Suite, db *sqlstore.DB) (service, error) {
		feed, err := s.registryFeed()
		if err != nil {
			return nil, err
		}
		files, err := s.records("immunization")
		if err != nil {
			return nil, err
		}
		return immunization.New(immunization.Deps{DB: db, Now: s.cfg.Now, Registry: feed, Log: s.cfg.Log, Metrics: s.metrics, Import: files})
	}},
	{"maternal", sqlstore.Options{}, maternal.Migrations, func(_ context.Context, s *Suite, db *sqlstore.DB) (service, error) {
		feed, err := s.registryFeed()
		if err != nil {
			return nil, err
		}
		files, err := s.records("maternal")
		if err != nil {
			return nil, err
		}
		return maternal.New(maternal.Deps{DB: db, Now: s.cfg.Now, Registry: feed, Log: s.cfg.Log, Metrics: s.metrics, Import: files})
	}},
	{"familyplanning", sqlstore.Options{}, familyplanning.Migrations, func(_ context.Context, s *Suite, db *sqlstore.DB) (service, error) {
		feed, err := s.registryFeed()
		if err != nil {
			return nil, err
		}
		files, err := s.records("familyplanning")
		if err != nil {
			return nil, err
		}
		return familyplanning.New(familyplanning.Deps{DB: db, Now: s.cfg.Now, Registry: feed, Log: s.cfg.Log, Metrics: s.metrics, Import: files})
	}},
	{"aggregator", sqlstore.Options{}, aggregator.Migrations, func(_ context.Context, s *Suite, db *sqlstore.DB) (service, error) {
		sources := map[string]feedv1.ChangeFeedServiceClient{}
		for name := range s.memory {
			conn, err := s.dial(name, s.cfg.Token)
			if err != nil {
				return nil, err
			}
			sources[name] = feedv1.NewChangeFeedServiceClient(conn)
		}
		registry, err := s.dial("registry", s.cfg.Token)
		if err != nil {
			return nil, err
		}
		return aggregator.New(aggregator.Deps{
			DB: db, Now: s.cfg.Now, Log: s.cfg.Log, Sources: sources, Verification: registryv1.NewVerificationServiceClient(registry),
		})
	}},
}

// registryFeed opens the registry's change feed for a record service, which
// follows in it which residents are one person.
func (s *Suite) registryFeed() (feedv1.ChangeFeedServiceClient, error) {
	conn, err := s.dial("registry", s.cfg.Token)
	if err != nil {
		return nil, err
	}
	return feedv1.NewChangeFeedServiceClient(conn), nil
}

// records is what a record service needs to take files.
func (s *Suite) records(name string) (recordintake.Settings, error) {
	conn, err := s.dial("registry", s.cfg.Token)
	if err != nil {
		return recordintake.Settings{}, err
	}
	return recordintake.Settings{SpoolDir: filepath.Join(s.cfg.DataDir, "spool-"+name), Sealer: s.sealer, Registry: recordintake.Over(conn)}, nil
}
