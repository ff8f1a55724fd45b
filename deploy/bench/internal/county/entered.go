package county

import (
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"xinju.dev/services/platform/civil"
)

// late is of how many records one is entered only weeks after it happened.
const (
	late     = 10
	lateDays = 40
)

// entered gives a fact the day on which its record was entered, as services do:
// within days of what it tells of, of some weeks after it.
func (w *writer) entered(f *feedv1.Fact, number int) {
	on := max(
		f.GetResidence().GetRegisteredYmd(), f.GetArchive().GetOpenedYmd(), f.GetEducation().GetOnYmd(), f.GetCase().GetRegisteredYmd(),
		f.GetCertificate().GetIssuedYmd(), f.GetDose().GetOnYmd(), f.GetPregnancy().GetRegisteredYmd(), f.GetAntenatal().GetOnYmd(), f.GetDelivery().GetOnYmd(),
		f.GetPostnatal().GetOnYmd(), f.GetChildCheck().GetOnYmd(), f.GetMethod().GetFromYmd(), f.GetPlanningService().GetOnYmd(),
	)
	day, err := civil.FromYYYYMMDD(int(on))
	if err != nil {
		return // who somebody is has no day
	}
	delay := number % 3
	if number%late == 0 {
		delay = lateDays
	}
	f.RecordedYmd = ymd(min(day.AddDays(delay), w.today))
}
