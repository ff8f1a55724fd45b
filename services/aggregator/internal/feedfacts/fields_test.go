package feedfacts_test

import (
	"strings"
	"testing"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/platform/civil"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// filled gives every field of a message a value of its own.
func filled[M proto.Message](m M) M {
	r := m.ProtoReflect()
	for i := range r.Descriptor().Fields().Len() {
		f := r.Descriptor().Fields().Get(i)
		n := int64(f.Number())
		switch {
		case f.Kind() == protoreflect.StringKind:
			r.Set(f, protoreflect.ValueOfString(string(f.Name())))
		case f.Kind() == protoreflect.BoolKind:
			r.Set(f, protoreflect.ValueOfBool(true))
		case f.Kind() == protoreflect.Int64Kind:
			r.Set(f, protoreflect.ValueOfInt64(-n<<40))
		case strings.HasSuffix(string(f.Name()), "_ymd"):
			r.Set(f, protoreflect.ValueOfInt32(int32(20200100+n)))
		default:
			r.Set(f, protoreflect.ValueOfInt32(int32(-n)))
		}
	}
	return m
}

func on(ymd int32) civil.Date {
	d, _ := civil.FromYYYYMMDD(int(ymd))
	return d
}

// What is read field by field is what the generated messages say, under a later
// build's fields too.
func TestFactsAreReadAsTheContractNamesTheirFields(t *testing.T) {
	key := facts.Key{ID: "F", Version: 3, Recorded: on(20210305)}
	residence, relation, education, sick := filled(&feedv1.ResidenceFact{}), filled(&feedv1.RelationFact{}), filled(&feedv1.EducationFact{}), filled(&feedv1.CaseFact{})
	certificate, dose, pregnancy, antenatal := filled(&feedv1.CertificateFact{}), filled(&feedv1.DoseFact{}), filled(&feedv1.PregnancyFact{}), filled(&feedv1.AntenatalFact{})
	delivery, postnatal, check, method := filled(&feedv1.DeliveryFact{}), filled(&feedv1.PostnatalFact{}), filled(&feedv1.ChildCheckFact{}), filled(&feedv1.MethodFact{})
	service, record := filled(&feedv1.PlanningServiceFact{}), filled(&feedv1.RecordFact{})
	var set feedfacts.Set
	for kind, m := range map[feedv1.FactKind]proto.Message{
		feedv1.FactKind_FACT_KIND_RESIDENCE: residence, feedv1.FactKind_FACT_KIND_RELATION: relation, feedv1.FactKind_FACT_KIND_EDUCATION: education,
		feedv1.FactKind_FACT_KIND_CASE: sick, feedv1.FactKind_FACT_KIND_CERTIFICATE: certificate, feedv1.FactKind_FACT_KIND_DOSE: dose,
		feedv1.FactKind_FACT_KIND_PREGNANCY: pregnancy, feedv1.FactKind_FACT_KIND_ANTENATAL: antenatal, feedv1.FactKind_FACT_KIND_DELIVERY: delivery,
		feedv1.FactKind_FACT_KIND_POSTNATAL: postnatal, feedv1.FactKind_FACT_KIND_CHILD_CHECK: check, feedv1.FactKind_FACT_KIND_METHOD: method,
		feedv1.FactKind_FACT_KIND_PLANNING_SERVICE: service, feedv1.FactKind_FACT_KIND_RECORD: record,
	} {
		body, err := proto.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		body = protowire.AppendFixed64(protowire.AppendTag(body, 90, protowire.Fixed64Type), 7)
		body = protowire.AppendVarint(protowire.AppendTag(body, 91, protowire.VarintType), 7)
		set.Put(feedfacts.Entry{Kind: kind, ID: "F", Version: 3, Recorded: 20210305, Body: body})
	}
	want := &facts.Resident{
		ID: "R1",
		Residences: []facts.Residence{{
			Key: key, Division: residence.GetDivision(), Arrived: on(residence.GetArrivedYmd()), Registered: on(residence.GetRegisteredYmd()),
			FirstSeen: on(residence.GetFirstSeenYmd()), Left: on(residence.GetLeftYmd()), SortKey: residence.GetSortKey(), Reason: residence.GetReason(),
		}},
		Relations:  []facts.Relation{{Key: key, Kind: relation.GetKind(), OtherID: relation.GetOtherId(), From: on(relation.GetFromYmd()), Until: on(relation.GetUntilYmd())}},
		Educations: []facts.Education{{Key: key, On: on(education.GetOnYmd()), Form: education.GetForm(), UnitID: education.GetUnitId()}},
		Cases: []facts.Case{{
			Key: key, Disease: sick.GetDisease(), Class: sick.GetClass(), Diagnosed: sick.GetDiagnosedSeconds(), Reported: sick.GetReportedSeconds(),
			DeadlineHours: sick.GetDeadlineHours(), Registered: on(sick.GetRegisteredYmd()), UnitID: sick.GetUnitId(),
		}},
		Certificates: []facts.Certificate{{Key: key, Issued: on(certificate.GetIssuedYmd()), UnitID: certificate.GetUnitId()}},
		Doses:        []facts.Dose{{Key: key, On: on(dose.GetOnYmd()), Product: dose.GetProduct(), UnitID: dose.GetUnitId()}},
		Pregnancies: []facts.Pregnancy{{
			Key: key, LMP: on(pregnancy.GetLmpYmd()), Registered: on(pregnancy.GetRegisteredYmd()), Ended: on(pregnancy.GetEndedYmd()),
			Outcome: pregnancy.GetOutcome(), Risk: pregnancy.GetRisk(), UnitID: pregnancy.GetUnitId(),
		}},
		Antenatals: []facts.Antenatal{{Key: key, PregnancyID: antenatal.GetPregnancyId(), On: on(antenatal.GetOnYmd()), Week: antenatal.GetWeek(), UnitID: antenatal.GetUnitId()}},
		Deliveries: []facts.Delivery{{
			Key: key, PregnancyID: delivery.GetPregnancyId(), On: on(delivery.GetOnYmd()), LiveBirths: delivery.GetLiveBirths(),
			InHospital: delivery.GetInHospital(), UnitID: delivery.GetUnitId(),
		}},
		Postnatals:  []facts.Postnatal{{Key: key, PregnancyID: postnatal.GetPregnancyId(), On: on(postnatal.GetOnYmd()), Kind: postnatal.GetKind(), UnitID: postnatal.GetUnitId()}},
		ChildChecks: []facts.ChildCheck{{Key: key, On: on(check.GetOnYmd()), Kind: check.GetKind(), UnitID: check.GetUnitId()}},
		Methods: []facts.Method{{
			Key: key, Method: method.GetMethod(), LongActing: method.GetLongActing(), From: on(method.GetFromYmd()), Until: on(method.GetUntilYmd()),
			Adopted: method.GetAdoptedDivision(), UnitID: method.GetUnitId(),
		}},
		Services: []facts.Service{{Key: key, On: on(service.GetOnYmd()), Kind: service.GetKind(), Free: service.GetFree(), Division: service.GetDivision(), UnitID: service.GetUnitId()}},
		Records: []facts.Record{{
			Key: key, Code: record.GetCode(), On: on(record.GetOnYmd()), Until: on(record.GetUntilYmd()), Value: record.GetValue(),
			UnitID: record.GetUnitId(), Division: record.GetDivision(),
		}},
	}
	got, err := set.Resident("R1")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	some, err := set.ResidentOf("R1", facts.OfDose|facts.OfRecord)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&facts.Resident{ID: "R1", Doses: want.Doses, Records: want.Records}, some); diff != "" {
		t.Error(diff)
	}
	for i := range set {
		short := set[i : i+1]
		short[0].Body = short[0].Body[:len(short[0].Body)-1]
		if _, err := short.Resident("R1"); err == nil {
			t.Errorf("a damaged fact of kind %v was read", short[0].Kind)
		}
	}
}
