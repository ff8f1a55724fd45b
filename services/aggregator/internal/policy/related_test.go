package policy

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"xinju.dev/services/aggregator/internal/brute"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// other is somebody who lives in the village of someone since 2019.
func other(id string, change func(o *facts.Resident)) *facts.Resident {
	o := someone(change)
	o.ID, o.Person.ID = id, "p-"+id
	return o
}

// holder is a permit holder with 130 points since 2021-03-01.
func holder(o *facts.Resident) {
	o.Person.Sex = facts.Male
	o.Permits = []facts.Permit{{Key: key("t"), Division: "990102", Issued: day("2020-06-01"), ValidTo: day("2030-05-31"), Points: []facts.Points{{From: day("2020-06-01"), Points: 90}, {From: day("2021-03-01"), Points: 130}}}}
}

func TestRelated(t *testing.T) {
	const family = "{related: {as: [permit_family], together: village, other: {points: {at_least: 120}}}}"
	tied := func(kind int32, from, until string) facts.Relation {
		r := facts.Relation{Key: key("r"), Kind: kind, OtherID: "other"}
		if from != "" {
			r.From = day(from)
		}
		if until != "" {
			r.Until = day(until)
		}
		return r
	}
	for _, c := range []struct {
		name, predicate string
		who             func(r *facts.Resident)
		want            []string
	}{
		{"family of a holder from the day the points reach the standard", family, func(r *facts.Resident) {
			r.Relations = []facts.Relation{tied(facts.PermitFamily, "", "")}
			r.Others = []*facts.Resident{other("other", holder)}
		}, []string{"2021-03-01 2030-05-31"}},
		{"as recorded by the holder", family, func(r *facts.Resident) {
			r.Others = []*facts.Resident{other("other", func(o *facts.Resident) {
				holder(o)
				o.Relations = []facts.Relation{{Key: key("r"), Kind: facts.PermitFamily, OtherID: "me", From: day("2022-02-28"), Until: day("2024-02-29")}}
			})}
		}, []string{"2022-02-28 2024-02-29"}},
		{"while both live in the village", family, func(r *facts.Resident) {
			r.Relations = []facts.Relation{tied(facts.PermitFamily, "", "")}
			r.Others = []*facts.Resident{other("other", func(o *facts.Resident) {
				holder(o)
				o.Residences[0].Left = day("2022-01-31")
			})}
		}, []string{"2021-03-01 2022-01-31"}},
		{"not of somebody else's family", family, func(r *facts.Resident) {
			r.Others = []*facts.Resident{other("other", func(o *facts.Resident) {
				holder(o)
				o.Relations = []facts.Relation{{Key: key("r"), Kind: facts.PermitFamily, OtherID: "somebody"}}
			})}
		}, nil},
		{"a holder of whom nothing is known", family, func(r *facts.Resident) {
			r.Relations = []facts.Relation{tied(facts.PermitFamily, "", "")}
		}, nil},
		{"the same township will do", "{related: {as: [spouse], together: township}}", func(r *facts.Resident) {
			r.Relations = []facts.Relation{tied(facts.Spouse, "2021-01-01", "2021-12-31")}
			r.Others = []*facts.Resident{other("other", func(o *facts.Resident) { o.Residences[0].Division = "990102100201" })}
		}, []string{"2021-01-01 2021-12-31"}},
		{"the same village is asked", "{related: {as: [spouse], together: village}}", func(r *facts.Resident) {
			r.Relations = []facts.Relation{tied(facts.Spouse, "", "")}
			r.Others = []*facts.Resident{other("other", func(o *facts.Resident) { o.Residences[0].Division = "990102100201" })}
		}, nil},
		{"a tie alone, whatever is known of the other", "{related: {as: [spouse]}}", func(r *facts.Resident) {
			r.Relations = []facts.Relation{tied(facts.Spouse, "2021-01-01", "")}
		}, []string{"2021-01-01 …"}},
		{"the mother of the person's own record", "{related: {as: [mother], other: {age: {before: 36y}}}}", func(r *facts.Resident) {
			r.Person.MotherID = "other"
			r.Others = []*facts.Resident{other("other", func(o *facts.Resident) { o.Person.Birth = day("1988-02-29") })}
		}, []string{"1990-03-31 2024-02-28"}},
		{"the mother as the mother recorded it", "{related: {as: [mother]}}", func(r *facts.Resident) {
			r.Others = []*facts.Resident{other("other", func(o *facts.Resident) {
				o.Relations = []facts.Relation{{Key: key("r"), Kind: facts.Child, OtherID: "me", From: day("2021-01-01")}}
			})}
		}, []string{"2021-01-01 …"}},
		{"what a woman recorded is no father", "{related: {as: [father]}}", func(r *facts.Resident) {
			r.Others = []*facts.Resident{other("other", func(o *facts.Resident) {
				o.Relations = []facts.Relation{{Key: key("r"), Kind: facts.Child, OtherID: "me"}}
			})}
		}, nil},
		{"a child whose record names the mother", "{related: {as: [child], other: {age: {before: 7y}}}}", func(r *facts.Resident) {
			r.Others = []*facts.Resident{other("other", func(o *facts.Resident) { o.Person.MotherID, o.Person.Birth = "me", day("2020-02-29") })}
		}, []string{"2020-02-29 2027-02-27"}},
		{"one of several", "{related: {as: [child], other: {sex: {is: female}}}}", func(r *facts.Resident) {
			r.Others = []*facts.Resident{
				other("a", func(o *facts.Resident) {
					o.Person.MotherID, o.Person.Birth, o.Person.Sex = "me", day("2020-05-05"), facts.Male
				}),
				other("b", func(o *facts.Resident) { o.Person.MotherID, o.Person.Birth = "me", day("2022-05-05") }),
			}
		}, []string{"2022-05-05 …"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := someone(c.who)
			r.ID = "me"
			if diff := cmp.Diff(c.want, daysOf(t, c.predicate, r)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRelatedThatCannotBeAskedIsRefused(t *testing.T) {
	for predicate, english := range map[string]string{
		"{related: {}}":                                               "must be one of",
		"{related: {as: [uncle]}}":                                    "must be one of",
		"{related: {as: [spouse], together: house}}":                  "level must be",
		"{related: {as: [spouse], other: {related: {as: [spouse]}}}}": "no related inside",
		"{related: {as: [spouse], other: {all: [{vaccinated: {}}]}}}": "vaccinated cannot be asked",
		"{related: {as: [spouse], other: {use: key_group}}}":          "cannot be asked",
		"{related: {as: [spouse], other: {reported: {}}}}":            "flow indicator",
		"{related: {as: [spouse], whoever: {present: {}}}}":           "unknown key",
		"{related: {as: [spouse], other: {points: {}}}}":              "at_least",
	} {
		_, err := with(t, rule(predicate))
		if err == nil || !strings.Contains(err.Error(), english) {
			t.Errorf("%s: %v", predicate, err)
		}
	}
}

// What is said of the other person is kind, id and dates.
func TestAnExplanationSaysLittleOfTheOtherPerson(t *testing.T) {
	p := onNational(t, rule("{related: {as: [permit_family], together: village, other: {all: [{points: {at_least: 120}}, {age: {from: 18y}}]}}}"))
	r := someone(func(r *facts.Resident) {
		r.Relations = []facts.Relation{{Key: key("r"), Kind: facts.PermitFamily, OtherID: "other"}}
		r.Others = []*facts.Resident{other("other", holder)}
	})
	r.ID = "me"
	for _, x := range p.Explain(r, brute.World(), day("2021-02-28")) {
		if x.ID != "R-T" {
			continue
		}
		if x.Eligible || x.From != day("2021-03-01") || x.NextChange != day("2021-03-01") || !strings.Contains(x.Reason.Chinese, "关系人不符合条件") {
			t.Errorf("%+v", x)
		}
		if len(x.Why.Children) != 1 || len(x.Why.Facts) != 1 || x.Why.Facts[0].ID != "r" {
			t.Fatalf("%+v", x.Why)
		}
		var said []string
		var walk func(n *Node)
		walk = func(n *Node) {
			for _, f := range n.Facts {
				said = append(said, f.Kind+" "+f.ID+" "+f.Text.Chinese)
			}
			for _, k := range n.Children {
				walk(k)
			}
		}
		walk(x.Why.Children[0])
		want := []string{"permit t 关系人记录 2020-06-01起 至2030-05-31", "person p-other 关系人记录"}
		if diff := cmp.Diff(want, said); diff != "" {
			t.Error(diff)
		}
	}
}

// The other one's order and the order of relations do not matter, and on every
// day it is what one would find by looking at each tied person on that day.
func TestRelatedEqualsLookingEachDay(t *testing.T) {
	p := onNational(t, rule("{related: {as: [spouse, child], together: township, other: {age: {from: 1y, before: 30y}}}}"))
	w := brute.World()
	villages := []string{"990102100200", "990102100201", "990102101200", "990101100200"}
	rapid.Check(t, func(t *rapid.T) {
		r := someone(nil)
		r.ID = "me"
		date := func(name string) civil.Date {
			return day("2020-01-01").AddDays(rapid.IntRange(-400, 1200).Draw(t, name))
		}
		for _, id := range []string{"a", "b"} {
			o := other(id, func(o *facts.Resident) {
				o.Person.Birth = date("birth") - 365*civil.Date(rapid.IntRange(0, 31).Draw(t, "age"))
				o.Residences = nil
				for from := date("arrived"); len(o.Residences) < 2; from = from.AddDays(300) {
					o.Residences = append(o.Residences, facts.Residence{Key: key("s" + string(rune('0'+len(o.Residences)))), Division: rapid.SampledFrom(villages).Draw(t, "village"), Arrived: from, Left: from.AddDays(200)})
				}
				if rapid.Bool().Draw(t, "theirs") {
					o.Relations = []facts.Relation{{Key: key("r"), Kind: rapid.SampledFrom([]int32{facts.Spouse, facts.Mother, facts.Guardian}).Draw(t, "kind"), OtherID: "me", From: date("from")}}
				}
			})
			if rapid.Bool().Draw(t, "mine") {
				r.Relations = append(r.Relations, facts.Relation{Key: key("r" + id), Kind: rapid.SampledFrom([]int32{facts.Spouse, facts.Child, facts.Guardian}).Draw(t, "kind"), OtherID: id, Until: date("until")})
			}
			r.Others = append(r.Others, o)
		}
		e := newEvaluator(r, w, p.program)
		defer e.free()
		set := e.days(p.Rules[slices.IndexFunc(p.Rules, func(x Rule) bool { return x.ID == "R-T" })].eligible)
		for d := day("2019-01-01"); d < day("2024-01-01"); d += 3 {
			want := false
			for _, o := range r.Others {
				want = want || tiedOn(r, o, d) && sameTownship(r, o, d) && d >= o.Person.Birth.AddMonths(12) && d < o.Person.Birth.AddMonths(360)
			}
			if set.Contains(d) != want {
				t.Fatalf("%s: %t, want %t", d, set.Contains(d), want)
			}
		}
	})
}

func tiedOn(r, o *facts.Resident, d civil.Date) bool {
	for _, x := range r.Relations {
		if x.OtherID == o.ID && (x.Kind == facts.Spouse || x.Kind == facts.Child) && d >= x.From && (x.Until == 0 || d <= x.Until) {
			return true
		}
	}
	for _, x := range o.Relations {
		if x.OtherID == r.ID && (x.Kind == facts.Spouse || x.Kind == facts.Mother) && d >= x.From && (x.Until == 0 || d <= x.Until) {
			return true
		}
	}
	return false
}

func sameTownship(r, o *facts.Resident, d civil.Date) bool {
	at := func(r *facts.Resident) string {
		last, place := civil.None, ""
		for _, s := range r.Residences {
			if s.Arrived <= d && s.Arrived > last && (s.Left == 0 || d <= s.Left) {
				last, place = s.Arrived, s.Division[:9]
			}
		}
		if place == "990102101" && d >= day("2021-05-01") {
			return place // the township that changed its county is still itself
		}
		return place
	}
	return at(r) != "" && at(r) == at(o)
}
