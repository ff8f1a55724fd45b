package audit_test

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"xinju.dev/services/platform/audit"
	"xinju.dev/services/platform/obs"

	"go.uber.org/zap/zapcore"
)

var line = audit.Line{
	Time: time.Date(2025, 12, 2, 9, 0, 0, 0, time.FixedZone("", 8*3600)), Server: "registry", Method: "/x/Y", Code: "NotFound",
	Reason: "RESIDENT_NOT_FOUND", Caller: "token", Peer: "127.0.0.1", RequestID: "id", Took: 1500 * time.Microsecond,
}

func TestALineIsOneJSONObjectWithTheTimeInUTC(t *testing.T) {
	var b bytes.Buffer
	if err := audit.ToWriter(&b).Write(t.Context(), line); err != nil {
		t.Fatal(err)
	}
	want := `{"at":"2025-12-02T01:00:00Z","server":"registry","method":"/x/Y","code":"NotFound","reason":"RESIDENT_NOT_FOUND",` +
		`"caller":"token","peer":"127.0.0.1","request_id":"id","took_us":1500}` + "\n"
	if b.String() != want {
		t.Errorf("got  %swant %s", b.String(), want)
	}
}

func TestLinesOfManyCallersDoNotMix(t *testing.T) {
	var b bytes.Buffer
	sink := audit.ToWriter(&b)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() { sink.Write(t.Context(), line) })
	}
	wg.Wait()
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	if len(lines) != 50 {
		t.Fatalf("%d lines", len(lines))
	}
	for _, l := range lines {
		if l != lines[0] {
			t.Fatalf("mixed: %s", l)
		}
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestALineThatCannotBeKeptIsAnError(t *testing.T) {
	if err := audit.ToWriter(full{}).Write(t.Context(), line); err == nil {
		t.Error("no error")
	}
}

func TestTheLogSinkWritesTheSameFacts(t *testing.T) {
	var b bytes.Buffer
	log := obs.NewLogger(obs.LogOptions{Out: zapcore.AddSync(&b)})
	if err := audit.ToLog(log).Write(t.Context(), line); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"logger":"audit"`, "registry", "/x/Y", "NotFound", "RESIDENT_NOT_FOUND", "token", "127.0.0.1", `"request_id":"id"`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %s in %s", want, b.String())
		}
	}
}
