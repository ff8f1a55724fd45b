// Package core holds the rules of the archive service: when an archive passes
// the standard-form test, and by when an infectious case must be reported. It
// does no I/O and knows no clock.
package core

import (
	"regexp"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/record"
)

// ErrArchiveExists refuses a second open archive of one resident.
var ErrArchiveExists = fault.New(fault.Exists, "ARCHIVE_EXISTS",
	"the resident already has an open health archive", "该居民已有未结案的健康档案")

// Group decides which form applies to a resident (国家基本公共卫生服务规范 第三版).
type Group int

// The numbers are those of archive.v1.PopulationGroup.
const (
	General  Group = 1
	Child    Group = 2
	Maternal Group = 3
	Elderly  Group = 4
	Chronic  Group = 5
)

// obliged groups are examined every year, so an archive of theirs that nobody
// has touched for twelve months is not kept up.
func (g Group) obliged() bool { return g == Child || g == Maternal || g == Elderly || g == Chronic }

// touchedMonths is how long an entry keeps an obliged group's archive alive.
const touchedMonths = 12

// HealthArchive is a person's standard electronic record (居民健康档案).
type HealthArchive struct {
	record.Base
	Number     string // 17 digits, or empty
	Opened     civil.Date
	Closed     civil.Date // first day closed
	Touched    civil.Date // day of the latest entry
	Electronic bool
	Group      Group
	Form       Form
	Verified   bool // identity was checked against a document
	UnitID     string
	StandardOn []Span // days on which it passed the test; kept by Judge
}

// Form is the personal-information form (个人基本信息表), WS 365 data elements.
type Form struct {
	Ethnic, BloodType, Rh, Education, Occupation, Marital, Payment string
	ContactName, ContactPhone                                      string `json:"-"` // sealed apart
	AllergyRecorded                                                bool
	Allergies                                                      []string
	HistoryRecorded                                                bool
	Diseases                                                       []string
	FamilyHistoryRecorded                                          bool
	Disabilities                                                   []string
}

// Span is a run of days, Until inclusive, None while it goes on.
type Span struct{ From, Until civil.Date }

// archiveNumber: county 6, township 3, village 3, sequence 5.
var archiveNumber = regexp.MustCompile(`^[1-9][0-9]{16}$`)

// Missing names what keeps an archive from passing the standard-form test
// (规范化), in a fixed order; empty when it passes. A child's data are on the
// newborn-visit form, so the personal-information form is not asked of it.
func Missing(a HealthArchive) []string {
	var out []string
	need := func(ok bool, code string) {
		if !ok {
			out = append(out, code)
		}
	}
	need(a.Electronic, "ELECTRONIC")
	need(archiveNumber.MatchString(a.Number), "ARCHIVE_NUMBER")
	need(a.Verified, "IDENTITY_VERIFIED")
	if a.Group == Child {
		return out
	}
	f := a.Form
	need(f.Ethnic != "", "ETHNIC")
	need(f.BloodType != "", "BLOOD_TYPE")
	need(f.Rh != "", "RH")
	need(f.Education != "", "EDUCATION")
	need(f.Occupation != "", "OCCUPATION")
	need(f.Marital != "", "MARITAL")
	need(f.Payment != "", "PAYMENT")
	need(f.ContactName != "" && f.ContactPhone != "", "CONTACT")
	need(f.AllergyRecorded, "ALLERGY")
	need(f.HistoryRecorded, "HISTORY")
	need(f.FamilyHistoryRecorded, "FAMILY_HISTORY")
	need(len(f.Disabilities) > 0, "DISABILITY")
	return out
}

// Judge applies the test as of the latest entry and returns the days on which
// the archive has passed, given the days known before: what was before that
// entry stays, what comes after it follows from the form as it now is.
func Judge(a HealthArchive, before []Span) (passed []Span) {
	for _, s := range before {
		if s.From >= a.Touched {
			continue
		}
		if s.Until == civil.None || s.Until >= a.Touched {
			s.Until = a.Touched.AddDays(-1)
		}
		passed = append(passed, s)
	}
	if len(Missing(a)) > 0 || (a.Closed != civil.None && a.Closed <= a.Touched) {
		return passed
	}
	now := Span{From: a.Touched}
	if a.Group.obliged() {
		now.Until = a.Touched.AddMonths(touchedMonths)
	}
	if a.Closed != civil.None && (now.Until == civil.None || now.Until >= a.Closed) {
		now.Until = a.Closed.AddDays(-1)
	}
	// An entry within the run before prolongs it.
	if n := len(passed); n > 0 && passed[n-1].Until.AddDays(1) == now.From {
		now.From = passed[n-1].From
		passed = passed[:n-1]
	}
	return append(passed, now)
}

// Standard tells whether the archive passes on a day.
func (a HealthArchive) Standard(day civil.Date) bool {
	for _, s := range a.StandardOn {
		if s.From <= day && (s.Until == civil.None || day <= s.Until) {
			return true
		}
	}
	return false
}

// Attendance is one resident's attendance at health education.
type Attendance struct {
	record.Base
	On     civil.Date
	Form   int // number of archive.v1.EducationForm
	Topic  string
	UnitID string
}
