package county

import (
	"fmt"
	"hash/fnv"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"xinju.dev/services/platform/civil"
)

func (w *writer) registry() {
	p := w.p
	person := &feedv1.PersonFact{
		BirthYmd: ymd(p.Birth), Sex: int32(p.Sex), Marital: int32(p.Marital), Hukou: []*feedv1.HukouSpan{{Division: p.Hukou}},
	}
	if p.Mother >= 0 {
		person.MotherId = ResidentID(w.county, p.Mother)
	}
	f := w.fact(feedv1.FactKind_FACT_KIND_PERSON, residentKind) // the resident's own identifier
	f.Body = &feedv1.Fact_Person{Person: person}
	for _, s := range p.Stays {
		f := w.fact(feedv1.FactKind_FACT_KIND_RESIDENCE, 'S')
		f.Body = &feedv1.Fact_Residence{Residence: &feedv1.ResidenceFact{
			Division: s.Village, ArrivedYmd: ymd(s.Arrived), RegisteredYmd: ymd(s.Registered), LeftYmd: ymd(s.Left), SortKey: sortKey(s.Address), Reason: int32(s.Reason),
		}}
	}
	if t := p.Permit; t != nil {
		f := w.fact(feedv1.FactKind_FACT_KIND_PERMIT, 'P')
		f.Body = &feedv1.Fact_Permit{Permit: &feedv1.PermitFact{
			Division: p.Stays[0].Village[:6] + "000000", IssuedYmd: ymd(t.Issued), ValidToYmd: ymd(t.ValidTo), LapsedYmd: ymd(t.Lapsed),
		}}
	}
	w.relation(p.Mother, 3)
	w.relation(p.Mother, 1)
	w.relation(p.Spouse, 2)
}

func (w *writer) relation(other int, kind int32) {
	if other >= 0 {
		f := w.fact(feedv1.FactKind_FACT_KIND_RELATION, 'L')
		f.Body = &feedv1.Fact_Relation{Relation: &feedv1.RelationFact{Kind: kind, OtherId: ResidentID(w.county, other)}}
	}
}

func sortKey(address string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(address))
	return fmt.Sprintf("%016x", h.Sum64())
}

func (w *writer) archive() {
	r := w.p.Records
	if from, until, ok := w.standard(); r.Archive != nil {
		body := &feedv1.ArchiveFact{OpenedYmd: ymd(r.Archive.Opened), TouchedYmd: ymd(r.Archive.Touched), Electronic: true, UnitId: w.unit}
		if ok {
			body.Standard = []*feedv1.DaySpan{{FromYmd: ymd(from), UntilYmd: ymd(until)}}
		}
		f := w.fact(feedv1.FactKind_FACT_KIND_ARCHIVE, 'A')
		f.Body = &feedv1.Fact_Archive{Archive: body}
	}
	for _, d := range r.Educations {
		f := w.fact(feedv1.FactKind_FACT_KIND_EDUCATION, 'E')
		f.Body = &feedv1.Fact_Education{Education: &feedv1.EducationFact{OnYmd: ymd(d), Form: 2, UnitId: w.unit}}
	}
	for _, c := range r.Cases {
		body := &feedv1.CaseFact{
			Disease: c.Disease, Class: classes[c.Disease], DiagnosedSeconds: diagnosed(c).Unix(), ReportedSeconds: reported(c),
			DeadlineHours: 24, RegisteredYmd: ymd(c.On), UnitId: w.unit,
		}
		f := w.fact(feedv1.FactKind_FACT_KIND_CASE, 'C')
		f.Body = &feedv1.Fact_Case{Case: body}
	}
}

// standard is when the archive passes the standard-form test: from its latest
// entry, for children and the elderly for twelve months, inclusive.
func (w *writer) standard() (from, until civil.Date, ok bool) {
	a := w.p.Records.Archive
	if a == nil || !a.Complete {
		return civil.None, civil.None, false
	}
	if age := w.p.Birth.YearsUntil(w.today); age < 7 || age >= 65 {
		until = a.Touched.AddMonths(12)
	}
	return a.Touched, until, true
}

func (w *writer) immunization() {
	r := w.p.Records
	if r.Certificate != civil.None {
		f := w.fact(feedv1.FactKind_FACT_KIND_CERTIFICATE, 'T')
		f.Body = &feedv1.Fact_Certificate{Certificate: &feedv1.CertificateFact{IssuedYmd: ymd(r.Certificate), UnitId: w.unit}}
	}
	for _, d := range r.Doses {
		f := w.fact(feedv1.FactKind_FACT_KIND_DOSE, 'D')
		f.Body = &feedv1.Fact_Dose{Dose: &feedv1.DoseFact{OnYmd: ymd(d.On), Product: d.Product, UnitId: w.unit}}
	}
}

func (w *writer) maternal() {
	for _, g := range w.p.Records.Pregnancies {
		body := &feedv1.PregnancyFact{LmpYmd: ymd(g.LMP), RegisteredYmd: ymd(g.Registered), EndedYmd: ymd(g.Ended), UnitId: w.unit}
		f := w.fact(feedv1.FactKind_FACT_KIND_PREGNANCY, 'G')
		f.Body = &feedv1.Fact_Pregnancy{Pregnancy: body}
		pregnancy := f.GetFactId()
		for _, d := range g.Antenatal {
			f := w.fact(feedv1.FactKind_FACT_KIND_ANTENATAL, 'N')
			f.Body = &feedv1.Fact_Antenatal{Antenatal: &feedv1.AntenatalFact{PregnancyId: pregnancy, OnYmd: ymd(d), UnitId: w.unit}}
		}
		if g.Ended == civil.None {
			continue
		}
		body.Outcome = 1
		f = w.fact(feedv1.FactKind_FACT_KIND_DELIVERY, 'V')
		f.Body = &feedv1.Fact_Delivery{Delivery: &feedv1.DeliveryFact{
			PregnancyId: pregnancy, OnYmd: ymd(g.Ended), LiveBirths: 1, InHospital: true, UnitId: UnitID("HOSPITAL"),
		}}
		for _, d := range g.Postnatal {
			f := w.fact(feedv1.FactKind_FACT_KIND_POSTNATAL, 'O')
			f.Body = &feedv1.Fact_Postnatal{Postnatal: &feedv1.PostnatalFact{PregnancyId: pregnancy, OnYmd: ymd(d), Kind: 1, UnitId: w.unit}}
		}
	}
	for _, k := range w.p.Records.Checks {
		f := w.fact(feedv1.FactKind_FACT_KIND_CHILD_CHECK, 'K')
		f.Body = &feedv1.Fact_ChildCheck{ChildCheck: &feedv1.ChildCheckFact{OnYmd: ymd(k.On), Kind: int32(k.Kind), UnitId: w.unit}}
	}
}

func (w *writer) familyPlanning() {
	p := w.p
	for _, m := range p.Records.Methods {
		body := &feedv1.MethodFact{Method: int32(m.Kind), LongActing: m.Kind <= 4, FromYmd: ymd(m.From)}
		if p.Here(m.From) {
			body.AdoptedDivision, body.UnitId = p.Stays[0].Village, w.unit
		}
		f := w.fact(feedv1.FactKind_FACT_KIND_METHOD, 'M')
		f.Body = &feedv1.Fact_Method{Method: body}
	}
	for _, s := range p.Records.Services {
		f := w.fact(feedv1.FactKind_FACT_KIND_PLANNING_SERVICE, 'F')
		f.Body = &feedv1.Fact_PlanningService{PlanningService: &feedv1.PlanningServiceFact{
			OnYmd: ymd(s.On), Kind: int32(s.Kind), Free: true, Division: p.Stays[0].Village, UnitId: w.unit,
		}}
	}
}
