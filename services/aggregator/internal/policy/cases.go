package policy

import (
	"fmt"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// caseItem is an example inside a pack: given these facts, expect these answers.
// Its people are invented; its villages are built from the digits of their codes.
type caseItem struct {
	Name   Text         `yaml:"name"`
	Given  caseFacts    `yaml:"given"`
	Expect []expectItem `yaml:"expect"`
}

type expectItem struct {
	Item     string     `yaml:"item"` // rule or indicator
	On       civil.Date `yaml:"on"`
	Eligible bool       `yaml:"eligible"`
	Covered  bool       `yaml:"covered"`
	From     civil.Date `yaml:"from"`  // checked when given
	Until    civil.Date `yaml:"until"` // inclusive; checked when given
}

type caseFacts struct {
	Birth      civil.Date      `yaml:"birth"`
	Sex        string          `yaml:"sex"`
	Hukou      []caseHukou     `yaml:"hukou"`
	Death      civil.Date      `yaml:"death"`
	Marital    int32           `yaml:"marital"`
	Stays      []caseStay      `yaml:"stays"`
	Archives   []caseArchive   `yaml:"archives"`
	Educations []civil.Date    `yaml:"educations"`
	Cases      []caseSick      `yaml:"cases"`
	Doses      []caseDose      `yaml:"doses"`
	Pregnant   []casePregnancy `yaml:"pregnancies"`
	Checks     []caseService   `yaml:"child_checks"`
	Methods    []caseMethod    `yaml:"methods"`
	Services   []caseService   `yaml:"services"`
	Permits    []casePermit    `yaml:"permits"`
}

type caseHukou struct {
	From     civil.Date `yaml:"from"`
	Division string     `yaml:"division"`
	Kind     int32      `yaml:"kind"`
}

type caseStay struct {
	Village    string     `yaml:"village"`
	Arrived    civil.Date `yaml:"arrived"`
	Registered civil.Date `yaml:"registered"`
	FirstSeen  civil.Date `yaml:"first_seen"`
	Left       civil.Date `yaml:"left"`
	Reason     int32      `yaml:"reason"`
}

type caseArchive struct {
	Opened     civil.Date `yaml:"opened"`
	Closed     civil.Date `yaml:"closed"`
	Electronic bool       `yaml:"electronic"`
	Standard   civil.Date `yaml:"standard_from"`
}

type caseSick struct {
	Registered civil.Date `yaml:"registered"`
	Class      string     `yaml:"class"`
	Reported   civil.Date `yaml:"reported"`
}

type caseDose struct {
	On      civil.Date `yaml:"on"`
	Product string     `yaml:"product"`
}

type casePregnancy struct {
	LMP       civil.Date   `yaml:"lmp"`
	Ended     civil.Date   `yaml:"ended"`
	Outcome   int32        `yaml:"outcome"`
	Antenatal []civil.Date `yaml:"antenatals"`
}

type caseService struct {
	On   civil.Date `yaml:"on"`
	Kind int32      `yaml:"kind"`
	Free bool       `yaml:"free"`
}

type caseMethod struct {
	LongActing bool       `yaml:"long_acting"`
	From       civil.Date `yaml:"from"`
	Until      civil.Date `yaml:"until"`
	Adopted    string     `yaml:"adopted"`
}

type casePermit struct {
	Division string       `yaml:"division"`
	Issued   civil.Date   `yaml:"issued"`
	ValidTo  civil.Date   `yaml:"valid_to"`
	Endorsed []civil.Date `yaml:"endorsed"`
	Points   int32        `yaml:"points"`
}

// resident builds the facts of a case.
func (c *caseFacts) resident() *facts.Resident {
	r := &facts.Resident{ID: "case", Person: facts.Person{Key: facts.Key{ID: "person", Version: 1}, Birth: c.Birth, Sex: sexCodes[c.Sex], Death: c.Death, Marital: c.Marital}}
	for _, h := range c.Hukou {
		r.Person.Hukou = append(r.Person.Hukou, facts.HukouSpan(h))
	}
	key := func(kind string, i int) facts.Key {
		return facts.Key{ID: fmt.Sprintf("%s-%02d", kind, i+1), Version: 1}
	}
	for i, s := range c.Stays {
		r.Residences = append(r.Residences, facts.Residence{
			Key: key("stay", i), Division: s.Village, Arrived: s.Arrived,
			Registered: s.Registered, FirstSeen: s.FirstSeen, Left: s.Left, Reason: s.Reason,
		})
	}
	for i, a := range c.Archives {
		x := facts.Archive{Key: key("archive", i), Opened: a.Opened, Closed: a.Closed, Electronic: a.Electronic}
		if a.Standard != civil.None {
			x.Standard = []facts.Days{{From: a.Standard}}
		}
		r.Archives = append(r.Archives, x)
	}
	for i, on := range c.Educations {
		r.Educations = append(r.Educations, facts.Education{Key: key("education", i), On: on, Form: 2})
	}
	for i, d := range c.Doses {
		r.Doses = append(r.Doses, facts.Dose{Key: key("dose", i), On: d.On, Product: d.Product})
	}
	for i, v := range c.Checks {
		r.ChildChecks = append(r.ChildChecks, facts.ChildCheck{Key: key("check", i), On: v.On, Kind: v.Kind})
	}
	for i, v := range c.Services {
		r.Services = append(r.Services, facts.Service{Key: key("service", i), On: v.On, Kind: v.Kind, Free: v.Free})
	}
	for i, m := range c.Methods {
		r.Methods = append(r.Methods, facts.Method{Key: key("method", i), LongActing: m.LongActing, From: m.From, Until: m.Until, Adopted: m.Adopted})
	}
	c.eventsInto(r, key)
	return r
}

func (c *caseFacts) eventsInto(r *facts.Resident, key func(string, int) facts.Key) {
	for i, s := range c.Cases {
		x := facts.Case{Key: key("case", i), Class: s.Class, Registered: s.Registered, Diagnosed: s.Registered.Time().Unix(), DeadlineHours: 24}
		if s.Reported != civil.None {
			x.Reported = s.Reported.Time().Unix()
		}
		r.Cases = append(r.Cases, x)
	}
	for i, g := range c.Pregnant {
		k := key("pregnancy", i)
		r.Pregnancies = append(r.Pregnancies, facts.Pregnancy{Key: k, LMP: g.LMP, Ended: g.Ended, Outcome: g.Outcome})
		for _, on := range g.Antenatal {
			r.Antenatals = append(r.Antenatals, facts.Antenatal{Key: key("antenatal", len(r.Antenatals)), PregnancyID: k.ID, On: on})
		}
	}
	for i, t := range c.Permits {
		x := facts.Permit{Key: key("permit", i), Division: t.Division, Issued: t.Issued, ValidTo: t.ValidTo, Endorsed: t.Endorsed}
		if t.Points > 0 {
			x.Points = []facts.Points{{From: t.Issued, Points: t.Points}}
		}
		r.Permits = append(r.Permits, x)
	}
}

// world is a tree that holds the villages of a case.
func (c *caseFacts) world() *facts.World {
	seen := map[string]bool{}
	var list []facts.Division
	add := func(code, parent string, l facts.Level) {
		if !seen[code] {
			seen[code] = true
			list = append(list, facts.Division{Code: code, Level: l, Parent: parent})
		}
	}
	for _, s := range c.Stays {
		v := s.Village
		if len(v) != 12 {
			continue
		}
		province, prefecture, county, township := v[:2]+"0000000000", v[:4]+"00000000", v[:6]+"000000", v[:9]+"000"
		add(province, "", facts.Province)
		add(prefecture, province, facts.Prefecture)
		add(county, prefecture, facts.County)
		add(township, county, facts.Township)
		add(v, township, facts.Village)
	}
	return facts.NewWorld(list, nil)
}

// runCases runs the examples of the pack and reports those that fail.
func (p *Pack) runCases() (int, Problems) {
	var out Problems
	for i := range p.cases {
		it := &p.cases[i]
		r, w := it.Given.resident(), it.Given.world()
		for j, want := range it.Expect {
			path := fmt.Sprintf("cases[%d].expect[%d]", i, j)
			if wrong := p.expect(r, w, want); wrong != (Text{}) {
				out = append(out, Problem{File: p.ID, Path: path, Text: Text{it.Name.Chinese + "：" + wrong.Chinese, it.Name.English + ": " + wrong.English}})
			}
		}
	}
	return len(p.cases), out
}

func (p *Pack) expect(r *facts.Resident, w *facts.World, want expectItem) Text {
	for _, got := range p.Explain(r, w, want.On) {
		if got.ID != want.Item {
			continue
		}
		if got.Eligible != want.Eligible || got.Covered != want.Covered ||
			want.From != civil.None && want.From != got.From || want.Until != civil.None && want.Until.AddDays(1) != got.To {
			return Text{
				fmt.Sprintf("%s %s：应为 eligible=%t covered=%t %s–%s，得 eligible=%t covered=%t %s–%s（%s）", want.Item, want.On, want.Eligible, want.Covered,
					want.From, want.Until, got.Eligible, got.Covered, got.From, got.To.AddDays(-1), got.Reason.Chinese),
				fmt.Sprintf("%s on %s: want eligible=%t covered=%t, got eligible=%t covered=%t (%s)", want.Item, want.On, want.Eligible, want.Covered, got.Eligible, got.Covered, got.Reason.English),
			}
		}
		return Text{}
	}
	return Text{"没有此条目：" + want.Item, "there is no such item: " + want.Item}
}
