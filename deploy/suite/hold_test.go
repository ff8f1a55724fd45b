package suite_test

import (
	"errors"
	"testing"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/loader"
	"xinju.dev/deploy/suite"
	"xinju.dev/deploy/synthetic"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/wire"
)

func TestTheRegistryOfAFolderIsFoldedAgainWhileNobodyServesIt(t *testing.T) {
	dir := t.TempDir()
	if err := suite.Refold(t.Context(), dir, func(int) {}); err == nil {
		t.Error("a folder of no suite is folded")
	}
	s, stop := run(t, config(dir))
	to, err := client.Dial(s.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = to.Close() }()
	county := synthetic.NewCounty(synthetic.Config{Seed: 1, Residents: 100, Townships: 12, Villages: 150, Today: civil.Must("2026-06-30")})
	if err := loader.Places(t.Context(), to, county); err != nil {
		t.Fatal(err)
	}
	day := wire.DateProto(civil.Must("2026-06-01"))
	got, err := to.Registry.BatchRecordEvents(t.Context(), &registryv1.BatchRecordEventsRequest{Sender: "ga-350213", Events: []*registryv1.ResidenceEvent{{
		EventId: "1", Type: registryv1.EventType_EVENT_TYPE_ARRIVE, EffectiveDate: day, Division: "990101001201", Address: "一路1号", Name: "张某某",
		Document: &registryv1.Document{Type: registryv1.DocumentType_DOCUMENT_TYPE_PASSPORT, Number: "E99000001", Country: "CHN"},
	}}})
	if err != nil || len(got.GetOutcomes()) != 1 {
		t.Fatal(got, err)
	}
	if err := suite.Refold(t.Context(), dir, func(int) {}); !errors.Is(err, suite.ErrInUse) {
		t.Errorf("while a suite runs: %v", err)
	}
	stop()
	done := -1
	if err := suite.Refold(t.Context(), dir, func(n int) { done = n }); err != nil {
		t.Fatal(err)
	}
	if got.GetOutcomes()[0].GetResidentId() == "" {
		t.Fatalf("nobody was made known: %v", got.GetOutcomes()[0])
	}
	if done != 1 {
		t.Errorf("came past %d residents, want 1", done)
	}
}
