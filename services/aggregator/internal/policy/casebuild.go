package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// caseBuilder numbers the facts of a case by their kinds.
type caseBuilder struct{ n map[string]int }

func (b *caseBuilder) key(kind string, recorded civil.Date) facts.Key {
	b.n[kind]++
	return facts.Key{ID: fmt.Sprintf("%s-%02d", kind, b.n[kind]), Version: 1, Recorded: recorded}
}

// resident builds the facts of a case.
func (c *caseFacts) resident() *facts.Resident {
	b := &caseBuilder{n: map[string]int{}}
	r := b.person(&caseOther{
		ID: cmp.Or(c.ID, "case"), Birth: c.Birth, Sex: c.Sex, Hukou: c.Hukou, Death: c.Death, Marital: c.Marital, Mother: c.Mother,
		Stays: c.Stays, Permits: c.Permits, Relations: c.Relations,
	}, "person")
	r.Person.Recorded, r.Person.Flags = c.Recorded, c.Flags
	for _, x := range c.Flagged {
		r.Person.Doubted = append(r.Person.Doubted, facts.FlagSpan(x))
	}
	for i := range c.Others {
		o := &c.Others[i]
		r.Others = append(r.Others, b.person(o, "person-"+o.ID))
	}
	c.healthInto(r, b)
	c.eventsInto(r, b)
	for i := range c.Served {
		c.Served[i].into(r, b)
	}
	for _, x := range c.Records {
		r.Records = append(r.Records, facts.Record{Key: b.key("record", x.Recorded), Code: x.Code, On: x.On, Until: x.Until, Value: x.Value, UnitID: x.Unit, Division: x.Division})
	}
	r.Normalize()
	return r
}

// person builds what is known of anybody.
func (b *caseBuilder) person(c *caseOther, id string) *facts.Resident {
	r := &facts.Resident{ID: c.ID, Person: facts.Person{
		Key: facts.Key{ID: id, Version: 1}, Birth: c.Birth, Sex: sexCodes[c.Sex], Death: c.Death, Marital: c.Marital, MotherID: c.Mother,
	}}
	for _, h := range c.Hukou {
		r.Person.Hukou = append(r.Person.Hukou, facts.HukouSpan(h))
	}
	for _, s := range c.Stays {
		r.Residences = append(r.Residences, facts.Residence{
			Key: b.key("stay", civil.None), Division: s.Village, Arrived: s.Arrived,
			Registered: s.Registered, FirstSeen: s.FirstSeen, Left: s.Left, Reason: s.Reason, SortKey: s.Address,
		})
	}
	for _, t := range c.Permits {
		x := facts.Permit{Key: b.key("permit", civil.None), Division: t.Division, Issued: t.Issued, ValidTo: t.ValidTo, Endorsed: t.Endorsed, Cancelled: t.Cancelled}
		if t.Points > 0 {
			x.Points = []facts.Points{{From: t.Issued, Points: t.Points}}
		}
		r.Permits = append(r.Permits, x)
	}
	for _, x := range c.Relations {
		r.Relations = append(r.Relations, facts.Relation{Key: b.key("relation", civil.None), Kind: relationKinds[x.Kind].kind, OtherID: x.Other, From: x.From, Until: x.Until})
	}
	return r
}

func (c *caseFacts) healthInto(r *facts.Resident, b *caseBuilder) {
	for _, a := range c.Archives {
		x := facts.Archive{Key: b.key("archive", civil.None), Opened: a.Opened, Closed: a.Closed, Electronic: a.Electronic, Touched: a.Touched}
		if a.Standard != civil.None {
			x.Standard = []facts.Days{{From: a.Standard, Until: a.Until}}
		}
		r.Archives = append(r.Archives, x)
	}
	for _, on := range c.Educations {
		r.Educations = append(r.Educations, facts.Education{Key: b.key("education", civil.None), On: on})
	}
	for _, d := range c.Doses {
		r.Doses = append(r.Doses, facts.Dose{Key: b.key("dose", d.Recorded), On: d.On, Product: d.Product, UnitID: d.Unit})
	}
	for _, v := range c.Checks {
		r.ChildChecks = append(r.ChildChecks, facts.ChildCheck{Key: b.key("check", civil.None), On: v.On, Kind: v.Kind})
	}
	for _, v := range c.Services {
		r.Services = append(r.Services, facts.Service{Key: b.key("service", civil.None), On: v.On, Kind: v.Kind, Free: v.Free})
	}
	for _, m := range c.Methods {
		r.Methods = append(r.Methods, facts.Method{Key: b.key("method", civil.None), LongActing: m.LongActing, From: m.From, Until: m.Until, Adopted: m.Adopted})
	}
}

func (c *caseFacts) eventsInto(r *facts.Resident, b *caseBuilder) {
	for _, s := range c.Cases {
		x := facts.Case{Key: b.key("case", s.Recorded), Class: s.Class, Registered: s.Registered, Diagnosed: s.Registered.Time().Unix(), DeadlineHours: 24, UnitID: s.Unit}
		if s.Reported != civil.None {
			x.Reported = s.Reported.Time().Unix()
		}
		r.Cases = append(r.Cases, x)
	}
	for _, g := range c.Pregnant {
		k := b.key("pregnancy", civil.None)
		r.Pregnancies = append(r.Pregnancies, facts.Pregnancy{Key: k, LMP: g.LMP, Registered: g.Registered, Ended: g.Ended, Outcome: g.Outcome, Risk: g.Risk, UnitID: g.Unit})
		for i, on := range g.Antenatal {
			x := facts.Antenatal{Key: b.key("antenatal", civil.None), PregnancyID: k.ID, On: on}
			if i < len(g.Weeks) {
				x.Week = g.Weeks[i]
			}
			r.Antenatals = append(r.Antenatals, x)
		}
		if d := g.Delivery; d != nil {
			r.Deliveries = append(r.Deliveries, facts.Delivery{
				Key: b.key("delivery", civil.None), PregnancyID: k.ID, On: cmp.Or(d.On, g.Ended),
				LiveBirths: d.LiveBirths, InHospital: d.InHospital, UnitID: d.Unit,
			})
		}
		for _, on := range g.Postnatal {
			r.Postnatals = append(r.Postnatals, facts.Postnatal{Key: b.key("postnatal", civil.None), PregnancyID: k.ID, On: on, Kind: 1})
		}
	}
}

// into adds one service under its kind; a kind that is none adds nothing.
func (s *caseServed) into(r *facts.Resident, b *caseBuilder) {
	k := func() facts.Key { return b.key(s.Kind, s.Recorded) }
	switch s.Kind {
	case "education":
		r.Educations = append(r.Educations, facts.Education{Key: k(), On: s.On, Form: s.Code, UnitID: s.Unit})
	case "child_check":
		r.ChildChecks = append(r.ChildChecks, facts.ChildCheck{Key: k(), On: s.On, Kind: s.Code, UnitID: s.Unit})
	case "antenatal":
		r.Antenatals = append(r.Antenatals, facts.Antenatal{Key: k(), On: s.On, UnitID: s.Unit})
	case "postnatal":
		r.Postnatals = append(r.Postnatals, facts.Postnatal{Key: k(), On: s.On, Kind: s.Code, UnitID: s.Unit})
	case "delivery":
		r.Deliveries = append(r.Deliveries, facts.Delivery{Key: k(), On: s.On, UnitID: s.Unit})
	case "planning":
		r.Services = append(r.Services, facts.Service{Key: k(), On: s.On, Kind: s.Code, Free: s.Free, UnitID: s.Unit})
	case "certificate":
		r.Certificates = append(r.Certificates, facts.Certificate{Key: k(), Issued: s.On, UnitID: s.Unit})
	case "dose":
		r.Doses = append(r.Doses, facts.Dose{Key: k(), On: s.On, Product: s.Product, UnitID: s.Unit})
	}
}

// check refuses words that the case could only have meant otherwise.
func (c *caseFacts) check() Text {
	for _, s := range c.Served {
		if _, ok := eventKinds[s.Kind]; !ok || s.Kind == "record" {
			return Text{"served 的 kind 不是服务种类：" + s.Kind, "served names no kind of service: " + s.Kind}
		}
	}
	relations := slices.Clone(c.Relations)
	for i := range c.Others {
		if c.Others[i].ID == "" {
			return Text{"others 须有 id", "each of others needs an id"}
		}
		relations = append(relations, c.Others[i].Relations...)
	}
	for _, x := range relations {
		if _, ok := relationKinds[x.Kind]; !ok {
			return Text{"relations 的 kind 不是关系种类：" + x.Kind, "relations names no kind of relation: " + x.Kind}
		}
	}
	return Text{}
}

// world is a tree that holds the villages and units of a case.
func (c *caseFacts) world() *facts.World {
	seen := map[string]bool{}
	var list []facts.Division
	add := func(code string) {
		for l, n := range [...]int{facts.Province: 2, facts.Prefecture: 4, facts.County: 6, facts.Township: 9, facts.Village: 12} {
			if n == 0 || len(code) != 12 {
				continue
			}
			part := code[:n] + "000000000000"[n:]
			if seen[part] || l > 1 && strings.Trim(code[caseDigits[l]:n], "0") == "" {
				continue
			}
			seen[part] = true
			parent := ""
			if l > 1 {
				parent = code[:caseDigits[l]] + "000000000000"[caseDigits[l]:]
			}
			list = append(list, facts.Division{Code: part, Level: facts.Level(l), Parent: parent})
		}
	}
	for _, s := range c.Stays {
		add(s.Village)
	}
	for i := range c.Others {
		for _, s := range c.Others[i].Stays {
			add(s.Village)
		}
	}
	units := make([]facts.Unit, len(c.Units))
	for i, u := range c.Units {
		add(u.Division)
		units[i] = facts.Unit{Key: facts.Key{ID: u.ID, Version: 1}, Division: u.Division}
		for _, m := range u.Manages {
			add(m.Village)
			units[i].Manages = append(units[i].Manages, facts.Managed{Division: m.Village, From: m.From, Until: m.Until})
		}
	}
	return facts.NewWorld(list, units)
}

// caseDigits is how many digits of a code name the level above.
var caseDigits = [...]int{facts.Prefecture: 2, facts.County: 4, facts.Township: 6, facts.Village: 9}
