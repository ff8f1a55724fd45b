package registry_test

import (
	"testing"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
)

func record(t *testing.T, s suite, events ...*registryv1.ResidenceEvent) []*registryv1.EventOutcome {
	t.Helper()
	out, err := s.BatchRecordEvents(t.Context(), &registryv1.BatchRecordEventsRequest{Sender: "ga", Events: events})
	if err != nil {
		t.Fatal(err)
	}
	return out.GetOutcomes()
}

func TestMergedResidentsAnswerAsOne(t *testing.T) {
	each(t, func(t *testing.T, s suite) {
		first, second := create(t, s, woman, "王小红").GetResidentId(), create(t, s, man, "李强").GetResidentId()
		low, high := min(first, second), max(first, second)
		merge := &registryv1.ResidenceEvent{
			EventId: "m", Type: registryv1.EventType_EVENT_TYPE_MERGE, EffectiveDate: day("2026-05-01"), Document: citizen(woman), OtherDocument: citizen(man),
		}
		if o := record(t, s, merge)[0]; o.GetResidentId() != low {
			t.Errorf("%v", o)
		}
		got, err := s.GetResident(t.Context(), &registryv1.GetResidentRequest{ResidentId: high})
		if err != nil {
			t.Fatal(err)
		}
		r := got.GetResident()
		if r.GetResidentId() != low || len(r.GetMergedResidentIds()) != 1 || r.GetMergedResidentIds()[0] != high || len(r.GetDocuments()) != 2 {
			t.Errorf("answered by %v with %d documents", r.GetMergedResidentIds(), len(r.GetDocuments()))
		}
		both, err := s.BatchGetResidents(t.Context(), &registryv1.BatchGetResidentsRequest{ResidentIds: []string{low, high}})
		if err != nil || len(both.GetResidents()) != 1 {
			t.Errorf("%d persons, %v", len(both.GetResidents()), err)
		}
		update := &registryv1.UpdateResidentRequest{Resident: &registryv1.Resident{ResidentId: high, Etag: r.GetEtag(), Phone: "13900000000"}}
		if up, err := s.UpdateResident(t.Context(), update); err != nil || up.GetResident().GetResidentId() != low {
			t.Errorf("an update by the other identifier: %v", err)
		}
		relation := &registryv1.Relation{ResidentId: low, OtherResidentId: high, Kind: registryv1.RelationKind_RELATION_KIND_SPOUSE}
		if _, err := s.CreateRelation(t.Context(), &registryv1.CreateRelationRequest{Relation: relation}); err == nil {
			t.Error("somebody is married to themselves")
		}
		links := func() (out []*feedv1.Fact) {
			t.Helper()
			changes, err := s.feed.ReadChanges(t.Context(), &feedv1.ReadChangesRequest{Limit: 1000})
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range changes.GetChanges() {
				if c.GetFact().GetKind() == feedv1.FactKind_FACT_KIND_LINK {
					out = append(out, c.GetFact())
				}
			}
			return out
		}
		if l := links(); len(l) != 1 || l[0].GetFactId() != high || l[0].GetResidentId() != high || l[0].GetLink().GetIntoId() != low || l[0].GetDeleted() {
			t.Errorf("%v", l)
		}
		listed := 0
		for token, more := "", true; more; more = token != "" {
			facts, err := s.feed.ListFacts(t.Context(), &feedv1.ListFactsRequest{PageToken: token})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range facts.GetFacts() {
				if f.GetKind() == feedv1.FactKind_FACT_KIND_LINK {
					listed++
				}
			}
			token = facts.GetNextPageToken()
		}
		if listed != 1 {
			t.Errorf("%d links are listed", listed)
		}
		record(t, s, &registryv1.ResidenceEvent{EventId: "v", Type: registryv1.EventType_EVENT_TYPE_VOID, EffectiveDate: day("2026-05-02"), ReplacesEventId: "m"})
		if got, err = s.GetResident(t.Context(), &registryv1.GetResidentRequest{ResidentId: high}); err != nil || got.GetResident().GetResidentId() != high {
			t.Errorf("parted: %v", err)
		}
		if l := links(); len(l) != 2 || !l[1].GetDeleted() || l[1].GetVersion() <= l[0].GetVersion() {
			t.Errorf("%v", l)
		}
	})
}

func TestNamesDocumentsAndBirthDatesAreShownWithTheirHistory(t *testing.T) {
	each(t, func(t *testing.T, s suite) {
		passport := func(n string) *registryv1.Document {
			return &registryv1.Document{Type: registryv1.DocumentType_DOCUMENT_TYPE_PASSPORT, Number: n, Country: "GBR"}
		}
		arrive := func(id, on, name string, set func(*registryv1.ResidenceEvent)) *registryv1.ResidenceEvent {
			e := &registryv1.ResidenceEvent{
				EventId: id, Type: registryv1.EventType_EVENT_TYPE_ARRIVE, EffectiveDate: day(on), Division: village, Name: name, Document: passport("E1111111"),
			}
			set(e)
			return e
		}
		out := record(t, s,
			arrive("1", "2025-01-01", "安娜", func(e *registryv1.ResidenceEvent) { e.BirthPartial = "1990-05" }),
			arrive("2", "2025-02-01", "王\ue863红", func(e *registryv1.ResidenceEvent) {
				e.Document, e.Name, e.FormerName, e.NameRaw, e.NameEncoding = passport("E1111111"), "安\ue863", "安小娜", []byte("\xb0\xb2\xfe\x9f"), "GB18030"
			}),
			arrive("3", "2025-03-01", "", func(e *registryv1.ResidenceEvent) { e.Document = nil }),
		)
		id := out[0].GetResidentId()
		if out[2].GetReason() != "EVENT_WITHOUT_PERSON" {
			t.Errorf("%v", out[2])
		}
		etagOf := func() string {
			got, err := s.GetResident(t.Context(), &registryv1.GetResidentRequest{ResidentId: id})
			if err != nil {
				t.Fatal(err)
			}
			return got.GetResident().GetEtag()
		}
		up := &registryv1.UpdateResidentRequest{Resident: &registryv1.Resident{ResidentId: id, Etag: etagOf(), Documents: []*registryv1.Document{passport("E2222222")}}}
		got, err := s.UpdateResident(t.Context(), up)
		if err != nil {
			t.Fatal(err)
		}
		r := got.GetResident()
		if r.GetBirthPartial() != "1990-05" || r.GetBirthDate() != nil || string(r.GetNameRaw()) != "\xb0\xb2\xfe\x9f" || r.GetNameEncoding() != "GB18030" {
			t.Errorf("born %q, %q", r.GetBirthPartial(), r.GetNameEncoding())
		}
		names := r.GetFormerNames()
		if len(names) != 2 || names[0].GetName() != "安娜" || names[0].GetUntilDate().GetDay() != 31 || names[1].GetUntilDate() != nil {
			t.Errorf("%d former names", len(names))
		}
		docs := r.GetDocuments()
		if len(docs) != 2 || docs[0].GetUntilDate() != nil || docs[1].GetFromDate().GetYear() != 2025 || docs[1].GetUntilDate().GetDay() != 29 {
			t.Errorf("%d documents", len(docs))
		}
	})
}

func TestAPersonWithoutADocumentShowsNone(t *testing.T) {
	each(t, func(t *testing.T, s suite) {
		o := record(t, s, &registryv1.ResidenceEvent{
			EventId: "1", Type: registryv1.EventType_EVENT_TYPE_ARRIVE, EffectiveDate: day("2025-01-01"), Division: village, Name: "无名氏",
		})[0]
		if o.GetOutcome() != registryv1.RowOutcome_ROW_OUTCOME_NEEDS_REVIEW || o.GetReason() != "NO_DOCUMENT" || o.GetResidentId() == "" {
			t.Fatalf("%v", o)
		}
		got, err := s.GetResident(t.Context(), &registryv1.GetResidentRequest{ResidentId: o.GetResidentId()})
		if err != nil || len(got.GetResident().GetDocuments()) != 0 || got.GetResident().GetName() == "" {
			t.Errorf("%v", err)
		}
		log, err := s.ListResidenceEvents(t.Context(), &registryv1.ListResidenceEventsRequest{ResidentId: o.GetResidentId()})
		if err != nil || len(log.GetEvents()) != 1 || log.GetEvents()[0].GetEvent().GetDocument() != nil || log.GetEvents()[0].GetWithdrawnTime() != nil {
			t.Errorf("%v", err)
		}
	})
}
