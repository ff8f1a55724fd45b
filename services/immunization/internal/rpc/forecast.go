package rpc

import (
	"context"
	"strings"

	immunizationv1 "xinju.dev/api/gen/xinju/immunization/v1"

	"xinju.dev/services/immunization/internal/core"
	"xinju.dev/services/nip"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/wire"
)

// GetForecast implements immunizationv1.ImmunizationServiceServer.
func (s *Server) GetForecast(ctx context.Context, req *immunizationv1.GetForecastRequest) (*immunizationv1.GetForecastResponse, error) {
	var c wire.Check
	resident := c.ID("resident_id", req.GetResidentId(), wire.Required)
	child := nip.Child{Birth: c.Date("birth_date", req.GetBirthDate(), wire.Required), Sex: sex(&c, req.GetSex())}
	asOf := c.Date("as_of_date", req.GetAsOfDate(), !wire.Required)
	if err := c.Err(); err != nil {
		return nil, err
	}
	if asOf == civil.None {
		asOf = s.reader.today()
	}
	doses, err := s.dosesOf(ctx, resident)
	if err != nil {
		return nil, err
	}
	f, err := core.Foretell(s.reader.schedule, child, doses, asOf)
	if err != nil {
		return nil, err
	}
	out := &immunizationv1.GetForecastResponse{Edition: f.Edition, UpToDate: f.UpToDate}
	for _, st := range f.Series {
		out.Series = append(out.Series, seriesProto(st))
	}
	return out, nil
}

// sex reads a code of GB/T 2261.1.
func sex(c *wire.Check, code int32) int {
	if code != 9 {
		return c.Range("sex", code, 0, 2)
	}
	return int(code)
}

// dosesOf reads all doses of a resident.
func (s *Server) dosesOf(ctx context.Context, resident string) ([]core.Dose, error) {
	var all []core.Dose
	for q := (page.Query{Size: page.MaxSize}); ; {
		some, next, err := s.given.List(ctx, record.Filter{ResidentID: resident}, q)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
		if next == "" {
			return all, nil
		}
		q.Token = next
	}
}

var statuses = map[nip.Status]immunizationv1.SeriesStatus{
	nip.NotDue:      immunizationv1.SeriesStatus_SERIES_STATUS_NOT_DUE,
	nip.Due:         immunizationv1.SeriesStatus_SERIES_STATUS_DUE,
	nip.Overdue:     immunizationv1.SeriesStatus_SERIES_STATUS_OVERDUE,
	nip.Complete:    immunizationv1.SeriesStatus_SERIES_STATUS_COMPLETE,
	nip.Conditional: immunizationv1.SeriesStatus_SERIES_STATUS_CONDITIONAL,
	nip.Closed:      immunizationv1.SeriesStatus_SERIES_STATUS_CLOSED,
}

func seriesProto(st nip.SeriesStatus) *immunizationv1.SeriesForecast {
	out := &immunizationv1.SeriesForecast{
		Series: st.Series, Status: statuses[st.Status], NextDose: int32(st.Number), Product: st.Product,
		EarliestDate: wire.DateProto(st.Earliest), BeforeDate: wire.DateProto(st.Before), Note: note(st),
	}
	for _, g := range st.Given {
		out.Doses = append(out.Doses, &immunizationv1.DoseEvaluation{
			DoseDate: wire.DateProto(g.Dose.On), Product: g.Dose.Product, Valid: g.Valid(), Reason: string(g.Reason),
		})
	}
	return out
}

// note is one line for people: "乙肝疫苗：逾期 overdue".
func note(st nip.SeriesStatus) string {
	line := st.Chinese + "：" + st.Status.Chinese() + " " + english(st.Status.String())
	if st.Reason != "" {
		line += "；" + st.Reason.Chinese() + " " + english(string(st.Reason))
	}
	if st.Extrapolated {
		line += "；早于首个在册版本，按首个版本判定 before the first edition on file, judged by it"
	}
	return line
}

func english(code string) string { return strings.ToLower(strings.ReplaceAll(code, "_", " ")) }
