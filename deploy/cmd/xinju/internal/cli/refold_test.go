package cli

import (
	"context"
	"strings"
	"testing"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/loader"
	"xinju.dev/deploy/suite"
	"xinju.dev/deploy/synthetic"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/clock"
	"xinju.dev/services/platform/wire"
)

// peopled is a data folder that a suite served until stop, with two residents.
func peopled(t *testing.T) (dir string, stop func()) {
	t.Helper()
	dir = t.TempDir()
	s, err := suite.Open(t.Context(), suite.Config{DataDir: dir, HTTPAddr: "127.0.0.1:0", GRPCPort: -1, Now: clock.On(civil.Must("2026-06-30"))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- s.Run(ctx, func() { close(ready) }) }()
	stop = func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("did not stop in order: %v", err)
		}
	}
	select {
	case <-ready:
	case err := <-ended:
		t.Fatalf("ended while starting: %v", err)
	}
	to, err := client.Dial(s.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = to.Close() }()
	county := synthetic.NewCounty(synthetic.Config{Seed: 1, Residents: 100, Townships: 12, Villages: 150, Today: civil.Must("2026-06-30")})
	if err := loader.Places(t.Context(), to, county); err != nil {
		t.Fatal(err)
	}
	var events []*registryv1.ResidenceEvent
	for _, number := range []string{"E99000001", "E99000002"} {
		events = append(events, &registryv1.ResidenceEvent{
			EventId: number, Type: registryv1.EventType_EVENT_TYPE_ARRIVE, EffectiveDate: wire.DateProto(civil.Must("2026-06-01")),
			Division: "990101001201", Address: "一路1号", Name: "张某某",
			Document: &registryv1.Document{Type: registryv1.DocumentType_DOCUMENT_TYPE_PASSPORT, Number: number, Country: "CHN"},
		})
	}
	got, err := to.Registry.BatchRecordEvents(t.Context(), &registryv1.BatchRecordEventsRequest{Sender: "ga-350213", Events: events})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range got.GetOutcomes() {
		if o.GetResidentId() == "" {
			t.Fatalf("nobody was made known: %v", o)
		}
	}
	return dir, stop
}

func TestResidentsAreFoldedAgainByATypedCommand(t *testing.T) {
	refold := func(dir string) (outcome.Code, string, string) {
		return typed(t, Programs{}, "", nil, "maintain", "refold", "--data", dir)
	}
	dir, stop := peopled(t)
	if code, out, errs := refold(dir); code == 0 || out != "" || !strings.Contains(errs, "DATA_FOLDER_IN_USE") {
		t.Errorf("while a suite runs: code %d, %q, %s", code, out, errs)
	}
	stop()
	for _, which := range []string{"the first", "the second"} {
		if code, out, errs := refold(dir); code != 0 || out != "2\n" {
			t.Errorf("%s time: code %d, %q, %s", which, code, out, errs)
		}
	}
	if code, out, _ := refold(t.TempDir()); code == 0 || out != "" {
		t.Errorf("a folder that no suite served: code %d, %q", code, out)
	}
	if code, _, _ := typed(t, Programs{}, "", nil, "maintain", "refold"); code == 0 {
		t.Error("without a folder")
	}
}
