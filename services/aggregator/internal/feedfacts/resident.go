package feedfacts

import (
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"

	"google.golang.org/protobuf/proto"
)

// Resident returns the facts that hold as the rules read them. Days that are
// none in the calendar become "not recorded".
func (s Set) Resident(id string) (*facts.Resident, error) {
	return s.ResidentOf(id, facts.OfEverything)
}

// ResidentOf is Resident with the facts of these kinds alone.
func (s Set) ResidentOf(id string, kinds facts.Kinds) (*facts.Resident, error) {
	r := &facts.Resident{ID: id}
	for i := range s {
		if e := &s[i]; !e.Deleted && KindsOf(e.Kind)&kinds != 0 {
			if err := e.addTo(r); err != nil {
				return nil, err
			}
		}
	}
	return r, nil
}

func (e *Entry) addTo(r *facts.Resident) error {
	switch e.Kind {
	case feedv1.FactKind_FACT_KIND_PERSON, feedv1.FactKind_FACT_KIND_RESIDENCE,
		feedv1.FactKind_FACT_KIND_PERMIT, feedv1.FactKind_FACT_KIND_RELATION:
		return e.addRegistry(r)
	case feedv1.FactKind_FACT_KIND_ARCHIVE, feedv1.FactKind_FACT_KIND_EDUCATION, feedv1.FactKind_FACT_KIND_CASE,
		feedv1.FactKind_FACT_KIND_CERTIFICATE, feedv1.FactKind_FACT_KIND_DOSE:
		return e.addHealth(r)
	case feedv1.FactKind_FACT_KIND_PREGNANCY, feedv1.FactKind_FACT_KIND_ANTENATAL, feedv1.FactKind_FACT_KIND_DELIVERY,
		feedv1.FactKind_FACT_KIND_POSTNATAL, feedv1.FactKind_FACT_KIND_CHILD_CHECK:
		return e.addMaternal(r)
	case feedv1.FactKind_FACT_KIND_METHOD, feedv1.FactKind_FACT_KIND_PLANNING_SERVICE:
		return e.addPlanning(r)
	case feedv1.FactKind_FACT_KIND_RECORD:
		return e.addRecord(r)
	}
	return nil // a kind of a later build: kept, not read
}

func (e *Entry) key() facts.Key {
	return facts.Key{ID: e.ID, Version: e.Version, Recorded: day(e.Recorded)}
}

func (e *Entry) read(into proto.Message) error {
	if err := proto.Unmarshal(e.Body, into); err != nil {
		return errDamaged
	}
	return nil
}

func day(ymd int32) civil.Date {
	d, err := civil.FromYYYYMMDD(int(ymd))
	if err != nil {
		return civil.None
	}
	return d
}

func days(ymd []int32) []civil.Date {
	var out []civil.Date
	for _, n := range ymd {
		out = append(out, day(n))
	}
	return out
}

func (e *Entry) addRegistry(r *facts.Resident) error {
	switch e.Kind {
	case feedv1.FactKind_FACT_KIND_PERSON:
		var m feedv1.PersonFact
		if err := e.read(&m); err != nil {
			return err
		}
		p := facts.Person{
			Key: e.key(), Birth: day(m.GetBirthYmd()), Sex: m.GetSex(), Death: day(m.GetDeathYmd()),
			Marital: m.GetMarital(), MotherID: m.GetMotherId(), Flags: m.GetFlags(),
		}
		for _, h := range m.GetHukou() {
			p.Hukou = append(p.Hukou, facts.HukouSpan{From: day(h.GetFromYmd()), Division: h.GetDivision(), Kind: h.GetKind()})
		}
		for _, s := range m.GetFlagSpans() {
			p.Doubted = append(p.Doubted, facts.FlagSpan{Flag: s.GetFlag(), From: day(s.GetFromYmd()), Until: day(s.GetUntilYmd())})
		}
		r.Person = p
	case feedv1.FactKind_FACT_KIND_RESIDENCE:
		f, err := e.fields()
		if err != nil {
			return err
		}
		r.Residences = append(r.Residences, facts.Residence{
			Key: e.key(), Division: f.text(1), Arrived: f.day(2), Registered: f.day(3),
			FirstSeen: f.day(4), Left: f.day(5), SortKey: f.text(6), Reason: f.of(7),
		})
	case feedv1.FactKind_FACT_KIND_PERMIT:
		var m feedv1.PermitFact
		if err := e.read(&m); err != nil {
			return err
		}
		p := facts.Permit{
			Key: e.key(), Division: m.GetDivision(), Issued: day(m.GetIssuedYmd()), ValidTo: day(m.GetValidToYmd()),
			Endorsed: days(m.GetEndorsedYmd()), Lapsed: day(m.GetLapsedYmd()), Cancelled: day(m.GetCancelledYmd()),
		}
		for _, x := range m.GetPoints() {
			p.Points = append(p.Points, facts.Points{From: day(x.GetFromYmd()), Points: x.GetPoints()})
		}
		r.Permits = append(r.Permits, p)
	case feedv1.FactKind_FACT_KIND_RELATION:
		f, err := e.fields()
		if err != nil {
			return err
		}
		r.Relations = append(r.Relations, facts.Relation{
			Key: e.key(), Kind: f.of(1), OtherID: f.text(2), From: f.day(3), Until: f.day(4),
		})
	}
	return nil
}
