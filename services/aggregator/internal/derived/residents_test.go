package derived_test

import (
	"xinju.dev/services/platform/civil"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
)

// written is one change on its way into a feed.
type written struct {
	source string
	fact   *feedv1.Fact
}

// history is everything that is ever recorded about one resident, with
// corrections, in the order of each fact's versions.
func (c *county) history(id string) []written {
	var out []written
	put := func(source string, kind feedv1.FactKind, fid string, f *feedv1.Fact) {
		out = append(out, written{source, fact(kind, fid, id, f)})
	}
	moved := func(kind feedv1.FactKind, fid string, f *feedv1.Fact) { // by a correction of documents
		ends := written{"registry", fact(kind, fid, id, &feedv1.Fact{Deleted: true})}
		begins := written{"registry", fact(kind, fid, pick(c, c.people), f)}
		switch {
		case begins.fact.GetResidentId() == id:
		case c.chance(50):
			out = append(out, ends, begins)
		default:
			out = append(out, begins, ends)
		}
	}
	child := c.chance(50)
	birth := c.between("1960-01-01", "2004-01-01")
	if child {
		birth = c.between("2014-01-01", "2022-01-01")
	}
	sex := int32(1 + c.rng.IntN(2))
	person := func() *feedv1.Fact {
		p := &feedv1.PersonFact{BirthYmd: ymd(birth), Sex: sex, Marital: pick(c, []int32{0, 10, 20, 21, 40})}
		p.Hukou = []*feedv1.HukouSpan{{Division: pick(c, []string{"340101", "990103000000", "990101001201", "350213"})}}
		if c.chance(20) {
			p.Hukou = append(p.Hukou, &feedv1.HukouSpan{FromYmd: ymd(c.between("2019-01-01", "2022-01-01")), Division: pick(c, c.villages)})
		}
		if c.chance(5) {
			p.DeathYmd = ymd(c.between("2020-01-01", "2023-01-01"))
		}
		return &feedv1.Fact{Body: &feedv1.Fact_Person{Person: p}}
	}
	if !c.chance(6) { // or the registry has not told of the person
		put("registry", feedv1.FactKind_FACT_KIND_PERSON, "person of "+id, person())
		if c.chance(20) {
			put("registry", feedv1.FactKind_FACT_KIND_PERSON, "person of "+id, person())
		}
	}
	arrived := c.between("2016-01-01", "2021-06-01")
	for range 1 + c.rng.IntN(3) {
		fid, from := c.id("S"), arrived
		stay := func() *feedv1.Fact {
			r := &feedv1.ResidenceFact{
				Division: pick(c, c.villages), ArrivedYmd: ymd(from), RegisteredYmd: ymd(from + civil.Date(c.rng.IntN(9))),
				SortKey: string(rune('a' + c.rng.IntN(4))), Reason: 1,
			}
			if c.chance(60) {
				arrived = from + civil.Date(20+c.rng.IntN(500))
				r.LeftYmd = ymd(arrived)
			}
			return &feedv1.Fact{Body: &feedv1.Fact_Residence{Residence: r}}
		}
		put("registry", feedv1.FactKind_FACT_KIND_RESIDENCE, fid, stay())
		if c.chance(25) {
			put("registry", feedv1.FactKind_FACT_KIND_RESIDENCE, fid, stay())
		}
		switch {
		case c.chance(8):
			put("registry", feedv1.FactKind_FACT_KIND_RESIDENCE, fid, &feedv1.Fact{Deleted: true})
		case c.chance(12):
			moved(feedv1.FactKind_FACT_KIND_RESIDENCE, fid, stay())
		}
		arrived += civil.Date(c.rng.IntN(120))
	}
	c.records(child, birth, put)
	return out
}

type putter func(source string, kind feedv1.FactKind, fid string, f *feedv1.Fact)

// records are those of the four other services.
func (c *county) records(child bool, birth civil.Date, put putter) {
	day := func() int32 { return ymd(c.between("2017-01-01", "2023-06-01")) }
	if c.chance(60) {
		fid := c.id("A")
		for range 1 + c.rng.IntN(2) {
			from := c.between("2018-01-01", "2021-01-01")
			put("archive", feedv1.FactKind_FACT_KIND_ARCHIVE, fid, &feedv1.Fact{Body: &feedv1.Fact_Archive{Archive: &feedv1.ArchiveFact{
				OpenedYmd: ymd(from), Electronic: c.chance(80), Standard: []*feedv1.DaySpan{{FromYmd: ymd(from + 30)}}, TouchedYmd: day(), UnitId: pick(c, c.units),
			}}})
		}
	}
	for range c.rng.IntN(3) {
		put("archive", feedv1.FactKind_FACT_KIND_EDUCATION, c.id("E"), &feedv1.Fact{Body: &feedv1.Fact_Education{Education: &feedv1.EducationFact{OnYmd: day(), Form: 2}}})
	}
	for range c.rng.IntN(2) {
		at := c.between("2018-01-01", "2022-12-31").Time().Unix()
		fid := c.id("I")
		f := &feedv1.CaseFact{Disease: "HFMD", Class: "C", DiagnosedSeconds: at, DeadlineHours: 24, RegisteredYmd: ymd(civil.DateOf(civil.Must("2018-01-01").Time())), UnitId: pick(c, c.units)}
		f.RegisteredYmd = ymd(c.between("2018-01-01", "2022-12-31"))
		if c.chance(70) {
			f.ReportedSeconds = at + int64(c.rng.IntN(200_000))
		}
		put("archive", feedv1.FactKind_FACT_KIND_CASE, fid, &feedv1.Fact{Body: &feedv1.Fact_Case{Case: f}})
		if c.chance(10) {
			put("archive", feedv1.FactKind_FACT_KIND_CASE, fid, &feedv1.Fact{Deleted: true})
		}
	}
	if child {
		c.childRecords(birth, put)
		return
	}
	if c.chance(40) {
		c.pregnancy(put)
	}
	if c.chance(30) {
		put("familyplanning", feedv1.FactKind_FACT_KIND_METHOD, c.id("M"), &feedv1.Fact{Body: &feedv1.Fact_Method{Method: &feedv1.MethodFact{
			Method: 1, LongActing: true, FromYmd: day(), AdoptedDivision: pick(c, c.villages),
		}}})
		put("familyplanning", feedv1.FactKind_FACT_KIND_PLANNING_SERVICE, c.id("F"), &feedv1.Fact{Body: &feedv1.Fact_PlanningService{PlanningService: &feedv1.PlanningServiceFact{
			OnYmd: day(), Kind: 1, Free: true, Division: pick(c, c.villages),
		}}})
	}
}

func (c *county) childRecords(birth civil.Date, put putter) {
	for i, product := range []string{"HepB", "BCG", "HepB", "IPV", "DTaP", "MR"} {
		if c.chance(25) {
			continue
		}
		fid := c.id("D")
		put("immunization", feedv1.FactKind_FACT_KIND_DOSE, fid, &feedv1.Fact{Body: &feedv1.Fact_Dose{Dose: &feedv1.DoseFact{
			OnYmd: ymd(birth.AddMonths(i).AddDays(c.rng.IntN(60))), Product: product,
		}}})
		if c.chance(5) {
			put("immunization", feedv1.FactKind_FACT_KIND_DOSE, fid, &feedv1.Fact{Deleted: true})
		}
	}
	for range c.rng.IntN(3) {
		put("maternal", feedv1.FactKind_FACT_KIND_CHILD_CHECK, c.id("K"), &feedv1.Fact{Body: &feedv1.Fact_ChildCheck{ChildCheck: &feedv1.ChildCheckFact{
			OnYmd: ymd(birth + civil.Date(c.rng.IntN(900))), Kind: int32(1 + c.rng.IntN(2)),
		}}})
	}
}

func (c *county) pregnancy(put putter) {
	lmp, fid := c.between("2017-06-01", "2022-01-01"), c.id("G")
	put("maternal", feedv1.FactKind_FACT_KIND_PREGNANCY, fid, &feedv1.Fact{Body: &feedv1.Fact_Pregnancy{Pregnancy: &feedv1.PregnancyFact{LmpYmd: ymd(lmp)}}})
	if c.chance(80) {
		put("maternal", feedv1.FactKind_FACT_KIND_PREGNANCY, fid, &feedv1.Fact{Body: &feedv1.Fact_Pregnancy{Pregnancy: &feedv1.PregnancyFact{
			LmpYmd: ymd(lmp), RegisteredYmd: ymd(lmp + 70), EndedYmd: ymd(lmp + 270), Outcome: 1,
		}}})
		put("maternal", feedv1.FactKind_FACT_KIND_DELIVERY, c.id("L"), &feedv1.Fact{Body: &feedv1.Fact_Delivery{Delivery: &feedv1.DeliveryFact{
			PregnancyId: fid, OnYmd: ymd(lmp + 270), LiveBirths: 1, InHospital: true,
		}}})
	}
	for range c.rng.IntN(4) {
		put("maternal", feedv1.FactKind_FACT_KIND_ANTENATAL, c.id("N"), &feedv1.Fact{Body: &feedv1.Fact_Antenatal{Antenatal: &feedv1.AntenatalFact{
			PregnancyId: fid, OnYmd: ymd(lmp + civil.Date(40+c.rng.IntN(220))), Week: 12,
		}}})
	}
}

// mergers is what the registry says of an identifier that is merged into others,
// parted and merged again. Some lead to one that is merged itself, against the
// contract: nothing may break over it.
func (c *county) mergers(id string) []written {
	var out []written
	for c.chance(25) || len(out) > 0 && c.chance(50) {
		into := pick(c, c.people)
		if into == id {
			break
		}
		out = append(out, c.link(id, into))
		if c.chance(40) {
			out = append(out, c.link(id, ""))
		}
	}
	return out
}

// link is a change that merges id into another, or parts it again.
func (c *county) link(id, into string) written {
	f := &feedv1.Fact{Body: &feedv1.Fact_Link{Link: &feedv1.LinkFact{IntoId: into}}}
	if into == "" {
		f = &feedv1.Fact{Deleted: true}
	}
	return written{"registry", fact(feedv1.FactKind_FACT_KIND_LINK, id, id, f)}
}

// live writes the tree and the histories of n residents into the feeds, in a
// random order in which only the versions of one fact keep theirs. The tree
// comes first, last or in between.
func (c *county) live(n int) {
	tree := c.tree()
	var queues [][]written
	for i := range tree {
		queues = append(queues, []written{{"registry", tree[i]}})
	}
	if c.chance(40) { // a correction of the tree after everybody has arrived
		queues = append(queues, nil)
	}
	for range n {
		c.people = append(c.people, c.id("R"))
	}
	for _, id := range c.people {
		for _, w := range append(c.history(id), c.mergers(id)...) {
			if k := len(queues) - 1; len(queues[k]) > 0 && queues[k][0].fact.GetFactId() == w.fact.GetFactId() && queues[k][0].fact.GetKind() == w.fact.GetKind() {
				queues[k] = append(queues[k], w)
				continue
			}
			queues = append(queues, []written{w})
		}
	}
	first := 0
	if c.chance(50) {
		for ; first < len(tree); first++ { // as in life
			c.feeds["registry"].write(tree[first])
		}
		queues = queues[first:]
	}
	for len(queues) > 0 {
		k := c.rng.IntN(len(queues))
		if len(queues[k]) == 0 {
			queues[k] = queues[len(queues)-1]
			queues = queues[:len(queues)-1]
			continue
		}
		w := queues[k][0]
		queues[k] = queues[k][1:]
		c.feeds[w.source].write(w.fact)
	}
	if c.chance(40) {
		c.feeds["registry"].write(c.division("T1", "990101001000", pick(c, []string{demo, other}), 4, 0, 0))
		c.feeds["registry"].write(fact(feedv1.FactKind_FACT_KIND_UNIT, c.units[0], "", &feedv1.Fact{Body: &feedv1.Fact_Unit{Unit: &feedv1.UnitFact{
			Name: "卫生院", Kind: 2, Division: pick(c, c.villages),
		}}}))
	}
}
