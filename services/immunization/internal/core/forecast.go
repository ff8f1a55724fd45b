package core

import (
	"slices"

	"xinju.dev/services/nip"
	"xinju.dev/services/platform/civil"
)

// Forecast is what the schedule asks of a child on a day.
type Forecast struct {
	Series   []nip.SeriesStatus
	Edition  string // in force on the day; the first one for earlier days
	UpToDate bool   // no series is overdue
}

// Foretell works out a forecast from the doses on record. Doses dated after asOf
// are not known yet, and the same product on the same day is one dose that was
// recorded under two identifiers of the child. It fails with DATE_INVALID for a
// day before birth.
func Foretell(s *nip.Schedule, c nip.Child, doses []Dose, asOf civil.Date) (Forecast, error) {
	if asOf < c.Birth {
		return Forecast{}, ErrDate.On("as_of_date", "早于出生日期 before birth_date")
	}
	var given []nip.Dose
	for _, d := range doses {
		one := nip.Dose{Product: d.Product, On: d.On}
		if !slices.Contains(given, one) {
			given = append(given, one)
		}
	}
	f := Forecast{Series: s.Forecast(c, given, asOf), Edition: editionOn(s.Editions(), asOf)}
	f.UpToDate = !slices.ContainsFunc(f.Series, func(st nip.SeriesStatus) bool { return st.Status == nip.Overdue })
	return f, nil
}

func editionOn(editions []nip.Edition, day civil.Date) string {
	id := ""
	for i, e := range editions {
		if i == 0 || e.From <= day {
			id = e.ID
		}
	}
	return id
}
