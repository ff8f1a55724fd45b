package registry

import (
	"context"
	"errors"

	"google.golang.org/grpc"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/crash"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordstore"
	"xinju.dev/services/platform/webhook"
	"xinju.dev/services/platform/workday"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/facts"
	"xinju.dev/services/registry/internal/rpc"
	"xinju.dev/services/registry/internal/store"
)

// sharing is what the registry offers beyond its own users: verifications
// between divisions, and the delivery of changes to other systems.
type sharing struct {
	places        changefeed.Places
	verifications registryv1.VerificationServiceServer
	hooks         *webhook.Hooks
}

func newSharing(d Deps, s *store.SQL, relations *recordstore.Store[core.Relation, store.RelationRow]) (sharing, error) {
	cal, err := workday.China()
	if err != nil {
		return sharing{}, err
	}
	where := places{s, relations}
	return sharing{
		places: where, verifications: rpc.NewVerifications(s, cal, d.Now),
		hooks: webhook.New(webhook.Deps{
			Name: "registry", Source: changefeed.Source{DB: d.DB, Places: where}, Sealer: d.Sealer, Log: d.Log, Settings: d.Webhooks,
		}),
	}, nil
}

func (x sharing) register(r grpc.ServiceRegistrar) {
	registryv1.RegisterVerificationServiceServer(r, x.verifications)
	feedv1.RegisterSubscriptionServiceServer(r, x.hooks)
}

// beside runs work and delivers changes meanwhile; when one of them fails, both end.
func (x sharing) beside(ctx context.Context, ready func(), work func(context.Context, func()) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() {
		err := crash.Guard(func() error { return x.hooks.Run(ctx, func() {}) })
		stop()
		ended <- err
	}()
	err := work(ctx, ready)
	stop()
	return errors.Join(err, <-ended)
}

// places adds the facts that have a table of their own to those of the store.
type places struct {
	*store.SQL
	relations *recordstore.Store[core.Relation, store.RelationRow]
}

// FactsOf implements changefeed.Places.
func (p places) FactsOf(ctx context.Context, residents []string) ([]changefeed.Fact, error) {
	out, err := p.SQL.FactsOf(ctx, residents)
	if err != nil {
		return nil, err
	}
	for _, id := range residents {
		list, _, err := p.relations.List(ctx, record.Filter{ResidentID: id}, page.Query{Size: page.MaxSize})
		if err != nil {
			return nil, err
		}
		for _, r := range list {
			out = append(out, facts.Relation(r))
		}
	}
	return out, nil
}
