package nip

import "xinju.dev/services/platform/civil"

// Sex codes of GB/T 2261.1.
const (
	Male   = 1
	Female = 2
)

// Child is what the schedule must know of a person. A child without a birth
// date has no forecast.
type Child struct {
	Birth civil.Date
	Sex   int // GB/T 2261.1; a sex that is not known gets no HPV forecast
}

// Dose is one vaccine given. Product is the official abbreviation of
// data/products.yaml; other products are passed over. A dose without a date is
// passed over too.
type Dose struct {
	Product string
	On      civil.Date
}

// Status is where a series stands on a date.
type Status uint8

// The statuses; the zero value means that the series does not apply.
const (
	NotDue      Status = iota + 1 // the next dose may not be given yet
	Due                           // it may be given and is not late
	Overdue                       // it is late
	Complete                      // nothing is missing
	Conditional                   // only under a condition that records do not show (BCG: a negative PPD)
	Closed                        // doses are missing and are no longer given at this age
)

var statusNames = [...][2]string{
	{"", ""},
	{"NOT_DUE", "未到期"},
	{"DUE", "应种"},
	{"OVERDUE", "逾期"},
	{"COMPLETE", "已完成"},
	{"CONDITIONAL", "有条件补种"},
	{"CLOSED", "不再补种"},
}

// String is the name used in interfaces: NOT_DUE, DUE, OVERDUE, COMPLETE, CONDITIONAL, CLOSED.
func (s Status) String() string { return statusNames[min(int(s), len(statusNames)-1)][0] }

// Chinese is the word shown to people.
func (s Status) Chinese() string { return statusNames[min(int(s), len(statusNames)-1)][1] }

// Reason says why a dose does not count, or why a series is conditional or closed.
type Reason string

// The reasons.
const (
	BeforeBirth      Reason = "BEFORE_BIRTH"       // dated before the birth date
	MinAge           Reason = "MIN_AGE"            // given too young
	MinInterval      Reason = "MIN_INTERVAL"       // given too soon after a dose it must follow
	LiveTooSoon      Reason = "LIVE_TOO_SOON"      // too soon after another live vaccine (only where the settings say so)
	WrongProduct     Reason = "WRONG_PRODUCT"      // not a product for this dose
	Extra            Reason = "EXTRA"              // nothing was missing
	NeedsNegativePPD Reason = "NEEDS_NEGATIVE_PPD" // BCG from 3 months to 3 years
	AgedOut          Reason = "AGED_OUT"           // see SeriesStatus.ClosedFrom
)

var reasonChinese = map[Reason]string{
	BeforeBirth: "早于出生日期", MinAge: "未满最小月龄", MinInterval: "间隔不足", LiveTooSoon: "与其他注射减毒活疫苗间隔不足",
	WrongProduct: "疫苗品种不符", Extra: "全程后的加种", NeedsNegativePPD: "须PPD试验阴性", AgedOut: "超过补种年龄",
}

// Chinese is the phrase shown to people.
func (r Reason) Chinese() string { return reasonChinese[r] }

// Given is the judgement of one dose within one series. A combination vaccine
// is judged once in each series it counts for.
type Given struct {
	Index   int // place in the doses passed in
	Dose    Dose
	Number  int    // which dose of the series it is; 0 when it does not count
	Reason  Reason // why it does not count; "" when it does
	Edition string // by which it was judged: the one in force on its date
}

// Valid reports whether the dose counts.
func (g Given) Valid() bool { return g.Reason == "" }

// SeriesStatus is one line of a forecast. Dates that do not apply are None.
type SeriesStatus struct {
	Series, Chinese string
	Status          Status
	Reason          Reason // NeedsNegativePPD or AgedOut
	Number          int    // of the next dose; 0 when COMPLETE or CLOSED
	Remaining       int    // doses still missing, the next one included
	Product         string // what the programme gives next
	Earliest        civil.Date
	Before          civil.Date // the deadline: the first late day; None where the edition names none
	OverdueFrom     civil.Date // first day on which the next dose is overdue
	ClosedFrom      civil.Date // the day from which missing doses are no longer given
	Doses           int        // doses counted so far
	Given           []Given    // every dose of the series up to the as-of date, by date
	Edition         string     // of the pending dose: the one in force on the as-of date
	Extrapolated    bool       // the as-of date lies before the first edition on file
	Origin          Origin     // where the rules of this series come from
}
