package policy

import (
	"fmt"
	"testing"

	"xinju.dev/services/aggregator/internal/facts"
)

// TestWhatCoversALine: of each kind of condition that rests on a record, the
// record that began the state, else the latest one.
func TestWhatCoversALine(t *testing.T) {
	asOf := day("2022-06-30")
	stock := func(covered string) string {
		return head(declared + "indicators:\n  - {id: X, name: {zh: 甲, en: x}, kind: stock, eligible: {present: {}}, covered: " + covered + "}\n")
	}
	for _, c := range []struct {
		name, file, event, since string
		who                      func(r *facts.Resident)
		want                     string
	}{
		{"an archive", stock("{archive: {}}"), "", "2021-01-01", func(r *facts.Resident) {
			r.Archives = []facts.Archive{{Key: key("old"), Opened: day("2020-02-01"), Closed: day("2020-12-31"), UnitID: "U0"}, {Key: key("a"), Opened: day("2021-01-01"), UnitID: "U1"}}
		}, "archive a 2021-01-01 U1"},
		{"the visit that made enough", stock("{events: {kind: child_check, at_least: 2, within: calendar_year}}"), "", "2022-03-01", func(r *facts.Resident) {
			for i, on := range []string{"2022-01-01", "2022-03-01", "2022-05-01", "2021-05-01"} {
				r.ChildChecks = append(r.ChildChecks, facts.ChildCheck{Key: key(fmt.Sprint("c", i)), On: day(on), UnitID: "U"})
			}
		}, "child_check c1 2022-03-01 U"},
		{"a record that holds", stock("{records: {code: SIGN, holding: true}}"), "", "2022-02-01", recordsOf(
			facts.Record{Code: "SIGN", On: day("2022-02-01"), Until: day("2022-12-31"), UnitID: "U"}, facts.Record{Code: "SCR", On: day("2022-03-01")},
		), "record reca 2022-02-01 U"},
		{"the dose that made up for all", stock("{vaccinated: {}}"), "", "2021-04-04", func(r *facts.Resident) {
			r.Doses = []facts.Dose{{Key: key("d1"), On: day("2021-04-04"), Product: "MMR", UnitID: "U"}, {Key: key("d0"), On: day("2010-01-02"), Product: "BCG"}}
		}, "dose d1 2021-04-04 U"},
		{"a method", stock("{method: {}}"), "", "2021-01-01", func(r *facts.Resident) {
			r.Methods = []facts.Method{{Key: key("m"), From: day("2021-01-01"), UnitID: "U"}}
		}, "method m 2021-01-01 U"},
		{"a permit", stock("{permit: {}}"), "", "2022-01-01", func(r *facts.Resident) {
			r.Permits = []facts.Permit{{Key: key("j"), Division: "990102", Issued: day("2022-01-01"), ValidTo: day("2022-12-31")}}
		}, "permit j 2022-01-01 "},
		{"one of two that would do", stock("{any: [{archive: {}}, {records: {code: SCR, within: ever}}]}"), "", "2020-05-05", recordsOf(facts.Record{Code: "SCR", On: day("2020-05-05"), UnitID: "U"}), "record reca 2020-05-05 U"},
		{"what is not there covers nothing", stock("{not: {archive: {}}}"), "", "2020-01-01", func(*facts.Resident) {}, "   "},
		{"who somebody is, is no record", stock("{sex: {is: female}}"), "", "2020-01-01", func(*facts.Resident) {}, "   "},
		{"the visit after the event asked about", flowFile("events: {pregnancies_ended: {}}, eligible: {present: {}}, covered: {postnatal: {within_days: 28}}"), "p2", "2022-03-01", func(r *facts.Resident) {
			r.Pregnancies = []facts.Pregnancy{{Key: key("p1"), Ended: day("2022-01-01"), Outcome: 1}, {Key: key("p2"), Ended: day("2022-03-01"), Outcome: 1}}
			r.Postnatals = []facts.Postnatal{{Key: key("v1"), PregnancyID: "p1", On: day("2022-01-05"), UnitID: "U1"}, {Key: key("v2"), PregnancyID: "p2", On: day("2022-03-09"), UnitID: "U2"}}
		}, "postnatal v2 2022-03-09 U2"},
		{"the case itself", flowFile("events: {cases_registered: {}}, eligible: {present: {}}, covered: {reported: {}}"), "k", "2022-01-01", func(r *facts.Resident) {
			r.Cases = []facts.Case{{Key: key("k"), Class: "B", Registered: day("2022-01-01"), Reported: 1, UnitID: "U"}}
		}, "case k 2022-01-01 U"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := onNational(t, c.file)
			got := p.Evidence(someone(c.who), twoClinics(), asOf, []CoveredLine{{Indicator: "X", EventID: c.event, Since: day(c.since)}})
			if s := fmt.Sprintf("%s %s %s %s", got[0].Kind, got[0].ID, got[0].On, got[0].UnitID); s != c.want {
				t.Errorf("%q, want %q", s, c.want)
			}
		})
	}
	p := onNational(t, head(declared+"indicators:\n  - {id: X, name: {zh: 甲, en: x}, kind: dose, period: calendar_year, dose: {vaccine: MMR, number: 1}}\n"))
	r := someone(func(r *facts.Resident) {
		r.Doses = []facts.Dose{{Key: key("d"), On: day("2022-01-01"), Product: "MMR", UnitID: "U"}}
	})
	if got := p.Evidence(r, twoClinics(), asOf, []CoveredLine{{Indicator: "X", EventID: "d", Since: day("2022-01-01")}, {Indicator: "NONE"}}); got[0] != (Evidence{"dose", "d", day("2022-01-01"), "U"}) || got[1] != (Evidence{}) {
		t.Errorf("a dose: %+v", got)
	}
}
