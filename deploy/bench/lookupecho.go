package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"google.golang.org/grpc"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/bench/internal/figures"
)

// answers is the echo of a look-up: the registry's own methods, asked the same
// questions, answer with messages that were at hand, so that what is taken from
// the time of a look-up is the call with its messages and nothing else.
type answers struct {
	registryv1.UnimplementedRegistryServiceServer
	holder *registryv1.LookupResidentsResponse
	person *registryv1.GetResidentResponse
}

// LookupResidents implements registryv1.RegistryServiceServer.
func (a *answers) LookupResidents(context.Context, *registryv1.LookupResidentsRequest) (*registryv1.LookupResidentsResponse, error) {
	return a.holder, nil
}

// GetResident implements registryv1.RegistryServiceServer.
func (a *answers) GetResident(context.Context, *registryv1.GetResidentRequest) (*registryv1.GetResidentResponse, error) {
	return a.person, nil
}

// Register offers the service.
func (a *answers) Register(r grpc.ServiceRegistrar) { registryv1.RegisterRegistryServiceServer(r, a) }

// answersOf asks the registry once for what is then repeated.
func answersOf(ctx context.Context, conn *grpc.ClientConn, p person) (*answers, error) {
	client := registryv1.NewRegistryServiceClient(conn)
	holder, err := client.LookupResidents(ctx, &registryv1.LookupResidentsRequest{Documents: []*registryv1.Document{citizen(p.number)}})
	if err != nil {
		return nil, err
	}
	known, err := client.GetResident(ctx, &registryv1.GetResidentRequest{ResidentId: p.id})
	return &answers{holder: holder, person: known}, err
}

// lookers ask at the same time: with one alone, most of the CPU that is counted
// while a server of its own looks for the row is the scheduler waiting for it.
const lookers = 8

// byTurns measures ways in ten rounds by turns, so that a busy machine slows all,
// with the CPU of e. The wall time of one call is that of the round by the number of calls in it.
func (b *bench) byTurns(e engine, ways ...func() error) ([]*perCall, error) {
	each := max(1, b.calls/turns/lookers)
	out := make([]*perCall, len(ways))
	for i, f := range ways {
		out[i] = &perCall{Sampler: figures.Sampler{ServerCPU: e.cpu()}, calls: each * lookers}
		if err := together(each/4+1, f); err != nil {
			return nil, err
		}
	}
	for range turns {
		for i, f := range ways {
			if err := out[i].Time(func() error { return together(each, f) }); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// together lets every looker do f n times.
func together(n int, f func() error) error {
	errs := make([]error, lookers)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { errs[i] = repeat(n, f) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// eachOf takes things by turns.
func eachOf[T any](all []T, do func(T) error) func() error {
	var next atomic.Int64
	return func() error { return do(all[int(next.Add(1))%len(all)]) }
}
