package registry_test

import (
	"testing"

	"google.golang.org/protobuf/proto"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
)

func TestABirthNamesTheMotherByHerDocument(t *testing.T) {
	each(t, func(t *testing.T, s suite) {
		birth := &registryv1.ResidenceEvent{
			EventId: "b", Type: registryv1.EventType_EVENT_TYPE_BIRTH, EffectiveDate: day("2026-05-01"), Division: village,
			Document:       &registryv1.Document{Type: registryv1.DocumentType_DOCUMENT_TYPE_BIRTH_CERTIFICATE, Number: "Z123456789"},
			MotherDocument: citizen(woman),
		}
		bad := proto.Clone(birth).(*registryv1.ResidenceEvent)
		bad.EventId, bad.MotherDocument = "c", citizen("990101198811120064")
		out, err := s.BatchRecordEvents(t.Context(), &registryv1.BatchRecordEventsRequest{Sender: "ga", Events: []*registryv1.ResidenceEvent{birth, bad}})
		if err != nil {
			t.Fatal(err)
		}
		if o := out.GetOutcomes()[1]; o.GetReason() != "NUMBER_CHECK_DIGIT" || o.GetColumn() != "mother_document" {
			t.Errorf("%v", o)
		}
		child := out.GetOutcomes()[0].GetResidentId()
		mother := create(t, s, woman, "王小红").GetResidentId()
		changes, err := s.feed.ReadChanges(t.Context(), &feedv1.ReadChangesRequest{Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		var named []string
		for _, c := range changes.GetChanges() {
			if f := c.GetFact(); f.GetKind() == feedv1.FactKind_FACT_KIND_PERSON && f.GetResidentId() == child {
				named = append(named, f.GetPerson().GetMotherId())
			}
		}
		if len(named) != 2 || named[0] != "" || named[1] != mother {
			t.Errorf("mothers %q, want %q", named, mother)
		}
		events, err := s.ListResidenceEvents(t.Context(), &registryv1.ListResidenceEventsRequest{ResidentId: child})
		if err != nil || events.GetEvents()[0].GetEvent().GetMotherDocument().GetNumber() != woman {
			t.Errorf("%v", err)
		}
	})
}

func TestLookUpsOfNoneManyTooManyAndTheSame(t *testing.T) {
	each(t, func(t *testing.T, s suite) {
		id := create(t, s, woman, "王小红").GetResidentId()
		for _, n := range []int{0, 1, 500} {
			req := &registryv1.LookupResidentsRequest{}
			for range n {
				req.Documents = append(req.Documents, citizen(woman))
			}
			got, err := s.LookupResidents(t.Context(), req)
			if err != nil || len(got.GetResults()) != n {
				t.Fatalf("%d documents: %d results, %v", n, len(got.GetResults()), err)
			}
			for _, r := range got.GetResults() {
				if r.GetResidentId() != id {
					t.Fatalf("of %d the same: %v", n, r)
				}
			}
		}
		many := make([]*registryv1.Document, 501)
		for i := range many {
			many[i] = citizen(woman)
		}
		if _, err := s.LookupResidents(t.Context(), &registryv1.LookupResidentsRequest{Documents: many}); reason(err) != "BATCH_TOO_LARGE" {
			t.Error(reason(err))
		}
		spelt, err := s.LookupResidents(t.Context(), &registryv1.LookupResidentsRequest{Documents: []*registryv1.Document{
			citizen(" 990101198811120063 "), citizen("９９０１０１１９８８１１１２００６３"),
			{Type: registryv1.DocumentType_DOCUMENT_TYPE_PASSPORT, Number: woman, Country: "CHN"},
			{Number: woman},
			nil,
		}})
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range spelt.GetResults() {
			if (i < 2) != (r.GetResidentId() == id) || (i >= 2) != (r.GetReason() != "") {
				t.Errorf("%d: %v", i, r)
			}
		}
	})
}
