package main

import (
	"context"

	"google.golang.org/grpc"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

// answered answers every question about coverage with one answer, which was made
// before: an echo of the same question and the same answer.
type answered struct {
	aggregatorv1.UnimplementedAggregatorServiceServer
	answer *aggregatorv1.GetCoverageResponse
}

func (a answered) GetCoverage(context.Context, *aggregatorv1.GetCoverageRequest) (*aggregatorv1.GetCoverageResponse, error) {
	return a.answer, nil
}

func (a answered) Register(r grpc.ServiceRegistrar) {
	aggregatorv1.RegisterAggregatorServiceServer(r, a)
}

// coverageCaller asks for the table of a day.
func coverageCaller(ctx context.Context, conn *grpc.ClientConn, request *aggregatorv1.GetCoverageRequest) func() error {
	client := aggregatorv1.NewAggregatorServiceClient(conn)
	return func() error {
		_, err := client.GetCoverage(ctx, request)
		return err
	}
}
