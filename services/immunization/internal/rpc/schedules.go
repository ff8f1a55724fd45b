package rpc

import (
	"context"
	"slices"

	immunizationv1 "xinju.dev/api/gen/xinju/immunization/v1"

	"xinju.dev/services/nip"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/wire"
)

// ListSchedules implements immunizationv1.ImmunizationServiceServer.
func (s *Server) ListSchedules(_ context.Context, req *immunizationv1.ListSchedulesRequest) (*immunizationv1.ListSchedulesResponse, error) {
	all, filter := s.reader.schedule.Editions(), []byte("schedules")
	q := page.Query{Size: int(req.GetPageSize()), Token: req.GetPageToken()}
	limit, err := q.Limit()
	if err != nil {
		return nil, err
	}
	last, err := q.Key(filter)
	if err != nil {
		return nil, err
	}
	if last != "" {
		at := slices.IndexFunc(all, func(e nip.Edition) bool { return e.ID == last })
		if at < 0 {
			return nil, page.ErrToken
		}
		all = all[at+1:]
	}
	out := &immunizationv1.ListSchedulesResponse{}
	if len(all) > limit {
		all = all[:limit]
		out.NextPageToken = page.Encode(filter, all[limit-1].ID)
	}
	for _, e := range all {
		out.Editions = append(out.Editions, s.reader.edition(e))
	}
	return out, nil
}

func (r reader) edition(e nip.Edition) *immunizationv1.ScheduleEdition {
	out := &immunizationv1.ScheduleEdition{
		Edition: e.ID, ValidFromDate: wire.DateProto(e.From), ValidUntilDate: wire.DateProto(e.To), Source: e.Chinese + " " + e.Document,
	}
	for _, d := range r.schedule.Routine(e.ID) {
		dose := &immunizationv1.ScheduledDose{Series: d.Series, Dose: int32(d.Number), Products: d.Products, MinAge: d.Age.String()}
		if d.Before != (nip.Period{}) {
			dose.BeforeAge = d.Before.String()
		}
		out.Doses = append(out.Doses, dose)
	}
	return out
}
