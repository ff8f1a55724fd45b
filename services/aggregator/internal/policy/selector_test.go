package policy

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/aggregator/internal/facts"
)

// flowFile is a pack with one flow indicator X.
func flowFile(more string) string {
	return head(declared + "indicators:\n  - {id: X, name: {zh: 甲, en: x}, kind: flow, period: calendar_year, " + more + "}\n")
}

// piecesOfX writes the pieces of X: where, from, to, covered, weight, event.
func piecesOfX(p *Pack, r *facts.Resident, w *facts.World) []string {
	var out []string
	for _, x := range p.Pieces(r, w, nil) {
		if p.Indicators[x.Indicator].ID != "X" {
			continue
		}
		s := fmt.Sprintf("%s %s %s", x.Village, x.From, x.EventID)
		if x.Covered {
			s += " covered"
		}
		if x.Weight > 1 {
			s += fmt.Sprint(" ×", x.Weight)
		}
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

func TestSelectors(t *testing.T) {
	const all = "eligible: {between: {from: 2000-01-01}}"
	const village = "990102100201"
	at := func(change func(r *facts.Resident)) *facts.Resident {
		r := infant("x", village, "2021-02-28")
		r.Person.Sex = facts.Female
		change(r)
		return r
	}
	nothing := func(*facts.Resident) {}
	died := func(on string) func(*facts.Resident) {
		return func(r *facts.Resident) { r.Person.Death = day(on) }
	}
	for _, c := range []struct {
		name, more string
		who        *facts.Resident
		want       []string
	}{
		{"a birth counts where the child lives", "events: {births: {}}, " + all, at(nothing), []string{village + " 2021-02-28 p-x"}},
		{"or, unknown, where the mother does", "events: {births: {}}, " + all, at(func(r *facts.Resident) {
			r.Residences[0].Arrived = day("2021-05-01")
			r.Person.MotherID = "m"
			r.Others = []*facts.Resident{infant("m", "990102100202", "1995-01-01")}
		}), []string{"990102100202 2021-02-28 p-x"}},
		{"or nowhere", "events: {births: {}}, " + all, at(func(r *facts.Resident) { r.Residences[0].Arrived = day("2021-05-01") }), nil},
		{"boys of all births", "events: {births: {}}, covered: {sex: {is: male}}, " + all, infant("x", village, "2021-02-28"), []string{village + " 2021-02-28 p-x covered"}},
		{"death under one year, the day before the birthday", "events: {deaths: {before: 12m}}, " + all, at(died("2022-02-27")), []string{village + " 2022-02-27 p-x"}},
		{"and not on the birthday", "events: {deaths: {before: 12m}}, " + all, at(died("2022-02-28")), nil},
		{"in the first 28 days", "events: {deaths: {before: 28d}}, " + all, at(died("2021-03-27")), []string{village + " 2021-03-27 p-x"}},
		{"and not on the 28th day", "events: {deaths: {before: 28d}}, " + all, at(died("2021-03-28")), nil},
		{"from 28 days", "events: {deaths: {from: 28d, before: 1y}}, " + all, at(died("2021-03-28")), []string{village + " 2021-03-28 p-x"}},
		{"under five, born on a day before a leap day", "events: {deaths: {before: 5y}}, " + all, at(died("2026-02-27")), []string{village + " 2026-02-27 p-x"}},
		{"maternal, on the 42nd day after", "events: {deaths: {maternal: true}}, " + all, at(func(r *facts.Resident) {
			r.Person.Death = day("2024-04-11")
			r.Pregnancies = []facts.Pregnancy{{Key: key("g"), LMP: day("2023-06-01"), Ended: day("2024-02-29"), Outcome: 1}}
		}), []string{village + " 2024-04-11 p-x"}},
		{"and not on the 43rd", "events: {deaths: {maternal: true}}, " + all, at(func(r *facts.Resident) {
			r.Person.Death = day("2024-04-12")
			r.Pregnancies = []facts.Pregnancy{{Key: key("g"), LMP: day("2023-06-01"), Ended: day("2024-02-29"), Outcome: 1}}
		}), nil},
		{"maternal, in pregnancy", "events: {deaths: {maternal: true}}, " + all, at(func(r *facts.Resident) {
			r.Person.Death = day("2024-02-01")
			r.Pregnancies = []facts.Pregnancy{{Key: key("g"), LMP: day("2023-06-01")}}
		}), []string{village + " 2024-02-01 p-x"}},
		{"live births weigh", "events: {pregnancies_ended: {outcomes: [1]}, weight: live_births}, covered: {in_hospital: {}}, " + all, at(func(r *facts.Resident) {
			r.Pregnancies = []facts.Pregnancy{
				{Key: key("twins"), Ended: day("2024-02-29"), Outcome: 1}, {Key: key("unsaid"), Ended: day("2023-02-28"), Outcome: 1}, {Key: key("none"), Ended: day("2022-02-28"), Outcome: 1},
			}
			r.Deliveries = []facts.Delivery{{Key: key("d"), PregnancyID: "twins", On: day("2024-02-29"), LiveBirths: 2, InHospital: true}, {Key: key("e"), PregnancyID: "none"}}
		}), []string{village + " 2023-02-28 unsaid", village + " 2024-02-29 twins covered ×2"}},
		{"person-times weigh by the value, nothing weighs nothing", "events: {records: {code: SCR}, weight: value}, " + all, at(recordsOf(
			facts.Record{Code: "SCR", On: day("2022-01-01"), Value: 256}, facts.Record{Code: "SCR", On: day("2022-01-02")}, facts.Record{Code: "SIGN", On: day("2022-01-03"), Value: 9},
		)), []string{village + " 2022-01-01 reca ×256"}},
		{"a value that can only be a slip counts as none, for two of them would be more than a number holds", "events: {records: {code: SCR}, weight: value}, " + all, at(recordsOf(
			facts.Record{Code: "SCR", On: day("2022-01-01"), Value: 10_000}, facts.Record{Code: "SCR", On: day("2022-01-02"), Value: 10_001},
			facts.Record{Code: "SCR", On: day("2022-01-03"), Value: math.MaxInt32}, facts.Record{Code: "SCR", On: day("2022-01-03"), Value: math.MaxInt32},
			facts.Record{Code: "SCR", On: day("2022-01-04"), Value: math.MaxInt64},
		)), []string{village + " 2022-01-01 reca ×10000"}},
		{"so do live births", "events: {pregnancies_ended: {}, weight: live_births}, " + all, at(func(r *facts.Resident) {
			r.Pregnancies = []facts.Pregnancy{{Key: key("one"), Ended: day("2024-02-29"), Outcome: 1}, {Key: key("slip"), Ended: day("2023-02-28"), Outcome: 1}}
			r.Deliveries = []facts.Delivery{
				{Key: key("d"), PregnancyID: "one", LiveBirths: 1},
				{Key: key("e"), PregnancyID: "slip", LiveBirths: math.MaxInt32},
				{Key: key("f"), PregnancyID: "slip", LiveBirths: math.MaxInt32},
				{Key: key("g"), PregnancyID: "slip", LiveBirths: 3},
			}
		}), []string{village + " 2024-02-29 one"}},
		{"but the records themselves count", "events: {records: {code: SCR}}, covered: {value: {at_least: 80}}, " + all, at(recordsOf(
			facts.Record{Code: "SCR", On: day("2022-01-01"), Value: math.MaxInt64},
		)), []string{village + " 2022-01-01 reca covered"}},
		{"records with a value", "events: {records: {code: SCR}}, covered: {value: {at_least: 80}}, " + all, at(recordsOf(
			facts.Record{Code: "SCR", On: day("2022-01-01"), Value: 79}, facts.Record{Code: "SCR", On: day("2022-01-02"), Value: 80},
		)), []string{village + " 2022-01-01 reca", village + " 2022-01-02 recb covered"}},
		{"an event may be asked about in eligible", "events: {cases_registered: {}}, eligible: {reported: {}}, covered: {reported: {in_time: true}}", at(func(r *facts.Resident) {
			r.Cases = []facts.Case{{Key: key("told"), Class: "B", Registered: day("2022-01-01"), Reported: 1}, {Key: key("untold"), Class: "B", Registered: day("2022-01-01")}}
		}), []string{village + " 2022-01-01 told"}},
		{"doses of a product", "events: {services: {kind: dose}}, covered: {product: {in: [MMR]}}, " + all, at(func(r *facts.Resident) {
			r.Doses = []facts.Dose{{Key: key("a"), On: day("2022-01-01"), Product: "MMR"}, {Key: key("b"), On: day("2022-01-01"), Product: "BCG"}}
		}), []string{village + " 2022-01-01 a covered", village + " 2022-01-01 b"}},
		{"services of any kind have ids of their own", "events: {services: {kind: any}}, " + all, at(func(r *facts.Resident) {
			r.Educations = []facts.Education{{Key: key("a"), On: day("2022-01-01")}}
			r.ChildChecks = []facts.ChildCheck{{Key: key("a"), On: day("2022-01-01")}}
			r.Records = []facts.Record{{Key: key("a"), On: day("2022-01-01"), Code: "SCR"}}
		}), []string{village + " 2022-01-01 child_check/a", village + " 2022-01-01 education/a", village + " 2022-01-01 record/a"}},
		{"at the unit that recorded it, in no village when nobody knows the unit", "attribution: event, events: {services: {kind: education}}, " + all, at(func(r *facts.Resident) {
			r.Educations = []facts.Education{{Key: key("a"), On: day("2022-01-01"), UnitID: "B"}, {Key: key("b"), On: day("2022-01-01"), UnitID: "nobody"}}
		}), []string{" 2022-01-01 b", "unit:B 2022-01-01 a"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, w := onNational(t, flowFile(c.more)), twoClinics()
			if diff := cmp.Diff(c.want, piecesOfX(p, c.who, w)); diff != "" {
				t.Error(diff)
			}
			var all []Piece
			for _, x := range p.Pieces(c.who, w, nil) {
				if p.Indicators[x.Indicator].ID == "X" {
					all = append(all, x)
				}
			}
			for d := day("2020-12-30"); d < day("2027-01-03"); d += 5 {
				for _, x := range p.Explain(c.who, w, d) {
					if x.ID == "X" {
						checkExplanation(t, p, x, counted{"test X": all}, d, 0)
					}
				}
			}
		})
	}
}

func TestAnExplanationSaysWhichValueIsASlip(t *testing.T) {
	p, w := onNational(t, flowFile("events: {records: {code: SCR}, weight: value}, eligible: {present: {}}")), twoClinics()
	r := infant("x", "990102100201", "2021-02-28")
	recordsOf(facts.Record{Code: "SCR", On: day("2022-01-02"), Value: math.MaxInt32})(r)
	for _, x := range p.explainItem(r, w, day("2022-03-01"), "X") {
		if x.Eligible || len(x.Events) != 1 || !strings.Contains(x.Reason.English, "1 not counted for a value of more than 10000") {
			t.Errorf("eligible %t, %d events: %s", x.Eligible, len(x.Events), x.Reason.English)
		}
	}
}

func TestEnteredAndResidentHere(t *testing.T) {
	const village = "990102100201"
	served := func(on, recorded, unit string) *facts.Resident {
		r := infant("x", village, "2021-01-01")
		x := facts.Education{Key: key("e"), On: day(on), UnitID: unit}
		if recorded != "" {
			x.Recorded = day(recorded)
		}
		r.Educations = []facts.Education{x}
		return r
	}
	for _, c := range []struct {
		name, covered string
		who           *facts.Resident
		want          bool
	}{
		{"on the last day", "{entered: {within_days: 3}}", served("2024-02-27", "2024-03-01", ""), true},
		{"the day after it", "{entered: {within_days: 3}}", served("2024-02-27", "2024-03-02", ""), false},
		{"the same day", "{entered: {within_days: 0}}", served("2024-02-27", "2024-02-27", ""), true},
		{"nobody knows when", "{entered: {within_days: 3}}", served("2024-02-27", "", ""), false},
		{"a Friday and two working days: Tuesday", "{entered: {within_days: 2, working: true}}", served("2024-03-01", "2024-03-05", ""), true},
		{"a Friday and two working days: not Wednesday", "{entered: {within_days: 2, working: true}}", served("2024-03-01", "2024-03-06", ""), false},
		{"the unit of the village lived in", "{resident_here: {}}", served("2024-03-01", "", "A"), true},
		{"the unit of the township", "{resident_here: {}}", served("2024-03-01", "", "B"), true},
		{"a unit that nobody knows", "{resident_here: {}}", served("2024-03-01", "", "C"), false},
		{"before anybody lived there", "{resident_here: {}}", served("2020-03-01", "", "A"), false},
		{"the same township", "{resident_here: {level: township}}", served("2024-03-01", "", "B"), true},
		{"a township's unit is in no village", "{resident_here: {level: village}}", served("2024-03-01", "", "B"), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := onNational(t, flowFile("events: {services: {kind: any}}, eligible: {between: {from: 2000-01-01}}, covered: "+c.covered))
			got := piecesOfX(p, c.who, twoClinics())
			covered := len(got) == 1 && strings.HasSuffix(got[0], " covered")
			if covered != c.want {
				t.Errorf("%v", got)
			}
		})
	}
}

func TestWrongSelectorsAreRefused(t *testing.T) {
	for events, english := range map[string]string{
		"{}":                                    "exactly one",
		"{births: {}, deaths: {}}":              "exactly one",
		"{births: {}, weight: live_births}":     "pregnancies_ended only",
		"{births: {}, weight: value}":           "records only",
		"{births: {}, weight: heavy}":           "live_births or value",
		"{deaths: {before: 5}}":                 "28d",
		"{deaths: {from: 1y, before: 12m}}":     "greater than from",
		"{deaths: {days: 3}}":                   "maternal only",
		"{services: {kind: haircut}}":           "not a service",
		"{services: {kind: any, codes: [1]}}":   "cannot stand beside",
		"{services: {kind: dose, free: true}}":  "planning only",
		"{records: {}}":                         "code and codes",
		"{records: {code: SRC}}":                "SRC",
		"{services: {kind: any}, eligible: {}}": "unknown key",
	} {
		_, err := with(t, flowFile("events: "+events+", eligible: {present: {}}, covered: {present: {}}"))
		if err == nil || !strings.Contains(err.Error(), english) {
			t.Errorf("%s: %v", events, err)
		}
	}
	for covered, english := range map[string]string{
		"{entered: {}}":               "0–3660",
		"{value: {}}":                 "at_least or at_most",
		"{product: {}}":               "in must be given",
		"{resident_here: {level: x}}": "level must be",
	} {
		_, err := with(t, flowFile("events: {services: {kind: any}}, eligible: {present: {}}, covered: "+covered))
		if err == nil || !strings.Contains(err.Error(), english) {
			t.Errorf("%s: %v", covered, err)
		}
	}
}

func TestAPlainCountAndWhatAwaitsRecords(t *testing.T) {
	file := head(declared + `indicators:
  - {id: X, name: {zh: 甲, en: x}, kind: stock, eligible: {age: {before: 7y}}}
  - {id: Y, name: {zh: 乙, en: y}, kind: stock, awaits: {zh: 筛查, en: screening}, eligible: {age: {before: 7y}}, covered: {records: {code: SCR, within: ever}}}
`)
	p, w := onNational(t, file), twoClinics()
	r := infant("x", "990102100201", "2021-01-01")
	got := map[string]int{}
	for _, x := range p.Pieces(r, w, nil) {
		id := p.Indicators[x.Indicator].ID
		got[id]++
		if x.Covered && (id == "X" || id == "Y") {
			t.Errorf("%+v", x)
		}
	}
	if got["X"] != 1 || got["Y"] != 1 {
		t.Errorf("counted %v: what awaits records is counted too, so that it can be shown once they come", got)
	}
	for _, seen := range []bool{false, true} {
		for _, x := range p.ExplainSeen(r, w, day("2022-01-01"), func(string) bool { return seen }) {
			if x.ID == "X" && (!x.Eligible || x.Covered || x.WhyCovered != nil) {
				t.Errorf("%+v", x)
			}
			if x.ID == "Y" && (x.Eligible != seen || (x.Awaits.Chinese == "") != seen) {
				t.Errorf("seen %t: %+v", seen, x)
			}
		}
	}
}
