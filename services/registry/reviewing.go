package registry

import (
	"context"
	"errors"

	"google.golang.org/grpc"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/crash"
	"xinju.dev/services/registry/internal/match"
	"xinju.dev/services/registry/internal/review"
	"xinju.dev/services/registry/internal/rpc"
	"xinju.dev/services/registry/internal/store"
)

// reviewing is what needs a person: the review queue, the search for duplicates
// that feeds it, and who belongs together.
type reviewing struct {
	queue      registryv1.ReviewServiceServer
	households registryv1.HouseholdServiceServer
	worker     *review.Worker
}

func newReviewing(d Deps, s *store.SQL) (reviewing, error) {
	weights, err := match.Default()
	if err != nil {
		return reviewing{}, err
	}
	queue := store.NewReviews(s, weights)
	return reviewing{
		queue: rpc.NewQueue(queue, queue, d.Now), households: rpc.NewHouseholds(s, d.Now),
		worker: &review.Worker{Search: queue, Now: d.Now, Log: d.Log},
	}, nil
}

func (x reviewing) register(r grpc.ServiceRegistrar) {
	registryv1.RegisterReviewServiceServer(r, x.queue)
	registryv1.RegisterHouseholdServiceServer(r, x.households)
}

// beside is work with the search for duplicates beside it; when one of them
// fails, both end.
func (x reviewing) beside(work func(context.Context, func()) error) func(context.Context, func()) error {
	return func(ctx context.Context, ready func()) error {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		ended := make(chan error, 1)
		go func() {
			err := crash.Guard(func() error { return x.worker.Run(ctx, func() {}) })
			stop()
			ended <- err
		}()
		err := work(ctx, ready)
		stop()
		return errors.Join(err, <-ended)
	}
}
