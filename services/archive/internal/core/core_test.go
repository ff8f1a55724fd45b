package core_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/archive/internal/core"
	"xinju.dev/services/platform/civil"
)

// complete is an archive that passes the test, touched on the day given.
func complete(group core.Group, touched string) core.HealthArchive {
	return core.HealthArchive{
		Number: "99010100120100001", Opened: civil.Must("2024-01-10"), Touched: civil.Must(touched), Electronic: true, Group: group, Verified: true,
		Form: core.Form{
			Ethnic: "01", BloodType: "5", Rh: "3", Education: "60", Occupation: "5", Marital: "20", Payment: "1",
			ContactName: "某人", ContactPhone: "19900000000", AllergyRecorded: true, HistoryRecorded: true, FamilyHistoryRecorded: true, Disabilities: []string{"01"},
		},
	}
}

func TestStandardForm(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*core.HealthArchive)
		want   []string
	}{
		{"a complete form passes", func(*core.HealthArchive) {}, nil},
		{"a paper archive does not", func(a *core.HealthArchive) { a.Electronic = false }, []string{"ELECTRONIC"}},
		{"a number of 16 digits does not", func(a *core.HealthArchive) { a.Number = a.Number[:16] }, []string{"ARCHIVE_NUMBER"}},
		{"an unverified identity does not", func(a *core.HealthArchive) { a.Verified = false }, []string{"IDENTITY_VERIFIED"}},
		{"half a contact is none", func(a *core.HealthArchive) { a.Form.ContactPhone = "" }, []string{"CONTACT"}},
		{"what was not asked is missing", func(a *core.HealthArchive) { a.Form.AllergyRecorded, a.Form.Disabilities = false, nil }, []string{"ALLERGY", "DISABILITY"}},
		{"a child needs no personal-information form", func(a *core.HealthArchive) { a.Group, a.Form = core.Child, core.Form{} }, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := complete(core.General, "2024-02-01")
			tc.change(&a)
			if diff := cmp.Diff(tc.want, core.Missing(a)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func span(from, until string) core.Span {
	s := core.Span{From: civil.Must(from)}
	if until != "" {
		s.Until = civil.Must(until)
	}
	return s
}

func TestDaysOnWhichAnArchivePasses(t *testing.T) {
	incomplete := func(group core.Group, touched string) core.HealthArchive {
		a := complete(group, touched)
		a.Verified = false
		return a
	}
	closed := complete(core.General, "2024-02-01")
	closed.Closed = civil.Must("2024-05-01")
	for _, tc := range []struct {
		name   string
		a      core.HealthArchive
		before []core.Span
		want   []core.Span
	}{
		{"without duties it passes from its latest entry on", complete(core.General, "2024-02-01"), nil, []core.Span{span("2024-02-01", "")}},
		{"an obliged group must be touched again within twelve months", complete(core.Elderly, "2024-02-29"), nil, []core.Span{span("2024-02-29", "2025-02-28")}},
		{"an entry in time prolongs it", complete(core.Elderly, "2025-01-15"), []core.Span{span("2024-02-29", "2025-02-28")}, []core.Span{span("2024-02-29", "2026-01-15")}},
		{"a late entry leaves a gap", complete(core.Elderly, "2025-03-15"), []core.Span{span("2024-02-29", "2025-02-28")}, []core.Span{span("2024-02-29", "2025-02-28"), span("2025-03-15", "2026-03-15")}},
		{"a form that lost something stops passing on that day", incomplete(core.General, "2024-06-01"), []core.Span{span("2024-02-01", "")}, []core.Span{span("2024-02-01", "2024-05-31")}},
		{"it passes until the day before it is closed", closed, nil, []core.Span{span("2024-02-01", "2024-04-30")}},
		{"a correction of the day of entry moves the beginning", complete(core.General, "2024-01-20"), []core.Span{span("2024-02-01", "")}, []core.Span{span("2024-01-20", "")}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, core.Judge(tc.a, tc.before)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNumberOfNotifiableDiseasesOverTime(t *testing.T) {
	for _, tc := range []struct {
		day     string
		a, b, c int
	}{
		{"2020-01-19", 2, 26, 11},
		{"2020-01-20", 2, 27, 11},
		{"2023-09-20", 2, 28, 11},
		{"2025-08-31", 2, 28, 11},
		{"2025-09-01", 2, 27, 11},
		{"2026-03-31", 2, 27, 11},
		{"2026-04-01", 2, 29, 11},
	} {
		t.Run(tc.day, func(t *testing.T) {
			got := map[string]int{}
			for code, d := range core.Diseases {
				if code == "ANTHRAX_PULMONARY" {
					continue // a form of anthrax, listed apart for its deadline only
				}
				class, _ := d.On(civil.Must(tc.day))
				got[class]++
			}
			delete(got, "")
			if diff := cmp.Diff(map[string]int{"A": tc.a, "B": tc.b, "C": tc.c}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func at(s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	t, err := time.ParseInLocation("2006-01-02 15:04:05", s, civil.Shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

func TestReportDeadlines(t *testing.T) {
	for _, tc := range []struct {
		name, disease, diagnosed, reported string
		outbreak                           bool
		want                               core.Timeliness
	}{
		{"plague after exactly two hours is in time", "PLAGUE", "2026-03-01 10:00:00", "2026-03-01 12:00:00", false, core.InTime},
		{"plague a second later is late", "PLAGUE", "2026-03-01 10:00:00", "2026-03-01 12:00:01", false, core.Late},
		{"measles after exactly a day is in time", "MEASLES", "2026-02-28 23:30:00", "2026-03-01 23:30:00", false, core.InTime},
		{"measles a second later is late", "MEASLES", "2026-02-28 23:30:00", "2026-03-01 23:30:01", false, core.Late},
		{"an outbreak of measles has two hours", "MEASLES", "2026-02-28 10:00:00", "2026-02-28 12:00:01", true, core.Late},
		{"SARS is managed as class A", "SARS", "2026-02-28 10:00:00", "2026-02-28 12:00:01", false, core.Late},
		{"COVID-19 was managed as class A until 7 January 2023", "COVID19", "2023-01-07 10:00:00", "2023-01-07 13:00:00", false, core.Late},
		{"and not from the day after", "COVID19", "2023-01-08 10:00:00", "2023-01-08 13:00:00", false, core.InTime},
		{"SFTS was not notifiable in March 2026", "SFTS", "2026-03-28 10:00:00", "", false, core.NotNotifiable},
		{"SFTS has a day from April 2026", "SFTS", "2026-04-01 00:00:00", "2026-04-02 00:00:00", false, core.InTime},
		{"no report is not in time", "MEASLES", "2026-02-28 10:00:00", "", false, core.NotReported},
		{"without a time of diagnosis nothing can be said", "MEASLES", "", "2026-02-28 10:00:00", false, core.NotAssessable},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := core.InfectiousCase{Disease: tc.disease, Registered: civil.Must("2026-03-01"), Diagnosed: at(tc.diagnosed), Reported: at(tc.reported), Outbreak: tc.outbreak}
			if got := c.Timeliness(); got != tc.want {
				t.Errorf("got %d, want %d", got, tc.want)
			}
		})
	}
}

func TestEveryDiseaseHasAChineseNameAndClassesInOrder(t *testing.T) {
	for code, d := range core.Diseases {
		if d.Name == "" || !slices.IsSortedFunc(d.Classes, func(a, b core.ClassSpan) int { return int(a.From - b.From) }) {
			t.Errorf("%s: %+v", code, d)
		}
	}
}
