package client

import (
	"errors"
	"fmt"

	"google.golang.org/grpc"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	archivev1 "xinju.dev/api/gen/xinju/archive/v1"
	familyplanningv1 "xinju.dev/api/gen/xinju/familyplanning/v1"
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	immunizationv1 "xinju.dev/api/gen/xinju/immunization/v1"
	intakev1 "xinju.dev/api/gen/xinju/intake/v1"
	maternalv1 "xinju.dev/api/gen/xinju/maternal/v1"
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/services/platform/rpcclient"
)

// Suite is a connection to each service.
type Suite struct {
	Registry       registryv1.RegistryServiceClient
	Places         registryv1.PlaceServiceClient
	Feed           registryv1.FeedIntakeServiceClient
	Review         registryv1.ReviewServiceClient
	Households     registryv1.HouseholdServiceClient
	Verifications  registryv1.VerificationServiceClient
	Subscriptions  feedv1.SubscriptionServiceClient
	Archive        archivev1.ArchiveServiceClient
	Immunization   immunizationv1.ImmunizationServiceClient
	Maternal       maternalv1.MaternalServiceClient
	FamilyPlanning familyplanningv1.FamilyPlanningServiceClient
	Aggregator     aggregatorv1.AggregatorServiceClient
	Packs          aggregatorv1.PolicyPackServiceClient
	Reports        aggregatorv1.ReportServiceClient
	Leagues        aggregatorv1.LeagueServiceClient
	Figures        aggregatorv1.FigureServiceClient
	Unplaced       aggregatorv1.UnplacedServiceClient
	Chase          aggregatorv1.ChaseServiceClient
	Answers        aggregatorv1.EligibilityFeedServiceClient
	Changes        map[string]feedv1.ChangeFeedServiceClient     // by service, the aggregator excepted
	records        map[string]intakev1.RecordImportServiceClient // by service
	conns          []*grpc.ClientConn
}

// Dial returns clients for the services of a run; connections are made at the
// first call.
func Dial(r Run) (*Suite, error) {
	s := &Suite{Changes: map[string]feedv1.ChangeFeedServiceClient{}}
	byName := map[string]*grpc.ClientConn{}
	for _, name := range Services {
		conn, err := rpcclient.Dial(r.GRPC[name], rpcclient.Options{Token: r.Token})
		if err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", name, err), s.Close())
		}
		byName[name] = conn
		s.conns = append(s.conns, conn)
		if name != "aggregator" {
			s.Changes[name] = feedv1.NewChangeFeedServiceClient(conn)
		}
	}
	s.Registry = registryv1.NewRegistryServiceClient(byName["registry"])
	s.Places = registryv1.NewPlaceServiceClient(byName["registry"])
	s.Feed = registryv1.NewFeedIntakeServiceClient(byName["registry"])
	s.Review = registryv1.NewReviewServiceClient(byName["registry"])
	s.Households = registryv1.NewHouseholdServiceClient(byName["registry"])
	s.Verifications = registryv1.NewVerificationServiceClient(byName["registry"])
	s.Subscriptions = feedv1.NewSubscriptionServiceClient(byName["registry"])
	s.Archive = archivev1.NewArchiveServiceClient(byName["archive"])
	s.Immunization = immunizationv1.NewImmunizationServiceClient(byName["immunization"])
	s.Maternal = maternalv1.NewMaternalServiceClient(byName["maternal"])
	s.FamilyPlanning = familyplanningv1.NewFamilyPlanningServiceClient(byName["familyplanning"])
	s.records = recordClients(byName)
	s.Aggregator = aggregatorv1.NewAggregatorServiceClient(byName["aggregator"])
	s.Packs = aggregatorv1.NewPolicyPackServiceClient(byName["aggregator"])
	s.Reports = aggregatorv1.NewReportServiceClient(byName["aggregator"])
	s.Leagues = aggregatorv1.NewLeagueServiceClient(byName["aggregator"])
	s.Unplaced = aggregatorv1.NewUnplacedServiceClient(byName["aggregator"])
	s.Figures = aggregatorv1.NewFigureServiceClient(byName["aggregator"])
	s.Chase = aggregatorv1.NewChaseServiceClient(byName["aggregator"])
	s.Answers = aggregatorv1.NewEligibilityFeedServiceClient(byName["aggregator"])
	return s, nil
}

// Close ends the connections.
func (s *Suite) Close() error {
	var errs []error
	for _, c := range s.conns {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}
