// Command aggregatord serves the aggregator: coverage of any division on any
// date, and who is owed what and why. It follows the five record services.
package main

import (
	"context"
	"os"
	"time"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/aggregator"
	"xinju.dev/services/platform/daemon"
)

// settings are those of every service and where the feeds are.
type settings struct {
	daemon.Base
	Ledger aggregator.Ledger `key:"ledger" default:"memory" help:"where the numbers are: memory; both (memory, and by months in the database for others to read); sql (only reads what another process keeps there)"`
	Late   struct {
		Changes int64         `key:"changes" default:"10000" help:"a source with more changes that wait than this is shown as not fully counted"`
		Silence time.Duration `key:"silence" default:"5m" help:"a source that was not heard of for longer is shown as not fully counted"`
		Figures time.Duration `key:"figures" default:"30m" help:"figures that are fetched from the registry and were not confirmed for longer are shown as unreachable, as of when they last were"`
	} `key:"late"`
	Feeds struct {
		Registry       string `key:"registry" default:"127.0.0.1:9101" help:"address of the registry"`
		Archive        string `key:"archive" default:"127.0.0.1:9102" help:"address of the archive service"`
		Immunization   string `key:"immunization" default:"127.0.0.1:9103" help:"address of the immunization service"`
		Maternal       string `key:"maternal" default:"127.0.0.1:9104" help:"address of the maternal service"`
		FamilyPlanning string `key:"familyplanning" default:"127.0.0.1:9105" help:"address of the family planning service"`
		Extra          extra  `key:"extra" help:"further sources: name=address, separated by commas"`
		Token          string `key:"token" secret:"true" help:"bearer token of those services"`
	} `key:"feeds"`
}

// late is from when on a source is shown as not fully counted.
func (s *settings) late() aggregator.Late {
	return aggregator.Late{Behind: s.Late.Changes, Silence: s.Late.Silence, Fetched: s.Late.Figures}
}

func main() {
	var cfg settings
	os.Exit(daemon.Main(daemon.Spec{
		Name: "aggregator", Listen: "127.0.0.1:9106", Settings: &cfg,
		Migrations: aggregator.Migrations(),
		Build: func(_ context.Context, env daemon.Env) (daemon.Service, error) {
			sources := map[string]feedv1.ChangeFeedServiceClient{}
			addresses := map[string]string{
				aggregator.Registry: cfg.Feeds.Registry, aggregator.Archive: cfg.Feeds.Archive,
				aggregator.Immunization: cfg.Feeds.Immunization, aggregator.Maternal: cfg.Feeds.Maternal,
				aggregator.FamilyPlanning: cfg.Feeds.FamilyPlanning,
			}
			if err := cfg.Feeds.Extra.addTo(addresses); err != nil {
				return nil, err
			}
			for name, address := range addresses {
				conn, err := env.Dial(address, cfg.Feeds.Token)
				if err != nil {
					return nil, err
				}
				sources[name] = feedv1.NewChangeFeedServiceClient(conn)
			}
			registry, err := env.Dial(cfg.Feeds.Registry, cfg.Feeds.Token)
			if err != nil {
				return nil, err
			}
			return aggregator.New(aggregator.Deps{
				DB: env.DB, Now: env.Now, Log: env.Log, Sources: sources, Metrics: env.Metrics, Ledger: cfg.Ledger,
				Late:         cfg.late(),
				Verification: registryv1.NewVerificationServiceClient(registry),
			})
		},
	}))
}
